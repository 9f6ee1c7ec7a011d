"""FMP's words into ours: dashes in class shares, 0 for "not known", seconds in quotes, UTC releases."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Literal

from universe.sources.fields import Datum, bad, moment_from
from universe.types import CompanyFacts, EconomicRelease, Quote

VENDOR = "fmp"
Impact = Literal["High", "Medium", "Low", "None"]
IMPACTS: dict[str, Impact] = {"High": "High", "Medium": "Medium", "Low": "Low", "None": "None"}

_FOREIGN = re.compile(r"\.[A-Z]{1,4}$")
_CLASS = re.compile(r"^([A-Z]+)-([A-Z])$")
_PREFERRED = re.compile(r"^([A-Z]+)-P([A-Z])?$")
_SUFFIXES = {"WT": ".WS", "WS": ".WS", "UN": ".U", "RI": "r"}


def canonical_symbol(symbol: str) -> str | None:
    """Our spelling (the price vendor's): BRK-B is BRK.B, BAC-PL is BACpL; None for a foreign listing."""
    if _FOREIGN.search(symbol):
        return None
    if match := _PREFERRED.match(symbol):
        return f"{match[1]}p{match[2] or ''}"
    if match := _CLASS.match(symbol):
        return f"{match[1]}.{match[2]}"
    stem, dash, suffix = symbol.rpartition("-")
    return f"{stem}{_SUFFIXES[suffix]}" if dash and suffix in _SUFFIXES else symbol


def vendor_symbol(symbol: str) -> str:
    """The vendor's spelling of one of ours: BRK.B is BRK-B."""
    return symbol.replace(".", "-")


def _row(payload: Any) -> tuple[Datum, str | None]:
    row = Datum(payload, vendor=VENDOR, symbol_field="symbol")
    return row, canonical_symbol(row.symbol)


def parse_screener(payload: Any, *, fetched_at: dt.datetime) -> CompanyFacts | None:
    """Market cap, labels, country. None for a foreign listing. ``volume`` is today's, and not read."""
    row, symbol = _row(payload)
    if symbol is None:
        return None
    fund, etf = row.flag("isFund"), row.flag("isEtf")
    return CompanyFacts(
        symbol=symbol,
        source=VENDOR,
        fetched_at=fetched_at,
        market_cap_usd=row.known_count("marketCap"),
        sector_label=row.text_or_none("sector"),
        industry_label=row.text_or_none("industry"),
        country=row.text_or_none("country"),
        is_fund=None if fund is None and etf is None else bool(fund or etf),
    )


def parse_float(payload: Any, *, fetched_at: dt.datetime) -> CompanyFacts | None:
    """Free float and shares outstanding. None for a foreign listing."""
    row, symbol = _row(payload)
    if symbol is None:
        return None
    return CompanyFacts(
        symbol=symbol,
        source=VENDOR,
        fetched_at=fetched_at,
        as_of=row.day_or_none("date"),
        shares_outstanding=row.known_count("outstandingShares"),
        float_shares=row.known_count("floatShares"),
    )


def parse_quote(payload: Any, *, fetched_at: dt.datetime) -> Quote | None:
    """Regular session only: after hours it stays at the close. Time is in seconds. None without a price."""
    row, symbol = _row(payload)
    price = row.price_or_none("price")
    if price is None or symbol is None:
        return None
    return Quote(
        symbol=symbol,
        price=price,
        as_of=moment_from(
            row.payload.get("timestamp"), 1, vendor=VENDOR, symbol=row.symbol, field="timestamp"
        ),
        day_volume=row.known_count("volume"),
        day_open=row.price_or_none("open"),
        previous_close=row.price_or_none("previousClose"),
        source=VENDOR,
        fetched_at=fetched_at,
        interpolated=row.flag("interpolated") or False,
    )


def parse_release(payload: Any) -> EconomicRelease:
    """One row of the economic calendar; its ``date`` is UTC without saying so."""
    row = Datum(payload, vendor=VENDOR, symbol_field="event")
    return EconomicRelease(
        at=row.moment("date"),
        country=row.text("country"),
        event=row.symbol,
        impact=_impact(row),
        previous=row.number_or_none("previous"),
        estimate=row.number_or_none("estimate"),
        actual=row.number_or_none("actual"),
        unit=row.text_or_none("unit"),
        source=VENDOR,
    )


def _impact(row: Datum) -> Impact:
    word = row.text_or_none("impact") or "None"
    if word not in IMPACTS:
        raise bad(VENDOR, row.symbol, "impact", word)
    return IMPACTS[word]
