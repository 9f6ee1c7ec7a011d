"""Polygon's MCP servers: which tool answers which path, and what the columns of its CSV hold.

- ``massive 0.9``: three tools; ``call_api`` takes a REST path as it is, in the list that the server allows.
- ``polygon 0.5``: one tool an endpoint, ten rows unless told, and no way to a second page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from universe.errors import BadPayload, NotOffered
from universe.sources.mcp.dialect import Caller, Dialect, Query, Route, Tools, lacking
from universe.sources.mcp.tables import Table, columns, rows_read, shaped
from universe.sources.mcp.target import Child

CHILD = Child(
    key_names=("MASSIVE_API_KEY", "POLYGON_API_KEY"),
    base_name="MASSIVE_API_BASE_URL",
    prefixes=("MASSIVE_LLMS", "MASSIVE_MAX"),
)
BASE_URL = "https://api.polygon.io"

_BAR = "o h l c v vw n t"
_AGGREGATES = Table(
    needed=frozenset({"c"}),
    numbers=columns(_=_BAR),
    flags=frozenset({"otc", "adjusted", "interpolated"}),
    empty=frozenset({"ticker", "adjusted", "resultsCount", "queryCount"}),
)
#: The first pattern that the whole path matches.
TABLES: tuple[tuple[re.Pattern[str], Table], ...] = tuple(
    (re.compile(pattern), table)
    for pattern, table in (
        (r"/v2/aggs/grouped/locale/us/market/stocks/[^/]+", _AGGREGATES),
        (r"/v2/aggs/ticker/[^/]+/(range/.+|prev)", _AGGREGATES),
        (
            r"/v2/snapshot/locale/us/markets/stocks/tickers",
            Table(
                needed=frozenset({"ticker"}),
                numbers=columns(
                    _="todaysChange todaysChangePerc updated fmv",
                    day=_BAR,
                    min=f"{_BAR} av",
                    prevDay=_BAR,
                    lastTrade="p s t x",
                    lastQuote="P S p s t",
                ),
                flags=frozenset({"halted", "interpolated", "min_interpolated"}),
                lists=frozenset({"lastTrade_c"}),
                blocks=("day", "min", "prevDay", "lastTrade", "lastQuote"),
                empty=frozenset({"tickers"}),
                key="tickers",
            ),
        ),
        (
            r"/v3/reference/tickers/[^/]+",
            Table(
                needed=frozenset({"ticker"}),
                numbers=columns(
                    _="market_cap share_class_shares_outstanding weighted_shares_outstanding "
                    "total_employees round_lot"
                ),
                flags=frozenset({"active"}),
                blocks=("address", "branding"),
                single=True,
            ),
        ),
        (r"/v3/reference/tickers", Table(needed=frozenset({"ticker"}), flags=frozenset({"active"}))),
        (
            r"/v2/reference/news",
            Table(
                needed=frozenset({"id", "published_utc"}),
                lists=frozenset({"tickers", "keywords", "insights"}),
                blocks=("publisher",),
            ),
        ),
        (
            r"/stocks/v1/splits|/v3/reference/splits",
            Table(
                needed=frozenset({"ticker", "execution_date"}),
                numbers=columns(_="split_from split_to historical_adjustment_factor"),
            ),
        ),
        (
            r"/stocks/v1/dividends|/v3/reference/dividends",
            Table(
                needed=frozenset({"ticker", "ex_dividend_date"}),
                numbers=columns(
                    _="cash_amount frequency historical_adjustment_factor split_adjusted_cash_amount"
                ),
            ),
        ),
        (
            r"/stocks/v1/short-interest",
            Table(
                needed=frozenset({"ticker", "settlement_date"}),
                numbers=columns(_="short_interest avg_daily_volume days_to_cover"),
            ),
        ),
        (
            r"/stocks/vX/float",
            Table(
                needed=frozenset({"ticker", "free_float"}),
                numbers=columns(_="free_float free_float_percent"),
            ),
        ),
        (
            r"/stocks/financials/v1/ratios",
            Table(
                needed=frozenset({"ticker"}),
                numbers=columns(
                    _="market_cap price average_volume cash current debt_to_equity dividend_yield "
                    "earnings_per_share enterprise_value ev_to_ebitda ev_to_sales free_cash_flow "
                    "price_to_book price_to_cash_flow price_to_earnings price_to_free_cash_flow "
                    "price_to_sales quick return_on_assets return_on_equity"
                ),
            ),
        ),
        (r"/stocks/filings/vX/index", Table(needed=frozenset({"filing_date"}))),
    )
)

#: "Next page available. To fetch, call call_api with path="..." and params={...}", as the very last line.
_NEXT = re.compile(
    r"\n\nNext page available\. To fetch, call call_api with "
    r'path="(?P<path>/[^"\n]*)"(?: and params=(?P<params>\{[^\n]*\}))?\s*\Z'
)
_EMPTY = "Warning [EMPTY]"


def table_of(path: str) -> Table:
    table = next((table for pattern, table in TABLES if pattern.fullmatch(path)), None)
    if table is None:
        raise NotOffered("its columns are not known")
    return table


def page_read(text: str, path: str) -> dict[str, Any]:
    """The REST JSON that one text stands for, with a ``next_url`` when it announces a following page."""
    table = table_of(path)
    if text.startswith(_EMPTY):
        return dict(shaped([], table))
    if text.startswith("Warning"):
        raise BadPayload(f"warns instead of answering: {text[:100]}", field="body")
    found = _NEXT.search(text)
    rows = rows_read(text[: found.start()] if found else text, table)
    if table.single and len(rows) != 1:
        raise BadPayload(f"sent {len(rows)} rows where one thing is due", field="body")
    return dict(shaped(rows, table)) | ({"next_url": _link(found)} if found else {})


def _link(found: re.Match[str]) -> str:
    try:
        params = json.loads(found["params"] or "{}")
    except ValueError:
        raise BadPayload("announces a following page that cannot be read", field="next_url") from None
    return f"{found['path']}?{urlencode(params, doseq=True)}" if params else found["path"]


class Massive:
    """mcp_massive 0.9: any path of the server's own list."""

    name = "massive 0.9"
    lacking: tuple[str, ...] = ()

    def payload(self, path: str, query: Query, call: Caller) -> dict[str, Any]:
        table_of(path)
        arguments: dict[str, Any] = {"path": path}
        if query:
            arguments["params"] = dict(query)
        return page_read(call("call_api", arguments).text, path)


