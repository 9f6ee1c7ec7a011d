"""Whose limits and what time the board is drawn with, for the page and for the push alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Protocol

from django.db import DatabaseError
from django.utils import timezone

from sectors.types import ViewLimits
from universe.clock import ClockUnavailableError, market_now
from universe.sessions import ET


class Limits(Protocol):
    """What a user's preferences say about age, in minutes of session time."""

    fresh_minutes: int
    stale_minutes: int


def viewer_limits(user: Any) -> ViewLimits:
    """The user's own limits: the one-to-one row ``freshness`` of whoever keeps preferences.

    The defaults stand in for someone without a row, and while PostgreSQL is away.
    """
    try:
        stored: Limits | None = getattr(user, "freshness", None)
    except DatabaseError:
        stored = None
    return ViewLimits(stored.fresh_minutes, stored.stale_minutes) if stored else ViewLimits()


def board_now(payload: Mapping[str, Any] | None) -> dt.datetime:
    """Market time; while a simulated market's clock was never reached, the moment of the board itself."""
    try:
        return market_now()
    except ClockUnavailableError:
        if payload:
            return dt.datetime.fromisoformat(payload["published_at"])
        return timezone.now().astimezone(ET)
