"""Settings of the test suite: the same truth, faster passwords, no `.env`, no vendor key."""

import os

# A developer's own `.env` or vendor keys must not turn the tests into something else.
os.environ["SECTORLIGHT_DOTENV"] = "off"
for _name in (
    "POLYGON_API_KEY",
    "FMP_API_KEY",
    "MARKET",
    "MARKET_FROM",
    "SENTRY_DSN",
    "EMAIL_URL",
    "OWNER_EMAIL",
):
    os.environ.pop(_name, None)
    os.environ.pop(f"{_name}_FILE", None)

from sectorlight.settings.base import *  # noqa: E402, F403
from sectorlight.settings.base import DATABASES, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", "[::1]"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# One connection per thread: a pool would outlive the test database.
DATABASES["default"]["OPTIONS"].pop("pool", None)
AXES_ENABLED = False
