"""What every page needs to know of the user's preferences: theme, palette, second clock, limits."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from analysis.models import FreshnessPreference
from analysis.selectors import preference_of


def preferences(request: HttpRequest) -> dict[str, object]:
    """``preference``: the user's row, else the defaults: no row, no log-in, or no PostgreSQL. Read lazily."""
    return {"preference": SimpleLazyObject(lambda: _preference(request))}


def _preference(request: HttpRequest) -> FreshnessPreference:
    try:
        return preference_of(getattr(request, "user", AnonymousUser()))
    except DatabaseError:
        return FreshnessPreference()
