"""The prices of one symbol as its page shows them: the newest, what it is compared with, and the returns."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.engine.frames import CLOSES
from analysis.engine.performance import REFERENCES, benchmark_returns
from analysis.types import Benchmark, Timeframe
from universe.benchmarks import BENCHMARK
from universe.selectors import price_frame, quotes_newest, quotes_with_references


@dataclass(frozen=True, slots=True)
class Reference:
    """The price that a timeframe compares with, and the moment (30min) or session (others) it is of."""

    price: float | None
    at: dt.datetime | None = None
    session: dt.date | None = None


@dataclass(frozen=True, slots=True)
class StockPrices:
    """USD and shares; None: not known. ``returns`` and ``against`` are percent and percentage points.

    ``against`` is the return minus that of IWM over the same timeframe.
    """

    last: float | None
    last_at: dt.datetime | None
    day_open: float | None
    day_volume: float | None
    halted: bool
    interpolated: bool
    references: dict[Timeframe, Reference]
    returns: dict[Timeframe, float | None]
    against: dict[Timeframe, float | None]


def stock_prices(symbol: str, as_of: dt.datetime) -> StockPrices:
    """What is known of ``symbol`` at market time ``as_of``: three queries, whatever the symbol."""
    symbols = list(dict.fromkeys((symbol, BENCHMARK)))
    quotes, halves = quotes_with_references(symbols, as_of)
    closes = price_frame(symbols, as_of, CLOSES).close
    returns = {name: _returns(name, quotes, halves, closes) for name in symbols}
    quote = quotes.loc[symbol]
    return StockPrices(
        last=_known(quote["price"]),
        last_at=_moment(quote["as_of"]),
        day_open=_known(quote["day_open"]),
        day_volume=_known(quote["day_volume"]),
        halted=bool(quote["halted"]),
        interpolated=bool(quote["interpolated"]),
        references=_references(symbol, halves, closes),
        returns=returns[symbol],
        against={frame: _minus(value, returns[BENCHMARK][frame]) for frame, value in returns[symbol].items()},
    )


@dataclass(frozen=True, slots=True)
class DayMove:
    """``last`` in USD, ``change`` since the close before in percent; None: that close is not known."""

    last: float
    change: float | None


def day_moves(symbols: Sequence[str], as_of: dt.datetime) -> dict[str, DayMove]:
    """The newest price of each symbol that has a print in the session: three queries; others are absent."""
    last = quotes_newest(symbols, as_of)["price"].dropna()
    closes = price_frame(list(last.index), as_of, 1).close.iloc[-1] if len(last) else last
    return {
        str(symbol): DayMove(float(price), _known(100 * (float(price) / float(close) - 1)))
        for symbol, price, close in zip(last.index, last.to_numpy(), closes.to_numpy(), strict=True)
    }


def _returns(
    symbol: str, quotes: pd.DataFrame, halves: pd.DataFrame, closes: pd.DataFrame
) -> dict[Timeframe, float | None]:
    newest_first = tuple(float(close) for close in closes[symbol].to_numpy()[::-1])
    last, half_hour_ago = quotes["price"].to_dict()[symbol], halves["price"].to_dict()[symbol]
    return benchmark_returns(Benchmark(symbol, last, half_hour_ago, newest_first), carried=False)


def _references(symbol: str, halves: pd.DataFrame, closes: pd.DataFrame) -> dict[Timeframe, Reference]:
    half = halves.loc[symbol]
    found = {Timeframe.MIN30: Reference(_known(half["price"]), at=_moment(half["as_of"]))}
    newest_first = closes[symbol].iloc[::-1]
    for frame, back in zip((Timeframe.DAY1, Timeframe.DAY3, Timeframe.WEEK1), REFERENCES, strict=True):
        found[frame] = Reference(_known(newest_first.iloc[back]), session=newest_first.index[back])
    return found


def _known(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def _moment(value: Any) -> dt.datetime | None:
    return None if pd.isna(value) else pd.Timestamp(value).to_pydatetime()


def _minus(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other
