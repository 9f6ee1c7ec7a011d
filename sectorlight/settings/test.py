"""Settings of the test suite: the same truth, faster passwords."""

from sectorlight.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
