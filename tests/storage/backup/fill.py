"""Fill the database of DATABASE_URL as some weeks of use do: run by path, in a process of its own."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sectorlight.settings.test")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from sectorlight.models import User  # noqa: E402
from sectors.services import readings_record  # noqa: E402
from tests.sectors.market import at, eight, stamp  # noqa: E402
from tests.storage.own_databases import offers_timescale  # noqa: E402
from tests.storage.rows import fill  # noqa: E402
from universe.models import DailyBar  # noqa: E402

SYMBOLS, SESSIONS = 40, 60


def main() -> None:
    has_timescale = offers_timescale()
    if has_timescale:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("seed_sectors", verbosity=0)
    _bars()
    fill(at(10) - dt.timedelta(days=days) for days in range(1, 120, 3))
    for run in range(1, 6):
        readings_record(eight(-0.5 + run / 10), stamp(run, at(9 + run), world="simulated"))
    User.objects.create_user("trader", password="a password to keep")
    with connection.cursor() as cursor:
        # What no migration knows: somebody's own table with types, defaults and text that needs quoting.
        cursor.execute(
            "CREATE TABLE apart (at timestamptz NOT NULL, note text DEFAULT E'it''s\\tok', value float8)"
        )
        cursor.execute(
            "INSERT INTO apart (at, value) SELECT now() - i * interval '1 hour', i / 7.0"
            " FROM generate_series(1, 2000) i"
        )
        if has_timescale:
            cursor.execute("SELECT create_hypertable('apart', 'at', migrate_data => true)")
            cursor.execute("SELECT current_setting('timescaledb.license')")
            if cursor.fetchone()[0] == "timescale":
                cursor.execute("ALTER TABLE apart SET (timescaledb.compress)")
                cursor.execute("SELECT compress_chunk(c) FROM show_chunks('apart', older_than => now()) c")


def _bars() -> None:
    first = dt.date(2026, 1, 5)
    DailyBar.objects.bulk_create(
        DailyBar(
            symbol=f"S{number:03d}",
            session=first + dt.timedelta(days=day),
            open=10.1,
            close=10.0 + number / 7,
            volume=1000.0 * number + day,
            source="polygon",
            fetched_at=at(16),
        )
        for number in range(SYMBOLS)
        for day in range(SESSIONS)
    )


if __name__ == "__main__":
    main()
