"""Which servers do not answer just now, and since when: looked at once for everybody in this process.

A page and every open page's socket want to know. A look that found all well holds for two seconds, unless
something has failed since; an outage is looked at anew each time, which costs nothing while the server is
left alone (`universe.breaker`).
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import dataclass, replace

import redis
from django.db import DatabaseError, connection

from universe import postgresql
from universe import redis as our_redis
from universe.clock import ClockUnavailableError, market_now

HOLDS_SECONDS = 2.0
#: A connection that answers nothing for so long is one that hangs.
LOOK_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Away:
    """What is missing. Moments are market time, None where it is not known; ``is_busy``: PostgreSQL answers,
    but no connection of this process was free; ``is_full``: Redis answers, but takes no writing."""

    redis: bool = False
    database: bool = False
    is_busy: bool = False
    clock: bool = False
    is_full: bool = False
    redis_since: dt.datetime | None = None
    database_since: dt.datetime | None = None


_lock = threading.Lock()
_last = Away()
_looked_at = -HOLDS_SECONDS


def servers_away() -> Away:
    """One look, or the last one while it holds."""
    global _last, _looked_at
    if _holds():
        return _last
    found = _look()
    with _lock:
        before = _last
        _last = replace(
            found,
            redis_since=before.redis_since or _moment() if found.redis else None,
            database_since=before.database_since or _moment() if found.database else None,
        )
        _looked_at = time.monotonic()
        return _last


def database_since() -> dt.datetime | None:
    """Since when PostgreSQL has been away, as far as the last look knows; asks no server."""
    return _last.database_since


def forget() -> None:
    """Drop what this process knows: for tests, whose servers change at will."""
    global _last, _looked_at
    with _lock:
        _last, _looked_at = Away(), -HOLDS_SECONDS


def _holds() -> bool:
    is_recent = time.monotonic() - _looked_at < HOLDS_SECONDS
    return is_recent and _last == Away() and not our_redis.resting() and not postgresql.resting()


def _look() -> Away:
    (is_redis_away, is_full), (is_away, is_busy) = _redis(), _database()
    return Away(is_redis_away, is_away, is_busy, clock=_moment() is None, is_full=is_full)


def _redis() -> tuple[bool, bool]:
    """Whether Redis is away, and whether it only takes no writing."""
    try:
        return False, not our_redis.takes_writing()
    except redis.RedisError:
        return True, False


def _database() -> tuple[bool, bool]:
    """Whether PostgreSQL is away, and whether it is only busy. A connection that has just answered, as it
    does for the user of a page, is not asked once more."""
    answered_at = getattr(connection, "answered_at", None)
    if answered_at is not None and time.monotonic() - answered_at < HOLDS_SECONDS:
        return False, False
    try:
        with postgresql.within(LOOK_SECONDS), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as exc:
        is_busy = postgresql.is_busy(exc)
        return not is_busy, is_busy
    return False, False


def _moment() -> dt.datetime | None:
    try:
        return market_now()
    except ClockUnavailableError:
        return None
