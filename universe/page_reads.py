"""What one page read from PostgreSQL, kept in Redis for the next time that the same reader opens it.

The middleware of `sectorlight` opens a `Page` around a request that only reads; the cursors of
`sectorlight.postgresql` ask it before PostgreSQL. An answer belongs to one statement with its values, so no
page can be given what it did not ask for, and it holds as long as none of its tables was written
(`universe.generations`). Everything else of a page (ages, looks, rights) is made anew each time. A page
costs one exchange with Redis, and one more when something was not there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import pickle
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

import redis

from universe import generations, keys
from universe.generations import Seen, Stamp
from universe.hit_rates import ask_counted, miss_counted
from universe.redis import client
from universe.statements import ALL, tables_read

#: The longest that a page may show what was written past the product, or beyond the reach of its Redis.
KEPT_SECONDS = 300
#: Pages that read more are read from PostgreSQL each time; bytes, compressed.
LARGEST_BYTES = 1_000_000
LARGEST_ROWS = 20_000

#: Of what lies under the keys; another one is never read.
FORMAT = 3

logger = logging.getLogger(__name__)

T = TypeVar("T")
Rows = list[tuple[Any, ...]]
_PLAIN = (str, int, float, bool, bytes, type(None), Decimal, dt.date, dt.timedelta, dt.time, uuid.UUID)


@dataclass(frozen=True, slots=True)
class Question:
    """A statement with its values, as a fingerprint, and the tables that decide its answer."""

    name: bytes
    tables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    columns: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, what was true of its tables, and when PostgreSQL gave it (wall seconds)."""

    stamp: Stamp
    read_at: float
    answer: Answer

    def holds(self, stamp: Stamp) -> bool:
        """The bound is the answer's own: its key is stored anew whenever the page learns something else."""
        return self.stamp == stamp and time.time() < self.read_at + KEPT_SECONDS


class Page:
    """One request; not shared by threads that work at the same time."""

    def __init__(self, name: str, *, is_counted: bool = True) -> None:
        self._is_counted = is_counted
        self._key = keys.page_reads(f"{FORMAT}:{name}")
        self._is_loaded = False
        self._seen: Seen | None = None
        self._kept: dict[bytes, Kept] = {}
        self._used: dict[bytes, Kept] = {}
        self.has_missed = False
        self._written: set[str] = set()

    def answer(self, question: Question) -> Answer | None:
        """What was kept and still holds; None: PostgreSQL must be asked."""
        self._load()
        stamp = self._stamp(question)
        kept = self._used.get(question.name) or self._kept.get(question.name)
        if stamp is None or kept is None or not kept.holds(stamp):
            return None
        self._used[question.name] = kept
        return kept.answer

    def learned(self, question: Question, answer: Answer) -> None:
        """PostgreSQL answered what was not there."""
        self.has_missed = True
        stamp = self._stamp(question)
        if stamp is not None and len(answer.rows) <= LARGEST_ROWS:
            self._used[question.name] = Kept(stamp, time.time(), answer)

    def wrote(self, tables: frozenset[str]) -> None:
        """This request changed ``tables``: what was counted at its beginning tells nothing of them now."""
        self._written |= tables

    def keep(self, *, is_known: bool = True) -> None:
        """At the end: store what was new, and count it. ``is_known``: the reader has a name; what strangers
        open is not stored, or everybody could fill Redis."""
        if not self.has_missed or self._seen is None:
            return
        plain = {
            name: (kept.stamp, kept.read_at, kept.answer.columns, kept.answer.rows)
            for name, kept in self._used.items()
        }
        body = zlib.compress(pickle.dumps(plain, pickle.HIGHEST_PROTOCOL), 1)
        try:
            with client().pipeline(transaction=False) as pipe:
                if is_known and self._used and len(body) <= LARGEST_BYTES:
                    pipe.set(self._key, body, ex=KEPT_SECONDS)
                if self._is_counted:
                    miss_counted(pipe, "pages")
                generations.marks_drop(pipe, self._seen)
                pipe.execute()
        except redis.RedisError as exc:
            logger.debug("what a page read was not kept: %s", exc)

    def _stamp(self, question: Question) -> Stamp | None:
        if self._seen is None or self._written & question.tables or ALL in self._written:
            return None
        return self._seen.stamp(question.tables)

    def _load(self) -> None:
        if self._is_loaded:
            return
        self._is_loaded = True
        try:
            with client().pipeline(transaction=False) as pipe:
                owed = generations.ask(pipe)
                pipe.get(self._key)
                if self._is_counted:
                    ask_counted(pipe, "pages")
                *counted, body = pipe.execute()[:4]
        except redis.RedisError as exc:
            logger.debug("what a page read was not asked of Redis: %s", exc)
            return
        self._seen = generations.seen(counted, owed=owed)
        self._kept = _unpacked(body)


_page: ContextVar[Page | None] = ContextVar("page", default=None)


def page_open() -> Page | None:
    """The page that is being made here, None outside of one."""
    return _page.get()


@contextmanager
def page_reading(name: str, *, is_counted: bool = True) -> Iterator[Page]:
    """Around a request that only reads; ``name`` is a fingerprint of its reader and address. Behind it
    `Page.keep` is called. ``is_counted``: it belongs to the hit rate of the readers."""
    page = Page(name, is_counted=is_counted)
    token = _page.set(page)
    try:
        yield page
    finally:
        _page.reset(token)


def question_of(
    sql: str, params: Any, unwrapped: Callable[[Any], Any] = lambda value: value
) -> Question | None:
    """None: the answer is not to be kept. ``unwrapped`` gives the plain value in a driver's wrapper."""
    tables = tables_read(sql, generations.tables_known())
    if tables is None or not (params is None or isinstance(params, Sequence)):
        return None
    values = [unwrapped(value) for value in params or ()]
    if not all(map(_is_plain, values)):
        return None
    return Question(hashlib.blake2b(f"{sql}\0{values!r}".encode(), digest_size=20).digest(), tables)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_plain(one) for pair in value.items() for one in pair)
    return all(map(_is_plain, value)) if isinstance(value, list | tuple) else isinstance(value, _PLAIN)


def _unpacked(body: Any) -> dict[bytes, Kept]:
    """Empty for nothing, and for what was written otherwise than here."""
    if not body:
        return {}
    try:
        found = pickle.loads(zlib.decompress(body))
        return {
            _of(name, bytes): Kept(_of(stamp, tuple), _of(read_at, float), _answer(*plain))
            for name, (stamp, read_at, *plain) in found.items()
        }
    except Exception as exc:  # noqa: BLE001 - whatever a foreign body raises, the page is read anew
        logger.debug("what a page read cannot be used: %s", exc)
        return {}


def _answer(columns: Any, rows: Any) -> Answer:
    width = len(_of(columns, tuple))
    if not all(isinstance(row, tuple) and len(row) == width for row in _of(rows, list)):
        raise TypeError("a row has not the columns of its answer")
    return Answer(columns, rows)


def _of(value: Any, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} instead of {kind.__name__}")
    return value
