"""Two transports of one vendor: who is asked first, who stands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from universe.errors import (
    BadPayload,
    NotEntitled,
    NotFound,
    NotOffered,
    RateLimited,
    Rejected,
    SourceError,
    Unavailable,
)
from universe.sources.base import Query
from universe.sources.routing import MCP_CARRIES, Routed, is_bulk

SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
NEWS = "/v2/reference/news"


class Line:
    """A transport that gives its name, or the error it was told to."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.error: SourceError | None = None
        self.asked: list[str] = []
        self.closed = False

    def get(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> Any:
        self.asked.append(path)
        if self.error is not None:
            raise self.error
        return self.kind

    def text(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> str:
        return f"text over {self.get(path, query)}"

    def pages(self, path: str, query: Query, *, timeout: float = 30.0) -> Iterator[Mapping[str, Any]]:
        for number in (1, 2):
            yield {"from": self.get(path, query), "page": number}

    def quotable(self, words: str) -> str:
        return words.replace(f"{self.kind}-key", "***")

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def rest() -> Line:
    return Line("rest")


@pytest.fixture
def mcp() -> Line:
    return Line("mcp")


@pytest.mark.parametrize(
    ("carries", "bulk", "small"),
    [("small", "rest", "mcp"), ("all", "mcp", "mcp"), ("standby", "rest", "rest")],
)
def test_what_goes_over_which_is_the_operators_choice(
    rest: Line, mcp: Line, carries: str, bulk: str, small: str
) -> None:
    routed = Routed(rest, mcp, carries=carries)
    assert (routed.get(SNAPSHOT), routed.get(NEWS)) == (bulk, small)
    assert carries in MCP_CARRIES


@pytest.mark.parametrize(
    "error",
    [Unavailable("away"), NotOffered("no such tool"), NotEntitled("no"), Rejected("no"), BadPayload("cut")],
)
def test_the_other_one_stands_in(rest: Line, mcp: Line, error: SourceError) -> None:
    mcp.error = error
    routed = Routed(rest, mcp)
    assert (routed.get(NEWS), routed.text(NEWS)) == ("rest", "text over rest")
    assert [page["from"] for page in routed.pages(NEWS, {})] == ["rest", "rest"]


def test_what_rest_says_of_the_plan_is_not_asked_over_the_server(rest: Line, mcp: Line) -> None:
    rest.error = NotEntitled("no")
    with pytest.raises(NotEntitled):
        Routed(rest, mcp).get(SNAPSHOT)
    assert mcp.asked == []


@pytest.mark.parametrize("error", [NotFound("nobody"), RateLimited("later")])
def test_what_a_server_surely_knows_is_not_asked_over_rest(rest: Line, mcp: Line, error: SourceError) -> None:
    mcp.error = error
    with pytest.raises(type(error)):
        Routed(rest, mcp).get(NEWS)
    assert rest.asked == []


def test_pages_are_not_mixed(rest: Line, mcp: Line) -> None:
    pages = Routed(rest, mcp).pages(NEWS, {})
    assert next(pages)["from"] == "mcp"
    mcp.error = Unavailable("away")
    with pytest.raises(Unavailable):
        next(pages)
    assert rest.asked == []


def test_a_list_without_a_page_has_none(rest: Line, mcp: Line) -> None:
    mcp.pages = lambda *_, **__: iter(())  # type: ignore[method-assign,assignment]
    assert list(Routed(rest, mcp).pages(NEWS, {})) == []


def test_words_lose_the_keys_of_both_and_both_are_closed(rest: Line, mcp: Line) -> None:
    routed = Routed(rest, mcp)
    assert routed.quotable("rest-key mcp-key") == "*** ***"
    routed.close()
    assert (rest.closed, mcp.closed) == (True, True)


@pytest.mark.parametrize(
    ("path", "bulk"),
    [("/v3/reference/tickers", True), ("/v3/reference/tickers/ABCD", False), ("/batch-quote", True)],
)
def test_one_listing_is_no_bulk(path: str, bulk: bool) -> None:
    assert is_bulk(path) is bulk
