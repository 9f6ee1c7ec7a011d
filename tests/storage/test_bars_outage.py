"""PostgreSQL goes away while bars are moved, or somebody presses Ctrl-C: a sentence, and nothing half."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from universe.bulk import rows_stage
from universe.models import DailyBar
from universe.selectors.bar_rows import bar_rows

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = "session,symbol,open,high,low,close,volume,source,fetched_at"
LINE = "2026-03-30,ANNE,10,11,9,10.5,1000,file,2026-03-30T20:05:00Z"
GONE = "PostgreSQL failed: terminating connection due to administrator command"


def session_end() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_an_import_says_that_postgresql_went_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stage(*told: Any) -> int:
        count = rows_stage(*told)
        session_end()
        return count

    monkeypatch.setattr("universe.services.bar_store.rows_stage", stage)
    path = tmp_path / "bars.csv"
    path.write_text(f"{HEAD}\n{LINE}\n")
    with pytest.raises(CommandError) as caught:
        call_command("import_bars", str(path))
    connection.close()
    assert str(caught.value) == (
        f"{path}: {GONE}. Import it again when PostgreSQL is well; what is stored already changes nothing."
    )
    assert not DailyBar.objects.exists()


@pytest.mark.parametrize(
    ("name", "left"),
    [("bars.csv", "no file of this export was left"), ("-", "what was written of it is not whole")],
)
def test_an_export_says_that_postgresql_went_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any, name: str, left: str
) -> None:
    def rows(*asked: Any, **how: Any) -> Any:
        session_end()
        return bar_rows(*asked, **how)

    monkeypatch.setattr("universe.services.bar_files.bar_rows", rows)
    target = name if name == "-" else str(tmp_path / name)
    with pytest.raises(CommandError) as caught:
        call_command("export_bars", target)
    connection.close()
    assert str(caught.value) == f"{target}: {GONE}; {left}. Export again when PostgreSQL is well."
    assert os.listdir(tmp_path) == []


def test_an_import_that_is_stopped_stores_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stage(*told: Any) -> int:
        rows_stage(*told)
        raise KeyboardInterrupt

    monkeypatch.setattr("universe.services.bar_store.rows_stage", stage)
    path = tmp_path / "bars.csv"
    path.write_text(f"{HEAD}\n{LINE}\n")
    with pytest.raises(CommandError) as caught:
        call_command("import_bars", str(path))
    assert str(caught.value) == f"{path}: stopped. Import it again: what is stored already changes nothing."
    assert not DailyBar.objects.exists()


def test_an_export_that_is_stopped_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(*asked: Any, **how: Any) -> Any:
        assert os.listdir(tmp_path) == [".bars.csv.part"]
        raise KeyboardInterrupt

    monkeypatch.setattr("universe.services.bar_files.bar_rows", rows)
    path = tmp_path / "bars.csv"
    with pytest.raises(CommandError) as caught:
        call_command("export_bars", str(path))
    assert str(caught.value) == f"{path}: stopped; no file of this export was left."
    assert os.listdir(tmp_path) == []
