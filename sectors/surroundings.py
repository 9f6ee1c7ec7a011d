"""What stands around the cards: benchmarks, breadth and releases, read from the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import DatabaseError

from sectors.presenters.strip import Release, Strip, strip_of
from sectors.types import CardData
from universe.selectors import ContextRow, benchmarks, releases_between
from universe.sessions import ET

CALENDAR_DAYS = dt.timedelta(days=2)
IMPACTS = ("High", "Medium", "Low")
COUNTRY = "US"


def strip_now(cards: Sequence[CardData], releases: Sequence[Release], now: dt.datetime) -> Strip:
    """The strip; without figures of the market while PostgreSQL is away."""
    try:
        prices = list(benchmarks().values())
    except DatabaseError:
        prices = []
    return strip_of(cards, prices, releases, now)


def strip_past(
    payload: Mapping[str, Any] | None, cards: Sequence[CardData], releases: Sequence[Release], at: dt.datetime
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


def releases_past(at: dt.datetime) -> list[Release]:
    """The releases as they were known ``at`` a past moment: figures of later ones were not out."""
    releases = releases_now(at)
    for release in releases:
        if release.at > at:
            release.actual = None
    return releases


def releases_now(now: dt.datetime) -> list[Release]:
    """US releases of today and tomorrow; none while PostgreSQL is away."""
    today = now.astimezone(ET).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        found = list(releases_between(today, today + CALENDAR_DAYS, impact=""))
    except DatabaseError:
        return []
    ours = [release for release in found if release.country == COUNTRY and release.impact in IMPACTS]
    return sorted(ours, key=lambda release: IMPACTS.index(release.impact))
