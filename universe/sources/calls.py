"""What was asked of the vendors and answered: the doors note every answer, whoever opened a log keeps it.

Without an open log nothing is kept. A log hears the questions of its own context, and of the threads that
were given it (`contextvars.copy_context`). The same question again, such as a list's next page, and many of
one shape, such as a question a name, are one call with a count.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

from universe.sources.base import Query

#: More questions of one shape than this are one call.
FOLD_ABOVE = 20
PATH_MAX, REQUEST_ID_MAX = 300, 64
#: Query words that are a secret whatever they hold.
SECRET_WORDS = {"apikey", "api_key", "key", "token", "access_token", "secret", "authorization"}
#: Where the vendors put their rows.
ROW_LISTS = ("results", "tickers")
_REQUEST_ID = re.compile(r"[\w.:-]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as a door was asked it."""

    vendor: str
    transport: str
    path: str
    query: Query


@dataclass(frozen=True, slots=True)
class Call:
    """An answered question: ``path`` with its query and without any secret, ``received_at`` wall clock,
    ``rows`` None where an answer does not count them, ``asked`` how many questions it stands for."""

    vendor: str
    transport: str
    path: str
    request_id: str
    received_at: dt.datetime
    rows: int | None
    asked: int = 1


class CallLog:
    """The answered questions of whoever opened it. Thread-safe."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str, str], Call] = {}
        self._lock = threading.Lock()

    def note(self, call: Call) -> None:
        key = (call.vendor, call.transport, call.path.partition("?")[0])
        with self._lock:
            before = self._calls.get(key)
            self._calls[key] = _added(before, call) if before else call

    def calls(self) -> list[Call]:
        """In the order of their first questions; many of one shape as one."""
        with self._lock:
            calls = list(self._calls.values())
        shapes: defaultdict[tuple[str, ...], list[Call]] = defaultdict(list)
        for call in calls:
            shapes[_shape(call)].append(call)
        return [
            call
            for alike in shapes.values()
            for call in ([_folded(alike)] if len(alike) > FOLD_ABOVE else alike)
        ]


_log: ContextVar[CallLog | None] = ContextVar("calls", default=None)


@contextmanager
def calls_open() -> Iterator[CallLog]:
    """Until its end every answer of this context is noted in the log that this gives, and in no other."""
    log = CallLog()
    token = _log.set(log)
    try:
        yield log
    finally:
        _log.reset(token)


def call_note(
    asked: Asked, answer: Any, *, secrets: Sequence[str], headers: Mapping[str, str] | None = None
) -> None:
    """Keep an answered question in the open log, if there is one."""
    log = _log.get()
    if log is None:
        return
    log.note(
        Call(
            vendor=asked.vendor,
            transport=asked.transport,
            path=shown_path(asked, secrets),
            request_id=_request_id(answer, headers or {}, secrets),
            received_at=dt.datetime.now(dt.UTC),
            rows=rows_of(answer),
        )
    )


def shown_path(asked: Asked, secrets: Sequence[str]) -> str:
    """Path and query in one line, without the words and values that are secret, and not too long."""
    path, _, link = asked.path.partition("?")
    words = [*parse_qsl(link, keep_blank_values=True), *((name, str(v)) for name, v in asked.query.items())]
    told = [(name, value) for name, value in words if name.lower() not in SECRET_WORDS]
    query = urlencode(
        [(_keyless(name, secrets), _keyless(value, secrets)) for name, value in told], safe=",:*"
    )
    shown = _keyless(path, secrets) + (f"?{query}" if query else "")
    return shown if len(shown) <= PATH_MAX else f"{shown[: PATH_MAX - 1]}…"


def _keyless(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        for form in (secret, quote(secret, safe=""), quote_plus(secret)):
            text = text.replace(form, "***") if form else text
    return text


def rows_of(answer: Any) -> int | None:
    """How many rows an answer has; None where it has no list of them."""
    if isinstance(answer, list):
        return len(answer)
    if isinstance(answer, dict):
        return next((len(answer[name]) for name in ROW_LISTS if isinstance(answer.get(name), list)), None)
    return None


def _request_id(answer: Any, headers: Mapping[str, str], secrets: Sequence[str]) -> str:
    """The vendor's own name for the call: in the answer, else in its head; "" without one."""
    told = answer.get("request_id") if isinstance(answer, dict) else None
    text = str(told or headers.get("X-Request-ID", ""))[:REQUEST_ID_MAX]
    return text if _REQUEST_ID.fullmatch(text) and _keyless(text, secrets) == text else ""


def _added(before: Call, call: Call) -> Call:
    """Two answers as one: the first question's path and id, the later moment."""
    known = [rows for rows in (before.rows, call.rows) if rows is not None]
    return replace(
        before,
        received_at=max(before.received_at, call.received_at),
        rows=sum(known) if known else None,
        asked=before.asked + call.asked,
    )


def _shape(call: Call) -> tuple[str, ...]:
    segments = call.path.partition("?")[0].split("/")
    return (call.vendor, call.transport, str(len(segments)), *segments[:3])


def _folded(alike: Sequence[Call]) -> Call:
    """Many calls of one shape: a star stands where their paths differ."""
    columns = zip(*(call.path.partition("?")[0].split("/") for call in alike), strict=True)
    path = "/".join(parts[0] if len(set(parts)) == 1 else "*" for parts in columns)
    total = alike[0]
    for call in alike[1:]:
        total = _added(total, call)
    return replace(total, path=path[:PATH_MAX], request_id="")
