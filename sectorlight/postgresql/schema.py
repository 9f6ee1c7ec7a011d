"""django-timescaledb's schema editor, for servers with TimescaleDB and without, and with the keys left on.

The library drops the primary key of every table that it turns into a hypertable. That is not needed where the
key holds the time column, as all of ours do, and without it a row could come twice.
"""

from __future__ import annotations

from typing import Any

from timescale.db.backends.postgresql.schema import TimescaleSchemaEditor


class SchemaEditor(TimescaleSchemaEditor):  # type: ignore[misc]
    #: Indexes are the models'; filled tables move into chunks however long that takes.
    sql_add_hypertable = (
        "SET LOCAL statement_timeout = 0; "
        "SELECT create_hypertable({table}, {partition_column}, chunk_time_interval => interval {interval}, "
        "migrate_data => {migrate}, create_default_indexes => false)"
    )

    def hypertable_ensure(self, model: Any, field: Any) -> bool:
        """Turn a table into a hypertable, or bring its chunk length up to date; False: nothing was to do."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT time_interval = %s::interval FROM timescaledb_information.dimensions "
                "WHERE hypertable_schema = current_schema AND hypertable_name = %s AND dimension_number = 1",
                [field.interval, model._meta.db_table],
            )
            found = cursor.fetchone()
        if found is None:
            self._create_hypertable(model, field, True)
        elif not found[0]:
            self._set_chunk_time_interval(model, field)
        return found is None or not found[0]

    def _has_timescale(self) -> bool:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'")
            return cursor.fetchone() is not None

    def _create_hypertable(self, model: Any, field: Any, should_migrate: bool = False) -> None:
        if self._has_timescale():
            super()._create_hypertable(model, field, should_migrate)

    def _set_chunk_time_interval(self, model: Any, field: Any) -> None:
        if self._has_timescale():
            super()._set_chunk_time_interval(model, field)

    def _drop_primary_key(self, model: Any) -> None:
        """The key stays."""
