"""A tiny fixed market: twelve stocks in four sectors and the fund they are compared with.

Anne, Bea and Cal are core; Dot trades too little for core and Eve for breadth; Fay is a fund; Gus is too
big; Hal costs too little; Ida's float is too small; Joe's shares are not known; Kay is an ADR; Lou is new.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tests.universe.vendor import Answer, Asked, Vendor
from universe.sessions import hours, session_offset

SESSION = dt.date(2026, 3, 31)
GROUPED = "/v2/aggs/grouped/locale/us/market/stocks"
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"


@dataclass(frozen=True)
class Company:
    symbol: str
    sector: str
    close: float
    shares: float | None
    float_shares: float | None
    volume: float
    kind: str = "CS"
    mic: str = "XNAS"
    sessions: int = 100


CAST = (
    Company("ANNE", "Healthcare", 10.0, 50e6, 40e6, 2e6),
    Company("BEA", "Healthcare", 20.0, 10e6, 9e6, 1e6),
    Company("CAL", "Technology", 5.0, 100e6, 80e6, 3e6, mic="XNYS"),
    Company("DOT", "Technology", 8.0, 100e6, 80e6, 500e3),
    Company("EVE", "Energy", 8.0, 100e6, 80e6, 50e3),
    Company("FAY", "Energy", 8.0, 100e6, 80e6, 2e6, kind="ETF", mic="ARCX"),
    Company("GUS", "Energy", 90.0, 100e6, 80e6, 2e6),
    Company("HAL", "Utilities", 1.5, 100e6, 80e6, 2e6),
    Company("IDA", "Utilities", 10.0, 50e6, 10e6, 2e6),
    Company("JOE", "Utilities", 10.0, None, None, 2e6),
    Company("KAY", "Utilities", 10.0, 50e6, None, 2e6, kind="ADRC", mic="XASE"),
    Company("LOU", "Utilities", 10.0, 50e6, 40e6, 2e6, sessions=10),
)
IWM = Company("IWM", "", 200.0, None, None, 30e6, kind="ETF", mic="ARCX")


def listing(company: Company) -> dict[str, Any]:
    return {
        "ticker": company.symbol,
        "name": f"{company.symbol.title()} Inc.",
        "market": "stocks",
        "locale": "us",
        "type": company.kind,
        "primary_exchange": company.mic,
        "active": True,
        "cik": "0000000001",
    }


def bar(company: Company, *, close: float | None = None) -> dict[str, Any]:
    price = close or company.close
    return {"T": company.symbol, "o": price, "h": price, "l": price, "c": price, "v": company.volume}


def grouped(asked: Asked) -> Answer:
    session = dt.date.fromisoformat(asked.path.rpartition("/")[2])
    rows = [bar(company) for company in (*CAST, IWM) if session >= session_offset(SESSION, -company.sessions)]
    return Answer({"status": "DELAYED", "resultsCount": len(rows), "adjusted": False, "results": rows})


def canned_market(vendor: Vendor, *, sessions: int = 62) -> None:
    """Everything that a cold start asks for, `sessions` sessions deep."""
    vendor.on(
        "/v3/reference/tickers", Answer({"status": "OK", "results": [listing(c) for c in (*CAST, IWM)]})
    )
    for back in range(1, sessions + 1):
        vendor.on(f"{GROUPED}/{session_offset(SESSION, -back)}", grouped)
    vendor.on("/stocks/v1/splits", Answer({"status": "OK"}))
    vendor.on("/stocks/v1/short-interest", Answer({"status": "OK", "results": []}))
    vendor.on(
        "/stable/company-screener",
        Answer(
            [
                {
                    "symbol": company.symbol,
                    "marketCap": company.shares and company.shares * company.close,
                    "sector": company.sector,
                    "country": "US",
                    "isEtf": company.kind == "ETF",
                    "isFund": False,
                }
                for company in CAST
            ]
        ),
    )
    vendor.on(
        "/stable/shares-float-all",
        Answer(
            [
                {
                    "symbol": company.symbol,
                    "date": "2026-03-29 01:02:03",
                    "floatShares": company.float_shares,
                    "outstandingShares": company.shares,
                }
                for company in CAST
            ]
        ),
    )
    vendor.on("/stable/batch-quote", Answer([]))


def at(hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    """A moment of the session."""
    return hours(SESSION).pre_open + dt.timedelta(hours=hour - 4, minutes=minute, seconds=second)


def snapshot_row(
    symbol: str, price: float, moment: dt.datetime, *, volume: float = 1e6, **more: Any
) -> dict[str, Any]:
    nanoseconds = int(moment.timestamp()) * 10**9
    return {
        "ticker": symbol,
        "updated": nanoseconds,
        "day": {"o": price - 0.1, "h": price, "l": price, "c": price, "v": volume},
        "min": {"av": volume},
        "prevDay": {"c": price - 0.5},
        "lastTrade": {"p": price, "t": nanoseconds},
        **more,
    }
