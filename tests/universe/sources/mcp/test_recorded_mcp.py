"""Recorded tool lists and answers of the real servers, where they are at hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.recorded import DATA
from universe.errors import NotEntitled, NotOffered, RateLimited, Rejected, SourceError
from universe.sources.fmp import mcp as fmp
from universe.sources.mcp.dialect import Answer, Tool, Tools
from universe.sources.mcp.refusals import refusal
from universe.sources.polygon import mcp as polygon

pytestmark = pytest.mark.recorded

FIXTURES = DATA.parent / "vendors" / "fixtures"
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"


def _recorded(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def _tools(name: str) -> Tools:
    return {
        tool["name"]: Tool(
            tool["name"],
            tool["inputSchema"].get("properties", {}),
            frozenset(tool["inputSchema"].get("required", ())),
        )
        for tool in _recorded(name)["tools"]
    }


def _read(call: dict[str, Any]) -> Any:
    """What our dialect makes of a recorded ``call_api``; raises as the door does."""
    text, path = call["result"]["content"][0]["text"], call["arguments"]["path"]
    if text.startswith("Error"):
        raise refusal(text, vendor="polygon", path=path)
    return polygon.page_read(text, path)


def test_massive_is_recognised_by_its_recorded_tools() -> None:
    tools = _tools("polygon/mcp_massive_0.9.1_tools_list.json")
    assert getattr(polygon.massive(tools), "name", None) == "massive 0.9"
    assert polygon.old(tools) is None


def test_every_recorded_answer_of_massive_is_read_or_refused_by_name() -> None:
    outcomes: list[str] = []
    for call in _recorded("polygon/mcp_massive_0.9.1_calls.json"):
        if call["tool"] != "call_api" or "store_as" in call["arguments"]:
            continue
        try:
            payload = _read(call)
        except SourceError as exc:
            outcomes.append(type(exc).__name__)
        else:
            rows = payload.get("results", payload.get("tickers"))
            outcomes.append(f"{len(rows) if isinstance(rows, list) else 1} rows")
    print("recorded answers of mcp_massive 0.9.1:", outcomes)
    assert outcomes == ["1 rows", "2 rows", "1 rows", "0 rows", *_ERRORS]


_ERRORS = [RateLimited.__name__, NotEntitled.__name__, NotOffered.__name__]


def test_a_recorded_page_leads_to_the_next_and_details_are_read() -> None:
    calls = [call for call in _recorded("polygon/mcp_massive_0.9.1_calls.json") if call["tool"] == "call_api"]
    page = next(_read(call) for call in calls if call["arguments"].get("params") == {"limit": 2})
    details = _read(calls[0])["results"]
    assert page["next_url"].startswith("/v3/reference/tickers?cursor=YWN0")
    assert (details["cik"], details["market_cap"]) == ("0000320193", 2488795282370)
    assert details["address"]["postal_code"] == "95014"


def test_the_recorded_snapshot_is_the_one_of_rest() -> None:
    call = next(
        call
        for call in _recorded("polygon/mcp_massive_0.9.1_calls.json")
        if call["arguments"].get("path") == SNAPSHOT and "store_as" not in call["arguments"]
    )
    mcp = _read(call)["tickers"][0]
    rest = _recorded("polygon/snapshot_all_one_ticker.json")["tickers"][0]
    assert {name: mcp[name] for name in ("day", "lastQuote", "prevDay", "updated")} == {
        name: rest[name] for name in ("day", "lastQuote", "prevDay", "updated")
    }


def test_the_recorded_npm_server_lacks_nothing_that_we_ask() -> None:
    dialect = fmp.imbenrabi(_tools("fmp/mcp_fmp_npm_2.5.3_tools_list.json"))
    assert dialect is not None
    assert (dialect.name, dialect.lacking) == ("imbenrabi 2.5", ())


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("Error: FMP API Error: Request failed with status code 402", NotEntitled),
        ("Error: FMP API Error: Request failed with status code 429", RateLimited),
        ("MCP error -32602: Input validation error", Rejected),
    ],
)
def test_what_the_npm_server_says_is_understood(words: str, error: type[SourceError]) -> None:
    assert type(refusal(words, vendor="fmp", path="/quote")) is error


def test_the_npm_server_is_asked_with_its_own_words() -> None:
    dialect = fmp.imbenrabi(_tools("fmp/mcp_fmp_npm_2.5.3_tools_list.json"))
    assert dialect is not None
    asked: list[Any] = []

    def call(tool: str, arguments: Any) -> Answer:
        asked.append((tool, dict(arguments)))
        return Answer(('[{"symbol": "A"}]',))

    screener = {"exchange": "NYSE", "isActivelyTrading": "true", "limit": 5000, "page": 0}
    assert dialect.payload("/company-screener", screener, call) == [{"symbol": "A"}]
    dialect.payload("/economic-calendar", {"from": "2026-01-01", "to": "2026-01-02"}, call)
    wanted = {"exchange": "NYSE", "isActivelyTrading": True, "limit": 5000}
    assert asked[0] == ("stockScreener", wanted)
    assert asked[1] == ("getEconomicCalendar", {"from": "2026-01-01", "to": "2026-01-02"})
