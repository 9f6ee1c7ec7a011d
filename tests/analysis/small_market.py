"""A market of 24 stocks in four sectors, stored as the services store it, with prices that one can check.

Every stock closed at 10 dollars in every session before 10 March 2026 and traded 2 million shares a day, but
SLEEPY, which trades 200,000 (breadth only), and TUMBLE, which fell to 8.50 in the last session.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sectors.services import sectors_seed, stocks_classify
from universe import clock, sessions
from universe.services import (
    bars_store,
    facts_store,
    listings_store,
    minute_bars_store,
    snapshot_build,
)
from universe.sessions import ET
from universe.types import Bar, CompanyFacts, Listing, MinuteBar

SESSION = dt.date(2026, 3, 10)
WALL = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
LABELS = {
    "Technology": ("ALPHA", "BRAVO", "KILO", "LIMA", "MIKE", "SLEEPY"),
    "Healthcare": ("CHARLY", "DELTA", "NOVA", "OSCAR", "PAPA", "TUMBLE"),
    "Energy": ("ECHO", "FOX", "GOLF", "QUEBEC", "ROMEO", "SIERRA"),
    "Utilities": ("HOTEL", "INDIA", "JULIET", "TANGO", "UNIFORM", "VICTOR"),
}
INDUSTRIES = {
    "Technology": "Software - Application",
    "Healthcare": "Biotechnology",
    "Energy": "Oil & Gas Equipment & Services",
    "Utilities": "Regulated Electric",
}
SYMBOLS = tuple(sorted(symbol for group in LABELS.values() for symbol in group))


def build(session: dt.date = SESSION, *, days: int = 26) -> None:
    """Store listings, facts, ``days`` sessions of bars and the universe of ``session``."""
    sectors_seed()
    listings_store(
        Listing(symbol, f"{symbol} Inc", "XNAS", "CS", None, True, "polygon", WALL) for symbol in SYMBOLS
    )
    facts_store(
        CompanyFacts(
            symbol=symbol,
            source="fmp",
            fetched_at=WALL,
            shares_outstanding=60_000_000,
            float_shares=50_000_000,
            market_cap_usd=600_000_000,
            sector_label=label,
            industry_label=INDUSTRIES[label],
            country="US",
            is_fund=False,
        )
        for label, symbols in LABELS.items()
        for symbol in symbols
    )
    bars_store(
        bar(symbol, sessions.session_offset(session, -back), is_last=back == 1)
        for back in range(days, 0, -1)
        for symbol in (*SYMBOLS, "IWM")
    )
    snapshot_build(session)
    stocks_classify()


def bar(symbol: str, day: dt.date, *, is_last: bool) -> Bar:
    fell = is_last and symbol == "TUMBLE"
    volume = 200_000.0 if symbol == "SLEEPY" else 2_000_000.0
    close, low = (8.5, 8.4) if fell else (10.0, 9.8)
    return Bar(symbol, day, 10.0, 10.2, low, close, volume, "polygon", WALL)


def trade(prices: Mapping[str, float], at: dt.datetime, *, volume: float = 500_000.0) -> None:
    """One minute of trades that ends at ``at`` (New York)."""
    minute = dt.timedelta(minutes=1)
    with clock.override(at):
        minute_bars_store(
            MinuteBar(symbol, at - minute, price, volume, "polygon") for symbol, price in prices.items()
        )


def et(hour: int, minute: int = 0, second: int = 0, *, day: dt.date = SESSION) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ET)


def snapshot(prices: Mapping[str, float], at: dt.datetime, *, volume: float = 500_000.0) -> dict[str, Any]:
    """The vendor's whole-market answer: the last trade of each symbol at ``at``."""
    nanoseconds = int(at.timestamp()) * 1_000_000_000
    return {
        "status": "OK",
        "tickers": [
            {
                "ticker": symbol,
                "updated": nanoseconds,
                "lastTrade": {"p": price, "t": nanoseconds},
                "day": {"o": 10.0, "c": price, "v": volume},
                "min": {"c": price, "av": volume, "t": nanoseconds // 1_000_000},
                "prevDay": {"c": 10.0},
            }
            for symbol, price in prices.items()
        ],
    }


def all_at(change_pct: Mapping[str, float], *, benchmark: float = 0.0) -> dict[str, float]:
    """A price for every stock: its last close changed by its sector's percent, and the benchmark's."""
    prices = {
        symbol: round(
            (8.5 if symbol == "TUMBLE" else 10.0) * (1 + change_pct.get(label, 0.0) / 100 + place / 10_000), 4
        )
        for label, symbols in LABELS.items()
        for place, symbol in enumerate(symbols)
    }
    return prices | {"IWM": 10.0 * (1 + benchmark / 100)}
