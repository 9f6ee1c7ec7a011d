"""Catalysts as they were known at a moment: the recent ones, each sector's rate, what dilutes whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Min

from analysis.catalysts import Catalyst, CatalystKind, DilutionFlag, dilution_flags, distinct
from analysis.engine.catalysts import RATE_SESSIONS, WINDOW, Density, densities
from analysis.models import CatalystEvent
from universe.models import StockUniverse
from universe.selectors import FILINGS, news_covered_from
from universe.sessions import (
    ET,
    hours,
    minute_end,
    minute_start,
    previous_session,
    session_of,
    session_offset,
)

DILUTING = (CatalystKind.OFFERING, CatalystKind.DILUTION)
#: The longest that a flag of dilution stands.
DILUTION_REACH = dt.timedelta(days=3 * 365 + 1)

#: How far back a stock's page looks.
SHOWN_BACK = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CatalystFindings:
    """What a frame takes from the catalysts: ``recent`` distinct events of its members, newest last, the
    ``densities`` by sector, the standing kinds of ``dilution`` by symbol, and the close since which an event
    may be the cause of today's move."""

    recent: tuple[Catalyst, ...] = ()
    densities: dict[str, Density] = field(default_factory=dict)
    dilution: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cause_from: dt.datetime | None = None


def catalyst_findings(as_of: dt.datetime, sectors: Mapping[str, str]) -> CatalystFindings:
    """The catalysts at market time ``as_of`` of the members that ``sectors`` maps to their sector's slug."""
    earlier = list(_earlier(as_of, news_covered_from(as_of)))
    cause_from = hours(previous_session(session_of(as_of))).close
    recent_from = min(as_of - WINDOW, cause_from)
    first = min([recent_from, *(moment - WINDOW for moment in earlier)])
    events = catalysts_between(first, as_of, symbols=list(sectors))
    return CatalystFindings(
        recent=tuple(event for event in events if event.at > recent_from),
        densities=densities(_counted(events, as_of, earlier), sectors, as_of, earlier=earlier),
        dilution={symbol: flag.kinds for symbol, flag in dilution_of(list(sectors), as_of).items()},
        cause_from=cause_from,
    )


def _counted(
    events: Sequence[Catalyst], as_of: dt.datetime, earlier: Sequence[dt.datetime]
) -> Sequence[Catalyst]:
    """The events that make a sector's rate: papers only where they are known as far back as the news."""
    papers = news_covered_from(as_of, kinds=FILINGS)
    if papers is not None and earlier and papers <= earlier[-1] - WINDOW:
        return events
    return [event for event in events if not event.form]


def _earlier(as_of: dt.datetime, covered: dt.datetime | None) -> Iterator[dt.datetime]:
    """The same time of day in up to 20 sessions, newest first, of which the 24 hours before are known."""
    session = session_of(as_of)
    local = as_of.astimezone(ET)
    for back in range(1, RATE_SESSIONS + 1):
        day = session_offset(session, -back)
        moment = dt.datetime.combine(day, local.time(), tzinfo=ET)
        if covered is None or moment - WINDOW < covered:
            return
        yield moment


def catalysts_are_short(as_of: dt.datetime) -> bool:
    """Whether news are missing of the 20 sessions that a sector's rate is taken from."""
    return len(list(_earlier(as_of, news_covered_from(as_of)))) < RATE_SESSIONS


def catalysts_between(
    first: dt.datetime, last: dt.datetime, *, symbols: Collection[str] | None = None
) -> list[Catalyst]:
    """The distinct catalysts of (first, last], of ``symbols`` (None: of all), oldest first."""
    rows = CatalystEvent.objects.filter(at__gt=first, at__lte=last)
    if symbols is not None:
        rows = rows.filter(symbol__in=symbols)
    found = distinct(map(catalyst_of, rows))
    return sorted(found, key=lambda one: (one.at, one.symbol, one.key))


def dilution_of(symbols: Collection[str], as_of: dt.datetime) -> dict[str, DilutionFlag]:
    """What new shares may come at ``as_of``, by symbol; a stock without such papers or news is absent."""
    rows = CatalystEvent.objects.filter(
        symbol__in=symbols, kind__in=DILUTING, at__gt=as_of - DILUTION_REACH, at__lte=as_of
    )
    return dilution_flags(map(catalyst_of, rows), as_of)


@dataclass(frozen=True, slots=True)
class StockCatalysts:
    """One stock's distinct ``events`` of the last 30 days, and its standing flag of ``dilution``."""

    events: tuple[Catalyst, ...] = ()
    dilution: DilutionFlag | None = None


def stock_catalysts(symbol: str, now: dt.datetime) -> StockCatalysts:
    """What is known of one stock at market time ``now``."""
    first = now - DILUTION_REACH
    # Asked for by the minute, a page that is opened again may have the same answer.
    rows = CatalystEvent.objects.filter(symbol=symbol, at__gt=minute_start(first), at__lte=minute_end(now))
    told = [catalyst_of(row) for row in rows if first < row.at <= now]
    return StockCatalysts(
        events=tuple(distinct(one for one in told if one.at > now - SHOWN_BACK)),
        dilution=dilution_flags(told, now).get(symbol),
    )


def catalysts_since(moment: dt.datetime, now: dt.datetime) -> int:
    """How many members had news of how many classes after ``moment``: one for each company and class."""
    members = StockUniverse.objects.values("symbol")
    rows = CatalystEvent.objects.filter(at__gt=moment, at__lte=minute_end(now), symbol__in=members)
    firsts = rows.order_by().values("symbol", "kind").annotate(first=Min("at"))
    return sum(first <= now for first in firsts.values_list("first", flat=True))


def catalyst_of(row: CatalystEvent) -> Catalyst:
    """The stored row as the rules gave it."""
    values = {name: getattr(row, name) for name in Catalyst.__slots__}
    return Catalyst(**(values | {"kind": CatalystKind(row.kind)}))
