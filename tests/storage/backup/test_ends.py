"""A backup that is asked to stop, or that nobody listens to; and what --keep takes for another database."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import stat
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from sectorlight.backup.archive import _sweep, archive_write, manifest_read
from sectorlight.backup.errors import BackupError
from tests.storage.backup.conftest import altered, save
from tests.storage.own_databases import ask, manage, own_database

pytestmark = pytest.mark.unmeasured


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_backup_that_is_asked_to_stop_leaves_no_file(tmp_path: Path, how: signal.Signals) -> None:
    with own_database() as address:
        ask(address, "CREATE TABLE much AS SELECT i, md5(i::text) FROM generate_series(1, 1500000) i")
        process = manage(address, "backup", str(tmp_path))
        assert process.stdout is not None
        assert "Dumping" in process.stdout.readline()
        process.send_signal(how)
        _, words = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Stopped. No file was left." in words
    assert os.listdir(tmp_path) == []


def test_a_reader_that_goes_away_does_not_make_a_backup_fail(tmp_path: Path) -> None:
    path = tmp_path / "mine.zip"
    with own_database() as address:
        ask(address, "CREATE TABLE one AS SELECT 1 AS line")
        process = manage(address, "backup", str(path))
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, words = process.communicate(timeout=60)
    assert (process.returncode, words) == (0, "")
    assert manifest_read(path).facts.rows == {"one": 1}


def _of_another_server(told: dict[str, Any]) -> None:
    told["cluster"] = "7000000000000000001"


def _of_no_known_server(told: dict[str, Any]) -> None:
    del told["cluster"]


@pytest.mark.parametrize("change", [_of_another_server, _of_no_known_server])
def test_a_database_of_the_same_name_on_another_server_keeps_its_backups(tmp_path: Path, change: Any) -> None:
    folder = tmp_path / "both"
    folder.mkdir()
    with own_database() as address:
        ask(address, "CREATE TABLE one AS SELECT 1 AS line")
        first = save(address, tmp_path / "first.zip").path
        foreign = folder / "sectorlight-simulated-20200101T000000Z.zip"
        shutil.copy(altered(first, folder, change), foreign)
        (folder / first.name).unlink()
        old = folder / "sectorlight-simulated-20200102T000000Z.zip"
        shutil.copy(first, old)
        done = save(address, folder, keep=1)
    assert done.removed == [old]
    assert set(folder.iterdir()) == {foreign, done.path}


def test_the_newest_backup_stays_when_the_clock_was_set_back(tmp_path: Path) -> None:
    ahead = tmp_path / "sectorlight-simulated-29990101T000000Z.zip"
    with own_database() as address:
        ask(address, "CREATE TABLE one AS SELECT 1 AS line")
        save(address, tmp_path).path.rename(ahead)
        done = save(address, tmp_path, keep=1)
    assert done.removed == []
    assert set(tmp_path.iterdir()) == {ahead, done.path}


def test_a_file_that_another_backup_sweeps_away_before_it_is_locked_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, others = fcntl.flock, [tmp_path]

    def lock_late(file: Any, how: int) -> None:
        if others:
            _sweep(others.pop())
        lock(file, how)

    monkeypatch.setattr("sectorlight.backup.archive.fcntl.flock", lock_late)
    with archive_write(tmp_path / "mine.zip") as archive:
        archive.dump(BytesIO(b"rows"), lambda size: None)
    assert os.listdir(tmp_path) == ["mine.zip"]
    assert (tmp_path / "mine.zip").stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_locked_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse = mock.Mock(side_effect=OSError(errno.ENOLCK, "No locks available"))
    monkeypatch.setattr("sectorlight.backup.archive.fcntl.flock", refuse)
    with pytest.raises(OSError, match="No locks"), archive_write(tmp_path / "mine.zip"):
        pass
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "outcome", "left"),
    [(errno.EIO, pytest.raises(OSError, match="Input"), []), (errno.EINVAL, nullcontext(), ["mine.zip"])],
)
def test_a_name_that_may_not_last_is_not_left_but_one_that_cannot_be_asked_about_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, outcome: Any, left: list[str]
) -> None:
    def refuse(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr("sectorlight.backup.archive.os.fsync", refuse)
    with outcome, archive_write(tmp_path / "mine.zip") as archive:
        archive.dump(BytesIO(b"rows"), lambda size: None)
    assert os.listdir(tmp_path) == left


def test_an_older_backup_that_cannot_be_removed_is_told_apart_from_one_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("sectorlight.backup.making.backups_thin", refuse)
    with own_database() as address:
        ask(address, "CREATE TABLE one AS SELECT 1 AS line")
        with pytest.raises(BackupError, match=r"is whole, but older backups could not be removed"):
            save(address, tmp_path, keep=1)
    assert len(list(tmp_path.glob("*.zip"))) == 1
