"""What is not restored, and in which words; the database is as it was afterwards."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings

from sectorlight.backup.address import Address
from sectorlight.backup.errors import BackupError
from sectorlight.backup.fitting import edition_fits
from sectorlight.backup.making import Backup
from sectorlight.backup.manifest import Timescale
from sectorlight.embedded.ports import free_port
from sectorlight.embedded.state import State, family_lock, state_write
from tests.storage.backup.conftest import altered, bring_back
from tests.storage.own_databases import ask, offers_timescale, own_database

pytestmark = pytest.mark.unmeasured


@pytest.fixture
def standing(empty: Address) -> Address:
    ask(empty, "CREATE TABLE old AS SELECT 42 AS line")
    return empty


def _command(path: Path, address: Address, folder: Path, *words: str, **settings: Any) -> str:
    out = StringIO()
    with override_settings(
        DATABASE_URL=address.url, DATABASE_EMBEDDED=False, REDIS_EMBEDDED=False, DATA_DIR=folder, **settings
    ):
        call_command("restore", str(path), *words, stdout=out)
    return out.getvalue()


def test_a_database_that_is_not_empty_is_left_alone(kept: Backup, standing: Address) -> None:
    with pytest.raises(
        BackupError,
        match=rf"Database {standing.name} at .* is not empty: it has 1 tables, such as "
        r"old\. Name an empty database in DATABASE_URL, or add --replace",
    ):
        bring_back(kept.path, standing)
    assert ask(standing, "SELECT line FROM old") == 42


def test_who_has_the_embedded_database_is_told_what_they_can_do(kept: Backup, standing: Address) -> None:
    with (
        override_settings(DATABASE_EMBEDDED=True),
        pytest.raises(
            BackupError, match=r"Add --replace, .* move the backup out of .*make clean-data"
        ) as caught,
    ):
        bring_back(kept.path, standing)
    assert "DATABASE_URL" not in str(caught.value)


def test_without_a_terminal_replacing_needs_a_yes(kept: Backup, standing: Address, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"asks on a terminal first\. There is none: add --yes"):
        _command(kept.path, standing, tmp_path, "--replace")
    assert ask(standing, "SELECT line FROM old") == 42


@pytest.mark.parametrize("answer", ["no", "", "y"])
def test_on_a_terminal_anything_but_yes_changes_nothing(
    kept: Backup, standing: Address, tmp_path: Path, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda words: asked.append(words) or answer)
    with pytest.raises(CommandError, match=r"^Nothing was changed\.$"):
        _command(kept.path, standing, tmp_path, "--replace")
    assert asked == [
        f"The 1 tables of database {standing.name} are removed once the backup is loaded. Type yes: "
    ]
    assert ask(standing, "SELECT line FROM old") == 42


def test_an_end_of_the_input_is_no_yes(
    kept: Backup, standing: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", mock.Mock(side_effect=EOFError))
    with pytest.raises(CommandError, match=r"^Nothing was changed\.$"):
        _command(kept.path, standing, tmp_path, "--replace")
    assert ask(standing, "SELECT line FROM old") == 42


def test_a_server_that_goes_away_is_told_in_a_sentence(
    kept: Backup, standing: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sectorlight.backup.restoring.others",
        lambda session: session.execute("SELECT pg_terminate_backend(pg_backend_pid())"),
    )
    with pytest.raises(BackupError, match=r"^PostgreSQL refused: terminating .*\. Nothing was changed\.$"):
        bring_back(kept.path, standing, replace=True)


def test_whoever_else_is_in_the_database_is_named(kept: Backup, empty: Address) -> None:
    with psycopg.connect(empty.url, application_name="SectorLight") as other:
        pid = other.info.backend_pid
        words = rf"Others are in database {empty.name}: SectorLight \(\S+ from \S+, process {pid}, since"
        with pytest.raises(BackupError, match=words) as caught:
            bring_back(kept.path, empty)
    assert "Stop SectorLight and what else uses the database" in str(caught.value)


def test_a_product_that_runs_from_the_folder_is_named(kept: Backup, empty: Address, tmp_path: Path) -> None:
    state_write(tmp_path, State(supervisor_pid=4711, web_url="http://127.0.0.1:8000"))
    lock = family_lock(tmp_path)
    assert lock is not None
    with (
        lock,
        pytest.raises(CommandError, match=r"process 4711, http://127.0.0.1:8000\). Stop it with Ctrl-C"),
    ):
        _command(kept.path, empty, tmp_path)


def test_a_redis_that_is_away_would_keep_the_old_board(kept: Backup, empty: Address, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="It holds the board of the database that would be replaced"):
        _command(kept.path, empty, tmp_path, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    assert ask(empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


@pytest.mark.parametrize("left", [0, 10, 0.5, 0.99])
def test_a_file_that_was_cut_short_is_refused(
    kept: Backup, standing: Address, tmp_path: Path, left: float
) -> None:
    whole = kept.path.read_bytes()
    short = tmp_path / kept.path.name
    short.write_bytes(whole[: int(left if left > 1 else left * len(whole))])
    with pytest.raises(BackupError, match=r"is no whole backup of SectorLight: .*nothing was changed"):
        bring_back(short, standing, replace=True)
    assert ask(standing, "SELECT line FROM old") == 42


def test_a_file_with_one_wrong_byte_is_refused(kept: Backup, standing: Address, tmp_path: Path) -> None:
    spoiled = bytearray(kept.path.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    path = tmp_path / kept.path.name
    path.write_bytes(spoiled)
    with pytest.raises(BackupError, match="is damaged: Bad CRC-32"):
        bring_back(path, standing, replace=True)


@pytest.mark.parametrize(
    ("bit", "words"), [(8 * 8 + 3, "damaged: Error -3 while decompressing"), (6 * 8, "damaged: .*encrypted")]
)
def test_a_file_with_one_wrong_bit_before_the_dump_is_refused(
    kept: Backup, standing: Address, tmp_path: Path, bit: int, words: str
) -> None:
    """Bytes 6 and 8 of the file say that the dump is encrypted, and how it is compressed."""
    spoiled = bytearray(kept.path.read_bytes())
    spoiled[bit // 8] ^= 1 << bit % 8
    with zipfile.ZipFile(kept.path) as packed:
        listed = packed.start_dir
    # The list at the end says the same.
    spoiled[listed + 2 + bit // 8] ^= 1 << bit % 8
    path = tmp_path / kept.path.name
    path.write_bytes(spoiled)
    with pytest.raises(BackupError, match=words):
        bring_back(path, standing, replace=True)


def test_another_dump_under_the_manifest_is_refused(kept: Backup, standing: Address, tmp_path: Path) -> None:
    path = altered(kept.path, tmp_path, lambda told: told.update(dump_sha256="0" * 64))
    with pytest.raises(
        BackupError,
        match=r"is damaged: its dump has \d+ bytes and SHA-256 \w{12}\.\.\., its "
        r"manifest tells \d+ bytes and 000000000000",
    ):
        bring_back(path, standing, replace=True)


@pytest.mark.parametrize("what", ["missing", "text", "zip"])
def test_what_is_no_backup_is_named(standing: Address, tmp_path: Path, what: str) -> None:
    path = tmp_path / "thing.zip"
    if what == "text":
        path.write_text("hello")
    elif what == "zip":
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("photo.jpg", b"")
    words = "There is no file" if what == "missing" else "is no whole backup of SectorLight"
    with pytest.raises(BackupError, match=words) as caught:
        bring_back(path, standing, replace=True)
    assert str(path) in str(caught.value)


def _newer_product(told: dict[str, Any]) -> None:
    told["product_version"] = "99.1.0"


def _newer_migration(told: dict[str, Any]) -> None:
    told["facts"]["migrations"]["sectors"].append("0999_not_yet")


def _newer_format(told: dict[str, Any]) -> None:
    told["format"] = 99


def _another_market(told: dict[str, Any]) -> None:
    told["world"] = "live"


def _other_counts(told: dict[str, Any]) -> None:
    told["facts"]["rows"]["apart"] = 1999


def _other_board(told: dict[str, Any]) -> None:
    told["facts"]["boards"][0]["sha256"] = "0" * 64


def _other_timescale(told: dict[str, Any]) -> None:
    told["facts"]["timescale"] = {"version": "1.2.3", "edition": "Apache"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            _newer_product,
            r"made by SectorLight 99\.1\.0, this is \S+\. Update SectorLight to 99\.1\.0 or newer",
        ),
        (
            _newer_migration,
            r"migrations that this code does not know: sectors\.0999_not_yet\. It was made by a newer",
        ),
        (_newer_format, r"It is in format 99, of SectorLight \S+; this one reads format 1\. Update"),
        (_another_market, r"of a live market, and MARKET asks for a simulated one"),
        (
            _other_counts,
            r"Table apart has 2000 rows after loading, the backup tells 1999\. Database \w+ is as it was",
        ),
        (_other_board, r"The newest board is .* the backup tells .* Database \w+ is as it was"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(
    kept: Backup, standing: Address, tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    path = altered(kept.path, tmp_path, change)
    with pytest.raises(BackupError, match=words):
        bring_back(path, standing, replace=True)
    assert ask(standing, "SELECT line FROM old") == 42


def test_another_timescaledb_is_refused_with_both_versions(
    kept: Backup, standing: Address, tmp_path: Path
) -> None:
    path = altered(kept.path, tmp_path, _other_timescale)
    here = r"this server has no TimescaleDB\. Install version 1\.2\.3"
    if offers_timescale():
        assert kept.manifest.facts.timescale is not None
        version = re.escape(kept.manifest.facts.timescale.version)
        here = rf"with TimescaleDB 1\.2\.3, this server offers .*{version}.*install 1\.2\.3"
    with pytest.raises(BackupError, match=here):
        bring_back(path, standing, replace=True)
    assert ask(standing, "SELECT line FROM old") == 42


def test_the_community_edition_does_not_go_onto_the_apache_one() -> None:
    community, apache = Timescale("2.19.3", "community"), Timescale("2.19.3", "Apache")
    with pytest.raises(
        BackupError,
        match=r"made with TimescaleDB 2\.19\.3, community edition, this server runs "
        r"TimescaleDB 2\.19\.3, Apache edition, which cannot read",
    ):
        edition_fits(community, apache)
    edition_fits(apache, community)


def test_a_database_that_does_not_exist_is_named(kept: Backup, empty: Address) -> None:
    with pytest.raises(BackupError, match=r'database "nowhere_at_all" does not exist\. Start it, or mend'):
        bring_back(kept.path, empty.of("nowhere_at_all"))


@pytest.mark.parametrize(
    "theirs",
    ["SCHEMA theirs", "TABLE theirs (line int)", "FUNCTION theirs() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
)
def test_a_foreign_database_in_the_way_is_not_dropped(kept: Backup, empty: Address, theirs: str) -> None:
    with own_database() as foreign, psycopg.connect(foreign.of("postgres").url, autocommit=True) as keeper:
        ask(foreign, f"CREATE {theirs}")
        keeper.execute(f"ALTER DATABASE {foreign.name} RENAME TO {empty.name}_restoring")
        with pytest.raises(BackupError, match=r"_restoring is in the way and not of our making\. Rename it"):
            bring_back(kept.path, empty)
        keeper.execute(f"ALTER DATABASE {empty.name}_restoring RENAME TO {foreign.name}")
