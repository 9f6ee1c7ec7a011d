"""What every page needs to know of the user's preferences: theme, palette, second clock, limits."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from analysis.models import FreshnessPreference


def preferences(request: HttpRequest) -> dict[str, object]:
    """``preference``: the user's row, or the defaults for someone without one or not logged in. Read lazily."""
    return {"preference": SimpleLazyObject(lambda: _preference(request))}


def _preference(request: HttpRequest) -> FreshnessPreference:
    user = getattr(request, "user", None)
    stored = getattr(user, "freshness", None) if user is not None and user.is_authenticated else None
    return stored if isinstance(stored, FreshnessPreference) else FreshnessPreference()
