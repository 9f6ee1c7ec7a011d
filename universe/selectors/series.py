"""Which storage the server has, and how its time series lie there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import apps
from django.db import connection
from django.db.models import Model

from universe.series import Series

Edition = Literal["plain", "apache", "community"]

_EDITION = """
    SELECT current_setting('server_version'),
           (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
           current_setting('timescaledb.license', true)
"""
_TABLES = """
    SELECT h.hypertable_name, h.num_chunks, h.compression_enabled,
           (SELECT count(*) FROM timescaledb_information.chunks c
            WHERE c.hypertable_schema = h.hypertable_schema AND c.hypertable_name = h.hypertable_name
              AND c.is_compressed),
           (SELECT array_agg(j.proc_name ORDER BY j.proc_name) FROM timescaledb_information.jobs j
            WHERE j.hypertable_schema = h.hypertable_schema AND j.hypertable_name = h.hypertable_name)
    FROM timescaledb_information.hypertables h
    WHERE h.hypertable_schema = current_schema AND h.hypertable_name = ANY(%s)
"""
RETENTION, COMPRESSION = "policy_retention", "policy_compression"


@dataclass(frozen=True, slots=True)
class Storage:
    """The server's version, TimescaleDB's (empty: not there or not switched on) and which edition it is."""

    server: str
    timescale: str
    edition: Edition

    @property
    def words(self) -> str:
        if self.edition == "plain":
            return "plain PostgreSQL"
        names = {"apache": "Apache", "community": "community"}
        return f"TimescaleDB {self.timescale}, {names[self.edition]} edition"


@dataclass(frozen=True, slots=True)
class SeriesState:
    """How one table lies on a server with TimescaleDB; ``jobs`` are the policies in force."""

    chunks: int
    compressed: int
    can_compress: bool
    jobs: frozenset[str]


def storage() -> Storage:
    """Asks the server; raises Django's `DatabaseError` when it is away."""
    with connection.cursor() as cursor:
        cursor.execute(_EDITION)
        server, timescale, licence = cursor.fetchone()
    if not timescale:
        return Storage(server, "", "plain")
    return Storage(server, timescale, "community" if licence == "timescale" else "apache")


def series_models() -> list[type[Model]]:
    """Every model that is a time series, whichever app it is of."""
    return [model for model in apps.get_models() if series_of(model) is not None]


def series_of(model: type[Model]) -> Series | None:
    return getattr(model, "series", None)


def time_field(model: type[Model]) -> Any:
    """The column by which the table is cut into chunks: the one with an ``interval``."""
    return next(field for field in model._meta.local_fields if hasattr(field, "interval"))


def series_states(models: Sequence[type[Model]]) -> dict[str, SeriesState]:
    """By table; on a server without TimescaleDB, and for tables that are no hypertable, absent."""
    if storage().edition == "plain":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, [[model._meta.db_table for model in models]])
        return {
            table: SeriesState(chunks, compressed, bool(enabled), frozenset(jobs or ()))
            for table, chunks, enabled, compressed, jobs in cursor.fetchall()
        }


def series_keeping(*, world: str) -> dict[str, dict[str, str | int]]:
    """By table what drops old rows and what compresses them in this market world, in words, with the number
    of chunks where there are any."""
    models = series_models()
    states = series_states(models)
    told: dict[str, dict[str, str | int]] = {}
    for model in models:
        series, state = model.series, states.get(model._meta.db_table)  # type: ignore[attr-defined]
        kept = series.kept(world)
        told[model._meta.db_table] = {
            "kept": f"{kept.days} days" if kept else "for ever",
            "dropped_by": "" if not kept else _by(state, RETENTION),
            "compressed_by": _by(state, COMPRESSION) if state and state.can_compress else "nothing",
            **({"chunks": state.chunks, "compressed_chunks": state.compressed} if state else {}),
        }
    return told


def _by(state: SeriesState | None, job: str) -> str:
    return "policy of the database" if state and job in state.jobs else "task"
