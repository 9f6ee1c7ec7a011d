"""FMP's words into ours: dashes in class shares, 0 for "not known", seconds in quotes.

Its times have no zone: those of news, charts and filings are New York's, those of the economic calendar UTC.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from universe.errors import BadPayload
from universe.notices import Filing, Holding
from universe.sessions import ET
from universe.sources.base import Parsed, once, parse_each
from universe.sources.fields import Datum, bad, moment_from
from universe.types import CompanyFacts, EconomicRelease, Headline, MinuteBar, Quote

VENDOR = "fmp"
Impact = Literal["High", "Medium", "Low", "None"]
IMPACTS: dict[str, Impact] = {"High": "High", "Medium": "Medium", "Low": "Low", "None": "None"}

_FOREIGN = re.compile(r"\.[A-Z]{1,4}$")
_CLASS = re.compile(r"^([A-Z]+)-([A-Z])$")
_PREFERRED = re.compile(r"^([A-Z]+)-P([A-Z])?$")
_SUFFIXES = {"WT": ".WS", "WS": ".WS", "UN": ".U", "RI": "r"}
_SERIES = re.compile(r"^([A-Z]+)\^([A-Z]?)$")
_OUR_PREFERRED = re.compile(r"^([A-Z]+)p([A-Z]?)$")
_ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")

# What of a bulk answer, where every cell is text, is a number or a yes or no.
_NUMBERS = ("price", "marketCap", "volume", "averageVolume")
_FLAGS = ("isEtf", "isFund", "isAdr", "isActivelyTrading")


def canonical_symbol(symbol: str) -> str | None:
    """Our spelling (the price vendor's): BRK-B is BRK.B, BAC-PL is BACpL; None for a foreign listing.

    The exchanges' own marks, BRK/B and KIM^L, are read like the dashes; an index keeps its first caret.
    """
    symbol = _SERIES.sub(r"\1-P\2", symbol).replace("/", "-")
    if _FOREIGN.search(symbol):
        return None
    if match := _PREFERRED.match(symbol):
        return f"{match[1]}p{match[2] or ''}"
    if match := _CLASS.match(symbol):
        return f"{match[1]}.{match[2]}"
    stem, dash, suffix = symbol.rpartition("-")
    return f"{stem}{_SUFFIXES[suffix]}" if dash and suffix in _SUFFIXES else symbol


def vendor_symbol(symbol: str) -> str:
    """The vendor's spelling of one of ours: BRK.B is BRK-B, BACpL is BAC-PL, ABC.WS is ABC-WT."""
    if match := _OUR_PREFERRED.match(symbol):
        return f"{match[1]}-P{match[2]}"
    for theirs, ours in _SUFFIXES.items():
        if symbol.endswith(ours) and symbol != ours:
            return f"{symbol.removesuffix(ours)}-{theirs}"
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
        day_low=row.price_or_none("dayLow"),
    )


def parse_trade(payload: Any, *, fetched_at: dt.datetime) -> Quote | None:
    """The last trade in extended hours. Time is in milliseconds. None without a price."""
    row, symbol = _row(payload)
    price = row.price_or_none("price")
    if price is None or symbol is None:
        return None
    return Quote(
        symbol=symbol,
        price=price,
        as_of=moment_from(
            row.payload.get("timestamp"), 1_000, vendor=VENDOR, symbol=row.symbol, field="timestamp"
        ),
        day_volume=None,
        day_open=None,
        previous_close=None,
        source=VENDOR,
        fetched_at=fetched_at,
        interpolated=row.flag("interpolated") or False,
    )


def parse_profile(payload: Any, *, fetched_at: dt.datetime) -> CompanyFacts | None:
    """One company's profile, from JSON or a bulk row. None for a foreign listing."""
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
        description=row.text_or_none("description"),
        country=row.text_or_none("country"),
        is_fund=None if fund is None and etf is None else bool(fund or etf),
        is_etf=etf,
        is_adr=row.flag("isAdr"),
        cik=row.text_or_none("cik"),
        name=row.text_or_none("companyName"),
    )


