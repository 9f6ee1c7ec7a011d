"""An FMP MCP server for real: fmp-data, started as its users start it, on the simulated market.

Its environment (.venv-mcp) is made by ``make test``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.market import KEY, ROOT, RunningMarket, start_market
from universe.errors import NotOffered
from universe.sources.fmp import mcp as fmp
from universe.sources.fmp.rest import FmpRest
from universe.sources.http import Door
from universe.sources.mcp.door import McpDoor
from universe.sources.mcp.target import target_read

COMMAND = ROOT / ".venv-mcp" / "bin" / "fmp-mcp"
DAY = dt.date(2026, 3, 31)


@dataclass(frozen=True)
class Both:
    """The same market over REST and over MCP."""

    market: RunningMarket
    rest: Door
    mcp: McpDoor


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    assert COMMAND.is_file(), f"{COMMAND} is missing; make test (or make .venv-mcp/.fmp) installs it."
    with start_market(first=DAY.isoformat(), listings=None) as market:
        base = fmp.child_base_url(f"{market.url}/stable")
        rest = Door("fmp", f"{market.url}/stable", header="apikey", key=KEY)
        mcp = McpDoor(
            "fmp",
            target_read(f"{COMMAND} serve"),
            KEY,
            dialects=fmp.DIALECTS,
            environment=fmp.CHILD.environment(KEY, base),
            sleep=lambda _: None,
        )
        yield Both(market, rest, mcp)
        mcp.close()
        rest.close()


def _symbols(both: Both, count: int) -> list[str]:
    rows = both.rest.get("/company-screener", {"limit": count, "isEtf": "false", "marketCapMoreThan": 1})
    return [row["symbol"] for row in rows]


def _timeless(rows: list[Any]) -> list[Any]:
    return [replace(row, fetched_at=None) for row in rows]


def _bare(rows: list[Any], fields: tuple[str, ...]) -> list[Any]:
    """The fields without the blanks around them: the server's models drop those."""
    values = [[row[field] for field in fields] for row in rows]
    return [[value.strip() if isinstance(value, str) else value for value in row] for row in values]


def test_the_server_is_recognised_and_says_what_it_lacks(both: Both) -> None:
    both.mcp.open()
    told = both.mcp.described()
    assert told["dialect"] == "fmp-data 2"
    assert [line.partition(":")[0] for line in told["lacking"]] == ["/company-screener"]


def test_quotes_of_stocks_and_indices_are_those_of_rest(both: Both) -> None:
    symbols = ["^VIX", "IWM", "NOSUCHNAME", *_symbols(both, 3)]
    over_rest, over_mcp = FmpRest(both.rest), FmpRest(both.mcp)
    rest, mcp = over_rest.fetch_context(symbols), over_mcp.fetch_context(symbols)
    untimed = [replace(row, fetched_at=None, as_of=None, price=1, day_volume=None) for row in mcp.rows]
    assert len(mcp.rows) == 5
    assert untimed == [
        replace(row, fetched_at=None, as_of=None, price=1, day_volume=None) for row in rest.rows
    ]


def test_the_calendar_is_that_of_rest(both: Both) -> None:
    span = (DAY - dt.timedelta(days=7), DAY)
    rest, mcp = FmpRest(both.rest).fetch_releases(*span), FmpRest(both.mcp).fetch_releases(*span)
    assert len(mcp.rows) > 5
    assert (_timeless(mcp.rows), mcp.dropped) == (_timeless(rest.rows), rest.dropped)


def test_all_floats_come_by_the_page(both: Both) -> None:
    query = {"limit": 5000, "page": 0}
    rest, mcp = both.rest.get("/shares-float-all", query), both.mcp.get("/shares-float-all", query)
    assert len(mcp) > 4000
    assert mcp == rest


@pytest.mark.parametrize(
    ("path", "query", "fields"),
    [
        ("/shares-float", {"symbol": "{0}"}, ("symbol", "date", "floatShares", "outstandingShares")),
        ("/profile", {"symbol": "{0}"}, ("symbol", "marketCap", "companyName", "sector", "isEtf", "country")),
        ("/news/stock-latest", {"page": 0, "limit": 10}, ("symbol", "publishedDate", "title", "url", "text")),
        ("/news/stock", {"symbols": "{0}", "limit": 5}, ("symbol", "publishedDate", "title", "url")),
        ("/etf/holdings", {"symbol": "SPY"}, ("symbol", "asset", "name", "weightPercentage", "marketValue")),
    ],
)
def test_slow_facts_are_those_of_rest(
    both: Both, path: str, query: dict[str, Any], fields: tuple[str, ...]
) -> None:
    name = _symbols(both, 1)[0]
    asked = {word: name if value == "{0}" else value for word, value in query.items()}
    rest, mcp = both.rest.get(path, asked), both.mcp.get(path, asked)
    assert mcp or path == "/news/stock"
    assert _bare(mcp, fields) == _bare(rest, fields)


def test_the_screener_is_left_to_rest(both: Both) -> None:
    with pytest.raises(NotOffered, match="it has no tool for this path"):
        FmpRest(both.mcp)._list("/company-screener", {"limit": 5000, "page": 0})
