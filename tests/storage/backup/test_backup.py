"""What a backup file is, who may read it, and when older ones go."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings

from sectorlight import __version__
from sectorlight.backup.address import TIME_OUTS, Address, address_of
from sectorlight.backup.archive import manifest_read
from sectorlight.backup.errors import BackupError
from sectorlight.backup.making import Backup
from sectorlight.backup.programs import programs_find
from sectorlight.backup.telling import Telling
from tests.storage.backup.conftest import drop_meanwhile, save
from tests.storage.own_databases import ask, manage, offers_timescale, own_database


def test_a_backup_is_one_file_that_only_its_owner_reads_and_whose_name_sorts_by_time(kept: Backup) -> None:
    assert os.listdir(kept.path.parent) == [kept.path.name]
    assert kept.path.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch(r"sectorlight-simulated-\d{8}T\d{6}Z\.zip", kept.path.name)


def test_the_manifest_tells_product_server_migrations_rows_and_the_newest_board(
    kept: Backup, filled: Address
) -> None:
    told = manifest_read(kept.path)

    assert told == kept.manifest
    assert told.product_version == __version__
    assert told.facts.server_version == ask(filled, "SELECT current_setting('server_version')")
    assert (told.facts.timescale is not None) == offers_timescale()
    assert told.newest_migrations["sessions"] == "0001_initial"
    assert told.facts.rows["universe_dailybar"] == ask(filled, "SELECT count(*) FROM universe_dailybar")
    assert told.facts.rows["apart"] == 2000
    (board,) = told.facts.boards
    assert (board.world, board.run_id) == ("simulated", 5)
    assert board.sha256 == board.content_sha256
    assert board.sha256 == ask(filled, "SELECT sha256 FROM sectors_boardsnapshot WHERE run_id = 5")


def test_the_dump_inside_is_one_that_pg_restore_reads(kept: Backup, filled: Address, tmp_path: Path) -> None:
    with zipfile.ZipFile(kept.path) as packed:
        packed.extract("database.dump", tmp_path)
    programs = programs_find(kept.manifest.facts.server_major, filled)
    listed = subprocess.run(
        (programs.path("pg_restore"), "--list", tmp_path / "database.dump"), capture_output=True, text=True
    )
    assert "TABLE DATA public sectors_boardsnapshot" in listed.stdout


def test_what_is_stored_while_the_backup_is_made_is_not_in_its_counts(
    filled: Address, tmp_path: Path
) -> None:
    with own_database() as address:
        ask(address, "CREATE TABLE lines AS SELECT generate_series(1, 200000) AS line")
        with psycopg.connect(address.url) as busy:
            busy.execute("INSERT INTO lines SELECT 0 FROM generate_series(1, 50)")
            done = save(address, tmp_path)
    assert done.manifest.facts.rows["lines"] == 200_000


def test_nothing_is_dropped_between_the_dump_and_its_counts(
    empty: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As retention drops chunks: no snapshot shows them afterwards."""
    ask(empty, "CREATE TABLE lines (line int)")
    ask(empty, "CREATE SCHEMA _timescaledb_chunks")
    ask(empty, "CREATE TABLE _timescaledb_chunks.one () INHERITS (lines)")
    ask(empty, "INSERT INTO _timescaledb_chunks.one VALUES (1)")

    drop_meanwhile(monkeypatch, empty, "DROP TABLE _timescaledb_chunks.one")
    assert save(empty, tmp_path).manifest.facts.rows == {"lines": 1}


def test_a_server_that_goes_away_is_told_in_a_sentence(
    filled: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sectorlight.backup.making.facts_read",
        lambda session: session.execute("SELECT pg_terminate_backend(pg_backend_pid())"),
    )
    with pytest.raises(BackupError, match=r"^PostgreSQL refused: terminating .*\. No file was left\.$"):
        save(filled, tmp_path)
    assert os.listdir(tmp_path) == []


def test_no_time_out_ends_a_session_that_waits_for_a_long_dump(filled: Address) -> None:
    options = quote("-c idle_in_transaction_session_timeout=1h -c idle_session_timeout=1h")
    with address_of(f"{filled.url}?options={options}").open() as session:
        kept = session.execute(
            "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting <> '0'", (TIME_OUTS,)
        )
        assert kept.fetchall() == []


def test_only_so_many_backups_of_our_own_stay(kept: Backup, tmp_path: Path) -> None:
    others = [
        "notes.zip",
        "sectorlight-live-20200101T000000Z.zip",
        "sectorlight-simulated-20200102T000000Z.zip",
    ]
    for name in others:
        (tmp_path / name).write_text("not a backup")
    old = [tmp_path / f"sectorlight-simulated-2020020{day}T000000Z.zip" for day in (1, 2, 3)]
    with own_database() as address:
        ask(address, "CREATE TABLE one AS SELECT 1 AS line")
        for path in old:
            shutil.copy(save(address, tmp_path / "first.zip").path, path)
            (tmp_path / "first.zip").unlink()
        shutil.copy(kept.path, tmp_path / "sectorlight-simulated-20200204T000000Z.zip")
        done = save(address, tmp_path, keep=2)

    assert done.removed == old[:2]
    assert sorted(os.listdir(tmp_path)) == sorted(
        [
            *others,
            "sectorlight-simulated-20200204T000000Z.zip",
            old[2].name,
            done.path.name,
        ]
    )


