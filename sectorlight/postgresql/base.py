"""PostgreSQL, with TimescaleDB or without: tells what it writes, and has a rest when it does not answer.

A page asks it some ten times, each in a way that goes on without an answer. Without a rest, the page of a
server that is away would take ten time-outs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DatabaseError
from psycopg_pool import PoolTimeout
from timescale.db.backends.postgresql import base

from sectorlight.postgresql.cursors import NotingCursor, NotingDebugCursor
from sectorlight.postgresql.patience import PatientConnection, answers
from sectorlight.postgresql.schema import SchemaEditor
from universe import generations
from universe.postgresql import PoolBusy, breaker, within

#: How long a connection of the pool may take to say that it lives; then the next one is asked.
CHECK_SECONDS = 1.0
#: After a pool without a free connection the rest of a request does without at once, others for so long.
BUSY_SECONDS = 5.0
#: A row where the server has TimescaleDB and this database has not.
OFFERED = "SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb' AND installed_version IS NULL"
SWITCH_ON = "CREATE EXTENSION IF NOT EXISTS timescaledb"

logger = logging.getLogger(__name__)


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    SchemaEditorClass = SchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._written: set[str] = set()
        #: When this connection last answered (monotonic seconds); None: it never did, or failed since.
        self.answered_at: float | None = None
        self._busy_until = 0.0

    def prepare_database(self) -> None:
        """Before migrations: switch TimescaleDB on where the server has it and lets us. Plain tables do."""
        self._timescale_try()
        with self.cursor() as cursor:
            # A key or an index on years of rows may take minutes; this connection is the migration's.
            cursor.execute("SET statement_timeout = 0")

    def _timescale_try(self) -> None:
        with self.cursor() as cursor:
            cursor.execute(OFFERED)
            if not cursor.fetchone():
                return
            try:
                cursor.execute(SWITCH_ON)
            except DatabaseError as exc:
                logger.warning("TimescaleDB is there and could not be switched on, plain tables do: %s", exc)
        # It ends the session where it is not in shared_preload_libraries.
        if not self.is_usable():
            self.close()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection, or psycopg's OperationalError: at once while the server is left alone. `PoolBusy`
        when the server is well and all connections of this process are at work; at once for who was told so
        before in the same request."""
        if time.monotonic() < self._busy_until:
            raise PoolBusy("no connection was free a moment ago")
        has_failed = breaker.has_failed()
        with breaker.asking():
            if has_failed and not answers(conn_params):
                # At a knock, which is quicker than the pool's own waiting: it heals itself meanwhile.
                raise psycopg.OperationalError("PostgreSQL does not answer")
            try:
                with within(CHECK_SECONDS):
                    return super().get_new_connection(conn_params)
            except PoolTimeout as exc:
                if not answers(conn_params):
                    raise
                busy = exc
        # The server is well, all its connections are at work: that is no reason to leave it alone.
        self._busy_until = time.monotonic() + BUSY_SECONDS
        raise PoolBusy(str(busy)) from busy

    def close_if_unusable_or_obsolete(self) -> None:
        """Django calls this where a request or a task begins and ends: the next one may wait again."""
        self._busy_until = 0.0
        super().close_if_unusable_or_obsolete()

    def make_cursor(self, cursor: Any) -> NotingCursor:
        return NotingCursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> NotingDebugCursor:
        return NotingDebugCursor(cursor, self)

    @contextmanager
    def writing(self, tables: frozenset[str]) -> Iterator[None]:
        """Around a statement that writes ``tables``: they are told to `universe.generations` when it
        commits, which without a transaction is at once."""
        if self.autocommit:
            with generations.writing(tables):
                yield
        else:
            self._written |= tables
            yield

    # What Django calls for a transaction's end, with or without hooks behind it.
    def _commit(self) -> None:
        tables, self._written = frozenset(self._written), set()
        with generations.writing(tables):
            super()._commit()
        self._transaction_ended()

    def _rollback(self) -> None:
        self._written.clear()
        super()._rollback()
        self._transaction_ended()

    def _close(self) -> None:
        self._written.clear()
        self.answered_at = None
        self._transaction_ended()
        super()._close()

    def noticed(self, statement: str) -> None:
        """Tell the connection of a ``statement`` that is about to be sent: it may ask for more time."""
        if isinstance(self.connection, PatientConnection):
            self.connection.noticed(statement)

    def _transaction_ended(self) -> None:
        if isinstance(self.connection, PatientConnection):
            self.connection.transaction_ended()
