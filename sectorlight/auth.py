"""Who is logged in, also while PostgreSQL is away, and where nobody need be."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from sectorlight.models import User
from sectorlight.outage import database_away

FIELDS = ("id", "username", "first_name", "last_name", "email", "is_staff", "is_active", "is_superuser")
KEPT_SECONDS = 12 * 3600
#: A user is written to the cache at most this often by one process.
REMEMBER_EVERY_SECONDS = 60.0

_remembered_at: dict[int, float] = {}


class LoginRequiredUnlessOpen(LoginRequiredMiddleware):
    """Django's, but a view open to everybody loads no session and no user: a sign of life asks no server.

    Without Redis and PostgreSQL nobody knows who asks; the page says what is away.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        try:
            return super().process_view(request, view_func, view_args, view_kwargs)
        except (OperationalError, InterfaceError):
            return database_away()


class EnduringBackend(ModelBackend):
    """Takes users from the database, and from the cache while the database is away.

    The cached copy holds no password; the session is checked against the same hash as always, so a changed
    password ends the session also here.
    """

    def get_user(self, user_id: Any) -> User | None:
        try:
            user = super().get_user(user_id)
        except (OperationalError, InterfaceError):
            return _remembered(user_id)
        if isinstance(user, User):
            _remember(user)
            return user
        return None


def _key(user_id: int) -> str:
    return f"user:{user_id}"


def _remember(user: User) -> None:
    now = time.monotonic()
    if now - _remembered_at.get(user.pk, -REMEMBER_EVERY_SECONDS) < REMEMBER_EVERY_SECONDS:
        return
    _remembered_at[user.pk] = now
    fields = {name: getattr(user, name) for name in FIELDS}
    cache.set(_key(user.pk), {"fields": fields, "hash": user.get_session_auth_hash()}, KEPT_SECONDS)


def _remembered(user_id: int) -> User | None:
    copy = cache.get(_key(user_id))
    if copy is None:
        return None
    user = User(**copy["fields"])
    user._state.adding = False
    user.get_session_auth_hash = lambda: copy["hash"]  # type: ignore[method-assign]
    return user
