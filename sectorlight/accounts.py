"""The two roles and the first two people who can log in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from sectorlight.models import User

#: What the group `admin` may do in the Django admin: everything in our own apps, some of the others'.
ADMIN_APPS = ("universe", "sectors", "analysis")
ADMIN_EXTRAS = (
    ("sectorlight", ("add_user", "change_user", "view_user")),
    ("auth", ("view_group",)),
    ("admin", ("view_logentry",)),
    # The admin's pages are those of the proxy, which has permissions of its own.
    ("authtoken", ("add_tokenproxy", "change_tokenproxy", "delete_tokenproxy", "view_tokenproxy")),
    ("django_celery_beat", ("view_periodictask",)),
)


@dataclass(frozen=True, slots=True)
class FirstLogin:
    """``password`` is empty when the person already existed."""

    username: str
    password: str
    generated: bool


@transaction.atomic
def roles_ensure() -> None:
    """Create the groups `trader` and `admin` and give `admin` its permissions. Needs migrated tables."""
    Group.objects.get_or_create(name=User.Role.TRADER)
    admins, _ = Group.objects.get_or_create(name=User.Role.ADMIN)
    wanted = list(Permission.objects.filter(content_type__app_label__in=ADMIN_APPS))
    for app, codes in ADMIN_EXTRAS:
        wanted += Permission.objects.filter(content_type__app_label=app, codename__in=codes)
    admins.permissions.add(*wanted)


def role_of(user: User) -> str:
    """The role of ``user``; who is in no group counts as a trader. Prefetched groups are used."""
    is_admin = user.pk is not None and User.Role.ADMIN in {group.name for group in user.groups.all()}
    return User.Role.ADMIN if is_admin else User.Role.TRADER


@transaction.atomic
def role_set(user: User, role: str) -> None:
    """Put the saved ``user`` into the groups of ``role``; other groups stay. Admins are traders as well."""
    both = Group.objects.filter(name__in={User.Role.TRADER, User.Role.ADMIN})
    user.groups.remove(*both)
    user.groups.add(*both.filter(name__in={role, User.Role.TRADER}))
    user.is_staff = role == User.Role.ADMIN or user.is_superuser
    user.save(update_fields=["is_staff"])


@transaction.atomic
def first_login_ensure(username: str, role: str, password: str) -> FirstLogin:
    """Create ``username`` with ``role`` unless it exists; without a password one is generated."""
    if User.objects.filter(username=username).exists():
        return FirstLogin(username, "", generated=False)
    chosen = password or secrets.token_urlsafe(9)
    user = User.objects.create_user(username, password=chosen)
    role_set(user, role)
    return FirstLogin(username, chosen, generated=not password)
