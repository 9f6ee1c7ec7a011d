"""What this process knows of its PostgreSQL: whether it is left alone just now, away, or only busy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

import psycopg

from universe.breaker import Breaker

Trouble = Literal["away", "busy", "slow", "refused"]
#: SQLSTATEs that say "not now": connection exceptions, no connection free, shutting down.
_AWAY = ("08", "53300", "57P")
#: A statement that was cancelled, or waited too long for a lock, or for another that waits for it.
_SLOW = ("57014", "55P03", "40P01", "25P03", "25P04")

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


def is_away_state(state: str | None) -> bool:
    """Whether PostgreSQL's SQLSTATE tells of a server that is away; None: it could not even answer."""
    return state is None or state.startswith(_AWAY)


def trouble_of(error: BaseException | None) -> Trouble:
    """What Django's operational ``error`` tells of the server: it is away, or has no connection for us, or it
    answers, and this statement took too long or was refused (a full disk)."""
    if is_busy(error):
        return "busy"
    while error is not None:
        if isinstance(error, psycopg.Error):
            state = error.sqlstate
            if is_away_state(state):
                return "away"
            return "slow" if state in _SLOW else "refused"
        error = error.__cause__
    return "away"


def is_refusal(error: BaseException | None) -> bool:
    """Whether PostgreSQL answers, and Django's ``error`` is the statement's own: no outage."""
    return trouble_of(error) in ("slow", "refused")


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
