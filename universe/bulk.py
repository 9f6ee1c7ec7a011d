"""Many rows into one table: COPY into a staging table, then one upsert. Same input twice, same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from psycopg import sql


@dataclass(frozen=True, slots=True)
class Target:
    """A table and how rows meet it.

    ``columns`` maps a column to its PostgreSQL type; ``key`` are those of its unique constraint.
    ``keep_known``: a NULL leaves the stored value as it is. ``defaults`` fill further columns of new rows.
    """

    model: type[Model]
    columns: Mapping[str, str]
    key: Sequence[str]
    keep_known: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def changing(self) -> list[str]:
        return [name for name in self.columns if name not in self.key]

    def assignment(self, column: str, source: str) -> sql.Composed:
        new: sql.Composable = sql.Identifier(source, column)
        if self.keep_known:
            new = sql.SQL("COALESCE({}, {})").format(new, sql.Identifier(self.table, column))
        return sql.SQL("{} = {}").format(sql.Identifier(column), new)


def rows_upsert(target: Target, rows: Iterable[Sequence[Any]]) -> int:
    """Write rows (values in the order of the columns, no key twice); gives the number written."""
    staging = f"staging_{target.table}"
    with transaction.atomic(), connection.cursor() as cursor:
        rows_stage(cursor, staging, target.columns, rows)
        cursor.execute(_insert(target, staging), list(target.defaults.values()))
        return int(cursor.rowcount)


def rows_update(target: Target, rows: Iterable[Sequence[Any]]) -> int:
    """Like `rows_upsert`, but rows without a stored one are ignored; gives the number changed."""
    staging = f"staging_{target.table}"
    with transaction.atomic(), connection.cursor() as cursor:
        rows_stage(cursor, staging, target.columns, rows)
        cursor.execute(_update(target, staging))
        return int(cursor.rowcount)


def rows_insert(model: type[Model], columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY new rows straight into the table; a repeated key is an error."""
    with transaction.atomic(), connection.cursor() as cursor:
        return rows_copy(cursor, model._meta.db_table, columns, rows)


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def rows_stage(cursor: Any, staging: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows into a new temporary table, which is gone when the transaction ends; gives their number."""
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(staging)))
    typed = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns.items()]
    cursor.execute(
        sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(
            sql.Identifier(staging), sql.SQL(", ").join(typed)
        )
    )
    return rows_copy(cursor, staging, columns, rows)


def rows_copy(cursor: Any, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows into a table inside a transaction of the caller's; gives their number."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), _names(columns)
    )
    # Django translates the errors of its own calls only; a broken constraint shows when the COPY ends.
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
    return int(cursor.rowcount)


def _insert(target: Target, staging: str) -> sql.Composed:
    changed = [target.assignment(name, "excluded") for name in target.changing]
    return sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {values} FROM {staging} "
        "ON CONFLICT ({key}) DO UPDATE SET {changed}"
    ).format(
        table=sql.Identifier(target.table),
        columns=_names([*target.columns, *target.defaults]),
        values=sql.SQL(", ").join(
            [*map(sql.Identifier, target.columns), *(sql.Placeholder() for _ in target.defaults)]
        ),
        staging=sql.Identifier(staging),
        key=_names(target.key),
        changed=sql.SQL(", ").join(changed),
    )


def _update(target: Target, staging: str) -> sql.Composed:
    matches = [
        sql.SQL("{} = {}").format(sql.Identifier(target.table, name), sql.Identifier(staging, name))
        for name in target.key
    ]
    return sql.SQL("UPDATE {} SET {} FROM {} WHERE {}").format(
        sql.Identifier(target.table),
        sql.SQL(", ").join(target.assignment(name, staging) for name in target.changing),
        sql.Identifier(staging),
        sql.SQL(" AND ").join(matches),
    )
