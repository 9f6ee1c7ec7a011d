"""A run on demand over the whole universe, each vendor's call answered 50 ms later than it is.

A simulated market of 8,000 listings over real HTTP, a real PostgreSQL and Redis. The run is asked for and
done as the worker does it; its time is split into waiting for the vendors, writing to the database, reading
from it, and what is left: computing.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import pytest
from psycopg.sql import Composed

from tests.benchmarks.vendors import slow_calls

FIRST = "2026-03-31T10:05"
#: What the product promises, and what its source allows.
LIMIT_SECONDS, SOURCE_SECONDS = 10.0, 180.0
MOVES_MIN = 10
RUNS = 5
WRITES = ("INSERT", "UPDATE", "DELETE", "COPY", "COMMIT", "CREATE")


@dataclass(slots=True)
class Split:
    """Seconds of one run by what they went to, and the percents that its bar showed."""

    whole: float = 0.0
    waiting: float = 0.0
    reading: float = 0.0
    writing: float = 0.0
    calls: int = 0
    percents: list[int] = field(default_factory=list)

    @property
    def computing(self) -> float:
        return self.whole - self.waiting - self.reading - self.writing

    @property
    def moves(self) -> int:
        return len(set(self.percents)) - 1


def run() -> int:
    """Needs a database (`tests.benchmarks.servers`)."""
    splits, members, timings = _measured()
    _print(splits, members, timings)
    slowest = max(split.whole for split in splits)
    return int(slowest > LIMIT_SECONDS or min(split.moves for split in splits) < MOVES_MIN)


def _measured() -> tuple[list[Split], int, dict[str, float]]:
    from django.test import override_settings

    from tests.market import start_market
    from universe import clock
    from universe.sources import sources_close

    with start_market(first=FIRST, listings=None) as market, override_settings(**market.settings):
        clock.forget()
        try:
            return _runs()
        finally:
            clock.forget()
            sources_close()


def _runs() -> tuple[list[Split], int, dict[str, float]]:
    """The first run builds the universe and is not counted."""
    _run_once()
    done = [_split() for _ in range(RUNS)]
    last = done[-1][1]
    return [split for split, _ in done], int(last.counts["members"]), last.timings


def _run_once() -> Any:
    from analysis.models import PUBLISHED, RunKind
    from analysis.services import run_create_now, run_execute

    asked = run_create_now(RunKind.ON_DEMAND)
    run_execute(asked.pk)
    asked.refresh_from_db()
    assert asked.status in PUBLISHED, asked.message
    return asked


def _split() -> tuple[Split, Any]:
    split = Split()
    with slow_calls() as asked, _timed(split):
        started = time.perf_counter()
        done = _run_once()
        split.whole = time.perf_counter() - started
    split.calls = asked.total()
    return split, done


@contextmanager
def _timed(split: Split) -> Iterator[None]:
    """Add up what the run's own thread waits for, and note each percent that is told."""
    from django.db import connection

    from analysis import lifecycle
    from universe import bulk
    from universe.sources import http

    own = threading.get_ident()
    fetched, announce, copy = http.Door._fetched, lifecycle.announce_progress, bulk._copy

    def waited(*asked: Any) -> httpx.Response:
        return _added(split, "waiting", own, lambda: fetched(*asked))

    def queried(execute: Callable[..., Any], sql: object, params: Any, many: bool, context: Any) -> Any:
        text = sql if isinstance(sql, str) else cast(Composed, sql).as_string(None)
        kind = "writing" if text.lstrip().upper().startswith(WRITES) else "reading"
        return _added(split, kind, own, lambda: execute(sql, params, many, context))

    def copied(*rows: Any) -> None:
        _added(split, "writing", own, lambda: copy(*rows))

    def told(run: dict[str, Any]) -> None:
        split.percents.append(int(run["percent"]))
        announce(run)

    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(queried):
        patch.setattr(http.Door, "_fetched", waited)
        patch.setattr(bulk, "_copy", copied)
        patch.setattr(lifecycle, "announce_progress", told)
        yield


def _added(split: Split, kind: str, own: int, work: Callable[[], Any]) -> Any:
    if threading.get_ident() != own:
        return work()
    started = time.perf_counter()
    try:
        return work()
    finally:
        setattr(split, kind, getattr(split, kind) + time.perf_counter() - started)


def _print(splits: list[Split], members: int, timings: dict[str, float]) -> None:
    print(f"on demand: 8,000 listings, {members:,} members, 50 ms a call, median of {len(splits)} runs")
    print(f"{'':<24}{'seconds':>10}{'of the limit':>14}")
    for name in ("whole", "waiting", "computing", "reading", "writing"):
        seconds = statistics.median(getattr(split, name) for split in splits)
        print(f"{name:<24}{seconds:>10.2f}{seconds / LIMIT_SECONDS:>13.0%}")
    slowest = max(split.whole for split in splits)
    print(f"{'slowest of all':<24}{slowest:>10.2f}{slowest / LIMIT_SECONDS:>13.0%}")
    print(f"of the {SOURCE_SECONDS:.0f} s that the source allows: {slowest / SOURCE_SECONDS:.1%}")
    fewest = min(splits, key=lambda split: split.moves)
    print(f"calls {splits[-1].calls}; the bar moved {fewest.moves} times at least (wanted {MOVES_MIN}):")
    print("  " + " ".join(f"{percent}" for percent in sorted(set(fewest.percents))))
    print("stages of the last: " + ", ".join(f"{name} {took:.2f}" for name, took in timings.items()))
