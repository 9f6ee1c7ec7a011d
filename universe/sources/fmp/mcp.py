"""FMP's MCP servers: which tool answers which path, and what each makes of the vendor's words.

- ``fmp-data 2.7, 2.8`` (PyPI): one tool a path, through models that rename fields and write times as text.
- ``imbenrabi 2.5, 2.6`` (npm): the vendor's JSON as text; the newer calls ``from`` ``from_date``.
- ``fmp hosted``: one tool a group of paths, chosen by its argument ``endpoint``.

A list that a server cannot give whole (no page, no limit) is not asked of it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from universe.errors import BadPayload, NotOffered, SourceError, Unavailable
from universe.sources.mcp.dialect import Answer, Caller, Dialect, Query, Route, Tools, lacking
from universe.sources.mcp.target import Child

logger = logging.getLogger(__name__)

CHILD = Child(
    key_names=("FMP_API_KEY", "FMP_ACCESS_TOKEN"),
    base_name="FMP_BASE_URL",
    prefixes=("FMP_MCP_MANIFEST", "FMP_MCP_TOOL", "FMP_TOOL_SETS", "FMP_TIMEOUT", "FMP_RATE"),
)
BASE_URL = "https://financialmodelingprep.com/stable"
SYMBOLS_MAX = 40

Routes = Mapping[str, tuple[Route, ...]]
Row = dict[str, Any]


def child_base_url(base_url: str) -> str:
    """The address as the servers want it: they add ``/stable`` themselves."""
    return base_url.rstrip("/").removesuffix("/stable")


def _same(*words: str) -> dict[str, str]:
    return {word: word for word in words}


_SPAN = ({"from": "start_date", "to": "end_date"}, {"from": "from_date", "to": "to_date"})
FMP_DATA: Routes = {
    "/quote": (Route("quote", _same("symbol")),),
    "/batch-quote": (Route("quotes", _same("symbols")), Route("quote", {"symbols": "symbol"})),
    "/profile": (Route("profile", _same("symbol")),),
    "/shares-float": (Route("share_float", _same("symbol")),),
    "/shares-float-all": (Route("all_shares_float", _same("page", "limit")),),
    "/economic-calendar": (Route("economic_calendar", _SPAN[0]), Route("economic_calendar", _SPAN[1])),
    "/news/stock-latest": (Route("stock_news", {**_same("page", "limit"), **_SPAN[1]}),),
    "/news/stock": (Route("stock_news", {**_same("page", "limit"), **_SPAN[1], "symbols": "symbol"}),),
    "/etf/holdings": (Route("etf_holdings", _same("symbol")),),
    "/market-capitalization": (Route("market_cap", _same("symbol")),),
    "/company-screener": (),
}
_SCREEN = _same("exchange", "limit")
_SCREEN_ALSO = _same(
    *("marketCapMoreThan", "marketCapLowerThan", "priceMoreThan", "priceLowerThan", "volumeMoreThan"),
    *("volumeLowerThan", "sector", "industry", "country", "isEtf", "isFund"),
    *("isActivelyTrading", "includeAllShareClasses"),
)
_OLDER, _NEWER = _same("from", "to"), {"from": "from_date", "to": "to"}


def _both(tool: str, *words: str) -> tuple[Route, ...]:
    return (Route(tool, {**_same(*words), **_OLDER}), Route(tool, {**_same(*words), **_NEWER}))


IMBENRABI: Routes = {
    "/quote": (Route("getQuote", _same("symbol")),),
    "/batch-quote": (Route("getBatchQuotes", _same("symbols")),),
    "/batch-quote-short": (Route("getBatchQuotesShort", _same("symbols")),),
    "/profile": (Route("getCompanyProfile", _same("symbol")),),
    "/shares-float": (Route("getShareFloat", _same("symbol")),),
    "/shares-float-all": (Route("getAllShareFloat", _same("page", "limit")),),
    "/economic-calendar": _both("getEconomicCalendar"),
    "/news/stock-latest": _both("getStockNews", "page", "limit"),
    "/news/stock": _both("searchStockNews", "symbols", "page", "limit"),
    "/etf/holdings": (Route("getFundHoldings", _same("symbol")),),
    "/market-capitalization-batch": (Route("getBatchMarketCap", _same("symbols")),),
    "/company-screener": (Route("stockScreener", _SCREEN, also=_SCREEN_ALSO, silent={"page": "0"}),),
    "/delisted-companies": (Route("getDelistedCompanies", _same("page", "limit")),),
    "/exchange-market-hours": (Route("getExchangeMarketHours", _same("exchange")),),
}


def _hosted(
    tool: str, endpoint: str, words: Mapping[str, str], *, also: Mapping[str, str] | None = None
) -> tuple[Route, ...]:
    return (Route(tool, words, fixed={"endpoint": endpoint}, also=also or {}),)


HOSTED: Routes = {
    "/quote": _hosted("quote", "quote", _same("symbol")),
    "/batch-quote": _hosted("quote", "batch-quote", _same("symbols")),
    "/profile": _hosted("company", "profile-symbol", _same("symbol")),
    "/shares-float": _hosted("company", "shares-float", _same("symbol")),
    "/shares-float-all": _hosted("company", "shares-float-all", _same("page", "limit")),
    "/economic-calendar": _hosted("economics", "economics-calendar", _SPAN[1])
    + _hosted("economics", "economic-calendar", _SPAN[0]),
    "/news/stock-latest": _hosted("news", "stock-news", _same("page", "limit")),
    "/news/stock": _hosted("news", "search-stock-news", _same("symbols", "page", "limit")),
    "/etf/holdings": _hosted("etfAndMutualFunds", "holdings", _same("symbol")),
    "/company-screener": _hosted(
        "search", "search-company-screener", {**_SCREEN, "page": "page"}, also=_SCREEN_ALSO
    ),
}


def decoded(answer: Answer) -> list[Any]:
    """The rows of an answer: structured where the server sends that, else JSON text, one block or many."""
    value = answer.structured
    if isinstance(value, dict) and value.keys() == {"result"}:
        value = value["result"]
    if value is None or isinstance(value, str):
        value = _from_texts((value,) if value else answer.texts)
    if value is None:
        return []
    if isinstance(value, str):
        raise NotOffered("it answers in CSV, which is bulk and left to REST")
    rows = value if isinstance(value, list) else [value]
    if all(isinstance(row, dict) for row in rows):
        return rows
    raise BadPayload("sent no list of objects", field="body")


def _from_texts(texts: Sequence[str]) -> Any:
    try:
        blocks = [orjson.loads(text) for text in texts]
    except orjson.JSONDecodeError:
        words = " ".join(texts)[:100]
        raise BadPayload(f"sent text that is no JSON: {words}", field="body") from None
    return blocks[0] if len(blocks) == 1 else blocks


class Json:
    """Any of the servers that answer in JSON. ``mend`` gives a row its REST words back."""

    def __init__(
        self, name: str, tools: Tools, routes: Routes, *, mend: Callable[[Row], Row] | None = None
    ) -> None:
        self.name = name
        self._tools = tools
        self._routes = routes
        self._mend = mend
        self.lacking = lacking(routes, tools)

    def payload(self, path: str, query: Query, call: Caller) -> Any:
        route = self._route(path)
        if "symbols" in query and route.words["symbols"] == "symbol":
            rows = self._one_by_one(route, query, call)
        else:
            rows = self._told(route, query, call)
        if len(rows) == 1 and "Error Message" in rows[0]:
            return rows[0]
        limit = query.get("limit")
        if "page" not in route.words and limit is not None and len(rows) >= int(limit):
            raise NotOffered(f"it gives {limit} rows at most and no second page")
        return [self._mend(row) for row in rows] if self._mend else rows

    def _route(self, path: str) -> Route:
        choices = self._routes.get(path, ())
        route = next((route for route in choices if not route.missing(self._tools)), None)
        if route is None:
            raise NotOffered(
                choices[0].missing(self._tools) or "" if choices else "it has no tool for this path"
            )
        return route

    def _told(self, route: Route, query: Query, call: Caller) -> list[Any]:
        tool = self._tools[route.tool]
        return decoded(call(tool.name, route.arguments(query, tool)))

    def _one_by_one(self, route: Route, query: Query, call: Caller) -> list[Any]:
        """A list of symbols where the tool takes one. As over REST a name that is not known is absent: the
        server gives no reason, so only a list without any answer is a failure."""
        symbols = [name for name in str(query["symbols"]).split(",") if name]
        if len(symbols) > SYMBOLS_MAX:
            raise NotOffered(f"it takes one symbol a call, and {len(symbols)} are asked")
        rows: list[Any] = []
        failed: SourceError | None = None
        for symbol in symbols:
            try:
                rows += self._told(route, {**query, "symbols": symbol}, call)
            except Unavailable as exc:
                if "Error executing tool" not in str(exc):
                    raise
                failed = exc
                logger.info("%s of %s: %s", route.tool, symbol, exc)
        if failed is not None and not rows:
            raise failed
        return rows


#: What fmp-data's models call otherwise than the vendor does.
_RENAMED = {"volAvg": "averageVolume", "mktCap": "marketCap", "changes": "change", "lastDiv": "lastDividend"}
_DATES = ("date", "publishedDate", "updatedAt")


def mended(row: Row) -> Row:
    """A row of fmp-data with the vendor's names, seconds for ``timestamp``, and a blank before the time."""
    row = {_RENAMED.get(name, name): value for name, value in row.items()}
    stamp = row.get("timestamp")
    if isinstance(stamp, str):
        row["timestamp"] = _seconds(stamp)
    for name in _DATES:
        if isinstance(row.get(name), str):
            row[name] = row[name].replace("T", " ", 1)
    return row


def _seconds(stamp: str) -> int | str:
    try:
        moment = dt.datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return int((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp())


def hosted(tools: Tools) -> Dialect | None:
    groups = [tools[name] for name in ("quote", "company", "economics", "news", "search") if name in tools]
    known = bool(groups) and all("endpoint" in tool.arguments for tool in groups)
    return Json("fmp hosted", tools, HOSTED) if known else None


def imbenrabi(tools: Tools) -> Dialect | None:
    if not any(route.tool in tools for choices in IMBENRABI.values() for route in choices):
        return None
    newer = any("from_date" in tool.arguments for tool in tools.values())
    return Json(f"imbenrabi {'2.6' if newer else '2.5'}", tools, IMBENRABI)


def fmp_data(tools: Tools) -> Dialect | None:
    """Its own manifest may leave tools out, and may write their group in front ("company.quote")."""
    plain = {name.rpartition(".")[2]: tool for name, tool in tools.items()}
    if not {"quote", "profile"} <= plain.keys() or "symbol" not in plain["quote"].arguments:
        return None
    return Json("fmp-data 2", plain, FMP_DATA, mend=mended)


DIALECTS = (hosted, imbenrabi, fmp_data)
