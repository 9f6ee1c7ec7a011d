"""A feed that tells the same prices and volumes pass after pass has stopped, whatever its status says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from universe.sessions import phase
from universe.types import Quote, Session

#: Two passes are compared when they are this far apart in market time.
APART = dt.timedelta(minutes=5)
#: From this share of unchanged names on, the feed looks frozen. In five minutes most members trade.
UNCHANGED_MIN = 0.6
KEPT_SECONDS = 20 * 3600

Told = dict[str, tuple[float, float | None]]


@dataclass(frozen=True, slots=True)
class Frozen:
    """``share`` of the names told the same price and day's volume as the pass of ``since``."""

    share: float
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class _Pass:
    at: dt.datetime
    told: Told
    verdict: Frozen | None


def feed_look(session: Session, quotes: Sequence[Quote], *, now: dt.datetime) -> Frozen | None:
    """Compare a pass of the regular session with one at least five minutes before; None: it moves, or there
    is none to compare with. A pass that comes sooner gives the verdict of the one before it."""
    newest = max((quote.as_of for quote in quotes), default=now)
    if not phase(now) == phase(newest) == "regular":
        return None
    key = f"feed-pass:{settings.MARKET_WORLD}:{session.isoformat()}"
    before: _Pass | None = cache.get(key)
    if before is not None and before.at <= now < before.at + APART:
        return before.verdict
    told: Told = {quote.symbol: (quote.price, quote.day_volume) for quote in quotes}
    verdict = _verdict(before, told) if before is not None and before.at <= now else None
    cache.set(key, _Pass(now, told, verdict), KEPT_SECONDS)
    return verdict


def _verdict(before: _Pass, told: Told) -> Frozen | None:
    same = sum(before.told.get(symbol) == row for symbol, row in told.items())
    if not told or same < UNCHANGED_MIN * len(told):
        return None
    since = before.verdict.since if before.verdict else before.at
    return Frozen(same / len(told), since)
