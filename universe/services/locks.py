"""Advisory locks of PostgreSQL: where there is no row yet that two could wait for."""

from __future__ import annotations

from django.db import connection


def lock_take(number: int) -> None:
    """Wait for an advisory lock; it is given back when the transaction ends.

    What is read after it is read anew: nobody who takes the same lock changes it until then.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
