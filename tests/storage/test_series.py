"""Time series on the server that the tests were given: chunks, keys, compression, retention."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from analysis.models import Outcome, StockReading
from sectors.models import SentimentReading
from tests.storage.conftest import NOW
from tests.storage.rows import DAY, MAKERS, a_quote, a_rank, a_reading, days_stored, fill, rows_of
from tests.workers import until
from universe.bulk import rows_insert, rows_upsert
from universe.models import DailyBar, MinuteQuote
from universe.selectors import Storage, series_keeping
from universe.selectors.series import series_models, series_states
from universe.series import Series, chunk_length, span_start
from universe.services import series_arrange, series_keep
from universe.services.quotes import QUOTES

ALL = [DailyBar, MinuteQuote, StockReading, SentimentReading]


def test_four_tables_are_time_series() -> None:
    assert {model.__name__ for model in series_models()} == {model.__name__ for model in ALL}


# -- keys --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ALL)
def test_a_row_does_not_come_twice(server: Storage, model: type[Model]) -> None:
    MAKERS[model](NOW).save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        MAKERS[model](NOW).save(force_insert=True)
    assert model.objects.count() == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", ALL)
def test_the_key_is_the_primary_key_that_the_model_names(server: Storage, model: type[Model]) -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    keys = [entry["columns"] for entry in found.values() if entry["primary_key"]]
    assert keys == [[field.column for field in model._meta.pk_fields]]


# -- chunks ------------------------------------------------------------------------------------------------


def test_every_series_is_a_hypertable_with_chunks_as_long_as_its_column_says(timescale: Storage) -> None:
    fill([NOW, NOW - 45 * DAY])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hypertable_name, time_interval FROM timescaledb_information.dimensions "
            "WHERE hypertable_schema = current_schema"
        )
        lengths = dict(cursor.fetchall())
    assert lengths == {
        "universe_dailybar": 30 * DAY,
        "universe_minutequote": 7 * DAY,
        "analysis_stockreading": 7 * DAY,
        "sector_sentiment": 30 * DAY,
    }
    assert {state.chunks for state in series_states(ALL).values()} == {2}


def test_a_filled_table_that_is_no_hypertable_becomes_one_and_keeps_its_rows(timescale: Storage) -> None:
    """As after a restore, or when the server got the extension later."""
    with connection.schema_editor() as editor:
        editor.delete_model(MinuteQuote)
        plain_create(editor, MinuteQuote)
    quotes = [a_quote(NOW - back * DAY) for back in range(3)]
    MinuteQuote.objects.bulk_create(quotes)
    before = rows_of(MinuteQuote)
    assert MinuteQuote._meta.db_table not in series_states(ALL)
    series_arrange(world="simulated")
    assert rows_of(MinuteQuote) == before
    assert series_states(ALL)[MinuteQuote._meta.db_table].chunks == 2


@pytest.mark.django_db(transaction=True)
def test_an_extension_that_ends_the_session_leaves_plain_tables(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As TimescaleDB does where it is installed and the server does not load it at its start."""
    monkeypatch.setattr("sectorlight.postgresql.base.OFFERED", "SELECT 1")
    monkeypatch.setattr(
        "sectorlight.postgresql.base.SWITCH_ON", "SELECT pg_terminate_backend(pg_backend_pid())"
    )
    connection.prepare_database()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
        cursor.execute("RESET statement_timeout")
    assert "could not be switched on, plain tables do" in caplog.text


def test_arranging_again_changes_nothing(server: Storage) -> None:
    fill([NOW])
    before = series_states(ALL)
    series_arrange(world="simulated")
    assert series_states(ALL) == before


# -- what becomes of old rows ------------------------------------------------------------------------------

EVERY_FIVE_DAYS = [NOW - back * DAY for back in range(0, 160, 5)]


def test_what_is_past_its_time_goes_in_whole_chunks_and_scores_stay_for_ever(server: Storage) -> None:
    """Worked by hand: 90 days before NOW is 6 December, 100 days 26 November. Chunks of 7 and 30 days are
    counted from 1 January 1970: those that hold the two days begin on 4 December (a Thursday) and 8 November.
    """
    fill(EVERY_FIVE_DAYS)
    series_keep(NOW, world="live")
    assert days_stored(MinuteQuote)[0] == "2025-12-06"
    assert days_stored(StockReading)[0] == "2025-12-06"
    assert days_stored(DailyBar)[0] == "2025-11-11"
    assert len(days_stored(SentimentReading)) == len(EVERY_FIVE_DAYS)


def test_rows_of_a_chunk_that_is_not_wholly_past_its_time_stay(server: Storage) -> None:
    fill([NOW - back * DAY for back in range(85, 130)])
    series_keep(NOW, world="live")
    assert days_stored(MinuteQuote)[0] == "2025-12-04"
    assert days_stored(StockReading)[0] == "2025-12-04"
    assert days_stored(DailyBar)[0] == "2025-11-08"


