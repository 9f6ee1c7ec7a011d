"""Whether a told row can be true at all: prices, volumes and times that cannot be, and contradictions.

Pure: rows in, rows and refusals out. A refused row is not stored; it is written down with the field that
speaks against it (`universe.services.refusals`). What can be true and is not believed is another question:
see `universe.integrity`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from typing import Generic, TypeVar

from universe.sessions import SessionError, hours, session_of
from universe.types import Bar, MinuteBar, Quote, Session

T = TypeVar("T", Bar, MinuteBar, Quote)
Told = TypeVar("Told")

#: The vendor's clock and ours may differ, and the running minute ends in the future.
AHEAD_MAX = dt.timedelta(seconds=90)
VALUE_LENGTH = 60
#: No vendor told bars by wire before it.
CAME_MIN = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
NO_VALUES = frozenset({"source", "fetched_at"})
#: USD a share. The lowest is the finest tick that exchange rules allow, for shares below one dollar; the
#: highest is above ten times the dearest share there has been (Berkshire Hathaway A, some 800,000).
PRICE_MIN = 0.0001
PRICE_MAX = 10_000_000.0
#: Shares a session: the whole US market has traded some 30 billion on its busiest days.
VOLUME_MAX = 100_000_000_000.0


class Kind(StrEnum):
    """What the row is."""

    BAR = "daily_bar"
    MINUTE = "minute_bar"
    QUOTE = "quote"


class Fault(StrEnum):
    """Why a row cannot be true."""

    PRICE = "impossible_price"
    RANGE = "outside_its_range"
    VOLUME = "negative_volume"
    FUTURE = "from_the_future"
    CLOSED = "no_session"
    TWICE = "told_twice"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was refused: its ``field`` and ``value`` (at most 60 characters) speak against it.

    ``session`` and ``at`` are the row's own, None where they are not known; ``source`` is the vendor.
    """

    symbol: str
    fault: Fault
    field: str
    value: str
    source: str = ""
    session: Session | None = None
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Gated(Generic[Told]):
    """``rows`` that may be stored, each key once; ``repeated`` counts those that were told again alike."""

    rows: list[Told]
    refused: list[Refusal]
    repeated: int = 0


def bars_gate(bars: Iterable[Bar], *, now: dt.datetime) -> Gated[Bar]:
    """Daily bars of one answer: at ``now`` their sessions have to be over."""
    return _gate(bars, lambda bar: bar_refusal(bar, now=now), bar_key)


def minutes_gate(bars: Iterable[MinuteBar], *, now: dt.datetime) -> Gated[MinuteBar]:
    """Minutes as they come. One that comes again replaces, as the vendor says, so that none contradicts."""
    refused: list[Refusal] = []
    rows: list[MinuteBar] = []
    for bar in bars:
        refusal = _first_fault(bar, bar.as_of, {"close": bar.close}, {"day_volume": bar.day_volume}, now)
        if refusal is None:
            rows.append(bar)
        else:
            refused.append(refusal)
    return Gated(rows, refused)


def quotes_gate(quotes: Iterable[Quote], *, now: dt.datetime) -> Gated[Quote]:
    """Prices of one snapshot."""
    return _gate(quotes, lambda quote: _quote_refusal(quote, now), lambda quote: (quote.symbol, quote.as_of))


def told_once(rows: Iterable[T], key: Callable[[T], Hashable]) -> Gated[T]:
    """Each key once. Rows of one key that tell different values cannot both be true: none of them is kept."""
    first: dict[Hashable, T] = {}
    against: dict[Hashable, Refusal] = {}
    repeated = 0
    for row in rows:
        name = key(row)
        if name not in first:
            first[name] = row
            continue
        field = _difference(first[name], row)
        if field is None:
            repeated += 1
        else:
            against.setdefault(name, _contradiction(first[name], row, field))
    kept = [row for name, row in first.items() if name not in against] if against else list(first.values())
    return Gated(kept, list(against.values()), repeated)


def bar_key(bar: Bar) -> tuple[Session, str]:
    return bar.session, bar.symbol


def bar_refusal(bar: Bar, *, now: dt.datetime) -> Refusal | None:
    """What speaks against a daily bar by itself, None when nothing does."""
    found = _bar_fault(bar, now)
    if found is None:
        return None
    fault, field = found
    value = bar.session.isoformat() if field == "session" else _told(getattr(bar, field))
    return Refusal(bar.symbol, fault, field, value, bar.source, bar.session)


