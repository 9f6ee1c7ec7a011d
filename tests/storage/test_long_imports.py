"""An import takes as long as its file does, and bounds no statement but its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from universe import clock
from universe.bulk import rows_stage
from universe.errors import BarFileError
from universe.services import bars_import

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC)
HEAD = "session,symbol,open,high,low,close,volume,source,fetched_at"
LINE = "2026-03-30,ANNE,10,11,9,10.5,1000,file,2026-03-30T20:05:00Z"


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """The first session of the tests has migrated, and is bounded no more."""
    before = bound()
    bind("50s")
    yield
    bind(before)


def bind(seconds: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", [seconds])


def bound() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("head", [HEAD, "session"])
def test_the_reading_of_a_file_is_not_bounded_and_what_follows_is_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: str
) -> None:
    path, bounds = tmp_path / "bars.csv", []
    path.write_text(f"{head}\n{LINE}\n")

    def stage(*told: Any) -> int:
        bounds.append(bound())
        return rows_stage(*told)

    monkeypatch.setattr("universe.services.bar_store.rows_stage", stage)
    with clock.override(NOW):
        if head == HEAD:
            assert bars_import(path).stored.new == 1
        else:
            with pytest.raises(BarFileError):
                bars_import(path)
    assert (bounds, bound()) == (["0"], "50s")