def bulk_rows(text: str) -> Iterator[dict[str, Any]]:
    """The rows of a bulk answer by the names in its head; an empty cell is null, a broken number stays text.

    Raises `BadPayload` for what is no CSV.
    """
    try:
        yield from map(_bulk_row, csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as exc:
        raise BadPayload(
            f"fmp sent a bulk answer that is no CSV: {exc}", vendor=VENDOR, field="body"
        ) from exc


def _bulk_row(cells: dict[str, str | None]) -> dict[str, Any]:
    row: dict[str, Any] = {name: cell or None for name, cell in cells.items()}
    for name in _NUMBERS:
        row[name] = _number(row.get(name))
    for name in _FLAGS:
        row[name] = {"true": True, "false": False}.get(row.get(name) or "", row.get(name))
    return row


def _number(cell: str | None) -> float | str | None:
    try:
        return cell and float(cell)
    except ValueError:
        return cell


def parse_holding(payload: Any, *, fetched_at: dt.datetime) -> Holding:
    """One position of a fund. Cash has a blank for its name, foreign shares a suffix."""
    row = Datum(payload, vendor=VENDOR, symbol_field="symbol")
    asset = row.text_or_none("asset")
    return Holding(
        fund=row.symbol,
        symbol=canonical_symbol(asset) if asset else None,
        name=row.text_or_none("name") or "",
        weight_pct=row.number_or_none("weightPercentage"),
        shares=row.number_or_none("sharesNumber"),
        as_of=row.day_or_none("updatedAt"),
        source=VENDOR,
        fetched_at=fetched_at,
    )


def parse_minute_bars(payloads: list[Any], *, symbol: str, fetched_at: dt.datetime) -> Parsed[MinuteBar]:
    """One symbol's minutes, oldest first, each once. ``day_volume`` is not known: the vendor counts the
    regular session only, and that is another number than the price vendor's."""

    def read(payload: Any) -> MinuteBar:
        row = Datum(payload, vendor=VENDOR)
        row.symbol = symbol
        return MinuteBar(
            symbol, row.moment("date", ET), row.price("close"), None, VENDOR, fetched_at=fetched_at
        )

    parsed = once(parse_each(payloads, read), lambda bar: bar.start)
    return replace(parsed, rows=sorted(parsed.rows, key=lambda bar: bar.start))


def parse_headline(payload: Any, *, fetched_at: dt.datetime) -> Headline:
    """One article about one symbol, or about none. Its address is its id; the vendor judges no tone."""
    row = Datum(payload, vendor=VENDOR, symbol_field="url")
    symbol = row.text_or_none("symbol")
    ours = canonical_symbol(symbol) if symbol else None
    return Headline(
        id=row.symbol,
        published_at=row.moment("publishedDate", ET),
        title=row.text("title"),
        url=row.symbol,
        publisher=row.text_or_none("publisher") or "",
        symbols=(ours,) if ours else (),
        tone={},
        source=VENDOR,
        fetched_at=fetched_at,
        text=row.text_or_none("text") or "",
    )


def parse_filing(payload: Any, *, fetched_at: dt.datetime) -> Filing:
    """One filing; its accession number stands in the link only."""
    row = Datum(payload, vendor=VENDOR, symbol_field="link")
    number = _ACCESSION.search(row.symbol)
    if number is None:
        raise bad(VENDOR, "", "link", row.symbol)
    symbol = row.text_or_none("symbol")
    ours = canonical_symbol(symbol) if symbol else None
    accepted = row.text_or_none("acceptedDate")
    return Filing(
        accession_number=number[0],
        form=row.text("formType"),
        filed_on=row.day("filingDate"),
        accepted_at=row.moment("acceptedDate", ET) if accepted else None,
        symbols=(ours,) if ours else (),
        cik=row.text_or_none("cik"),
        url=row.text_or_none("finalLink") or row.symbol,
        categories=(),
        text="",
        source=VENDOR,
        fetched_at=fetched_at,
    )


def parse_release(payload: Any, *, fetched_at: dt.datetime) -> EconomicRelease:
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
        fetched_at=fetched_at,
    )


def _impact(row: Datum) -> Impact:
    word = row.text_or_none("impact") or "None"
    if word not in IMPACTS:
        raise bad(VENDOR, row.symbol, "impact", word)
    return IMPACTS[word]
