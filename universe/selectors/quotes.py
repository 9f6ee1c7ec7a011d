"""Prices within a session: the newest, those of half an hour ago, and the benchmarks'."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection

from universe.benchmarks import CONTEXT
from universe.models import MarketContext
from universe.sessions import hours, minute_end, minute_start, phase, session_of

# A halt is told by snapshots; a minute bar of the minute before it may carry a later time.
HALT_WITHIN = dt.timedelta(seconds=61)

_NEWEST = """
    SELECT wanted.symbol, quote.price, quote.as_of, traded.day_volume, told.day_open, told.day_low,
           quote.interpolated,
           EXISTS (
               SELECT 1 FROM universe_minutequote halt
               WHERE halt.symbol = wanted.symbol AND halt.halted
                 AND halt.as_of BETWEEN quote.as_of - %(halt_within)s AND quote.as_of
                 -- Bounds that stand before the first row is read spare the other chunks.
                 AND halt.as_of BETWEEN %(first)s AND %(last)s
           ){more}
    FROM unnest(%(symbols)s::text[]) AS wanted(symbol)
    CROSS JOIN LATERAL (
        SELECT price, as_of, interpolated FROM universe_minutequote
        WHERE symbol = wanted.symbol AND as_of BETWEEN %(first)s AND %(last)s
        ORDER BY as_of DESC LIMIT 1
    ) quote
    LEFT JOIN LATERAL (
        SELECT day_volume FROM universe_minutequote
        WHERE symbol = wanted.symbol AND as_of BETWEEN %(first)s AND %(last)s AND day_volume IS NOT NULL
        ORDER BY as_of DESC LIMIT 1
    ) traded ON true
    LEFT JOIN LATERAL (
        SELECT day_open, day_low FROM universe_minutequote
        WHERE symbol = wanted.symbol AND as_of BETWEEN %(first)s AND %(last)s AND day_open IS NOT NULL
        ORDER BY as_of DESC LIMIT 1
    ) told ON true
"""
_EARLIER = """
    LEFT JOIN LATERAL (
        SELECT price, as_of FROM universe_minutequote
        WHERE symbol = wanted.symbol AND as_of BETWEEN %(earlier_first)s AND %(earlier_last)s
        ORDER BY as_of DESC LIMIT 1
    ) earlier ON true
"""
_NEWEST_AND_EARLIER = _NEWEST.format(more=", earlier.price, earlier.as_of") + _EARLIER
_AT_OR_BEFORE = """
    SELECT wanted.symbol, quote.price, quote.as_of, quote.interpolated
    FROM unnest(%(symbols)s::text[]) AS wanted(symbol)
    CROSS JOIN LATERAL (
        SELECT price, as_of, interpolated FROM universe_minutequote
        WHERE symbol = wanted.symbol AND as_of BETWEEN %(first)s AND %(last)s
        ORDER BY as_of DESC LIMIT 1
    ) quote
"""

_NEAREST = """
    SELECT wanted.symbol, quote.price, quote.as_of, quote.interpolated
    FROM unnest(%(symbols)s::text[]) AS wanted(symbol)
    CROSS JOIN LATERAL (
        SELECT price, as_of, interpolated FROM (
            (SELECT price, as_of, interpolated FROM universe_minutequote
             WHERE symbol = wanted.symbol AND as_of BETWEEN %(first)s AND %(moment)s
             ORDER BY as_of DESC LIMIT 1)
            UNION ALL
            (SELECT price, as_of, interpolated FROM universe_minutequote
             WHERE symbol = wanted.symbol AND as_of > %(moment)s AND as_of <= %(last)s
             ORDER BY as_of LIMIT 1)
        ) beside
        ORDER BY greatest(as_of - %(moment)s, %(moment)s - as_of), as_of LIMIT 1
    ) quote
"""


@dataclass(frozen=True, slots=True)
class ContextRow:
    """The newest price of a benchmark or index. ``change_pct`` None: one of the two prices is not known."""

    symbol: str
    price: float
    previous_close: float | None
    as_of: dt.datetime
    source: str

    @property
    def change_pct(self) -> float | None:
        return 100 * (self.price / self.previous_close - 1) if self.previous_close else None


@dataclass(frozen=True, slots=True)
class QuoteWithReference:
    """The newest price, and the last one of some time ago in the same part of the session. USD and shares;
    None: not told."""

    price: float
    as_of: dt.datetime
    day_volume: float | None
    day_open: float | None
    day_low: float | None
    interpolated: bool
    halted: bool
    earlier_price: float | None
    earlier_at: dt.datetime | None


def quotes_newest(symbols: Sequence[str], as_of: dt.datetime) -> pd.DataFrame:
    """The newest price at or before ``as_of``, of its session only; one row a symbol, in their order.

    Columns: price (USD), as_of (aware, NaT without a print today), day_volume (shares from 4:00), day_open
    and day_low (USD) as last told, halted, interpolated. A symbol without a print has NaN and False.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST.format(more=""), _newest(symbols, as_of))
        rows = cursor.fetchall()
    columns = ["symbol", "price", "as_of", "day_volume", "day_open", "day_low", "interpolated", "halted"]
    frame = pd.DataFrame(rows, columns=columns).set_index("symbol").reindex(list(symbols))
    for name in ("price", "day_volume", "day_open", "day_low"):
        frame[name] = frame[name].astype(np.float64)
    for name in ("interpolated", "halted"):
        frame[name] = frame[name].eq(True)
    frame["as_of"] = pd.to_datetime(frame["as_of"], utc=True)
    return frame[["price", "as_of", "day_volume", "day_open", "day_low", "halted", "interpolated"]]


