"""A connection that does not wait for ever for a server which hangs.

PostgreSQL's own statement_timeout cannot help: a stopped or stuck server measures nothing, and its kernel
goes on acknowledging, so no keepalive notices either. Nor is silence alone a reason: a long statement says
nothing until it is done. So after two silent seconds, and again and again, somebody knocks beside: while the
server takes a new connection the statement is waited for, else it is given up.

One connection may hang alone: its process is stopped, or a firewall forgot it. So no statement is waited for
longer than its statement_timeout and a few seconds, whatever the knock says. Where a statement switched that
off, as migrations do, nothing but the knock ends the wait.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from functools import cached_property
from typing import Any

import psycopg

from universe.postgresql import breaker, seconds_allowed

SILENT_SECONDS = 2.0
#: psycopg takes less for two seconds as well.
KNOCK_SECONDS = 2
#: Beyond statement_timeout: PostgreSQL's own refusal comes first, if it comes.
GRACE_SECONDS = 5.0
_TIMEOUT = re.compile(r"statement_timeout=(\d+)(ms|s|min)?")
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0}


class PatientConnection(psycopg.Connection[Any]):
    """Raises psycopg's OperationalError, and is closed, when its server or it alone hangs.

    ``is_unbounded``: a statement switched statement_timeout off, for the ``"transaction"`` or for the whole
    ``"session"``.
    """

    is_unbounded = ""

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        return super().wait(self._knocking(gen), *args, **kwargs)

    def noticed(self, statement: str) -> None:
        """Heed a ``statement`` that changes statement_timeout: what it allows is not ours to bound."""
        if "statement_timeout" in statement:
            is_session = statement.lower().startswith("set statement_timeout")
            self.is_unbounded = "session" if is_session else self.is_unbounded or "transaction"

    def transaction_ended(self) -> None:
        if self.is_unbounded == "transaction":
            self.is_unbounded = ""

    @cached_property
    def _timeout_seconds(self) -> float | None:
        """The statement_timeout that the connection was opened with; None: none, or not by us."""
        told = _TIMEOUT.findall(self.info.dsn)
        if not told or not int(told[-1][0]):
            return None
        return int(told[-1][0]) * _UNIT_SECONDS[told[-1][1] or "ms"]

    def _bound(self) -> float | None:
        """How many silent seconds are waited for; None: as long as the server takes new connections."""
        timeout = None if self.is_unbounded else self._timeout_seconds
        bounds = (timeout and timeout + GRACE_SECONDS, seconds_allowed())
        return min((bound for bound in bounds if bound is not None), default=None)

    def _knocking(self, gen: Any) -> Generator[Any, Any, Any]:
        """What ``gen`` asks for, with a look at the server whenever nothing has come for a while."""
        silent_since = knocked_at = time.monotonic()
        bound = self._bound()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                now = time.monotonic()
                if ready:
                    silent_since = knocked_at = now
                elif bound is not None and now - silent_since > bound:
                    self._give_up(bound)
                elif now - knocked_at > SILENT_SECONDS:
                    self._knock()
                    knocked_at = time.monotonic()
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value

    def _give_up(self, bound: float) -> None:
        self.pgconn.finish()
        raise psycopg.OperationalError(
            f"PostgreSQL said nothing on this connection for {bound:g} s; the statement is given up"
        )

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
