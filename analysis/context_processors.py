"""What every page needs to know of the user's preferences: theme, palette, second clock, limits."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from analysis.models import FreshnessPreference


def preferences(request: HttpRequest) -> dict[str, object]:
    """``preference``: the user's row, else the defaults: no row, no log-in, or no PostgreSQL. Read lazily."""
    return {"preference": SimpleLazyObject(lambda: _preference(request))}


def _preference(request: HttpRequest) -> FreshnessPreference:
    user = getattr(request, "user", None)
    try:
        stored = getattr(user, "freshness", None) if user is not None and user.is_authenticated else None
    except DatabaseError:
        stored = None
    return stored if isinstance(stored, FreshnessPreference) else FreshnessPreference()
