"""What a module's tests all begin with, made once: kept in a transaction, and in Redis, from test to test.

A test of the module is rolled back to the kept state as it is elsewhere to the empty one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.conf import settings
from django.db import connection, transaction


class Kept:
    """The rows stand as long as the transaction does; the keys are put back for each test."""

    def __init__(self, server: redis.Redis) -> None:
        self._server = server
        self._values: dict[bytes, tuple[bytes, int]] = {}

    def keep(self) -> None:
        """Remember the keys as they are now."""
        for name in self._server.scan_iter(match=f"{settings.REDIS_PREFIX}*", count=1000):
            value, left = self._server.dump(name), self._server.pttl(name)
            if value is not None:
                self._values[name] = (value, max(left, 0))

    def again(self) -> None:
        """Put the keys back, after a test's own clean Redis."""
        for name, (value, left) in self._values.items():
            self._server.restore(name, left, value, replace=True)


@contextmanager
def kept(blocker: Any, server: redis.Redis) -> Iterator[Kept]:
    """For a fixture of a module: what is stored inside is there for its tests, and gone behind them."""
    with blocker.unblock():
        # As of a test case: what must not stand in another transaction may stand in this one.
        outer = transaction.atomic()
        outer._from_testcase = True  # type: ignore[attr-defined]
        with outer:
            yield Kept(server)
            transaction.set_rollback(True)
        connection.close()
