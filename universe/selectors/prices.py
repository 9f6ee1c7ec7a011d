"""Daily prices as wide frames: one row a session, one column a symbol, float64, NaN is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection
from numpy.typing import NDArray

from universe.adjustment import price_factors
from universe.models import StockSplit
from universe.sessions import session_of, session_offset, sessions_between
from universe.types import Session, Split

FloatArray = NDArray[np.float64]

#: A split that is listed twice is so within ten days; the closes of more sessions tell which one to believe.
DOUBLE_SESSIONS = 10

#: The correction in force of each bar between two sessions.
NEWEST_CORRECTIONS = """
    SELECT DISTINCT ON (session, symbol) * FROM universe_barcorrection
    WHERE session BETWEEN %s AND %s ORDER BY session, symbol, number DESC
"""
# Corrections come as rows of their own, oldest first: to join half a million bars with a few costs more.
_ONE_ROW_A_SESSION = """
    SELECT session, array_agg(symbol), array_agg(open), array_agg(high), array_agg(low), array_agg(close),
           array_agg(volume), false
    FROM universe_dailybar
    WHERE session = ANY(%s) AND (%s::text[] IS NULL OR symbol = ANY(%s))
    GROUP BY session
    UNION ALL
    SELECT session, array_agg(symbol ORDER BY number), array_agg(open ORDER BY number),
           array_agg(high ORDER BY number), array_agg(low ORDER BY number), array_agg(close ORDER BY number),
           array_agg(volume ORDER BY number), true
    FROM universe_barcorrection
    WHERE session = ANY(%s) AND (%s::text[] IS NULL OR symbol = ANY(%s))
    GROUP BY session
"""
_STORED = """
    SELECT wanted FROM unnest(%s::date[]) AS wanted
    WHERE EXISTS (SELECT 1 FROM universe_dailybar WHERE session = wanted)
"""


@dataclass(frozen=True, slots=True)
class PriceFrame:
    """Five frames [session x symbol] of the same shape, oldest session first, every session of the calendar.

    Prices are USD and volumes shares, adjusted for the splits up to and with ``adjusted_to``.
    """

    adjusted_to: Session
    open: pd.DataFrame
    high: pd.DataFrame
    low: pd.DataFrame
    close: pd.DataFrame
    volume: pd.DataFrame

    @property
    def symbols(self) -> list[str]:
        return [str(symbol) for symbol in self.close.columns]

    @property
    def sessions(self) -> list[Session]:
        return list(self.close.index)


@dataclass(frozen=True, slots=True)
class BarArrays:
    """The same as arrays, as the vendor sent them: not adjusted."""

    sessions: list[Session]
    symbols: list[str]
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray


def price_frame(symbols: Sequence[str], as_of: dt.datetime, sessions: int = 26) -> PriceFrame:
    """The ``sessions`` sessions before the one that ``as_of`` lies in (that one is never inside).

    Columns are ``symbols`` in their order; a session or symbol without bars is NaN, never left out.
    """
    today = session_of(as_of)
    bars = bar_arrays(sessions_before(today, sessions), symbols)
    factors = price_factors(
        splits_until(today, symbols), sessions=bars.sessions, symbols=bars.symbols, closes=bars.close
    )

    def wide(values: FloatArray) -> pd.DataFrame:
        return pd.DataFrame(values, index=pd.Index(bars.sessions, name="session"), columns=bars.symbols)

    return PriceFrame(
        adjusted_to=today,
        open=wide(bars.open * factors),
        high=wide(bars.high * factors),
        low=wide(bars.low * factors),
        close=wide(bars.close * factors),
        volume=wide(bars.volume / factors),
    )


def sessions_before(session: Session, count: int) -> list[Session]:
    """The ``count`` sessions before ``session``, oldest first."""
    return [session_offset(session, -back) for back in range(count, 0, -1)]


def sessions_stored(wanted: Sequence[Session]) -> set[Session]:
    """Those of ``wanted`` that have bars."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [list(wanted)])
        return {row[0] for row in cursor.fetchall()}


def splits_until(session: Session, symbols: Sequence[str] | None = None) -> list[Split]:
    """The stored splits in force on ``session``, oldest first; those yet to come are left out."""
    known = StockSplit.objects.filter(session__lte=session).order_by("session")
    if symbols is not None:
        known = known.filter(symbol__in=list(symbols))
    return [
        Split(row.symbol, row.session, float(row.split_from), float(row.split_to), row.source)
        for row in known
    ]


def split_factors(symbols: Sequence[str], earlier: Session, later: Session) -> FloatArray:
    """What a price of ``earlier`` is multiplied by to compare with one of ``later``, in the symbols' order;
    1.0 where no split came in force between."""
    splits = splits_until(later, symbols)
    split = sorted({one.symbol for one in splits if one.session > earlier})
    if not split:
        return np.ones(len(symbols))
    days = sessions_between(session_offset(earlier, -DOUBLE_SESSIONS), later)
    closes = bar_arrays(days, split).close
    rows = price_factors(splits, sessions=days, symbols=split, closes=closes)
    found = dict(zip(split, rows[days.index(earlier)].tolist(), strict=True))
    return np.array([found.get(symbol, 1.0) for symbol in symbols])


def closes_stored(session: Session, symbols: Sequence[str]) -> FloatArray:
    """The regular closes (USD) of one session as the vendor sent them, in the symbols' order; NaN without a
    bar."""
    return np.asarray(bar_arrays([session], symbols).close[0], dtype=np.float64)


def bar_arrays(sessions: Sequence[Session], symbols: Sequence[str] | None = None) -> BarArrays:
    """Stored bars of ``sessions``, as they were corrected last; of all symbols that have one when ``symbols``
    is None."""
    asked = None if symbols is None else list(symbols)
    with connection.cursor() as cursor:
        cursor.execute(_ONE_ROW_A_SESSION, [list(sessions), asked, asked] * 2)
        told = cursor.fetchall()
    found = {row[0]: row[1:7] for row in told if not row[7]}
    corrections = {row[0]: row[1:7] for row in told if row[7]}
    names = asked if asked is not None else sorted({name for row in found.values() for name in row[0]})
    column = {name: index for index, name in enumerate(names)}
    values = np.full((5, len(sessions), len(names)), np.nan)
    for place, session in enumerate(sessions):
        if session in found:
            _fill(values[:, place], found[session], column)
        if session in found and session in corrections:
            stored = {name: column[name] for name in found[session][0]}
            _fill(values[:, place], corrections[session], stored)
    return BarArrays(list(sessions), names, *values)


def _fill(values: FloatArray, told: Sequence[Sequence[Any]], column: Mapping[str, int]) -> None:
    """Write symbols and their fields into ``values`` [field x symbol]; names without a column are passed
    over, and of a name that comes again the last one holds."""
    listed, *fields = told
    places = [place for place, name in enumerate(listed) if name in column]
    columns = [column[listed[place]] for place in places]
    for number, field in enumerate(fields):
        values[number, columns] = np.array(field, dtype=np.float64)[places]