def test_a_made_up_market_keeps_its_minutes_for_a_week(server: Storage) -> None:
    fill(EVERY_FIVE_DAYS)
    series_keep(NOW, world="simulated")
    assert days_stored(MinuteQuote) == ["2026-03-01", "2026-03-06"]
    assert days_stored(StockReading)[0] == "2025-12-06"


def test_keeping_again_finds_nothing_to_do(server: Storage) -> None:
    fill(EVERY_FIVE_DAYS)
    series_keep(NOW, world="live")
    left = {model: rows_of(model) for model in ALL}
    again = series_keep(NOW, world="live")
    assert {(kept.rows, kept.dropped, kept.compressed) for kept in again} == {(0, 0, 0)}
    assert {model: rows_of(model) for model in ALL} == left


def test_an_empty_table_is_kept_in_order_too(server: Storage) -> None:
    assert {kept.rows for kept in series_keep(NOW, world="live")} == {0}


def test_the_track_record_is_left_alone(server: Storage) -> None:
    reading = a_reading(NOW - 400 * DAY)
    reading.save(force_insert=True)
    Outcome.objects.create(
        run_id=reading.run_id,
        world="live",
        sector="energy",
        timestamp=reading.timestamp,
        as_of=reading.as_of,
        score=reading.sentiment_score,
        colour=reading.color_classification,
        reading_state="ok",
        horizon="4h",
        due_at=NOW - 399 * DAY,
        carried_over=False,
        measured_at=NOW - 399 * DAY,
        state="insufficient",
        members=5,
        used=0,
    )
    before = list(Outcome.objects.values_list()), rows_of(SentimentReading)
    series_keep(NOW, world="live")
    assert (list(Outcome.objects.values_list()), rows_of(SentimentReading)) == before


# -- compression -------------------------------------------------------------------------------------------


def test_chunks_older_than_a_week_are_compressed_and_read_the_same(community: Storage) -> None:
    fill(EVERY_FIVE_DAYS[:12])
    before = {model: rows_of(model) for model in ALL}
    series_keep(NOW, world="live")
    states = series_states(ALL)
    # The chunks that hold the days 0 and 5 are not wholly older than a week.
    for table in ("universe_minutequote", "analysis_stockreading"):
        assert states[table].chunks - states[table].compressed == 2
    assert states["universe_dailybar"].compressed == 1
    assert {model: rows_of(model) for model in ALL} == before


def test_an_edition_that_cannot_compress_only_drops(timescale: Storage) -> None:
    if timescale.edition == "community":
        pytest.skip("this one can")
    fill(EVERY_FIVE_DAYS)
    kept = series_keep(NOW, world="live")
    assert {one.compressed for one in kept} == {0}
    assert sum(one.dropped for one in kept) > 0


def test_a_late_row_reaches_a_compressed_chunk_and_is_there_once(community: Storage) -> None:
    at = NOW - 9 * DAY
    fill([at])
    series_keep(NOW, world="live")
    a_reading(at + dt.timedelta(seconds=1), score="0.300").save(force_insert=True)
    a_rank(at, "BERT").save(force_insert=True)
    for model in (MinuteQuote, StockReading, SentimentReading):
        with pytest.raises(IntegrityError), transaction.atomic():
            MAKERS[model](at).save(force_insert=True)
    assert SentimentReading.objects.count() == 2
    assert series_keep(NOW, world="live")[0].dropped == 0


# -- who does it -------------------------------------------------------------------------------------------


def test_health_says_who_keeps_the_tables(server: Storage) -> None:
    told = series_keeping(world="live")
    assert {table: row["kept"] for table, row in told.items()} == {
        "universe_dailybar": "100 days",
        "universe_minutequote": "90 days",
        "analysis_stockreading": "90 days",
        "sector_sentiment": "for ever",
    }
    assert {row["dropped_by"] for row in told.values()} == {"task", ""}
    compressed_by = "task" if server.edition == "community" else "nothing"
    assert {row["compressed_by"] for row in told.values()} == {compressed_by}


def test_the_live_market_has_policies_and_a_made_up_one_has_none(community: Storage) -> None:
    """Policies go by the server's clock, which is not that of a replay: they would drop its whole past."""
    series_arrange(world="live")
    told = series_keeping(world="live")
    assert {row["compressed_by"] for row in told.values()} == {"policy of the database"}
    assert told["universe_minutequote"]["dropped_by"] == "policy of the database"
    assert told["sector_sentiment"]["dropped_by"] == ""
    series_arrange(world="simulated")
    assert {state.jobs for state in series_states(ALL).values()} == {frozenset()}


def test_migrating_with_another_market_in_the_settings_makes_no_policy(
    community: Storage, settings: Any
) -> None:
    """Whoever mistypes MARKET over a replay is refused by `prepare`; nothing may be dropped until then."""
    settings.MARKET_WORLD = "live"
    fill([NOW - 400 * DAY])
    call_command("migrate", verbosity=0)
    assert {state.jobs for state in series_states(ALL).values()} == {frozenset()}
    assert MinuteQuote.objects.count() == 1


