"""FMP over REST (the ``stable`` API): which path answers which question. Shapes are read in `parse`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from django.utils import timezone

from universe.errors import BadPayload, NotEntitled, RateLimited
from universe.sources.base import Parsed, Query, Transport, joined, parse_each
from universe.sources.fmp import parse
from universe.types import CompanyFacts, EconomicRelease, Quote

T = TypeVar("T")

EXCHANGES = "NASDAQ,NYSE,AMEX"
PAGE_ROWS = 5000
PAGES_MAX = 60


class FmpRest:
    """The facts source: sectors, market caps, floats, indices, the economic calendar. Thread-safe."""

    name = parse.VENDOR

    def __init__(self, door: Transport) -> None:
        self._door = door

    def fetch_facts(self) -> Parsed[CompanyFacts]:
        """The screener of the three exchanges and all floats. What the plan lacks is counted by its path.

        Funds are asked for too, so that a fund the price vendor calls common stock is found out.
        """
        fetched_at = timezone.now()
        screener: Query = {
            "exchange": EXCHANGES,
            "isActivelyTrading": "true",
            "includeAllShareClasses": "true",
        }
        return joined(
            [
                self._pages(
                    "/company-screener", screener, partial(parse.parse_screener, fetched_at=fetched_at)
                ),
                self._pages("/shares-float-all", {}, partial(parse.parse_float, fetched_at=fetched_at)),
            ]
        )

    def fetch_context(self, symbols: Sequence[str]) -> Parsed[Quote]:
        """Quotes of funds and indices (^VIX); missing names are silently absent at the vendor."""
        rows = self._list("/batch-quote", {"symbols": ",".join(map(parse.vendor_symbol, symbols))})
        return parse_each(rows, partial(parse.parse_quote, fetched_at=timezone.now()))

    def fetch_releases(self, first: dt.date, last: dt.date) -> Parsed[EconomicRelease]:
        """The United States' entries; ``first`` and ``last`` are UTC days, both included."""
        rows = self._list("/economic-calendar", {"from": first.isoformat(), "to": last.isoformat()})
        american = [row for row in rows if not isinstance(row, dict) or row.get("country") == "US"]
        return parse_each(american, parse.parse_release)

    def _list(self, path: str, query: Query) -> list[Any]:
        """The vendor sends errors with status 200 as an object where an array is due."""
        answer = self._door.get(path, query, timeout=30.0)
        if isinstance(answer, list):
            return answer
        words = self._door.quotable(str(answer.get("Error Message", ""))) if isinstance(answer, dict) else ""
        if "limit reach" in words.lower():
            raise RateLimited(f"fmp {path}: {words}", vendor=self.name)
        raise BadPayload(f"fmp {path} sent no list: {words}", vendor=self.name, field="body")

    def _pages(self, path: str, query: Query, read: Callable[[Any], T | None]) -> Parsed[T]:
        """All pages: until one is short of rows."""
        parts: list[Parsed[T]] = []
        try:
            for page in range(PAGES_MAX):
                rows = self._list(path, {**query, "limit": PAGE_ROWS, "page": page})
                parts.append(parse_each(rows, read))
                if len(rows) < PAGE_ROWS:
                    break
        except NotEntitled:
            parts.append(Parsed([], Counter({f"not_entitled:{path}": 1})))
        return joined(parts)
