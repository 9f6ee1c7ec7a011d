"""What stands around the cards: benchmarks, breadth and releases, read from the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import DatabaseError

from sectors.presenters.strip import Release, Strip, strip_of
from sectors.types import CardData
from universe.selectors import benchmarks, releases_between
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


def releases_now(now: dt.datetime) -> list[Release]:
    """US releases of today and tomorrow; none while PostgreSQL is away."""
    today = now.astimezone(ET).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        found = [
            release
            for impact in IMPACTS
            for release in releases_between(today, today + CALENDAR_DAYS, impact=impact)
        ]
    except DatabaseError:
        return []
    return [release for release in found if release.country == COUNTRY]
