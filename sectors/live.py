"""Whose limits and view and what time the board is drawn with, for the page and for the push alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Protocol

from django.db import DatabaseError
from django.utils import timezone

from sectors.places import SLUGS
from sectors.types import ViewLimits
from universe.clock import ClockUnavailableError, market_now
from universe.sessions import ET

#: Ways to draw the eight lights, each under an address of its own (``/?view=``), the first without one too.
BOARD_VIEW, COMPACT_VIEW = VIEWS = ("board", "compact")
#: What "/" may show besides: a page of its own.
ALERTS_VIEW = "alerts"


class Preference(Protocol):
    """What is read here of a user's preferences; ages in minutes of session time."""

    fresh_minutes: int
    stale_minutes: int
    default_view: str


def viewer_limits(user: Any) -> ViewLimits:
    """The user's own limits; the defaults stand in for someone without any, and while PostgreSQL is away."""
    stored = _preference(user)
    return ViewLimits(stored.fresh_minutes, stored.stale_minutes) if stored else ViewLimits()


def viewer_home(user: Any) -> str:
    """What the user wants "/" to show: a view, `ALERTS_VIEW` or a sector's slug. A stored word that means
    nothing is the board."""
    stored = _preference(user)
    wanted = stored.default_view if stored else BOARD_VIEW
    return wanted if wanted in (*VIEWS, ALERTS_VIEW, *SLUGS) else BOARD_VIEW


def _preference(user: Any) -> Preference | None:
    """The one-to-one row ``freshness`` of whoever keeps preferences; None without one, or PostgreSQL."""
    try:
        stored: Preference | None = getattr(user, "freshness", None)
    except DatabaseError:
        return None
    return stored


def board_now(payload: Mapping[str, Any] | None) -> dt.datetime:
    """Market time; while a simulated market's clock was never reached, the moment of the board itself."""
    try:
        return market_now()
    except ClockUnavailableError:
        if payload:
            return dt.datetime.fromisoformat(payload["published_at"])
        return timezone.now().astimezone(ET)
