"""Django's PostgreSQL, which is left alone for a few seconds when it does not answer.

A page asks it some ten times, each in a way that goes on without an answer. Without a rest, the page of a
server that is away would take ten time-outs.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

from universe.breaker import Breaker

KNOCK_SECONDS = 1

breaker = Breaker("PostgreSQL", psycopg.OperationalError)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection, or psycopg's OperationalError: at once while the server is left alone."""
        with breaker.asking():
            try:
                return super().get_new_connection(conn_params)
            except PoolTimeout as exc:
                if not _answers(conn_params):
                    raise
                busy = exc
        # The server is well, all its connections are at work: that is no reason to leave it alone.
        raise busy


def _answers(conn_params: dict[str, Any]) -> bool:
    try:
        psycopg.connect(**conn_params | {"connect_timeout": KNOCK_SECONDS}).close()
    except psycopg.OperationalError:
        return False
    return True
