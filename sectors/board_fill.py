"""A board that Redis has lost is read from PostgreSQL by one reader, and put back; the others wait for it.

After a restart of Redis every open page and socket asks at once. A reader that waits longer than
`WAIT_SECONDS`, or whose Redis does not answer, reads PostgreSQL itself, as if there were no Redis.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import redis
from redis.exceptions import LockError

from sectors.board_cache import board_fetch, board_store
from universe import keys
from universe.hit_rates import miss_counted
from universe.redis import client

#: The longest that one fill holds the others up; then the next one tries.
FILL_SECONDS = 5
WAIT_SECONDS = 0.5
PAUSE_SECONDS = 0.02

Board = dict[str, Any] | None


def board_filled(read: Callable[[], Board]) -> Board:
    """What ``read`` finds in PostgreSQL, or what another reader has put into Redis meanwhile.

    A later board that a run has put there stays (`board_store`). Raises what ``read`` raises.
    """
    waits_until = time.monotonic() + WAIT_SECONDS
    lock = client().lock(keys.board_filling(), timeout=FILL_SECONDS)
    try:
        with client().pipeline(transaction=False) as pipe:
            miss_counted(pipe, "board")
            pipe.execute()
        while not lock.acquire(blocking=False):
            if time.monotonic() > waits_until:
                return read()
            time.sleep(PAUSE_SECONDS)
            if board := board_fetch():
                return board
    except redis.RedisError:
        return read()
    try:
        return board_fetch() or _put_back(read())
    finally:
        with suppress(redis.RedisError, LockError):
            lock.release()


def _put_back(board: Board) -> Board:
    if board is not None:
        board_store(board, [])
    return board
