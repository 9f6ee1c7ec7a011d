"""What this process knows of its PostgreSQL: whether it is left alone just now, away, or only busy."""

from __future__ import annotations

import psycopg

from universe.breaker import Breaker

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
