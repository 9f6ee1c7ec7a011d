"""How often each table was written, in Redis: by it a reader knows whether what was kept still holds.

The database engine (`sectorlight.postgresql`) calls `writing` around every commit. Before the commit the
tables are counted and marked as being written, after it the mark is taken away. A reader takes a `Seen`
before it asks PostgreSQL and stores the answer with the counts of its tables, unless one of them is marked.
So what is stored was read either before the counts went up, and holds no longer, or after the commit.

- A process killed between its commit and the end of the mark leaves the mark, which falls after
  `MARK_SECONDS`; until then these tables are read from PostgreSQL.
- A Redis that lost the counts, was restarted (with whatever old state) or replaced has another birth or run
  id: nothing that was kept before holds.
- A Redis that lost the mark during the commit, or does not tell whether it had it, and a write that took so
  long that the mark may have fallen for a reader: the tables are counted once more behind it.
- A Redis that does not take the counts: this process owes them, brings them as soon as it can, and keeps
  nothing itself meanwhile. Others do without as well when Redis is away for them too or refuses all writing.
  Else, and for what is written past this product, `page_reads` bounds the life of what it keeps.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.apps import apps

from universe import keys
from universe.redis import client, patient_client
from universe.statements import ALL

#: Longer than any statement or commit may take (statement_timeout, one minute).
MARK_SECONDS = 120
RETRY_SECONDS = 1.0
_BORN, _MARK = "born", "writing:"
#: Written without pause, or read by nobody but their own library: neither counted nor kept.
_UNWATCHED = ("django_session", "authtoken_", "axes_", "django_celery_beat_", "django_admin_log")

logger = logging.getLogger(__name__)

Stamp = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """The counts at one moment. ``marked``: tables that were being written; ``fallen``: old marks."""

    counts: Mapping[str, str]
    marked: frozenset[str]
    fallen: tuple[str, ...]

    def stamp(self, tables: frozenset[str]) -> Stamp | None:
        """What is true of these tables until one is written; None while one is being written."""
        if self.marked & tables or ALL in self.marked:
            return None
        return tuple((name, self.counts.get(name, "0")) for name in (*sorted(tables), ALL, _BORN, "run_id"))


class _Owed:
    """Counts that Redis did not take; a thread brings them until it does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: How often each was written, so that a write while its count is on its way is not taken for brought.
        self._tables: Counter[str] = Counter()
        self._thread: threading.Thread | None = None

    def __bool__(self) -> bool:
        return bool(self._tables)

    def add(self, tables: frozenset[str]) -> None:
        with self._lock:
            self._tables.update(tables)
            # A child process has its parent's object, but not the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._bring, name="generations", daemon=True)
                self._thread.start()

    def clear(self) -> None:
        with self._lock:
            self._tables.clear()

    def _bring(self) -> None:
        while True:
            with self._lock:
                owed = dict(self._tables)
            if _brought(frozenset(owed)):
                with self._lock:
                    for name, times in owed.items():
                        if self._tables[name] == times:
                            del self._tables[name]
                    if not self._tables:
                        self._thread = None
                        return
            time.sleep(RETRY_SECONDS)


_owed = _Owed()


def debts_forget() -> None:
    """Owe nothing: for tests, whose Redis begins anew."""
    _owed.clear()


@cache
def tables_known() -> frozenset[str]:
    """The tables of all models whose writing is counted."""
    models = apps.get_models(include_auto_created=True)
    names = {model._meta.db_table for model in models if model._meta.managed}
    return frozenset(name for name in names if not name.startswith(_UNWATCHED))


@contextmanager
def writing(tables: frozenset[str]) -> Iterator[None]:
    """Around the commit of what wrote ``tables``. Never raises because of Redis."""
    if not tables:
        yield
        return
    mark, began = _marked(tables), time.monotonic()
    try:
        yield
    finally:
        if mark is None:
            _owed.add(tables)
        else:
            # Later the mark may have fallen, for a host whose clock goes before ours.
            _unmarked(mark, tables, is_sure=time.monotonic() - began < MARK_SECONDS / 2)


def ask(pipe: Any) -> bool:
    """Put the question for `seen` into a pipeline: three answers. Gives whether this process owes counts now.

    The first one writes, so that a Redis which takes no writing, and no counts, is met with an error.
    """
    pipe.hsetnx(keys.generations(), _BORN, uuid.uuid4().hex)
    pipe.hgetall(keys.generations())
    pipe.info("server")
    return bool(_owed)


def seen(answers: list[Any], *, owed: bool) -> Seen | None:
    """What the three answers say; None: this process owes counts, or did when they were asked for (``owed``):
    what is brought between the question and here is not among them."""
    if owed or _owed:
        return None
    _, stored, server = answers
    found = {name.decode(): value.decode() for name, value in stored.items()}
    marks = {name: value.split() for name, value in found.items() if name.startswith(_MARK)}
    now = time.time()
    standing = {name for name, (until, *_) in marks.items() if float(until) > now}
    return Seen(
        counts={name: value for name, value in found.items() if name not in marks}
        | {"run_id": str(server["run_id"])},
        marked=frozenset(table for name in standing for table in marks[name][1:]),
        fallen=tuple(marks.keys() - standing),
    )


def marks_drop(pipe: Any, found: Seen) -> None:
    """Take old marks away, in a pipeline."""
    if found.fallen:
        pipe.hdel(keys.generations(), *found.fallen)


def _marked(tables: frozenset[str]) -> str | None:
    mark = f"{_MARK}{uuid.uuid4().hex}"
    try:
        with client().pipeline(transaction=True) as pipe:
            _count(pipe, tables)
            told = f"{time.time() + MARK_SECONDS:.0f} {' '.join(sorted(tables))}"
            pipe.hset(keys.generations(), mark, told)
            pipe.execute()
    except redis.RedisError as exc:
        logger.debug("the tables %s could not be counted: %s", ", ".join(sorted(tables)), exc)
        return None
    return mark


def _unmarked(mark: str, tables: frozenset[str], *, is_sure: bool) -> None:
    """Take the mark away. One that is gone already was lost during the commit, and one that is not sure had
    fallen for a reader: what they read before the commit may bear the counts of now, so the tables are
    counted once more."""
    try:
        is_whole = bool(client().hdel(keys.generations(), mark))
    except redis.RedisError as exc:
        logger.debug("a mark may stay until it falls: %s", exc)
        _owed.add(tables)
        return
    if not (is_whole and is_sure) and not _brought(tables):
        _owed.add(tables)


def _brought(tables: frozenset[str]) -> bool:
    try:
        with patient_client().pipeline(transaction=True) as pipe:
            _count(pipe, tables)
            pipe.execute()
    except redis.RedisError:
        return False
    return True


def _count(pipe: Any, tables: frozenset[str]) -> None:
    for name in sorted(tables):
        pipe.hincrby(keys.generations(), name, 1)
