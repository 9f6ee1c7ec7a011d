"""A connection that does not wait for ever for a server which hangs.

PostgreSQL's own statement_timeout cannot help: a stopped or stuck server measures nothing, and its kernel
goes on acknowledging, so no keepalive notices either. Nor is silence alone a reason: a long statement says
nothing until it is done. So after two silent seconds, and again and again, somebody knocks beside: while the
server takes a new connection the statement is waited for, else it is given up.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg

from universe.postgresql import breaker

SILENT_SECONDS = 2.0
#: psycopg takes less for two seconds as well.
KNOCK_SECONDS = 2


class PatientConnection(psycopg.Connection[Any]):
    """Raises psycopg's OperationalError, and is closed, when its server hangs."""

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        return super().wait(self._knocking(gen), *args, **kwargs)

    def _knocking(self, gen: Any) -> Generator[Any, Any, Any]:
        """What ``gen`` asks for, with a look at the server whenever nothing has come for a while."""
        silent_since = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    silent_since = time.monotonic()
                elif time.monotonic() - silent_since > SILENT_SECONDS:
                    self._knock()
                    silent_since = time.monotonic()
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value

    def _knock(self) -> None:
        """One for all that wait: while one has found nobody, the others give up at once."""
        try:
            with breaker.asking():
                psycopg.connect(
                    self.info.dsn, password=self.info.password, connect_timeout=KNOCK_SECONDS
                ).close()
        except psycopg.OperationalError as exc:
            self.pgconn.finish()
            raise psycopg.OperationalError(
                f"PostgreSQL said nothing for {SILENT_SECONDS:g} s and takes no connection; "
                "the statement is given up"
            ) from exc


def answers(conn_params: dict[str, Any]) -> bool:
    """Whether the server takes a connection."""
    try:
        psycopg.connect(**conn_params | {"connect_timeout": KNOCK_SECONDS}).close()
    except psycopg.OperationalError:
        return False
    return True
