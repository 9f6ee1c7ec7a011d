"""Settings of a server that others reach: what has a convenient default elsewhere must be said here."""

from sectorlight.env import SettingError, env_secret, env_text
from sectorlight.settings.base import *  # noqa: F403

for _name, _why in {
    "SECRET_KEY": "it signs the sessions; make one with `openssl rand -base64 48`",
    "ALLOWED_HOSTS": "the names that this server answers to, with commas between",
    "DATABASE_URL": "your PostgreSQL, postgres://user:password@host:5432/name",
    "REDIS_URL": "your Redis, redis://host:6379/0",
}.items():
    # The addresses cannot lie in files as the key can.
    if not (env_secret(_name) if _name == "SECRET_KEY" else env_text(_name)):
        raise SettingError(f"{_name} is not set, but production needs it: {_why}.")
