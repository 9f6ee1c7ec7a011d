"""Dialects of servers that cannot be run here: what they are asked, and what is made of their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from universe.errors import NotOffered
from universe.sources.fmp import mcp as fmp
from universe.sources.mcp.dialect import Answer, Dialect, Tool
from universe.sources.mcp.tables import Table, rows_read
from universe.sources.polygon import mcp as polygon

TEXT, WHOLE, YES = {"type": "string"}, {"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"type": "boolean"}


class Heard(list[tuple[str, dict[str, Any]]]):
    """Answers every call with one text, and remembers it."""

    def __init__(self, *texts: str, structured: Any = None) -> None:
        self._answer = Answer(texts, structured)

    def __call__(self, tool: str, arguments: Mapping[str, Any]) -> Answer:
        self.append((tool, dict(arguments)))
        return self._answer


def _tool(name: str, *, needed: tuple[str, ...] = (), **arguments: Any) -> Tool:
    return Tool(name, arguments, frozenset(needed))


def _old() -> Dialect:
    words = {"market": TEXT, "active": YES, "limit": WHOLE, "order": TEXT, "sort": TEXT, "params": {}}
    tools = (
        _tool("list_tickers", **words),
        _tool("get_grouped_daily_aggs", date=TEXT, adjusted=YES, include_otc=YES),
        _tool("list_splits", limit=WHOLE, params={}),
    )
    dialect = polygon.old({tool.name: tool for tool in tools})
    assert dialect is not None
    return dialect


def test_the_old_server_is_always_told_the_limit() -> None:
    heard = Heard("ticker,active\nAAA,True\n")
    page = _old().payload("/v3/reference/tickers", {"active": "true", "limit": 1000}, heard)
    assert heard == [("list_tickers", {"active": True, "limit": 1000})]
    assert page == {"results": [{"ticker": "AAA", "active": True}]}


def test_a_full_page_of_the_old_server_is_refused_since_no_second_can_be_had() -> None:
    heard = Heard("ticker\nAAA\nBBB\n")
    with pytest.raises(NotOffered, match="2 rows at most"):
        _old().payload("/v3/reference/tickers", {"limit": 2}, heard)


def test_bounds_that_the_old_server_has_no_argument_for_travel_in_params() -> None:
    heard = Heard("Warning [EMPTY]: none")
    query = {"execution_date.gte": "2026-01-01", "limit": 5000}
    assert _old().payload("/stocks/v1/splits", query, heard) == {"results": []}
    assert heard == [("list_splits", {"limit": 1000, "params": {"execution_date.gte": "2026-01-01"}})]


def test_the_words_of_a_path_become_arguments() -> None:
    heard = Heard("adjusted\nFalse\n")
    path = "/v2/aggs/grouped/locale/us/market/stocks/2026-03-29"
    assert _old().payload(path, {"adjusted": "false"}, heard) == {"results": []}
    assert heard == [("get_grouped_daily_aggs", {"date": "2026-03-29", "adjusted": False})]


def test_what_the_old_server_has_no_tool_for_is_not_offered() -> None:
    dialect = _old()
    with pytest.raises(NotOffered):
        dialect.payload("/v2/snapshot/locale/us/markets/stocks/tickers", {}, Heard(""))
    assert any(line.startswith("/v2/reference/news: it has no tool") for line in dialect.lacking)


def test_the_newer_npm_server_is_told_from_date() -> None:
    tool = _tool("getEconomicCalendar", from_date=TEXT, to=TEXT)
    dialect = fmp.imbenrabi({tool.name: tool})
    heard = Heard('[{"event": "CPI"}]')
    assert dialect is not None
    assert dialect.name == "imbenrabi 2.6"
    dialect.payload("/economic-calendar", {"from": "2026-01-01", "to": "2026-01-02"}, heard)
    assert heard == [("getEconomicCalendar", {"from_date": "2026-01-01", "to": "2026-01-02"})]


def test_a_tool_that_wants_more_than_we_tell_is_not_offered() -> None:
    tool = _tool("getQuote", symbol=TEXT, account=TEXT, needed=("symbol", "account"))
    dialect = fmp.imbenrabi({tool.name: tool})
    assert dialect is not None
    with pytest.raises(NotOffered, match="wants account besides"):
        dialect.payload("/quote", {"symbol": "A"}, Heard("[]"))


def test_a_screen_that_may_go_on_is_not_cut_short() -> None:
    tool = _tool("stockScreener", limit=WHOLE, exchange=TEXT)
    dialect = fmp.imbenrabi({tool.name: tool})
    assert dialect is not None
    with pytest.raises(NotOffered, match="2 rows at most"):
        dialect.payload("/company-screener", {"limit": 2, "page": 0}, Heard('[{"a": 1}, {"a": 2}]'))
    with pytest.raises(NotOffered, match="cannot be told page=1"):
        dialect.payload("/company-screener", {"limit": 2, "page": 1}, Heard("[]"))


def test_bulk_csv_in_a_json_string_is_left_to_rest() -> None:
    tool = _tool("getQuote", symbol=TEXT)
    dialect = fmp.imbenrabi({tool.name: tool})
    assert dialect is not None
    with pytest.raises(NotOffered, match="CSV"):
        dialect.payload("/quote", {"symbol": "A"}, Heard('"symbol,price\\nA,1"'))


def test_the_hosted_server_is_asked_by_endpoint() -> None:
    quote = _tool("quote", endpoint={"enum": ["quote"]}, symbol=TEXT, symbols=TEXT, needed=("endpoint",))
    dialect = fmp.hosted({"quote": quote})
    heard = Heard('[{"symbol": "A"}]')
    assert dialect is not None
    assert dialect.payload("/quote", {"symbol": "A"}, heard) == [{"symbol": "A"}]
    assert heard == [("quote", {"endpoint": "quote", "symbol": "A"})]
    with pytest.raises(NotOffered, match="does not take endpoint=batch-quote"):
        dialect.payload("/batch-quote", {"symbols": "A,B"}, heard)


def test_an_error_of_the_vendor_inside_json_comes_as_over_rest() -> None:
    dialect = fmp.imbenrabi({"getQuote": _tool("getQuote", symbol=TEXT)})
    assert dialect is not None
    answer = dialect.payload("/quote", {"symbol": "A"}, Heard('{"Error Message": "Limit Reach ."}'))
    assert answer == {"Error Message": "Limit Reach ."}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("20.506", 20.506),
        ("1605192959994246100", 1605192959994246100),
        ("-1e3", -1000.0),
        ("nan", "nan"),
        ("inf", "inf"),
        ("1_000", "1_000"),
        ("12 ", "12 "),
    ],
)
def test_only_numbers_become_numbers(cell: str, value: Any) -> None:
    table = Table(needed=frozenset({"p"}), numbers=frozenset({"p"}))
    assert rows_read(f"p\n{cell}\n", table) == [{"p": value}]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("['A', 'B']", ["A", "B"]),
        ("[{'ticker': 'A', 'sentiment': None}]", [{"ticker": "A", "sentiment": None}]),
        ("[__import__('os')]", "[__import__('os')]"),
        ("[[[", "[[["),
    ],
)
def test_lists_are_read_as_literals_and_never_run(cell: str, value: Any) -> None:
    table = Table(needed=frozenset({"l"}), lists=frozenset({"l"}))
    assert rows_read(f'l\n"{cell}"\n', table) == [{"l": value}]
