"""Time series on whatever PostgreSQL: chunks, compression after a week, retention of a quarter.

With TimescaleDB the tables are hypertables, in both editions. Its community edition can compress, and drops
and compresses by policies of its own; these go by the server's clock, so they are for the live market alone.
Everywhere else `series_keep`, called by a task, does both by the market's clock. Both leave the same rows.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from psycopg import sql

from universe.selectors.series import (
    COMPRESSION,
    RETENTION,
    Storage,
    series_models,
    series_of,
    series_states,
    storage,
    time_field,
)
from universe.series import Series, chunk_length, span_start

logger = logging.getLogger(__name__)

#: A reader who holds a chunk longer, such as a backup, is not waited for: behind a waiting drop others queue.
LOCK_WAIT = "5s"
#: A policy runs once a day; what it has left for so long is done by the task.
POLICY_GRACE, NO_GRACE = dt.timedelta(days=3), dt.timedelta(0)

_JOB_SPAN = """
    SELECT (config ->> %s)::interval FROM timescaledb_information.jobs
    WHERE hypertable_schema = current_schema AND hypertable_name = %s AND proc_name = %s
"""
_OLD_CHUNKS = """
    SELECT format('%%I.%%I', chunk_schema, chunk_name) FROM timescaledb_information.chunks
    WHERE hypertable_schema = current_schema AND hypertable_name = %s AND NOT is_compressed
      AND range_end <= %s
    ORDER BY range_end
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping one table in order did: rows deleted (plain), chunks dropped and compressed."""

    table: str
    rows: int = 0
    dropped: int = 0
    compressed: int = 0


# -- once at every start -----------------------------------------------------------------------------------


def series_arrange(*, world: str | None = None) -> Storage:
    """Make hypertables, compression and policies what the models say, where the server can; again and again.

    Tables that a server got before its extension, or that were restored, become hypertables here. Filled
    ones are moved into chunks, which locks them meanwhile. ``world`` None: policies stay as they are; name
    one only when it is sure that the database is of that market, for policies act at once.
    """
    found = storage()
    if found.edition == "plain":
        return found
    present = set(connection.introspection.table_names())
    for model in series_models():
        if model._meta.db_table not in present:
            continue
        with connection.schema_editor() as editor:
            if editor.hypertable_ensure(model, time_field(model)):  # type: ignore[attr-defined]
                logger.info("%s is a hypertable now", model._meta.db_table)
        if found.edition == "community":
            _compression_arrange(model)
            if world is not None:
                _policies_arrange(model, world=world)
    return found


def _compression_arrange(model: type[Model]) -> None:
    """Let the table compress. It is set once: a table with compressed chunks takes no other layout."""
    table, series = model._meta.db_table, _series(model)
    if series_states([model])[table].can_compress:
        return
    _execute(
        sql.SQL(
            "ALTER TABLE {} SET (timescaledb.compress, timescaledb.compress_orderby = {}, "
            "timescaledb.compress_segmentby = {})"
        ).format(sql.Identifier(table), sql.Literal(series.order_by), sql.Literal(series.segment_by))
    )


def _policies_arrange(model: type[Model], *, world: str) -> None:
    """Both policies for the live market, none else: the clock of another market is not the server's."""
    table, series = model._meta.db_table, _series(model)
    spans = {RETENTION: ("drop_after", series.keep), COMPRESSION: ("compress_after", series.compress_after)}
    for job, (option, span) in spans.items():
        wanted = span if world == "live" else None
        standing = _fetch(_JOB_SPAN, [option, table, job])
        if standing and standing[0][0] == wanted:
            continue
        name = job.removeprefix("policy_")
        if standing:
            _execute(f"SELECT remove_{name}_policy(%s::regclass)", [table])
        if wanted is not None:
            _execute(f"SELECT add_{name}_policy(%s::regclass, %s::interval)", [table, wanted])


# -- by a task ---------------------------------------------------------------------------------------------


def series_keep(now: dt.datetime, *, world: str) -> list[Kept]:
    """Drop what is past its time at ``now`` and compress what is old enough, where no policy does it.

    Where one should have, and has not for `POLICY_GRACE` (its scheduler may stand still), it is done here
    too. A table that somebody holds, or that fails otherwise, is logged and left for the next time.
    """
    found, told = storage(), []
    for model in series_models():
        try:
            told.append(_keep(model, now, world=world, found=found))
        except DatabaseError as exc:
            logger.warning("%s was not kept in order, later again: %s", model._meta.db_table, exc)
            told.append(Kept(model._meta.db_table))
    return told


def _keep(model: type[Model], now: dt.datetime, *, world: str, found: Storage) -> Kept:
    table, series = model._meta.db_table, _series(model)
    kept = series.kept(world)
    state = series_states([model]).get(table) if found.edition != "plain" else None
    if state is None:
        return Kept(table, rows=0 if kept is None else _rows_delete(model, now - kept))
    dropped = compressed = 0
    if kept is not None:
        before = _at(model, now - kept - (POLICY_GRACE if RETENTION in state.jobs else NO_GRACE))
        dropped = _execute(
            "SELECT drop_chunks(%s::regclass, older_than => %s)", [table, before], waits=LOCK_WAIT
        )
    if state.can_compress:
        grace = POLICY_GRACE if COMPRESSION in state.jobs else NO_GRACE
        compressed = _chunks_compress(table, now - series.compress_after - grace)
    return Kept(table, dropped=dropped, compressed=compressed)


def _chunks_compress(table: str, before: dt.datetime) -> int:
    old = [name for (name,) in _fetch(_OLD_CHUNKS, [table, before])]
    for name in old:
        # One transaction each: readers wait for one chunk at most.
        _execute("SELECT compress_chunk(%s::regclass)", [name], waits=LOCK_WAIT)
    return len(old)


def _rows_delete(model: type[Model], before: dt.datetime) -> int:
    """Delete a plain table's rows by whole spans of a chunk's length, one transaction each, oldest first."""
    field = time_field(model)
    chunk = chunk_length(field.interval)
    end = span_start(before, chunk)
    table, column = sql.Identifier(model._meta.db_table), sql.Identifier(field.column)
    oldest = _fetch(
        sql.SQL("SELECT min({column})::timestamptz AT TIME ZONE 'UTC' FROM {table}").format(
            column=column, table=table
        )
    )[0][0]
    if oldest is None:
        return 0
    start, deleted = span_start(oldest.replace(tzinfo=dt.UTC), chunk), 0
    while start < end:
        deleted += _execute(
            sql.SQL("DELETE FROM {} WHERE {} < %s").format(table, column),
            [_at(model, start + chunk)],
            waits=LOCK_WAIT,
        )
        start += chunk
    return deleted


def _at(model: type[Model], moment: dt.datetime) -> dt.datetime | dt.date:
    """A moment as the table's time column counts it."""
    is_day = time_field(model).get_internal_type() == "DateField"
    return moment.astimezone(dt.UTC).date() if is_day else moment


def _series(model: type[Model]) -> Series:
    series = series_of(model)
    assert series is not None
    return series


def _fetch(query: Any, values: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _execute(query: Any, values: Any = None, *, waits: str = "0") -> int:
    """One statement in a transaction of its own, however long it takes; gives the number of rows. ``waits``:
    how long for others who hold what it needs, "0" as long as they do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', %s, true)", [waits]
        )
        cursor.execute(query, values)
        return int(cursor.rowcount)
