"""Polygon over REST: which path answers which question. Shapes are read in `parse`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from django.utils import timezone

from universe.errors import NotEntitled, NotFound
from universe.sessions import hours
from universe.sources.base import Parsed, Query, Transport, joined, parse_each
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
        return self._all_pages(LISTINGS, query, read)

    def fetch_daily_bars(self, session: Session) -> Parsed[Bar]:
        """The whole market of one session, not adjusted; no rows on a closed day."""
        path = f"{GROUPED}/{session.isoformat()}"
        answer = self._door.get(path, {"adjusted": "false", "include_otc": "false"}, timeout=30.0)
        read = partial(parse.parse_bar, session=session, fetched_at=timezone.now())
        return parse_each(results_of(answer, vendor=self.name, path=path), read)

    def fetch_splits(self, first: Session, last: Session) -> Parsed[Split]:
        query: Query = {
            "execution_date.gte": first.isoformat(),
            "execution_date.lte": last.isoformat(),
            "limit": 5000,
        }
        return self._all_pages(SPLITS, query, parse.parse_split)

    def fetch_quotes(self) -> Parsed[Quote]:
        """The whole market in one answer. Rows without a price of their own are counted as "no_price"."""
        answer = self._door.get(SNAPSHOT, {"include_otc": "false"}, timeout=30.0)
        payloads = results_of(answer, vendor=self.name, path=SNAPSHOT, key="tickers")
        parsed = parse_each(payloads, partial(parse.parse_quote, fetched_at=timezone.now()))
        missing = len(payloads) - len(parsed.rows) - parsed.dropped.total()
        return Parsed(parsed.rows, parsed.dropped + Counter(no_price=missing))

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
        parsed = parse.parse_minute_bars(results_of(answer, vendor=self.name, path=path), symbol=symbol)
        if since is None:
            return parsed
        return Parsed([replace(bar, day_volume=None) for bar in parsed.rows], parsed.dropped)

    # -- slow facts --------------------------------------------------------------------------------

    def fetch_facts(self) -> Parsed[CompanyFacts]:
        """Market caps and floats in bulk. What the plan lacks is counted, and left to `fetch_details`."""
        fetched_at = timezone.now()
        ratios: Query = {"market_cap.gte": 1_000_000, "limit": 50000}
        return joined(
            [
                self._if_entitled(RATIOS, ratios, partial(parse.parse_ratios, fetched_at=fetched_at)),
                self._if_entitled(FLOAT, {"limit": 5000}, partial(parse.parse_float, fetched_at=fetched_at)),
            ]
        )

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
        return self._if_entitled(SHORT_INTEREST, query, parse.parse_short_interest)

    def fetch_headlines(self, since: dt.datetime) -> Parsed[Headline]:
        stamp = since.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self._all_pages(NEWS, {"published_utc.gte": stamp, "limit": 1000}, parse.parse_headline)

    def fetch_context(self, symbols: object) -> Parsed[Quote]:
        """Indices are not in the stock plans."""
        return Parsed([], Counter(not_entitled=1))

    def fetch_releases(self, first: dt.date, last: dt.date) -> Parsed[EconomicRelease]:
        """This vendor has no economic calendar."""
        return Parsed([], Counter(not_entitled=1))

    # -- paging ------------------------------------------------------------------------------------

    def _if_entitled(self, path: str, query: Query, read: Callable[[Any], T | None]) -> Parsed[T]:
        try:
            return self._all_pages(path, query, read)
        except (NotEntitled, NotFound):
            return Parsed([], Counter({f"not_entitled:{path}": 1}))

    def _all_pages(self, path: str, query: Query, read: Callable[[Any], T | None]) -> Parsed[T]:
        pages = self._door.pages(path, query)
        return joined(parse_each(results_of(page, vendor=self.name, path=path), read) for page in pages)