@pytest.mark.parametrize("name", ["mine.zip", "mine"])
def test_a_file_that_exists_is_not_written_over(filled: Address, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("mine")
    with pytest.raises(BackupError, match=rf"{name} exists already and is left alone"):
        save(filled, path)
    assert path.read_text() == "mine"


def test_a_database_without_tables_is_not_kept(empty: Address, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="has no tables: there is nothing to keep"):
        save(empty, tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_wrong_password_is_told_without_being_shown(filled: Address, tmp_path: Path) -> None:
    url = re.sub(r":[^:@/]+@", ":wrong-secret@", filled.url)
    with (
        override_settings(DATABASE_URL=url, DATABASE_EMBEDDED=False),
        pytest.raises(CommandError, match="password authentication failed") as caught,
    ):
        call_command("backup", str(tmp_path), stdout=StringIO())
    assert "wrong-secret" not in str(caught.value)
    assert "mend DATABASE_URL or its password" in str(caught.value)
    assert os.listdir(tmp_path) == []


def test_a_backup_that_is_killed_leaves_no_file_and_the_next_one_tidies_up(tmp_path: Path) -> None:
    with own_database() as address:
        ask(address, "CREATE TABLE much AS SELECT i, md5(i::text) FROM generate_series(1, 1500000) i")
        process = manage(address, "backup", str(tmp_path))
        assert process.stdout is not None
        assert "Dumping" in process.stdout.readline()
        process.kill()
        process.communicate()
        assert list(tmp_path.glob("*.zip")) == []
        assert len(list(tmp_path.glob(".*.part"))) == 1
        ask(address, "DROP TABLE much")
        ask(address, "CREATE TABLE one AS SELECT 1 AS line")
        done = save(address, tmp_path)
    assert os.listdir(tmp_path) == [done.path.name]


def test_the_password_is_in_no_argument_of_the_programs(
    filled: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    start = subprocess.Popen

    def watched(command: Any, **more: Any) -> Any:
        told.append((list(command), more.get("env")))
        return start(command, **more)

    monkeypatch.setattr("sectorlight.backup.processes.subprocess.Popen", watched)
    save(filled, tmp_path)

    command, environment = told[-1]
    password = filled.parameters["password"]
    assert command[0].endswith("pg_dump")
    assert not any(password in word for word in command)
    assert environment["PGPASSWORD"] == password


def test_options_of_libpq_and_a_socket_reach_the_programs() -> None:
    address = address_of(
        "postgres:///board?host=/run/pg&sslmode=verify-full&sslrootcert=/ca.pem&keepalives_idle=30"
    )
    environment = address.environment()
    assert environment["PGHOST"] == "/run/pg"
    assert (environment["PGSSLMODE"], environment["PGSSLROOTCERT"]) == ("verify-full", "/ca.pem")
    assert address.argument() == "keepalives_idle=30 dbname=board"


@pytest.mark.parametrize(
    "place", ["postgres://me:word@there:5433/{}?sslmode=require", "postgres:///{}?host=/run/pg"]
)
def test_another_database_of_a_server_has_the_same_address_but_for_its_name(place: str) -> None:
    other = address_of(place.format("board")).of("a b")
    assert (other.name, other.url) == ("a b", place.format("a%20b"))
    assert address_of(other.url).parameters == other.parameters


def test_without_fitting_programs_the_server_the_places_and_the_package_are_named(
    monkeypatch: pytest.MonkeyPatch, filled: Address
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BackupError) as caught:
        programs_find(99, filled)
    assert "version 99 or newer, and the server is PostgreSQL 99" in str(caught.value)
    assert "/usr/lib/postgresql/99/bin" in str(caught.value)
    assert "apt install postgresql-client-99" in str(caught.value)
    assert re.search(r"Found: .*18 in \S+pginstall18/bin", str(caught.value))


def test_the_servers_own_version_comes_before_a_newer_one(tmp_path: Path, filled: Address) -> None:
    for version in (40, 41):
        (tmp_path / str(version)).mkdir()
        for name in ("pg_dump", "pg_restore", "psql"):
            program = tmp_path / str(version) / name
            program.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}.1'\n")
            program.chmod(0o755)
    with mock.patch.dict(os.environ, {"PATH": f"{tmp_path}/41:{tmp_path}/40"}):
        assert programs_find(40, filled).folder == tmp_path / "40"
        assert programs_find(39, filled).major == 40
        assert programs_find(39, filled, oldest=41).major == 41


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is_and_a_file_sees_lines_only() -> None:
    screen, log = _Terminal(), StringIO()
    for stream in (screen, log):
        telling = Telling(stream)
        telling.progress("12.0 MB so far")
        telling.say("It is whole.")
    assert screen.getvalue() == f"\r12.0 MB so far\r{' ' * 14}\rIt is whole.\n"
    assert log.getvalue() == "It is whole.\n"
