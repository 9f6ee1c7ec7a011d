"""FMP over REST (the ``stable`` API): which path answers which question. Shapes are read in `parse`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from django.utils import timezone

from universe.errors import BadPayload, NotEntitled, NotFound, RateLimited, SourceError
from universe.notices import Filing, Holding, filings_joined, headlines_joined
from universe.sessions import new_york
from universe.sources.base import (
    CUT_SHORT,
    FILING_LISTS,
    FilingList,
    Parsed,
    Query,
    Transport,
    distinct,
    joined,
    once,
    parse_each,
)
from universe.sources.fmp import parse
from universe.types import CompanyFacts, EconomicRelease, Headline, MinuteBar, Quote, Session

T = TypeVar("T")

EXCHANGES = "NASDAQ,NYSE,AMEX"
PAGE_ROWS = 5000
PAGES_MAX = 60
# A page of a round number of rows may be the plan's own limit, below the one that was asked for.
ROUND_ROWS = 100
NEWS_ROWS = 250
NEWS_PAGES_MAX = 20
FILING_ROWS = 1000
BATCH_SYMBOLS = 100
SINGLES_MAX = 25
PROFILE_PARTS = 4
# A part of all profiles is 31 MB and takes over three minutes.
BULK_SECONDS = 600.0


class FmpRest:
    """The facts source: sectors, market caps, floats, indices, the economic calendar. Thread-safe."""

    name = parse.VENDOR

    def __init__(self, door: Transport) -> None:
        self._door = door

    # -- slow facts --------------------------------------------------------------------------------

    def fetch_facts(self, *, floats: bool = True) -> Parsed[CompanyFacts]:
        """The screener of the three exchanges, and all ``floats``. What the plan lacks is counted.

        Funds are asked for too, so that a fund the price vendor calls common stock is found out.
        """
        fetched_at = timezone.now()
        screener: Query = {
            "exchange": EXCHANGES,
            "isActivelyTrading": "true",
            "includeAllShareClasses": "true",
        }
        read = partial(parse.parse_screener, fetched_at=fetched_at)
        told = distinct(self._pages("/company-screener", screener, read), lambda row: row.symbol)
        if not floats:
            return told
        read = partial(parse.parse_float, fetched_at=fetched_at)
        return joined([told, distinct(self._pages("/shares-float-all", {}, read), lambda row: row.symbol)])

    def fetch_floats(self, symbols: Sequence[str]) -> Parsed[CompanyFacts]:
        """One question a name."""
        read = partial(parse.parse_float, fetched_at=timezone.now())
        return self._one_by_one("/shares-float", symbols, read)

    def fetch_profile(self, symbol: str) -> CompanyFacts | None:
        """One company's labels and marks; None when the vendor does not know it."""
        rows = self._list("/profile", {"symbol": parse.vendor_symbol(symbol)})
        return parse.parse_profile(rows[0], fetched_at=timezone.now()) if rows else None

    def fetch_profiles(self) -> Parsed[CompanyFacts]:
        """All companies' profiles of US listings: four downloads, a third of an hour, for the largest plan.

        Raises `NotEntitled` for the others.
        """
        read = partial(parse.parse_profile, fetched_at=timezone.now())
        parts = (
            self._door.text("/profile-bulk", {"part": part}, timeout=BULK_SECONDS)
            for part in range(PROFILE_PARTS)
        )
        parsed = joined(parse_each(parse.bulk_rows(part), read) for part in parts)
        return distinct(parsed, lambda row: row.symbol)

    def fetch_holdings(self, fund: str) -> Parsed[Holding]:
        """What a fund holds, cash included; nothing for a fund that is not known."""
        rows = self._list("/etf/holdings", {"symbol": parse.vendor_symbol(fund)})
        held = parse_each(rows, partial(parse.parse_holding, fetched_at=timezone.now()))
        return distinct(held, lambda row: (row.symbol, row.name))

    # -- prices, where the price vendor's are not to be had ----------------------------------------

    def fetch_quotes(self, symbols: Sequence[str]) -> Parsed[Quote]:
        """Quotes of stocks, funds and indices (^VIX), a hundred a question. On a plan without batches a few
        names are asked about one by one; for many that would outlast the pass, so that is `NotEntitled`.
        Names that the vendor does not know are silently absent."""
        read = partial(parse.parse_quote, fetched_at=timezone.now())
        parts: list[Parsed[Quote]] = []
        for first in range(0, len(symbols), BATCH_SYMBOLS):
            batch = symbols[first : first + BATCH_SYMBOLS]
            try:
                rows = self._list("/batch-quote", {"symbols": ",".join(map(parse.vendor_symbol, batch))})
            except NotEntitled:
                if len(symbols) - first > SINGLES_MAX:
                    raise
                parts.append(self._one_by_one("/quote", symbols[first:], read))
                break
            parts.append(parse_each(rows, read, ours=parse.canonical_symbol))
        told = once(joined(parts), lambda quote: (quote.symbol, quote.as_of))
        return distinct(told, lambda quote: quote.symbol)

    def fetch_confirmations(self, symbols: Sequence[str], *, extended: bool) -> Parsed[Quote]:
        """Newest prices of the first hundred names in one call: quotes in regular hours, trades in
        ``extended`` ones, when quotes stand still. A plan without batches has none: `NotEntitled`."""
        path = "/batch-aftermarket-trade" if extended else "/batch-quote"
        read = partial(parse.parse_trade if extended else parse.parse_quote, fetched_at=timezone.now())
        names = ",".join(map(parse.vendor_symbol, symbols[:BATCH_SYMBOLS]))
        return distinct(parse_each(self._list(path, {"symbols": names}), read), lambda quote: quote.symbol)

    def fetch_context(self, symbols: Sequence[str]) -> Parsed[Quote]:
        """The surroundings' quotes: world indices, funds, volatility."""
        return self.fetch_quotes(symbols)

    def fetch_minute_bars(
        self, symbol: str, session: Session, *, since: dt.datetime | None = None
    ) -> Parsed[MinuteBar]:
        """One symbol's minutes of the regular session, oldest first, from ``since`` on; no volume."""
        day = session.isoformat()
        asked: Query = {"symbol": parse.vendor_symbol(symbol), "from": day, "to": day}
        rows = self._list("/historical-chart/1min", asked)
        parsed = parse.parse_minute_bars(rows, symbol=symbol, fetched_at=timezone.now())
        return replace(parsed, rows=[bar for bar in parsed.rows if since is None or bar.start >= since])

    # -- calendar, news, filings -------------------------------------------------------------------

    def fetch_releases(self, first: dt.date, last: dt.date) -> Parsed[EconomicRelease]:
        """The United States' entries; ``first`` and ``last`` are UTC days, both included."""
        rows = self._list("/economic-calendar", {"from": first.isoformat(), "to": last.isoformat()})
        american = [row for row in rows if not isinstance(row, dict) or row.get("country") == "US"]
        releases = parse_each(american, partial(parse.parse_release, fetched_at=timezone.now()))
        return distinct(releases, lambda row: (row.at, row.country, row.event))

    def fetch_headlines(self, since: dt.datetime, *, until: dt.datetime | None = None) -> Parsed[Headline]:
        """The newest articles of all symbols back to ``since``, with their text and without a tone."""
        read = partial(parse.parse_headline, fetched_at=timezone.now())
        # Days of New York, for an older span only: the newest need no filter, which all servers know.
        days: Query = {} if until is None else {"from": _day(since), "to": _day(until)}
        parts: list[Parsed[Headline]] = []
        for page in range(NEWS_PAGES_MAX):
            rows = self._list("/news/stock-latest", {**days, "page": page, "limit": NEWS_ROWS})
            parts.append(parse_each(rows, read))
            if _is_last(rows, NEWS_ROWS) or any(row.published_at < since for row in parts[-1].rows):
                break
        else:
            parts.append(Parsed([], Counter({CUT_SHORT: 1})))
        parsed = joined(parts)
        # There are always older ones: a list of the newest that ends before ``since`` is a plan's limit.
        if until is None and all(row.published_at >= since for row in parsed.rows):
            parsed = Parsed(parsed.rows, parsed.dropped | Counter({CUT_SHORT: 1}))
        end = until or dt.datetime.max.replace(tzinfo=dt.UTC)
        asked = [row for row in parsed.rows if since <= row.published_at <= end]
        return Parsed(headlines_joined(asked), parsed.dropped)

    def fetch_filings(
        self, first: dt.date, last: dt.date, *, lists: Sequence[FilingList] = FILING_LISTS
    ) -> Parsed[Filing]:
        """The 8-K papers filed on the days ``first`` to ``last``, with the moments of their acceptance.

        There is one list, whichever of ``lists`` is asked for."""
        days: Query = {"from": first.isoformat(), "to": last.isoformat()}
        read = partial(parse.parse_filing, fetched_at=timezone.now())
        parsed = self._pages("/sec-filings-8k", days, read, page_rows=FILING_ROWS)
        return Parsed(filings_joined(parsed.rows), parsed.dropped)

    # -- asking ------------------------------------------------------------------------------------

    def _list(self, path: str, query: Query) -> list[Any]:
        """The vendor sends errors with status 200 as an object where an array is due."""
        answer = self._door.get(path, query, timeout=30.0)
        if isinstance(answer, list):
            return answer
        words = self._door.quotable(str(answer.get("Error Message", ""))) if isinstance(answer, dict) else ""
        if "limit reach" in words.lower():
            raise RateLimited(f"fmp {path}: {words}", vendor=self.name)
        raise BadPayload(f"fmp {path} sent no list: {words}", vendor=self.name, field="body")

    def _one_by_one(self, path: str, symbols: Sequence[str], read: Callable[[Any], T | None]) -> Parsed[T]:
        """One question a name. Those that the plan lacks are counted; lacking all of them is an error."""
        parts: list[Parsed[T]] = []
        refused: SourceError | None = None
        for symbol in symbols:
            try:
                rows = self._list(path, {"symbol": parse.vendor_symbol(symbol)})
            except (NotEntitled, NotFound) as exc:
                refused = exc
                continue
            parts.append(parse_each(rows, read, ours=parse.canonical_symbol))
        if refused is not None and not parts:
            raise refused
        lacking = len(symbols) - len(parts)
        return joined(
            [*parts, Parsed([], Counter({f"not_entitled:{path}": lacking}) if lacking else Counter())]
        )

    def _pages(
        self, path: str, query: Query, read: Callable[[Any], T | None], *, page_rows: int = PAGE_ROWS
    ) -> Parsed[T]:
        """All pages: until one is short of rows, or the same as the one before, which is counted."""
        parts: list[Parsed[T]] = []
        before: list[Any] = []
        try:
            for page in range(PAGES_MAX):
                rows = self._list(path, {**query, "limit": page_rows, "page": page})
                if rows and rows == before:
                    parts.append(Parsed([], Counter({f"same_page_again:{path}": 1})))
                    break
                parts.append(parse_each(rows, read))
                if _is_last(rows, page_rows):
                    break
                before = rows
        except NotEntitled:
            parts.append(Parsed([], Counter({f"not_entitled:{path}": 1})))
        return joined(parts)


def _day(moment: dt.datetime) -> str:
    return new_york(moment).date().isoformat()


def _is_last(rows: Sequence[Any], asked: int) -> bool:
    """Whether nothing comes after this page of ``asked`` rows at most."""
    return not rows or (len(rows) < asked and len(rows) % ROUND_ROWS != 0)
