"""From the first migrations to the newest on a database that is full: nothing is lost, all is as promised."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest

from sectorlight.backup.address import Address
from tests.storage.own_databases import ask, manage_run, offers_timescale, own_database

pytestmark = pytest.mark.unmeasured

ROWS = 300
OURS = ("universe", "stock_universe", "sectors", "sector_sentiment", "analysis", "sectorlight")
Rows = dict[str, list[dict[str, object]]]


@dataclass
class Moved:
    """A database before and after; what a reader met meanwhile."""

    address: Address
    before: Rows
    after: Rows
    reads: int = 0
    refused: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def moved() -> Iterator[Moved]:
    with own_database() as address:
        manage_run(address, str(ROWS), script=("tests/storage/fill_early.py",))
        found = Moved(address, _rows(address), {})
        done = threading.Event()
        reader = threading.Thread(target=_read, args=(found, done))
        reader.start()
        try:
            manage_run(address, "migrate", "--no-input", "--verbosity=0")
        finally:
            done.set()
            reader.join(60)
        found.after = _rows(address)
        yield found


def _read(found: Moved, done: threading.Event) -> None:
    """One session that asks again and again, as a page does; it stays open between its questions."""
    with psycopg.connect(found.address.url, autocommit=True) as session:
        while not done.wait(0.02):
            try:
                session.execute("SELECT timestamp, rank FROM analysis_stockreading LIMIT 10").fetchall()
                session.execute("SELECT * FROM sector_sentiment ORDER BY timestamp DESC LIMIT 8").fetchall()
            except psycopg.Error as exc:
                found.refused.append(str(exc))
            found.reads += 1


def _rows(address: Address) -> Rows:
    """Every row of every table of ours, as PostgreSQL itself writes it down."""
    with address.open() as session:
        tables = [
            name
            for (name,) in session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            if name.startswith(OURS) or name == "django_admin_log"
        ]
        return {
            table: [row for (row,) in session.execute(f'SELECT to_jsonb(t) FROM "{table}" t')]  # type: ignore[arg-type]
            for table in sorted(tables)
        }


def _as_before(rows: list[dict[str, object]], columns: set[str]) -> Counter[str]:
    return Counter(json.dumps({name: row.get(name) for name in sorted(columns)}) for row in rows)


def test_every_table_of_the_first_migrations_was_filled(moved: Moved) -> None:
    sizes = {table: len(rows) for table, rows in moved.before.items()}
    assert sizes.pop("sectors_sector") == 8
    assert sizes.pop("django_admin_log") == 3
    # Nobody is in a group or has a right of his own.
    assert sizes.pop("sectorlight_user_groups") == sizes.pop("sectorlight_user_user_permissions") == 0
    assert len(sizes) >= 20
    assert set(sizes.values()) == {ROWS}


def test_no_row_and_no_value_is_lost(moved: Moved) -> None:
    for table, rows in moved.before.items():
        if table == "django_admin_log":
            continue
        columns = set(rows[0]) if rows else set()
        assert _as_before(moved.after[table], columns) == _as_before(rows, columns), table


def test_whoever_reads_meanwhile_waits_and_is_never_refused(moved: Moved) -> None:
    assert moved.refused == []
    assert moved.reads > 10


def test_weights_were_set_by_hand_until_there_was_anything_else(moved: Moved) -> None:
    weights = moved.after["sectors_volatilityweight"]
    assert {(row["source"], row["dynamic_share"]) for row in weights} == {("static", 0.5)}
    assert sum(bool(row["active"]) for row in weights) == 8


def test_what_followed_old_runs_is_not_asked_but_what_follows_new_ones_is(moved: Moved) -> None:
    assert {row["outcomes_open"] for row in moved.after["analysis_analysisrun"]} == {False}


def test_an_outcome_can_be_written_and_never_changed(moved: Moved) -> None:
    ask(
        moved.address,
        "INSERT INTO analysis_outcome (run_id, world, sector, timestamp, as_of, score, colour, reading_state,"
        " horizon, due_at, carried_over, measured_at, computed_wall, state, members, used, left_out) VALUES"
        " (1, 'live', 'energy', now(), now(), 0.1, 'blue_neutral', 'ok', '4h', now(), false, now(), now(),"
        " 'insufficient', 1, 0, '{}')",
    )
    with pytest.raises(psycopg.errors.RestrictViolation, match="never changed or deleted"):
        ask(moved.address, "UPDATE analysis_outcome SET score = 0.2")


def test_the_admins_log_calls_tokens_by_their_people(moved: Moved) -> None:
    names = {row["object_id"]: row["object_repr"] for row in moved.after["django_admin_log"]}
    people = {str(row["id"]): row["username"] for row in moved.after["sectorlight_user"]}
    assert names == {number: f"token of {people[number]}" for number in names}
    assert len(names) == 3


def test_ranks_are_found_by_their_time_and_a_second_one_is_refused(moved: Moved) -> None:
    key = ask(
        moved.address,
        "SELECT string_agg(a.attname, ' ' ORDER BY k.place) FROM pg_index i,"
        " unnest(i.indkey) WITH ORDINALITY k (number, place), pg_attribute a"
        " WHERE i.indrelid = 'analysis_stockreading'::regclass AND i.indisprimary"
        " AND a.attrelid = i.indrelid AND a.attnum = k.number",
    )
    assert key == "timestamp symbol"
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(moved.address, "INSERT INTO analysis_stockreading SELECT * FROM analysis_stockreading LIMIT 1")


def test_time_series_are_in_chunks_where_the_server_has_chunks(moved: Moved) -> None:
    if not offers_timescale():
        assert ask(moved.address, "SELECT to_regclass('timescaledb_information.hypertables')") is None
        return
    with moved.address.open() as session:
        found = session.execute("SELECT hypertable_name FROM timescaledb_information.hypertables ORDER BY 1")
        assert [name for (name,) in found] == [
            "analysis_stockreading",
            "sector_sentiment",
            "universe_dailybar",
            "universe_minutequote",
        ]


def test_migrating_and_seeding_again_changes_nothing(moved: Moved) -> None:
    before = _rows(moved.address)
    assert "No migrations to apply." in manage_run(moved.address, "migrate", "--no-input")
    assert _rows(moved.address) == before

    manage_run(moved.address, "seed_sectors")
    after = _rows(moved.address)
    assert after["sectors_volatilityweight"] == before["sectors_volatilityweight"]


def test_the_models_ask_for_no_further_migration(moved: Moved) -> None:
    assert "No changes detected" in manage_run(moved.address, "makemigrations", "--check", "--dry-run")
