"""Settings of a server that others reach: what has a convenient default elsewhere must be said here."""

from sectorlight.env import SettingError, env_secret, env_text
from sectorlight.settings.base import *  # noqa: F403
from sectorlight.settings.base import SENTRY_DSN, VERSION

for _name, _why in {
    "SECRET_KEY": "it signs the sessions; make one with `openssl rand -base64 48`",
    "ALLOWED_HOSTS": "the names that this server answers to, with commas between",
    "DATABASE_URL": "your PostgreSQL, postgres://user:password@host:5432/name",
    "REDIS_URL": "your Redis, redis://host:6379/0",
}.items():
    # The addresses cannot lie in files as the key can.
    if not (env_secret(_name) if _name == "SECRET_KEY" else env_text(_name)):
        raise SettingError(f"{_name} is not set, but production needs it: {_why}.")

if SENTRY_DSN:
    import sentry_sdk  # type: ignore[import-not-found, unused-ignore]

    # No personal data, and no local variables: one of them might hold a vendor key.
    sentry_sdk.init(
        SENTRY_DSN,
        release=VERSION,
        send_default_pii=False,
        include_local_variables=False,
    )
