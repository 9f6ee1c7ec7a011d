"""Polygon over REST: which path answers which question. Shapes are read in `parse`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from django.utils import timezone

from universe.errors import BadPayload, NotEntitled, NotFound
from universe.notices import ClosedDay, Filing, MarketStatus, TickerChange, filings_joined
from universe.sessions import hours
from universe.sources.base import (
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
from universe.sources.http import results_of
from universe.sources.polygon import parse
from universe.types import (
    Bar,
    CompanyFacts,
    EconomicRelease,
    Headline,
    Listing,
    MinuteBar,
    Quote,
    Session,
    ShortInterest,
    Split,
)

T = TypeVar("T")

LISTINGS = "/v3/reference/tickers"
GROUPED = "/v2/aggs/grouped/locale/us/market/stocks"
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
SPLITS = "/stocks/v1/splits"
RATIOS = "/stocks/financials/v1/ratios"
FLOAT = "/stocks/vX/float"
SHORT_INTEREST = "/stocks/v1/short-interest"
NEWS = "/v2/reference/news"
DISCLOSURES = "/stocks/filings/8-K/vX/disclosures"
FILINGS = "/stocks/filings/vX/index"
STATUS = "/v1/marketstatus/now"
CLOSED_DAYS = "/v1/marketstatus/upcoming"

# Papers that move a small company's price: events, and shares to be sold.
FORMS = (
    *("8-K", "8-K/A", "S-1", "S-1/A", "S-3", "S-3/A", "S-3ASR", "F-1", "F-1/A", "F-3", "F-3/A"),
    *("424B1", "424B2", "424B3", "424B4", "424B5", "424B7", "FWP"),
)


class PolygonRest:
    """The price source, and the facts source where there is no other. Thread-safe."""

    name = parse.VENDOR

    def __init__(self, door: Transport) -> None:
        self._door = door

    # -- prices ------------------------------------------------------------------------------------

    def fetch_listings(self) -> Parsed[Listing]:
        """Every active US listing of any kind: the kinds that are no stock get their reason, not a hole."""
        read = partial(parse.parse_listing, fetched_at=timezone.now())
        query: Query = {"market": "stocks", "active": "true", "limit": 1000, "order": "asc", "sort": "ticker"}
        return self._all_pages(LISTINGS, query, read, key=lambda row: row.symbol)

    def fetch_daily_bars(self, session: Session) -> Parsed[Bar]:
        """The whole market of one session, not adjusted; no rows on a closed day. Raises `BadPayload` when
        the answer is of another session."""
        path = f"{GROUPED}/{session.isoformat()}"
        answer = self._door.get(path, {"adjusted": "false", "include_otc": "false"}, timeout=30.0)
        rows = results_of(answer, vendor=self.name, path=path)
        told = parse.bars_session(rows)
        if told not in (None, session):
            text = f"polygon was asked for the bars of {session} and sent those of {told}."
            raise BadPayload(text, vendor=self.name, field="t")
        read = partial(parse.parse_bar, session=session, fetched_at=timezone.now())
        return once(parse_each(rows, read), lambda bar: bar.symbol)

    def fetch_daily_range(self, symbol: str, first: Session, last: Session) -> Parsed[Bar]:
        """One symbol's sessions, not adjusted, oldest first; none for a name that is not known."""
        path = f"/v2/aggs/ticker/{symbol}/range/1/day/{first.isoformat()}/{last.isoformat()}"
        try:
            answer = self._door.get(path, {"adjusted": "false", "sort": "asc", "limit": 50000})
        except NotFound:
            return Parsed([])
        read = partial(parse.parse_range_bar, symbol=symbol, fetched_at=timezone.now())
        bars = parse_each(results_of(answer, vendor=self.name, path=path), read)
        return once(bars, lambda bar: bar.session)

    def fetch_splits(self, first: Session, last: Session) -> Parsed[Split]:
        query: Query = {
            "execution_date.gte": first.isoformat(),
            "execution_date.lte": last.isoformat(),
            "limit": 5000,
        }
        read = partial(parse.parse_split, fetched_at=timezone.now())
        return self._all_pages(SPLITS, query, read, key=lambda row: (row.symbol, row.session))

    def fetch_quotes(self) -> Parsed[Quote]:
        """The whole market in one answer. Rows without a price of their own are counted as "no_price"."""
        answer = self._door.get(SNAPSHOT, {"include_otc": "false"}, timeout=30.0)
        payloads = results_of(answer, vendor=self.name, path=SNAPSHOT, key="tickers")
        parsed = parse_each(payloads, partial(parse.parse_quote, fetched_at=timezone.now()))
        missing = len(payloads) - len(parsed.rows) - parsed.dropped.total()
        told = distinct(once(parsed, lambda quote: (quote.symbol, quote.as_of)), lambda quote: quote.symbol)
        return replace(told, dropped=told.dropped + Counter(no_price=missing))

    def fetch_minute_bars(
        self, symbol: str, session: Session, *, since: dt.datetime | None = None
    ) -> Parsed[MinuteBar]:
        """One symbol's minutes, 4:00 to 20:00, oldest first; none for a name that is not known.

        From ``since`` on only, then without ``day_volume``, which is a sum from 4:00 on.
        """
        day = session.isoformat()
        first = str(int(since.timestamp() * 1000)) if since else day
        last = str(int(hours(session).post_close.timestamp() * 1000)) if since else day
        path = f"/v2/aggs/ticker/{symbol}/range/1/minute/{first}/{last}"
        try:
            answer = self._door.get(path, {"adjusted": "false", "sort": "asc", "limit": 50000})
        except NotFound:
            return Parsed([])
        rows = results_of(answer, vendor=self.name, path=path)
        parsed = parse.parse_minute_bars(rows, symbol=symbol, fetched_at=timezone.now())
        if since is None:
            return parsed
        return replace(parsed, rows=[replace(bar, day_volume=None) for bar in parsed.rows])

    # -- slow facts --------------------------------------------------------------------------------

    def fetch_facts(self, *, floats: bool = True) -> Parsed[CompanyFacts]:
        """Market caps, and ``floats``, in bulk. What the plan lacks is counted."""
        read = partial(parse.parse_ratios, fetched_at=timezone.now())
        ratios = self._if_entitled(
            RATIOS, {"market_cap.gte": 1_000_000, "limit": 50000}, read, key=lambda row: row.symbol
        )
        return joined([ratios, self._floats({"limit": 5000})]) if floats else ratios

    def fetch_floats(self, symbols: Sequence[str]) -> Parsed[CompanyFacts]:
        """All in one question."""
        return self._floats({"ticker.any_of": ",".join(symbols), "limit": 5000})

    def _floats(self, query: Query) -> Parsed[CompanyFacts]:
        read = partial(parse.parse_float, fetched_at=timezone.now())
        return self._if_entitled(FLOAT, query, read, key=lambda row: row.symbol)

    def fetch_details(self, symbol: str) -> CompanyFacts | None:
        """One listing's shares, SIC and description; None when the vendor does not know it."""
        path = f"{LISTINGS}/{symbol}"
        try:
            answer = self._door.get(path)
        except NotFound:
            return None
        payload = answer.get("results") if isinstance(answer, dict) else answer
        return parse.parse_details(payload, fetched_at=timezone.now())

    def fetch_short_interest(self, since: Session) -> Parsed[ShortInterest]:
        query: Query = {"settlement_date.gte": since.isoformat(), "limit": 50000}
        read = partial(parse.parse_short_interest, fetched_at=timezone.now())
        return self._if_entitled(SHORT_INTEREST, query, read, key=lambda row: (row.symbol, row.settlement))

    def fetch_symbol_events(self, symbol: str) -> Parsed[TickerChange]:
        """The symbols that a company has had, oldest first; none for a name that is not known."""
        try:
            answer = self._door.get(f"/vX/reference/tickers/{symbol}/events", {"types": "ticker_change"})
        except NotFound:
            return Parsed([])
        payload = answer.get("results") if isinstance(answer, dict) else answer
        return parse.parse_ticker_changes(payload, fetched_at=timezone.now())

    # -- news, filings, hours ----------------------------------------------------------------------

    def fetch_headlines(self, since: dt.datetime, *, until: dt.datetime | None = None) -> Parsed[Headline]:
        read = partial(parse.parse_headline, fetched_at=timezone.now())
        query: Query = {"published_utc.gte": _stamp(since), "limit": 1000}
        if until is not None:
            query = {**query, "published_utc.lte": _stamp(until)}
        return self._all_pages(NEWS, query, read, key=lambda row: row.id)

    def fetch_filings(
        self, first: dt.date, last: dt.date, *, lists: Sequence[FilingList] = FILING_LISTS
    ) -> Parsed[Filing]:
        """Papers filed on the days ``first`` to ``last``: what 8-Ks disclose, and the index of `FORMS`."""
        days: Query = {"filing_date.gte": first.isoformat(), "filing_date.lte": last.isoformat()}
        index: Query = {**days, "form_type.any_of": ",".join(FORMS), "limit": 10000}
        read = partial(parse.parse_filing, fetched_at=timezone.now())
        parts: list[Parsed[Filing]] = []
        if "disclosures" in lists:
            parts.append(self._if_entitled(DISCLOSURES, {**days, "limit": 1000}, partial(read, form="8-K")))
        if "papers" in lists:
            parts.append(self._if_entitled(FILINGS, index, read))
        parsed = joined(parts)
        return Parsed(filings_joined(parsed.rows), parsed.dropped)

    def fetch_market_status(self) -> MarketStatus:
        return parse.parse_market_status(self._door.get(STATUS), fetched_at=timezone.now())

    def fetch_closed_days(self) -> Parsed[ClosedDay]:
        """The coming closed days and early closes, one row an exchange and day; a bare list."""
        answer = self._door.get(CLOSED_DAYS)
        if not isinstance(answer, list):
            raise BadPayload(f"polygon {CLOSED_DAYS} sent no list.", vendor=self.name, field="body")
        days = parse_each(answer, partial(parse.parse_closed_day, fetched_at=timezone.now()))
        return distinct(days, lambda row: (row.exchange, row.day))

    def fetch_context(self, symbols: object) -> Parsed[Quote]:
        """Indices are not in the stock plans."""
        return Parsed([], Counter(not_entitled=1))

    def fetch_releases(self, first: dt.date, last: dt.date) -> Parsed[EconomicRelease]:
        """This vendor has no economic calendar."""
        return Parsed([], Counter(not_entitled=1))

    # -- paging ------------------------------------------------------------------------------------

    def _if_entitled(
        self,
        path: str,
        query: Query,
        read: Callable[[Any], T | None],
        *,
        key: Callable[[T], Hashable] | None = None,
    ) -> Parsed[T]:
        try:
            return self._all_pages(path, query, read, key=key)
        except (NotEntitled, NotFound):
            return Parsed([], Counter({f"not_entitled:{path}": 1}))

    def _all_pages(
        self,
        path: str,
        query: Query,
        read: Callable[[Any], T | None],
        *,
        key: Callable[[T], Hashable] | None = None,
    ) -> Parsed[T]:
        """Every row of all pages, each ``key`` once."""
        pages = self._door.pages(path, query)
        parsed = joined(parse_each(results_of(page, vendor=self.name, path=path), read) for page in pages)
        return distinct(parsed, key) if key else parsed


def _stamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
