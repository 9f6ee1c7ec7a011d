"""What this process knows of its PostgreSQL: whether it is left alone just now, away, or only busy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import psycopg

from universe.breaker import Breaker

_seconds: ContextVar[float | None] = ContextVar("seconds", default=None)

breaker = Breaker("PostgreSQL", psycopg.OperationalError)


class PoolBusy(psycopg.OperationalError):
    """Every connection of this process's pool is at work, and none was free in time. The server answers."""


def resting() -> bool:
    """Whether this process leaves PostgreSQL alone just now, because it did not answer a moment ago."""
    return breaker.is_resting()


def is_busy(error: BaseException | None) -> bool:
    """Whether Django's error was raised for a `PoolBusy`."""
    while error is not None:
        if isinstance(error, PoolBusy):
            return True
        error = error.__cause__
    return False


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Statements in here get ``seconds`` each at most, then psycopg's OperationalError, and lose their
    connection: for what has another answer to give. The tightest of several counts."""
    outer = _seconds.get()
    token = _seconds.set(seconds if outer is None else min(seconds, outer))
    try:
        yield
    finally:
        _seconds.reset(token)


def seconds_allowed() -> float | None:
    """How long a statement may take where this is called, by `within`; None: nobody says."""
    return _seconds.get()
