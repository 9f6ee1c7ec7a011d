"""Who is logged in, also while PostgreSQL is away, and where nobody need be."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.db.models import Case, OuterRef, Q, Value, When
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from analysis.models import FreshnessPreference
from sectorlight.models import User
from sectorlight.outage import database_away
from sectorlight.sessions import SessionStore, session_loaded, session_stands
from sectors.last_known import LastKnown

FIELDS = ("id", "username", "first_name", "last_name", "email", "is_staff", "is_active", "is_superuser")
KEPT_SECONDS = 12 * 3600
#: A user is written to the cache at most this often by one process.
REMEMBER_EVERY_SECONDS = 60.0

#: Stands where the copy stood of a user who was changed, deactivated or deleted: nobody is let in by it.
GONE: dict[str, Any] = {"is_gone": True}

_remembered_at: dict[Any, float] = {}
#: For when Redis is away too, or has lost its copy; with the moment (monotonic seconds) it was made.
_copies: LastKnown[tuple[dict[str, Any], float]] = LastKnown(2_000)


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
        except (OperationalError, InterfaceError) as exc:
            return database_away(request, exc)


#: What staff may do, of their own and by their groups; None for everybody else.
_GRANTED = Case(
    When(
        is_staff=True,
        then=ArraySubquery(
            Permission.objects.order_by()
            .filter(Q(user=OuterRef("pk")) | Q(group__user=OuterRef("pk")))
            .values_list(Concat("content_type__app_label", Value("."), "codename"))
        ),
    )
)


class EnduringBackend(ModelBackend):
    """Takes users from the database with their preferences and rights, in one query, and from the cache
    while the database is away.

    The copy, in the cache and in memory, holds the preferences and no password; the session is checked with
    the same hash as always, so a changed password ends the session also here. The query asks as well whether
    the session has its row: Redis may not know that it was ended.
    """

    def get_user(self, user_id: Any) -> User | None:
        session = session_loaded(user_id)
        try:
            found = User.objects.select_related("freshness")
            user = found.annotate(granted=_GRANTED, has_session=session_stands(session)).get(pk=user_id)
        except User.DoesNotExist:
            _forget(user_id)
            return None
        except (OperationalError, InterfaceError):
            return _remembered(user_id)
        if not user.has_session:
            SessionStore(session).forget()
            return None
        if not self.user_can_authenticate(user):
            _forget(user_id)
            return None
        if user.granted is not None and not user.is_superuser:
            # Where Django keeps what `get_all_permissions` found.
            user._perm_cache = set(user.granted)  # type: ignore[attr-defined]
        _remember(user)
        return user


def user_changed(user_id: int) -> None:
    """What was remembered of the user counts no longer, in any process: a deactivated one and a session of
    the old password are out also while PostgreSQL is away. Who may still log in is remembered anew."""
    _remembered_at.pop(user_id, None)
    _keep(user_id, GONE)
    EnduringBackend().get_user(user_id)


def _key(user_id: Any) -> str:
    return f"user:{user_id}"


def _remember(user: User) -> None:
    if _is_told(user.pk, is_gone=False):
        return
    copy = {
        "fields": {name: getattr(user, name) for name in FIELDS},
        "hash": user.get_session_auth_hash(),
        "preference": _preference_of(user),
    }
    _keep(user.pk, copy)


def _forget(user_id: Any) -> None:
    if not _is_told(user_id, is_gone=True):
        _keep(user_id, GONE)


def _is_told(user_id: Any, *, is_gone: bool) -> bool:
    """Whether the same was told of the user a moment ago."""
    known = _copies.get(user_id)
    is_recent = (
        time.monotonic() - _remembered_at.get(user_id, -REMEMBER_EVERY_SECONDS) < REMEMBER_EVERY_SECONDS
    )
    return is_recent and (known is not None and known[0] is GONE) is is_gone


def _keep(user_id: Any, copy: dict[str, Any]) -> None:
    _remembered_at[user_id] = time.monotonic()
    _copies.keep(user_id, (copy, time.monotonic()))
    cache.set(_key(user_id), copy, KEPT_SECONDS)


def _preference_of(user: User) -> dict[str, Any] | None:
    """The user's preferences by field; None without a row."""
    stored = getattr(user, "freshness", None)
    return (
        {field.attname: getattr(stored, field.attname) for field in stored._meta.concrete_fields}
        if stored
        else None
    )


def _copy_of(user_id: Any) -> dict[str, Any] | None:
    """The newest copy, of all processes; memory's when Redis has none. What this process knows to be gone
    stays gone, whatever Redis missed meanwhile."""
    kept, at = _copies.get(user_id) or (None, 0.0)
    if kept is GONE:
        return kept
    if time.monotonic() - at > KEPT_SECONDS:
        kept = None
    found: dict[str, Any] | None = cache.get(_key(user_id)) or kept
    return found


def _remembered(user_id: Any) -> User | None:
    copy = _copy_of(user_id)
    if copy is None or copy == GONE:
        return None
    user = User(**copy["fields"])
    user._state.adding = False
    user.get_session_auth_hash = lambda: copy["hash"]  # type: ignore[method-assign]
    preference = FreshnessPreference(**copy.get("preference") or {"user_id": user.pk})
    preference._state.adding = False
    # What a page asks of the user's preferences is answered without a query.
    user._state.fields_cache["freshness"] = preference
    return user