def test_a_policy_that_does_not_run_is_stood_in_for(community: Storage) -> None:
    series_arrange(world="live")
    stop_policies()
    try:
        fill([NOW - back * DAY for back in (1, 20, 89, 97, 140)])
        series_keep(NOW, world="live")
    finally:
        series_arrange(world="simulated")
    # The chunk of 97 days ago is past its time, but the policy has its days of grace.
    assert days_stored(MinuteQuote)[0] == "2025-11-29"
    assert series_states([MinuteQuote])["universe_minutequote"].compressed >= 2


def test_a_whole_pass_is_told_again_in_a_compressed_chunk(community: Storage) -> None:
    """More rows lie there than TimescaleDB opens by itself in one transaction (100,000)."""
    day = NOW - 20 * DAY
    minutes = [day + dt.timedelta(minutes=number) for number in range(110)]
    symbols = [f"S{number:04d}" for number in range(1_000)]
    rows = [
        (at, symbol, 10.0, 1e6, None, None, "polygon", False, False) for at in minutes for symbol in symbols
    ]
    rows_insert(MinuteQuote, QUOTES.columns, rows)
    series_keep(NOW, world="live")
    assert rows_upsert(QUOTES, [(*row[:2], 11.0, *row[3:]) for row in rows[-1_000:]]) == 1_000
    assert MinuteQuote.objects.filter(price=11.0).count() == 1_000


def test_a_table_that_somebody_reads_for_long_is_left_for_the_next_time(
    timescale: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a backup does; whoever came behind a waiting drop would wait with it."""
    monkeypatch.setattr("universe.services.series.LOCK_WAIT", "50ms")
    fill(EVERY_FIVE_DAYS)
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT count(*) FROM universe_dailybar")
        series_keep(NOW, world="live")
        other.rollback()
    assert len(days_stored(DailyBar)) == len(EVERY_FIVE_DAYS)
    assert days_stored(MinuteQuote)[0] == "2025-12-06"
    series_keep(NOW, world="live")
    assert days_stored(DailyBar)[0] == "2025-11-11"


def test_policies_and_the_task_leave_the_same_rows(community: Storage) -> None:
    now = dt.datetime.now(dt.UTC)
    moments = [now - back * DAY for back in range(0, 130, 3)]
    fill(moments)
    series_keep(now, world="live")
    by_task = {model: rows_of(model) for model in ALL}, series_states(ALL)
    for model in ALL:
        model.objects.all().delete()
    drop_all_chunks()
    fill(moments)
    series_arrange(world="live")
    try:
        run_policies()
        by_policy = {model: rows_of(model) for model in ALL}, series_states(ALL)
    finally:
        series_arrange(world="simulated")
    assert by_policy[0] == by_task[0]
    assert [state.compressed for state in by_policy[1].values()] == [
        state.compressed for state in by_task[1].values()
    ]
    assert len(by_task[0][MinuteQuote]) < len(moments)


def drop_all_chunks() -> None:
    with connection.cursor() as cursor:
        for model in ALL:
            cursor.execute(f"TRUNCATE {model._meta.db_table}")


def stop_policies() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs "
            "WHERE hypertable_schema = current_schema"
        )


def run_policies() -> None:
    """Each policy once to its end; the database's own scheduler may be at it at the same time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT job_id FROM timescaledb_information.jobs WHERE hypertable_schema = current_schema "
            "ORDER BY proc_name DESC, job_id"
        )
        jobs = [job for (job,) in cursor.fetchall()]
    for job in jobs:
        until(lambda job=job: job_ran(job))


def job_ran(job: int) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("CALL run_job(%s)", [job])
    except DatabaseError:
        return False
    return True


def plain_create(editor: object, model: type[Model]) -> None:
    """The table as Django itself makes it."""
    from django.db.backends.postgresql.schema import DatabaseSchemaEditor

    DatabaseSchemaEditor.create_model(editor, model)  # type: ignore[arg-type]


# -- the pure part -----------------------------------------------------------------------------------------


def test_spans_are_counted_from_1970() -> None:
    thursday = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
    assert span_start(NOW, 7 * DAY) == thursday
    assert span_start(thursday, 7 * DAY) == thursday
    assert span_start(thursday - dt.timedelta(microseconds=1), 7 * DAY) == thursday - 7 * DAY


@pytest.mark.parametrize("words", ["1 week", "days", "1.5 days", "-1 days", ""])
def test_a_chunk_is_so_many_days_long(words: str) -> None:
    with pytest.raises(ValueError, match="so many days"):
        chunk_length(words)


def test_without_a_time_of_its_own_a_made_up_market_keeps_as_long_as_the_live_one() -> None:
    series = Series(segment_by="", order_by="", keep=90 * DAY)
    assert series.kept("simulated") == series.kept("live") == 90 * DAY
