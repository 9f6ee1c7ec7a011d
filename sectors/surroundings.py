"""What stands around the cards: benchmarks, breadth and releases, read from the tables."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from django.db import DatabaseError

from sectors.last_known import LastKnown
from sectors.presenters.strip import Release, Strip, strip_of
from sectors.types import CardData
from universe.postgresql import is_refusal
from universe.selectors import ContextRow, benchmarks, releases_between
from universe.sessions import ET

CALENDAR_DAYS = dt.timedelta(days=2)
IMPACTS = ("High", "Medium", "Low")
COUNTRY = "US"

logger = logging.getLogger(__name__)

_prices: LastKnown[list[ContextRow]] = LastKnown(1)
#: By the beginning of their first day.
_releases: LastKnown[list[Release]] = LastKnown(8)


def strip_now(cards: Sequence[CardData], releases: Sequence[Release] | None, now: dt.datetime) -> Strip:
    """The strip; while PostgreSQL is away with the prices that were read last, or with words in their place.
    ``releases`` None: they cannot be read."""
    try:
        prices = _prices.read("newest", lambda: list(benchmarks().values()))
    except DatabaseError as exc:
        _failed("The prices around the cards", exc)
        return strip_of(cards, None, releases, now)
    return strip_of(cards, prices, releases, now)


def strip_past(
    payload: Mapping[str, Any] | None,
    cards: Sequence[CardData],
    releases: Sequence[Release] | None,
    at: dt.datetime,
) -> Strip:
    """The strip as it stood ``at`` a past moment: the benchmark that the board was made with, nothing counts
    down."""
    stored = ((payload or {}).get("context") or {}).get("benchmark")
    prices = []
    if payload and stored and stored["last"] is not None:
        as_of = dt.datetime.fromisoformat(payload["as_of"])
        prices = [ContextRow(stored["symbol"], stored["last"], stored["previous_close"], as_of, "")]
    strip = strip_of(cards, prices, releases, at)
    return replace(strip, items=tuple(replace(item, countdown_ms=0) for item in strip.items))


def releases_past(at: dt.datetime) -> list[Release] | None:
    """The releases as they were known ``at`` a past moment: figures of later ones were not out. None: they
    cannot be read."""
    releases = releases_now(at)
    if releases is None:
        return None
    return [_not_yet_out(release) if release.at > at else release for release in releases]


def _not_yet_out(release: Release) -> Release:
    """A copy: what was read may be shown again to others."""
    shown = copy(release)
    shown.actual = None
    return shown


def releases_now(now: dt.datetime) -> list[Release] | None:
    """US releases of today and tomorrow, while PostgreSQL is away as they were read last; None: they cannot
    be read."""
    today = now.astimezone(ET).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return _releases.read(today, lambda: _releases_from(today))
    except DatabaseError as exc:
        _failed("The releases", exc)
        return None


def _failed(what: str, error: DatabaseError) -> None:
    """The board goes on without; an outage is told elsewhere, a statement that failed here."""
    if is_refusal(error):
        logger.error("%s could not be read: %s", what, error, exc_info=error)


def _releases_from(today: dt.datetime) -> list[Release]:
    found = list(releases_between(today, today + CALENDAR_DAYS, impact=""))
    ours = [release for release in found if release.country == COUNTRY and release.impact in IMPACTS]
    return sorted(ours, key=lambda release: IMPACTS.index(release.impact))
