"""Funds that a sector board looks at, and the indices beside them: who they follow in the drawn market."""

from __future__ import annotations

from dataclasses import dataclass

#: Columns of the common movement: one per sector of industries.SECTORS, then these.
OTHER = 11
ALL = 12
GROUPS = 13


@dataclass(frozen=True, slots=True)
class Fund:
    """``group`` is the column it follows, ``market`` its share of the market's own move, ``own`` the spread
    of what it does by itself: a fund of large companies goes ways of its own, one of small ones hardly."""

    symbol: str
    name: str
    group: int
    market: float
    price: float
    loading: float = 1.0
    own: float = 0.0012


LARGE, SMALL = 0.009, 0.006

FUNDS: tuple[Fund, ...] = (
    Fund("IWM", "Small Companies 2000 ETF", ALL, 1.0, 238.0),
    Fund("IJR", "Small Companies 600 ETF", ALL, 0.95, 121.0),
    Fund("IWC", "Micro Companies ETF", ALL, 1.1, 141.0),
    Fund("VTWO", "Broad Small Companies 2000 ETF", ALL, 1.0, 96.0),
    Fund("SPY", "Large Companies 500 ETF Trust", ALL, 0.75, 668.0, 0.5),
    Fund("QQQ", "Growth 100 ETF Trust", 1, 0.85, 602.0, 0.5),
    Fund("DIA", "Industrial Average ETF Trust", 3, 0.65, 468.0, 0.3),
    Fund("XLV", "Health Care Select ETF", 0, 0.6, 148.0, 0.5, LARGE),
    Fund("XLK", "Technology Select ETF", 1, 0.9, 141.0, 0.6, LARGE),
    Fund("XLF", "Financial Select ETF", 2, 0.8, 53.0, 0.6, LARGE),
    Fund("XLI", "Industrial Select ETF", 3, 0.85, 155.0, 0.6, LARGE),
    Fund("XLY", "Consumer Discretionary Select ETF", 4, 0.9, 235.0, 0.6, LARGE),
    Fund("XLE", "Energy Select ETF", 5, 0.7, 90.0, 0.7, LARGE),
    Fund("XLB", "Materials Select ETF", 6, 0.8, 45.0, 0.7, LARGE),
    Fund("XLU", "Utilities Select ETF", 7, 0.4, 44.0, 0.7, LARGE),
    Fund("XLRE", "Real Estate Select ETF", 8, 0.6, 42.0, 0.7),
    Fund("XLP", "Consumer Staples Select ETF", 9, 0.4, 79.0, 0.6),
    Fund("XLC", "Communication Services Select ETF", 10, 0.8, 118.0, 0.6),
    Fund("PSCH", "Small Companies Health Care ETF", 0, 0.9, 43.0, own=SMALL),
    Fund("PSCT", "Small Companies Technology ETF", 1, 1.0, 51.0, own=SMALL),
    Fund("PSCF", "Small Companies Financials ETF", 2, 0.95, 58.0, own=SMALL),
    Fund("PSCI", "Small Companies Industrials ETF", 3, 1.0, 142.0, own=SMALL),
    Fund("PSCD", "Small Companies Consumer Discretionary ETF", 4, 1.0, 112.0, own=SMALL),
    Fund("PSCE", "Small Companies Energy ETF", 5, 0.9, 44.0, own=SMALL),
    Fund("PSCM", "Small Companies Materials ETF", 6, 1.0, 77.0, own=SMALL),
    Fund("PSCU", "Small Companies Utilities and Communication ETF", 7, 0.6, 59.0, own=SMALL),
    Fund("KRE", "Regional Banking ETF", 2, 0.9, 63.0, 1.1),
    Fund("IBB", "Biotechnology ETF", 0, 0.7, 144.0, 0.8),
    Fund("SMH", "Semiconductor ETF", 1, 1.1, 331.0, 1.1),
    Fund("XRT", "Retail ETF", 4, 1.0, 86.0, 1.0),
    Fund("XHB", "Homebuilders ETF", 4, 0.95, 111.0, 0.9),
    Fund("ITA", "Aerospace and Defense ETF", 3, 0.7, 209.0, 0.8),
    Fund("IYT", "Transportation ETF", 3, 0.9, 71.0, 0.9),
    Fund("TLT", "Treasury Bond 20+ Year ETF", OTHER, -0.15, 89.0, 0.2),
    Fund("HYG", "High Yield Corporate Bond ETF", OTHER, 0.15, 81.0, 0.1),
)

#: Indices: symbol, name, level, share of the market's move (VIX moves against it).
INDICES: tuple[tuple[str, str, float, float], ...] = (
    ("^VIX", "CBOE Volatility Index", 17.5, -5.0),
    ("^GSPC", "S&P 500", 6690.0, 0.75),
    ("^RUT", "Russell 2000", 2390.0, 1.0),
    ("^N225", "Nikkei 225", 48900.0, 0.8),
    ("^HSI", "Hang Seng Index", 25800.0, 0.7),
    ("^FTSE", "FTSE 100", 9620.0, 0.45),
    ("^GDAXI", "DAX Performance Index", 23500.0, 0.6),
)
