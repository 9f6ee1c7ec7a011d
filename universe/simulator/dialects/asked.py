"""How often the vendors were asked: calls per vendor and per kind of path."""

from __future__ import annotations

import re
import threading
from collections import Counter

from starlette.types import ASGIApp, Receive, Scope, Send

from universe.simulator.dialects.answers import Row
from universe.simulator.faults import VENDORS, vendor_of

_PARTS = (
    (re.compile(r"(?<=/)\d{4}-\d{2}-\d{2}(?=/|$)"), "{date}"),
    (re.compile(r"(?<=/tickers/)(?!types(?:/|$))[^/]+"), "{ticker}"),
    (re.compile(r"(?<=/ticker/)[^/]+"), "{ticker}"),
    (re.compile(r"(?<=/related-companies/)[^/]+"), "{ticker}"),
    (re.compile(r"(?<=/open-close/)[^/]+"), "{ticker}"),
    (re.compile(r"(?<=/)\d+(?=/|$)"), "{number}"),
)


def pattern(path: str) -> str:
    """The path with its ticker, dates and numbers folded."""
    for part, word in _PARTS:
        path = part.sub(word, path)
    return path


class Asked:
    """Counts every call to a vendor's path, refused ones too, since the start or the last reset."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[tuple[str, str]] = Counter()

    def count(self, path: str) -> None:
        vendor = vendor_of(path)
        if vendor is not None:
            with self._lock:
                self._calls[vendor, pattern(path)] += 1

    def reset(self) -> None:
        with self._lock:
            self._calls.clear()

    def row(self) -> Row:
        with self._lock:
            calls = dict(self._calls)
        of = {name: sum(count for (vendor, _), count in calls.items() if vendor == name) for name in VENDORS}
        paths = dict(sorted((path, count) for (_, path), count in calls.items()))
        return {"total": sum(of.values()), **of, "paths": paths}


class Counting:
    def __init__(self, app: ASGIApp, asked: Asked) -> None:
        self._app = app
        self._asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._asked.count(scope["path"])
        await self._app(scope, receive, send)
