"""Who is in a recording: its common stocks, its funds, and what a screener file of the day adds."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from universe.simulator.replay.folder import SYMBOLS, FolderError, read_texts
from universe.simulator.world import Listings
from universe.types import Session

MICS = {"NASDAQ": "XNAS", "NYSE": "XNYS", "NYSE American": "XASE", "AMEX": "XASE", "NYSE Arca": "ARCX"}
_SCREENER = re.compile(r"screener_(\d{4}-\d{2}-\d{2})\.csv\.gz$")
_ADR = re.compile(r"\bAmerican Deposit[ao]ry\b|\bADS\b|\bADR\b", re.IGNORECASE)
#: First match wins; a name that none fits is a blank check or another thing that is no common stock here.
_KINDS = (
    ("WARRANT", re.compile(r"\bwarrants?\b", re.IGNORECASE)),
    ("RIGHT", re.compile(r"\brights?\b", re.IGNORECASE)),
    ("UNIT", re.compile(r"\bunits?\b", re.IGNORECASE)),
    ("SP", re.compile(r"\bnotes?\b|\bdebentures?\b|\bbonds?\b", re.IGNORECASE)),
    ("PFD", re.compile(r"\bprefer|\bdepositary shares\b|\bseries [a-z]\b", re.IGNORECASE)),
    ("FUND", re.compile(r"\bfund\b|\btrust\b", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Cast:
    """Rows 0 to ``stocks`` are the panel's symbols in its order, then come the funds, then the extras.

    ``extras`` tells, by the date of a screener file, which rows it added.
    """

    listings: Listings
    texts: tuple[str, ...]
    stocks: int
    funds: int
    extras: dict[Session, tuple[int, ...]]


def canonical(symbol: str) -> str:
    """The vendor's spelling: ``BRK/B`` is ``BRK.B``, ``BAC^L`` is ``BACpL``."""
    return symbol.replace("^", "p").replace("/", ".").strip()


def read_cast(folder: Path, stocks: tuple[str, ...], funds: tuple[str, ...]) -> Cast:
    columns = ["symbol", "name", "exchange", "country", "nasdaq_sector", "nasdaq_industry"]
    table = read_texts(folder / SYMBOLS, columns)
    if not table["symbol"]:
        raise FolderError(f"{SYMBOLS} is missing or has no column symbol; it names the listings")
    known = {row[0]: row for row in zip(*(_filled(table, name) for name in columns), strict=True)}
    facts = _profiles(folder)
    ciks = _ciks(folder)
    rows = [_stock(symbol, known.get(symbol), facts, ciks) for symbol in stocks]
    rows += [(fund, f"{fund} ETF", "ETF", "ARCX", "", "", "", "", "") for fund in funds]
    taken = {row[0] for row in rows}
    extras: dict[Session, tuple[int, ...]] = {}
    place = {row[0]: number for number, row in enumerate(rows)}
    for day, fresh in _screeners(folder, taken).items():
        for row in fresh:
            if row[0] not in place:
                place[row[0]] = len(rows)
                rows.append(row)
        extras[day] = tuple(place[row[0]] for row in fresh)
    listings = Listings(*zip(*rows, strict=True))
    texts = tuple(facts.get(symbol, ("", "", "", ""))[2] for symbol in listings.symbols)
    return Cast(listings, texts, len(stocks), len(funds), extras)


_Row = tuple[str, str, str, str, str, str, str, str, str]
"""In the order of Listings; no SIC code was recorded."""


def _filled(table: dict[str, list[str]], name: str) -> list[str]:
    return table[name] or [""] * len(table["symbol"])


def _stock(
    symbol: str,
    known: tuple[str, ...] | None,
    facts: dict[str, tuple[str, str, str, str]],
    ciks: dict[str, str],
) -> _Row:
    """The profile's words for sector and industry where there is one, else the exchange's own."""
    _, name, exchange, country, sector, industry = known or (symbol, symbol, "", "", "", "")
    told = facts.get(symbol)
    if told and told[0]:
        sector, industry = told[0], told[1]
    kind = "ADRC" if _ADR.search(name) else "CS"
    return (
        canonical(symbol), name, kind, MICS.get(exchange, ""), ciks.get(symbol, ""), sector, industry, "",
        country or (told[3] if told else ""),
    )  # fmt: skip


def _profiles(folder: Path) -> dict[str, tuple[str, str, str, str]]:
    """Sector, industry, summary and country by symbol."""
    columns = ["symbol", "yahoo_sector", "yahoo_industry", "summary", "country"]
    table = read_texts(folder / "company_profiles.csv.gz", columns)
    rows = zip(*(_filled(table, name) for name in columns), strict=True)
    return {
        symbol: (sector, industry, summary, country) for symbol, sector, industry, summary, country in rows
    }


def _ciks(folder: Path) -> dict[str, str]:
    table = read_texts(folder / "company_tickers.csv.gz", ["ticker", "cik"])
    return {
        ticker: cik.zfill(10)
        for ticker, cik in zip(table["ticker"], table["cik"], strict=True)
        if cik.isdigit()
    }


def _screeners(folder: Path, taken: set[str]) -> dict[Session, list[_Row]]:
    """What each end-of-day screener file has beyond ``taken``, typed by its name."""
    found: dict[Session, list[_Row]] = {}
    for path in sorted(folder.glob("screener_*.csv.gz")):
        match = _SCREENER.search(path.name)
        if match is None:
            continue
        columns = ["symbol", "name", "exchange", "country", "sector", "industry"]
        table = read_texts(path, columns)
        rows = zip(*(_filled(table, name) for name in columns), strict=True)
        found[dt.date.fromisoformat(match[1])] = [
            (
                canonical(symbol),
                name,
                _kind(symbol, name),
                MICS.get(exchange, ""),
                "",
                sector,
                industry,
                "",
                country,
            )
            for symbol, name, exchange, country, sector, industry in rows
            if canonical(symbol) not in taken
        ]
    return found


def _kind(symbol: str, name: str) -> str:
    if "^" in symbol:
        return "PFD"
    for kind, pattern in _KINDS:
        if pattern.search(name):
            return kind
    return "OTHER"
