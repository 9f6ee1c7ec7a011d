"""The user of the product; roles are the groups `trader` and `admin`."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person who logs in. Own table from the first migration, so that it can grow."""

    class Role:
        TRADER = "trader"
        ADMIN = "admin"
