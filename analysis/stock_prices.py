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
from universe.selectors import QuoteWithReference, price_frame, prices_newest, quotes_with_references


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
    quotes = quotes_with_references(symbols, as_of)
    closes = price_frame(symbols, as_of, CLOSES).close
    returns = {name: _returns(name, quotes.get(name), closes) for name in symbols}
    quote = quotes.get(symbol)
    return StockPrices(
        last=quote.price if quote else None,
        last_at=quote.as_of if quote else None,
        day_open=quote.day_open if quote else None,
        day_volume=quote.day_volume if quote else None,
        halted=quote is not None and quote.halted,
        interpolated=quote is not None and quote.interpolated,
        references=_references(symbol, quote, closes),
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
    last = prices_newest(symbols, as_of)
    if not last:
        return {}
    closes = price_frame(list(last), as_of, 1).close.iloc[-1].to_numpy()
    return {
        symbol: DayMove(price, _known(100 * (price / float(close) - 1)))
        for (symbol, price), close in zip(last.items(), closes, strict=True)
    }


def _returns(
    symbol: str, quote: QuoteWithReference | None, closes: pd.DataFrame
) -> dict[Timeframe, float | None]:
    newest_first = tuple(float(close) for close in closes[symbol].to_numpy()[::-1])
    last = quote.price if quote else math.nan
    half_hour_ago = quote.earlier_price if quote and quote.earlier_price is not None else math.nan
    return benchmark_returns(Benchmark(symbol, last, half_hour_ago, newest_first), carried=False)


def _references(
    symbol: str, quote: QuoteWithReference | None, closes: pd.DataFrame
) -> dict[Timeframe, Reference]:
    half = Reference(quote.earlier_price, at=quote.earlier_at) if quote else Reference(None)
    found = {Timeframe.MIN30: half}
    newest_first = closes[symbol].iloc[::-1]
    for frame, back in zip((Timeframe.DAY1, Timeframe.DAY3, Timeframe.WEEK1), REFERENCES, strict=True):
        found[frame] = Reference(_known(newest_first.iloc[back]), session=newest_first.index[back])
    return found


def _known(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def _minus(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other
