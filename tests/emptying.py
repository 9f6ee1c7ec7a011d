"""How the database is emptied behind a test that committed: as Django's flush leaves it, only sooner.

Django makes every table anew and stores all content types and permissions again, which costs more than most
of these tests do. Here the tables that hold something are truncated, and those two are left as they are.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

#: What the migrations leave in the database, and nobody changes.
KEPT = ("django_content_type", "auth_permission")


def database_empty(*_: Any) -> None:
    """Empty the database; waits, as a flush does, for everybody who still reads or writes."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(name) for name in names if name not in KEPT]
    with transaction.atomic(), connection.cursor() as cursor:
        # Rows that somebody has not committed yet would be seen by no query.
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
        )
        filled = [table for (table,) in cursor.fetchall()]
        if filled:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")
