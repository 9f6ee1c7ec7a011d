"""Two backups of one second: two files, or one file and a reason."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sectorlight.backup.address import Address, Session
from sectorlight.backup.archive import _sweep, manifest_read
from sectorlight.backup.errors import BackupError
from sectorlight.backup.facts import facts_read
from sectorlight.backup.manifest import Facts
from tests.storage.backup.conftest import save
from tests.storage.own_databases import ask, own_database

SECOND = dt.datetime(2026, 3, 10, 21, 15, tzinfo=dt.UTC)
NAMES = ["sectorlight-simulated-20260310T211500Z.zip", "sectorlight-simulated-20260310T211501Z.zip"]


@pytest.fixture
def small() -> Iterator[Address]:
    with own_database() as address:
        ask(address, "CREATE TABLE one AS SELECT 1 AS line")
        yield address


@pytest.fixture(autouse=True)
def one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sectorlight.backup.making.timezone.now", lambda: SECOND)


def meanwhile(patch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """While the next backup counts its rows, ``work`` is done."""

    def count(session: Session) -> Facts:
        patch.setattr("sectorlight.backup.making.facts_read", facts_read)
        work()
        return facts_read(session)

    patch.setattr("sectorlight.backup.making.facts_read", count)


def test_backups_of_two_databases_into_one_folder_at_one_second_are_two_files(
    small: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_database() as other:
        ask(other, "CREATE TABLE two AS SELECT 1 AS line")
        meanwhile(monkeypatch, lambda: save(other, tmp_path))
        done = save(small, tmp_path)
    assert sorted(os.listdir(tmp_path)) == NAMES
    assert done.path == tmp_path / NAMES[0]
    assert [list(manifest_read(tmp_path / name).facts.rows) for name in NAMES] == [["one"], ["two"]]


def test_a_second_backup_of_the_same_second_has_the_next_name(small: Address, tmp_path: Path) -> None:
    assert [save(small, tmp_path).path.name for _ in NAMES] == NAMES


def test_a_backup_into_a_file_that_another_one_writes_is_refused(
    small: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, told = tmp_path / "mine.zip", []

    def again() -> None:
        with pytest.raises(BackupError) as caught:
            save(small, path)
        told.append(str(caught.value))

    meanwhile(monkeypatch, again)
    assert save(small, path).path == path
    assert told == [f"Another backup is writing {path}. Wait for its end, or name another file."]
    assert os.listdir(tmp_path) == [path.name]


def test_the_next_backup_of_a_name_is_not_swept_away_for_one_that_just_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, lock = tmp_path / ".sectorlight-mine.zip.part", fcntl.flock
    part.write_text("whole")

    def lock_late(file: Any, how: int) -> None:
        part.rename(tmp_path / "mine.zip")
        part.write_text("the next")
        lock(file, how)

    monkeypatch.setattr("sectorlight.backup.archive.fcntl.flock", lock_late)
    _sweep(tmp_path)
    assert part.read_text() == "the next"