def prices_newest(symbols: Sequence[str], as_of: dt.datetime) -> dict[str, float]:
    """The price alone (USD) of `quotes_newest`, of the symbols that have a print: for few, and often."""
    first = hours(session_of(as_of)).pre_open
    with connection.cursor() as cursor:
        cursor.execute(_AT_OR_BEFORE, {"symbols": list(symbols), "first": first, "last": as_of})
        return {row[0]: row[1] for row in cursor.fetchall()}


def quotes_with_references(
    symbols: Sequence[str], as_of: dt.datetime, minutes: int = 30
) -> dict[str, QuoteWithReference]:
    """What `quotes_newest` and `reference_prices` tell of few symbols, in one query; one without a print in
    the session is absent. By the minute: the newest print until this minute ends, and the last one until
    ``minutes`` before it began."""
    last = minute_start(as_of) - dt.timedelta(minutes=minutes)
    moments = {"last": minute_end(as_of), "earlier_first": _phase_start(as_of), "earlier_last": last}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_AND_EARLIER, _newest(symbols, as_of) | moments)
        return {row[0]: QuoteWithReference(*row[1:]) for row in cursor.fetchall()}


def _newest(symbols: Sequence[str], as_of: dt.datetime) -> dict[str, Any]:
    first = hours(session_of(as_of)).pre_open
    return {"symbols": list(symbols), "first": first, "last": as_of, "halt_within": HALT_WITHIN}


def reference_prices(
    symbols: Sequence[str], as_of: dt.datetime, minutes: int = 30, *, same_phase: bool = True
) -> pd.DataFrame:
    """The last price at or before ``minutes`` ago, of the same session; one row a symbol, in their order.

    The columns of `prices_between`. ``same_phase`` does not look across 9:30 or 16:00.
    """
    last = as_of - dt.timedelta(minutes=minutes)
    first = _phase_start(as_of) if same_phase else hours(session_of(as_of)).pre_open
    return prices_between(symbols, first, last)


def regular_closes(symbols: Sequence[str], as_of: dt.datetime) -> pd.DataFrame:
    """The last price of the regular hours of the session, once they are over: as `reference_prices` gives
    them; before their end every price is NaN."""
    day = hours(session_of(as_of))
    if as_of < day.close:
        return prices_between(symbols, day.close, day.open)
    return prices_between(symbols, day.open, day.close)


def prices_between(symbols: Sequence[str], first: dt.datetime, last: dt.datetime) -> pd.DataFrame:
    """The last price of each symbol from ``first`` to ``last``, both included; one row a symbol, in their
    order.

    Columns: price (USD, NaN without one), as_of (aware, NaT without one), interpolated.
    """
    return _prices(_AT_OR_BEFORE, symbols, {"first": first, "last": last})


def prices_nearest(
    symbols: Sequence[str], moment: dt.datetime, *, first: dt.datetime, last: dt.datetime
) -> pd.DataFrame:
    """The price of each symbol that is nearest to ``moment`` from ``first`` to ``last``, both included; of
    two as near the earlier. The columns of `prices_between`."""
    return _prices(_NEAREST, symbols, {"moment": moment, "first": first, "last": last})


def _prices(query: str, symbols: Sequence[str], moments: Mapping[str, dt.datetime]) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(query, {"symbols": list(symbols), **moments})
        rows = cursor.fetchall()
    columns = ["symbol", "price", "as_of", "interpolated"]
    frame = pd.DataFrame(rows, columns=columns).set_index("symbol").reindex(list(symbols))
    frame["price"] = frame["price"].astype(np.float64)
    frame["interpolated"] = frame["interpolated"].eq(True)
    frame["as_of"] = pd.to_datetime(frame["as_of"], utc=True)
    return frame


def _phase_start(as_of: dt.datetime) -> dt.datetime:
    day = hours(session_of(as_of))
    return {"pre": day.pre_open, "regular": day.open}.get(phase(as_of), day.close)


def benchmarks() -> dict[str, ContextRow]:
    """The newest price of each benchmark and index that is known: IWM, SPY, QQQ, ^VIX."""
    return {
        row.symbol: ContextRow(row.symbol, row.price, row.previous_close, row.as_of, row.source)
        for row in MarketContext.objects.filter(symbol__in=CONTEXT)
    }
