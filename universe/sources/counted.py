"""Counting the questions that somebody asks a vendor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from universe.sources.base import Query, Transport


class Counted:
    """A `Transport` that calls ``count`` once a question, each page of a list and each refused one being
    one; tries that are repeated are not counted."""

    def __init__(self, carries: Transport, count: Callable[[], None]) -> None:
        self._carries = carries
        self._count = count

    @property
    def kind(self) -> str:
        return self._carries.kind

    def get(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> Any:
        self._count()
        return self._carries.get(path, query, timeout=timeout)

    def text(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> str:
        self._count()
        return self._carries.text(path, query, timeout=timeout)

    def pages(self, path: str, query: Query, *, timeout: float = 30.0) -> Iterator[Mapping[str, Any]]:
        pages = self._carries.pages(path, query, timeout=timeout)
        while True:
            self._count()
            page = next(pages, None)
            if page is None:
                return
            yield page
            if not page.get("next_url"):
                return

    def quotable(self, words: str) -> str:
        return self._carries.quotable(words)

    def close(self) -> None:
        self._carries.close()
