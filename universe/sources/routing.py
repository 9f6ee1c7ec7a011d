"""One vendor over two transports: which is asked first, and what happens when it cannot answer.

REST carries what comes in bulk, MCP the small questions, unless the operator says otherwise. Whichever is
first, the other stands in when it does not answer or cannot ask: both give the same shapes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from universe.errors import (
    BadPayload,
    NotEntitled,
    NotOffered,
    Rejected,
    SourceError,
    Unavailable,
)
from universe.sources.base import Query, Transport

logger = logging.getLogger(__name__)

T = TypeVar("T")
MCP_CARRIES: tuple[str, ...] = ("small", "all", "standby")

#: What is asked of the whole market at once, by the start of its path.
BULK = (
    "/v3/reference/tickers",
    "/v2/aggs/grouped/",
    "/v2/snapshot/",
    "/stocks/financials/v1/ratios",
    "/stocks/vX/float",
    "/stocks/v1/short-interest",
    "/company-screener",
    "/shares-float-all",
    "/batch-",
    "/profile-bulk",
)
#: One listing's details are no bulk, though their path begins like the list's.
NOT_BULK = ("/v3/reference/tickers/",)


class Routed:
    """A `Transport` made of ``rest`` and ``mcp``. ``carries`` says what goes over MCP first: "small"
    questions, "all", or nothing while REST answers ("standby")."""

    kind = "rest"

    def __init__(self, rest: Transport, mcp: Transport, *, carries: str = "small") -> None:
        self._rest = rest
        self._mcp = mcp
        self._carries = carries

    def get(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> Any:
        return self._either(path, lambda line: line.get(path, query, timeout=timeout))

    def text(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> str:
        return self._either(path, lambda line: line.text(path, query, timeout=timeout))

    def _either(self, path: str, ask: Callable[[Transport], T]) -> T:
        first, second = self._order(path)
        try:
            return ask(first)
        except SourceError as exc:
            if not _stands_in(first, exc):
                raise
            return ask(self._instead(second, exc))

    def pages(self, path: str, query: Query, *, timeout: float = 30.0) -> Iterator[Mapping[str, Any]]:
        """All pages over one transport: what has come is not mixed with what another would give."""
        first, second = self._order(path)
        pages = first.pages(path, query, timeout=timeout)
        try:
            page = next(pages, None)
        except SourceError as exc:
            if not _stands_in(first, exc):
                raise
            yield from self._instead(second, exc).pages(path, query, timeout=timeout)
            return
        if page is not None:
            yield page
            yield from pages

    def quotable(self, words: str) -> str:
        return self._rest.quotable(self._mcp.quotable(words))

    def close(self) -> None:
        self._rest.close()
        self._mcp.close()

    def _order(self, path: str) -> tuple[Transport, Transport]:
        """Who is asked first, and who stands in."""
        first = transports(self._carries)["bulk" if is_bulk(path) else "small"]
        return (self._mcp, self._rest) if first == "mcp" else (self._rest, self._mcp)

    def _instead(self, second: Transport, error: SourceError) -> Transport:
        logger.info("%s; asked over %s instead", error, second.kind.upper())
        return second


def _stands_in(first: Transport, error: SourceError) -> bool:
    """Whether the other transport may still answer. What an MCP server refuses by itself, or tells in a way
    that cannot be read, says little about the key; a name that is not known and a rate limit do."""
    if isinstance(error, (Unavailable, NotOffered)):
        return True
    return first.kind == "mcp" and isinstance(error, (Rejected, BadPayload, NotEntitled))


def transports(carries: str) -> dict[str, str]:
    """What carries "bulk" and "small" questions first, where there is an MCP server."""
    return {
        "bulk": "mcp" if carries == "all" else "rest",
        "small": "rest" if carries == "standby" else "mcp",
    }


def is_bulk(path: str) -> bool:
    """Whether ``path`` asks about the whole market."""
    return path.startswith(BULK) and not path.startswith(NOT_BULK)