def came_fault(fetched_at: dt.datetime, *, now: dt.datetime) -> Fault | None:
    """What speaks against the moment at which a file says that a bar came; ``now`` is wall time, as it is."""
    if fetched_at > now + AHEAD_MAX:
        return Fault.FUTURE
    return Fault.UNREADABLE if fetched_at < CAME_MIN else None


def _bar_fault(bar: Bar, now: dt.datetime) -> tuple[Fault, str] | None:
    ended = _close_of(bar.session)
    if ended is None:
        return Fault.CLOSED, "session"
    if ended > now:
        return Fault.FUTURE, "session"
    for field in ("open", "high", "low", "close"):
        if not _is_price(getattr(bar, field)):
            return Fault.PRICE, field
    outside = _outside(bar)
    if outside:
        return Fault.RANGE, outside
    return None if _is_volume(bar.volume) else (Fault.VOLUME, "volume")


def _outside(bar: Bar) -> str:
    """The field that is outside the day's range, or the "high" of a range upside down; "" for none."""
    low = -math.inf if bar.low is None else bar.low
    high = math.inf if bar.high is None else bar.high
    if high < low:
        return "high"
    if not low <= bar.close <= high:
        return "close"
    return "" if bar.open is None or low <= bar.open <= high else "open"


@lru_cache(maxsize=1024)
def _close_of(session: Session) -> dt.datetime | None:
    """When a session ends, None for a day without one; half a million bars ask for a few hundred days."""
    try:
        return hours(session).close
    except SessionError:
        return None


def _quote_refusal(quote: Quote, now: dt.datetime) -> Refusal | None:
    prices = {"price": quote.price, "day_open": quote.day_open, "day_low": quote.day_low}
    return _first_fault(quote, quote.as_of, prices, {"day_volume": quote.day_volume}, now)


def _first_fault(
    row: MinuteBar | Quote,
    at: dt.datetime,
    prices: Mapping[str, float | None],
    volumes: Mapping[str, float | None],
    now: dt.datetime,
) -> Refusal | None:
    if at > now + AHEAD_MAX:
        return Refusal(row.symbol, Fault.FUTURE, "as_of", at.isoformat(), row.source, at=at)
    if not _is_known(at):
        return Refusal(row.symbol, Fault.CLOSED, "as_of", at.isoformat(), row.source, at=at)
    for field, value in prices.items():
        if not _is_price(value):
            return Refusal(row.symbol, Fault.PRICE, field, _told(value), row.source, at=at)
    for field, value in volumes.items():
        if not _is_volume(value):
            return Refusal(row.symbol, Fault.VOLUME, field, _told(value), row.source, at=at)
    return None


def _is_known(at: dt.datetime) -> bool:
    """Whether the calendar reaches a moment."""
    try:
        session_of(at)
    except SessionError:
        return False
    return True


def _is_price(value: float | None) -> bool:
    """Whether it may be a price; what is not known may."""
    return value is None or PRICE_MIN <= value <= PRICE_MAX


def _is_volume(value: float | None) -> bool:
    return value is None or 0 <= value <= VOLUME_MAX


def _gate(
    rows: Iterable[T], refusal_of: Callable[[T], Refusal | None], key: Callable[[T], Hashable]
) -> Gated[T]:
    refused: list[Refusal] = []
    possible: list[T] = []
    for row in rows:
        refusal = refusal_of(row)
        if refusal is None:
            possible.append(row)
        else:
            refused.append(refusal)
    once = told_once(possible, key)
    return Gated(once.rows, refused + once.refused, once.repeated)


def _difference(one: T, other: T) -> str | None:
    """The first field that tells another value; from whom and when a row came is no value."""
    for field in fields(one):
        if field.name not in NO_VALUES and getattr(one, field.name) != getattr(other, field.name):
            return field.name
    return None


def _contradiction(one: T, other: T, field: str) -> Refusal:
    value = _told(f"{getattr(one, field)} and {getattr(other, field)}")
    if isinstance(one, Bar):
        return Refusal(one.symbol, Fault.TWICE, field, value, one.source, session=one.session)
    return Refusal(one.symbol, Fault.TWICE, field, value, one.source, at=one.as_of)


def _told(value: object) -> str:
    return str(value)[:VALUE_LENGTH]


def counted(refused: Sequence[Refusal]) -> dict[str, int]:
    """How many rows were refused for each reason, under "refused:<reason>"."""
    counts: dict[str, int] = {}
    for one in refused:
        counts[f"refused:{one.fault}"] = counts.get(f"refused:{one.fault}", 0) + 1
    return counts
