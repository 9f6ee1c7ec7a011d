"""Two exports into one file at the same moment: one of them writes it, the other says why it does not."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from universe import clock
from universe.errors import BarFileError
from universe.selectors.bar_rows import bar_rows
from universe.services import bars_export, bars_import, bars_store
from universe.types import Bar

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 3, 30)
NOW = dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC)
BAR = Bar(
    "ANNE", MONDAY, 10.0, 11.0, 9.0, 10.5, 1000.0, "polygon", dt.datetime(2026, 3, 30, 21, tzinfo=dt.UTC)
)


@pytest.fixture(autouse=True)
def three_bars() -> Iterator[None]:
    with clock.override(NOW):
        bars_store([replace(BAR, symbol=symbol) for symbol in ("ANNE", "BEA", "CLEO")])
        yield


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_an_export_into_a_file_that_another_one_writes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    path, told = tmp_path / f"bars.{ending}", []

    def meanwhile(*asked: Any, **how: Any) -> Iterator[list[tuple[Any, ...]]]:
        monkeypatch.setattr("universe.services.bar_files.bar_rows", bar_rows)
        with pytest.raises(BarFileError) as caught:
            bars_export(path, symbols=["BEA"])
        told.append(str(caught.value))
        yield from bar_rows(*asked, **how)

    monkeypatch.setattr("universe.services.bar_files.bar_rows", meanwhile)
    assert bars_export(path) == 3
    assert told == [f"Another export is writing {path}. Wait for its end, or name another file."]
    assert os.listdir(tmp_path) == [path.name]
    assert bars_import(path).stored.equal == 3


def test_an_export_that_comes_as_another_one_ends_leaves_the_finished_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lock, others = tmp_path / "bars.csv", fcntl.flock, [True]

    def lock_late(file: Any, how: int) -> None:
        if others and others.pop():
            (tmp_path / ".bars.csv.part").write_text("of the other export")
            (tmp_path / ".bars.csv.part").rename(tmp_path / "finished.csv")
        lock(file, how)

    monkeypatch.setattr("universe.services.bar_files.fcntl.flock", lock_late)
    assert bars_export(path) == 3
    assert (tmp_path / "finished.csv").read_text() == "of the other export"
    assert bars_import(path).stored.equal == 3


def test_what_a_killed_export_left_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / ".bars.csv.part").write_text("x" * 10_000)
    assert bars_export(tmp_path / "bars.csv") == 3
    assert os.listdir(tmp_path) == ["bars.csv"]
    assert bars_import(tmp_path / "bars.csv").stored.equal == 3
