"""A backup brought back: the same rows and the same board, or the old database untouched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from psycopg import sql

from sectorlight.backup.address import Address
from sectorlight.backup.errors import BackupError
from sectorlight.backup.facts import facts_read
from sectorlight.backup.making import Backup
from sectorlight.backup.manifest import Facts, Timescale
from sectorlight.backup.places import side_database
from sectorlight.backup.programs import programs_find
from tests.architecture.source import ROOT
from tests.storage.backup.conftest import bring_back, save
from tests.storage.own_databases import (
    ask,
    manage,
    manage_run,
    offers_timescale,
    own_database,
    owned_database,
    server,
)
from tests.workers import until
from universe import keys
from universe.redis import patient_client

pytestmark = pytest.mark.unmeasured

ROLE = "restores_in_place"


def _facts(address: Address) -> Facts:
    with address.open() as session:
        return facts_read(session)


def _databases(address: Address) -> set[str]:
    with server().open() as keeper:
        found = keeper.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (address.name,)
        )
        return {name for (name,) in found}


@pytest.fixture
def modest() -> Iterator[Address]:
    """An empty database of a user who may make no other."""
    with owned_database(ROLE) as address:
        yield address


def test_an_empty_database_gets_the_same_counts_and_the_same_board(kept: Backup, empty: Address) -> None:
    done = bring_back(kept.path, empty)

    assert _facts(empty) == kept.manifest.facts
    assert done.boards == kept.manifest.facts.boards
    assert done.rows == kept.manifest.facts.row_count
    assert _databases(empty) == {empty.name}


def test_what_a_database_is_beyond_its_rows_comes_back_too(kept: Backup, empty: Address) -> None:
    ask(empty, f"ALTER DATABASE {empty.name} SET search_path TO public, pg_catalog")
    ask(empty, f"REVOKE CONNECT ON DATABASE {empty.name} FROM PUBLIC")
    ask(empty, f"ALTER DATABASE {empty.name} CONNECTION LIMIT 50")
    bring_back(kept.path, empty)

    assert ask(empty, "SHOW search_path") == "public, pg_catalog"
    assert not ask(empty, "SELECT has_database_privilege('pg_monitor', current_database(), 'CONNECT')")
    assert ask(empty, "SELECT datconnlimit FROM pg_database WHERE datname = current_database()") == 50
    # The key, the default and the trigger that lets nobody change an outcome.
    assert ask(empty, "INSERT INTO apart (at) VALUES (now()) RETURNING note") == "it's\tok"
    assert (
        ask(empty, "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgname NOT LIKE 'ts_%'") >= 1
    )
    # Sequences go on behind the rows they numbered.
    assert ask(empty, "SELECT nextval('sectors_boardsnapshot_id_seq')") == 6


def test_a_restored_table_of_chunks_goes_on_as_one(kept: Backup, empty: Address) -> None:
    if not offers_timescale():
        pytest.skip("plain PostgreSQL has no chunks")
    bring_back(kept.path, empty)

    chunks = "SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'apart'"
    before = ask(empty, chunks)
    ask(empty, "INSERT INTO apart (at) VALUES (now() + interval '1 year')")
    assert ask(empty, chunks) == before + 1
    assert ask(empty, "SHOW timescaledb.restoring") == "off"


def test_a_filled_database_is_replaced_when_that_is_asked_for(kept: Backup, empty: Address) -> None:
    ask(empty, "CREATE TABLE sectors_sector AS SELECT 1 AS slug")
    ask(empty, "CREATE TABLE of_a_newer_time AS SELECT 1 AS line")
    bring_back(kept.path, empty, replace=True)

    assert _facts(empty) == kept.manifest.facts
    assert _databases(empty) == {empty.name}


def test_a_user_who_may_make_no_database_restores_in_place(kept: Backup, modest: Address) -> None:
    if kept.manifest.facts.timescale:
        with pytest.raises(BackupError, match=f"only a superuser may restore, and {ROLE} is none"):
            bring_back(kept.path, modest)
        return
    bring_back(kept.path, modest)
    assert _facts(modest) == kept.manifest.facts

    ask(modest, "CREATE TABLE of_a_newer_time AS SELECT 1 AS line")
    ask(modest, "TRUNCATE apart")
    bring_back(kept.path, modest, replace=True)
    assert _facts(modest) == kept.manifest.facts


def test_what_a_superuser_restores_belongs_to_the_owner_of_the_database(
    kept: Backup, modest: Address, filled: Address
) -> None:
    bring_back(kept.path, filled.of(modest.name))

    assert (
        ask(modest, "SELECT count(*) FROM universe_dailybar") == kept.manifest.facts.rows["universe_dailybar"]
    )
    ask(modest, "ALTER TABLE apart ADD COLUMN ours int")
    ask(modest, "INSERT INTO apart (at, ours) VALUES (now(), 1)")


@pytest.mark.parametrize("way", ["beside", "in place"])
def test_a_restore_that_fails_leaves_the_old_database(
    empty: Address, modest: Address, way: str, tmp_path: Path
) -> None:
    with own_database() as fussy:
        # Its lines are loaded before what they ask for.
        ask(fussy, "CREATE TABLE wanted AS SELECT 1 AS line")
        ask(
            fussy,
            "CREATE FUNCTION ok() RETURNS bool LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM public.wanted)'",
        )
        ask(fussy, "CREATE TABLE lines (line int CHECK (ok()))")
        ask(fussy, "INSERT INTO lines VALUES (1)")
        path = save(fussy, tmp_path).path
    target = empty if way == "beside" else modest
    ask(target, "CREATE TABLE old AS SELECT 42 AS line")
    with pytest.raises(BackupError, match='violates check constraint "lines_check"') as caught:
        bring_back(path, target, replace=True)

    assert str(caught.value).endswith(f". Database {target.name} is as it was.")
    assert ask(target, "SELECT line FROM old") == 42
    assert list(_facts(target).rows) == ["old"]
    assert _databases(target) == {target.name}


def _stop_midway(kept: Backup, empty: Address, how: signal.Signals) -> str:
    """Send ``how`` to a restore that has begun to fill its database; what it said."""
    ask(empty, "CREATE TABLE old AS SELECT 42 AS line")
    process = manage(empty, "restore", str(kept.path), "--replace", "--yes")
    try:
        until(lambda: len(_databases(empty)) > 1 or process.poll() is not None)
        process.send_signal(how)
        _, words = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert ask(empty, "SELECT line FROM old") == 42
    return words


def test_a_restore_that_is_killed_leaves_the_old_database_and_the_next_one_tidies_up(
    kept: Backup, empty: Address
) -> None:
    words = _stop_midway(kept, empty, signal.SIGKILL)
    assert len(_databases(empty)) == 2, words

    # Its sessions end when the server sees that it is gone.
    sessions = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE starts_with(datname, %s) AND backend_type = 'client backend'"
    )
    until(lambda: not ask(empty, sessions, f"{empty.name}_"))
    bring_back(kept.path, empty, replace=True)
    assert _databases(empty) == {empty.name}
    assert _facts(empty) == kept.manifest.facts


def test_a_restore_killed_before_it_marked_its_database_is_tidied_up_too(
    kept: Backup, empty: Address
) -> None:
    with server().open() as keeper:
        keeper.execute(f"CREATE DATABASE {empty.name}_restoring TEMPLATE template0")
    bring_back(kept.path, empty)
    assert _databases(empty) == {empty.name}


def test_an_interruption_that_comes_with_the_servers_answer_leaves_no_database(empty: Address) -> None:
    with server().open() as keeper:

        def interrupted(statement: sql.Composed | str, *values: object) -> object:
            answer = keeper.execute(statement, *values)
            if "CREATE DATABASE" in str(statement):
                raise KeyboardInterrupt
            return answer

        with (
            pytest.raises(KeyboardInterrupt),
            side_database(mock.Mock(spec=keeper, execute=interrupted), empty),
        ):
            pass
    assert _databases(empty) == {empty.name}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_restore_that_is_interrupted_leaves_nothing_half(
    kept: Backup, empty: Address, how: signal.Signals
) -> None:
    words = _stop_midway(kept, empty, how)
    assert "Stopped. The database is as it was." in words
    assert "Traceback" not in words
    assert _databases(empty) == {empty.name}


def test_a_plain_backup_is_restored_though_timescaledb_could_not_be_switched_on_again(
    empty: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_database() as plain:
        ask(plain, "CREATE TABLE one AS SELECT 1 AS line")
        path = save(plain, tmp_path).path
    answers = [Timescale("2.19.3", "Apache"), BackupError("PostgreSQL does not let us in.")]
    monkeypatch.setattr("sectorlight.backup.restoring.timescale_read", mock.Mock(side_effect=answers))
    monkeypatch.setattr("sectorlight.backup.restoring.pending", lambda applied: [])
    bring_back(path, empty)
    assert ask(empty, "SELECT line FROM one") == 1


def test_an_older_backup_is_brought_to_the_newest_migrations(tmp_path: Path, empty: Address) -> None:
    with own_database() as old:
        manage_run(old, "migrate", "--verbosity=0", "analysis", "0011")
        words = manage_run(old, "backup", str(tmp_path / "old.zip"))
    assert "is whole" in words
    done = bring_back(tmp_path / "old.zip", empty)

    assert done.migrated >= 1
    assert ask(empty, "SELECT count(*) FROM django_migrations WHERE name = '0012_notices'") == 1


def test_the_command_shows_the_restored_board_and_lets_redis_forget_the_old_one(
    kept: Backup, empty: Address, tmp_path: Path
) -> None:
    redis, foreign = patient_client(), f"{settings.REDIS_PREFIX}market:clock"
    redis.set(keys.board(), json.dumps({"world": "simulated", "version": 10**15}))
    redis.set(keys.sector_sentiment("energy"), "{}")
    redis.set(f"{settings.REDIS_PREFIX}cache:1:session", "old")
    redis.set(keys.page_reads("2:page"), "old")
    redis.hset(keys.generations(), "born", "before")
    redis.set(foreign, "kept")
    out = StringIO()
    with override_settings(
        DATABASE_URL=empty.url, DATABASE_EMBEDDED=False, REDIS_EMBEDDED=False, DATA_DIR=tmp_path
    ):
        call_command("restore", str(kept.path), stdout=out)

    (board,) = kept.manifest.facts.boards
    assert f"The newest simulated board is of run 5, SHA-256 {board.sha256}, as saved." in out.getvalue()
    assert "all counts as saved, in " in out.getvalue()
    gone = (keys.board(), keys.sector_sentiment("energy"), f"{settings.REDIS_PREFIX}cache:1:session")
    assert redis.exists(*gone, keys.page_reads("2:page")) == 0
    assert redis.hget(keys.generations(), "born") != b"before"
    assert redis.get(foreign) == b"kept"


def test_a_database_that_went_back_by_itself_shows_its_own_board(tmp_path: Path) -> None:
    patient_client().set(keys.board(), json.dumps({"world": "simulated", "version": 10**15}))
    with override_settings(REDIS_EMBEDDED=False, DATA_DIR=tmp_path):
        call_command("forget_board", stdout=StringIO())
    assert patient_client().exists(keys.board()) == 0


def test_tables_of_chunks_go_anywhere_as_plain_ones(filled: Address, kept: Backup, tmp_path: Path) -> None:
    if not offers_timescale():
        pytest.skip("plain PostgreSQL has no chunks")
    with own_database() as copy, own_database() as target:
        bring_back(kept.path, copy)
        ask(copy, "ALTER TABLE apart OWNER TO pg_monitor")
        indexes = (
            "SELECT string_agg(indexdef, ';' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = 'public'"
        )
        before = ask(copy, indexes)
        programs = programs_find(kept.manifest.facts.server_major, copy)
        script = ROOT / "docs" / "plain-tables.sql"
        done = subprocess.run(
            (programs.path("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", script, copy.argument()),
            env={**os.environ, **copy.environment()},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert ask(copy, indexes) == before
        assert ask(copy, "SELECT tableowner FROM pg_tables WHERE tablename = 'apart'") == "pg_monitor"
        plain = save(copy, tmp_path)
        assert plain.manifest.facts.timescale is None
        assert plain.manifest.facts.rows == kept.manifest.facts.rows
        bring_back(plain.path, target)
        manage_run(target, "migrate", "--no-input", "--verbosity=0")
        chunks = "SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_name = %s"
        assert ask(target, chunks, "sector_sentiment") == 1
        assert _facts(target).rows == kept.manifest.facts.rows
