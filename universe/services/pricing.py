"""Which vendor prices a pass, and how far its prices are behind the market."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from universe.benchmarks import FUNDS
from universe.errors import NotEntitled
from universe.sessions import hours
from universe.sources import facts_source, lag_observed, price_source
from universe.sources.base import Parsed
from universe.sources.fmp.parse import VENDOR as FMP
from universe.types import Quote, Session

logger = logging.getLogger(__name__)

#: Prices further behind are those of a delayed plan, not prices on their way.
DELAY_MIN = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Priced:
    """The quotes that could be had and whose they are. ``end_of_day``: no plan has prices of the session."""

    parsed: Parsed[Quote]
    source: str
    end_of_day: bool = False


def quotes_fetch(wanted: Sequence[str]) -> Priced:
    """The whole market in one call; where the plan lacks that, the other vendor's quotes of ``wanted``.

    Raises `SourceError` when a vendor that could answer does not.
    """
    source = price_source()
    try:
        return Priced(source.fetch_quotes(), source.name)
    except NotEntitled as exc:
        logger.info("no snapshot in the plan (%s); the other vendor is asked", exc)
    other = facts_source()
    if other.name == source.name:
        return Priced(Parsed([], Counter(not_entitled=1)), source.name, end_of_day=True)
    try:
        return Priced(other.fetch_context(wanted), other.name)
    except NotEntitled:
        return Priced(Parsed([], Counter(not_entitled=1)), other.name, end_of_day=True)


def prices_end(session: Session, source: str) -> dt.datetime:
    """When the prices of a session stop: FMP's quotes stand still from the close on."""
    day = hours(session)
    return day.close if source == FMP else day.post_close


def lag_measure(quotes: Iterable[Quote], *, now: dt.datetime, source: str) -> dt.timedelta | None:
    """How far the newest price of the funds, which trade every minute, is behind ``now``; None without one.

    It is kept for the health and operations pages, by vendor.
    """
    newest = max((quote.as_of for quote in quotes if quote.symbol in FUNDS), default=None)
    if newest is None:
        return None
    lag = max(dt.timedelta(), now - newest)
    lag_observed(source, lag.total_seconds())
    return lag
