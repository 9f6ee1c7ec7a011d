"""A hundred days at full size on the server of DATABASE_URL, else on the embedded one: what they take to
store, before and after compression, how long the pages' queries take, and a correction of day 9.
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.benchmarks.quarter import DAYS, NAMES, PASSES, STREAMED, Quarter, passes_of, quarter_store
from tests.benchmarks.timing import percentiles_ms

LAST = dt.date(2026, 3, 11)
REPEATS = 200
QUERY_LIMIT_MS, CORRECTION_LIMIT_MS, RATIO_TARGET = 50.0, 1000.0, 10.0
MEGABYTE = 1e6


def run() -> int:
    """Needs a database (`tests.benchmarks.servers`), and leaves its tables empty."""
    from django.db import connection

    from universe.selectors import storage

    server = storage()
    print(f"storage: {DAYS} days, {NAMES:,} names, {PASSES} passes a day on {server.server}, {server.words}")
    quarter = quarter_store(LAST)
    for one in quarter.loaded:
        print(
            f"  {one.table:<24}{one.rows:>10,} rows in {one.seconds:6.1f} s"
            f"{one.rows / one.seconds:>10,.0f} rows/s"
        )
    _analyze()
    now = passes_of(quarter.days[-1])[-1]
    before = _queries(quarter, now)
    _keep(quarter, now)
    _analyze()
    after = _queries(quarter, now)
    print(f"  {'query, p50 and p95 in ms':<46}{'as stored':>16}{'kept in order':>16}{'of 50 ms':>9}")
    for name, (middle, late) in before.items():
        print(
            f"  {name:<46}{middle:>8.1f}{late:>8.1f}{after[name][0]:>8.1f}{after[name][1]:>8.1f}"
            f"{after[name][1] / QUERY_LIMIT_MS:>9.0%}"
        )
    _corrections(quarter)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(one.table for one in quarter.loaded)}")
    return 0


def _keep(quarter: Quarter, now: dt.datetime) -> None:
    """Drop and compress as the task does for the live market; tell what it changed."""
    from universe.selectors import storage
    from universe.services import series_keep

    rows, sizes = _rows(), _bytes()
    started = time.perf_counter()
    kept = series_keep(now, world="live")
    seconds = time.perf_counter() - started
    _vacuum()
    left, after = _rows(), _bytes()
    print(
        f"  dropped and compressed in {seconds:.1f} s; compressed chunks: {[one.compressed for one in kept]}"
    )
    for one in kept:
        print(
            f"  {one.table:<24}{rows[one.table]:>12,} rows {sizes[one.table] / MEGABYTE:>8,.0f} MB   now"
            f"{left[one.table]:>12,} rows {after[one.table] / MEGABYTE:>8,.0f} MB"
        )
    if storage().edition == "community":
        _ratios(quarter)
    else:
        print("  nothing is compressed: this server cannot")


def _ratios(quarter: Quarter) -> None:
    """How far the compressed chunks shrank; those of the quotes apart by whether the stream filled them."""
    streamed = quarter.days[-STREAMED]
    for table in _tables():
        found = _fetch(
            "SELECT %s AND c.range_end > %s, sum(before_compression_total_bytes), "
            "sum(after_compression_total_bytes) "
            "FROM chunk_compression_stats(%s) s JOIN timescaledb_information.chunks c USING (chunk_name) "
            "WHERE s.compression_status = 'Compressed' GROUP BY 1 ORDER BY 1",
            [table == "universe_minutequote", streamed, table],
        )
        for is_streamed, before, after in found:
            ratio = float(before) / float(after)
            words = f"{table}{', passes and stream' if is_streamed else ''}"
            print(
                f"  {words:<46}{float(before) / MEGABYTE:>8,.0f} MB to {float(after) / MEGABYTE:>6,.0f} MB"
                f"{ratio:>8.1f} times (target {RATIO_TARGET:.0f})"
            )


def _queries(quarter: Quarter, now: dt.datetime) -> dict[str, tuple[float, float]]:
    """The median and 95th percentile of each query that the pages ask, over changing sectors and stocks."""
    from analysis.selectors import stock_reading_newest
    from sectors.history_selectors import HOUR, lights_by
    from sectors.places import SLUGS
    from sectors.selectors import _snapshots, board_at, lights_past
    from universe.selectors import price_frame, quotes_newest, quotes_with_references

    slugs = itertools.cycle(SLUGS)
    symbols = itertools.cycle(quarter.symbols[:NAMES:7])
    ranked = itertools.cycle(quarter.symbols[:380:3])
    past = itertools.cycle(quarter.days[20:80])
    day = dt.timedelta(days=1)
    asked: dict[str, Callable[[], Any]] = {
        "history of a sector, 90 days by the hour": lambda: lights_by(HOUR, next(slugs), now - 90 * day, now),
        "history of a sector, each light of 28 days": lambda: lights_past(next(slugs), now - 28 * day, now),
        "newest board, from PostgreSQL": lambda: _snapshots().order_by("-timestamp").first(),
        "board of a past moment": lambda: board_at(next(past)),
        "newest price of a stock and half an hour before": lambda: quotes_with_references(
            [next(symbols)], now
        ),
        "newest rank of a stock": lambda: stock_reading_newest(next(ranked)),
        "daily bars of a stock, 62 sessions": lambda: price_frame([next(symbols)], now, 62),
    }
    found = {name: percentiles_ms(work, repeats=REPEATS) for name, work in asked.items()}
    whole = percentiles_ms(lambda: quotes_newest(quarter.symbols[:NAMES], now), repeats=20)
    return found | {"(a run's: newest prices of all members)": whole}


def _corrections(quarter: Quarter) -> None:
    """A hundred quotes and a light of the ninth day before the last are told anew."""
    from universe.bulk import rows_upsert
    from universe.services.quotes import QUOTES

    moment = passes_of(quarter.days[-10])[-1]
    rows = _fetch(
        "SELECT as_of, symbol, price + 0.01, day_volume, day_open, day_low, source, interpolated, halted "
        "FROM universe_minutequote WHERE as_of BETWEEN %s AND %s LIMIT 100",
        [moment - dt.timedelta(minutes=30), moment],
    )
    for name, work in {
        f"{len(rows)} prices of day 9 told anew": lambda: rows_upsert(QUOTES, rows),
        "a light of day 9 corrected by a later row": lambda: _light_again(moment),
    }.items():
        started = time.perf_counter()
        work()
        spent = (time.perf_counter() - started) * 1000
        print(f"  {name:<46}{spent:>8.1f} ms{spent / CORRECTION_LIMIT_MS:>8.1%} of 1 s")


def _light_again(moment: dt.datetime) -> None:
    from sectors.models import SentimentReading

    light = SentimentReading.objects.filter(timestamp__gte=moment).order_by("timestamp").first()
    assert light is not None
    light.timestamp += dt.timedelta(milliseconds=1)
    light.save(force_insert=True)


def _bytes() -> dict[str, float]:
    from universe.selectors import storage

    size = (
        "pg_total_relation_size(%s::regclass)"
        if storage().edition == "plain"
        else "hypertable_size(%s::regclass)"
    )
    return {table: float(_fetch(f"SELECT {size}", [table])[0][0]) for table in _tables()}


def _rows() -> dict[str, int]:
    return {table: _fetch(f"SELECT count(*) FROM {table}")[0][0] for table in _tables()}


def _tables() -> list[str]:
    from universe.selectors.series import series_models

    return [model._meta.db_table for model in series_models()]


def _analyze() -> None:
    _fetch("ANALYZE; SELECT 1")


def _vacuum() -> None:
    """What a deleted row took is free only then; the server does it by itself, some time later."""
    for table in _tables():
        _fetch(f"VACUUM {table}", None)


def _fetch(query: str, values: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall()) if cursor.description else []
