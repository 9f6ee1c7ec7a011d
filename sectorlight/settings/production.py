"""Settings of a server that others reach: what has a convenient default elsewhere must be said here."""

from sectorlight.env import SettingError, env_is_set
from sectorlight.settings.base import *  # noqa: F403

for _name, _why in {
    "SECRET_KEY": "it signs the sessions; make one with `openssl rand -base64 48`",
    "ALLOWED_HOSTS": "the names that this server answers to, with commas between",
    "DATABASE_URL": "your PostgreSQL, postgres://user:password@host:5432/name",
    "REDIS_URL": "your Redis, redis://host:6379/0",
}.items():
    if not env_is_set(_name):
        raise SettingError(f"{_name} is not set, but production needs it: {_why}.")