_PARAMS = "params."
OLD_ROUTES: Mapping[str, Route] = {
    "/v3/reference/tickers": Route(
        "list_tickers",
        {word: word for word in ("market", "active", "limit", "order", "sort")},
        also={word: word for word in ("type", "exchange", "date")},
    ),
    "/v3/reference/tickers/{ticker}": Route("get_ticker_details", {"ticker": "ticker"}),
    "/v2/aggs/grouped/locale/us/market/stocks/{date}": Route(
        "get_grouped_daily_aggs", {"date": "date", "adjusted": "adjusted", "include_otc": "include_otc"}
    ),
    "/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from_}/{to}": Route(
        "get_aggs",
        {
            word: word
            for word in ("ticker", "multiplier", "timespan", "from_", "to", "adjusted", "sort", "limit")
        },
    ),
    "/v2/reference/news": Route(
        "list_ticker_news",
        {
            "limit": "limit",
            "order": "order",
            "sort": "sort",
            "published_utc.gte": f"{_PARAMS}published_utc.gte",
            "published_utc.lte": f"{_PARAMS}published_utc.lte",
        },
    ),
    "/stocks/v1/splits": Route(
        "list_splits",
        {
            "limit": "limit",
            "execution_date.gte": f"{_PARAMS}execution_date.gte",
            "execution_date.lte": f"{_PARAMS}execution_date.lte",
        },
        limit_max=1000,
    ),
    "/stocks/v1/short-interest": Route(
        "list_short_interest", {"limit": "limit", "settlement_date.gte": "settlement_date_gte"}
    ),
}


class Old:
    """mcp_polygon 0.5. Its whole-market snapshot is one cell of Python text, and so is not asked."""

    name = "polygon 0.5"

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.lacking = lacking({path: (route,) for path, route in OLD_ROUTES.items()}, tools)
        self._patterns = {path: _pattern(path) for path in OLD_ROUTES}

    def payload(self, path: str, query: Query, call: Caller) -> dict[str, Any]:
        for shape, pattern in self._patterns.items():
            if found := pattern.fullmatch(path):
                return self._asked(OLD_ROUTES[shape], path, {**found.groupdict(), **query}, call=call)
        raise NotOffered("it has no tool for this path")

    def _asked(self, route: Route, path: str, query: Query, *, call: Caller) -> dict[str, Any]:
        if missing := route.missing(self._tools):
            raise NotOffered(missing)
        arguments = route.arguments(query, self._tools[route.tool])
        page = page_read(call(route.tool, arguments).text, path)
        limit = arguments.get("limit")
        if limit is not None and len(page.get("results", ())) >= limit:
            raise NotOffered(f"it gives {limit} rows at most and no second page")
        return page


def _pattern(shape: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", shape))


def massive(tools: Tools) -> Dialect | None:
    """The three tools of 0.9, with the arguments that we use."""
    api = tools.get("call_api")
    known = {"search_endpoints", "query_data"} <= tools.keys()
    return Massive() if known and api and {"path", "params"} <= api.arguments.keys() else None


def old(tools: Tools) -> Dialect | None:
    return Old(tools) if {"list_tickers", "get_grouped_daily_aggs"} <= tools.keys() else None


DIALECTS = (massive, old)
