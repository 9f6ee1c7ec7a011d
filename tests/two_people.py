"""Two people who write at the same moment, each on a connection of his own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection, connections, transaction


def second_of_two(first: Callable[[], object], second: Callable[[], object]) -> BaseException | None:
    """What ``second`` raises, which begins before the transaction of ``first`` ends and waits for it.

    Needs a test with `transaction=True`.
    """

    def on_its_own_connection() -> None:
        try:
            second()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            other = pool.submit(on_its_own_connection)
            _until_waiting(other)
        return other.exception(20)


def _until_waiting(other: Future[None]) -> None:
    """Until somebody waits for a lock of the database, or has ended without."""
    deadline = time.monotonic() + 10
    while not other.done() and time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            row = cursor.fetchone()
        if row and row[0]:
            return
