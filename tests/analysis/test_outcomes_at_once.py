"""Many workers at once, and one that dies, write each outcome once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from analysis import outcomes
from analysis.models import Outcome
from analysis.outcomes import outcomes_measure
from tests.analysis.followed import alike, closed, et, priced, published
from tests.analysis.test_ticks import at_once
from universe.sessions import session_of

pytestmark = pytest.mark.django_db(transaction=True)

EVENING = et("2026-03-10T21:00")


@pytest.fixture
def three(transactional_db: None) -> None:
    """Three readings of both sectors, of which both horizons have ended."""
    for minute in range(3):
        published(et(f"2026-03-10T10:0{minute}"))
        priced(alike(1.0 + minute), et(f"2026-03-10T14:0{minute}"))
    closed(alike(2.0), session_of(EVENING))


def values() -> list[Any]:
    return list(Outcome.objects.filter(sector="energy").order_by("as_of", "horizon").values_list("value_pct"))


def test_ten_workers_at_once_write_each_row_once(three: None) -> None:
    counts: list[int] = []
    at_once(10, lambda: counts.append(outcomes_measure(EVENING)))
    assert sum(counts) == 6
    assert Outcome.objects.count() == 12
    assert [float(value) for (value,) in values()] == [1.0, 2.0, 2.0, 2.0, 3.0, 2.0]


def test_what_a_worker_left_that_died_is_done_by_the_next(
    three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL loses the worker while it writes the second of six."""
    rows, calls = outcomes._rows, []

    def dying(*told: Any) -> Any:
        calls.append(told)
        written = list(rows(*told))
        if len(calls) == 2:
            Outcome.objects.bulk_create(written)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return written

    monkeypatch.setattr(outcomes, "_rows", dying)
    with pytest.raises(OperationalError):
        at_once(1, lambda: outcomes_measure(EVENING))
    monkeypatch.undo()
    assert Outcome.objects.count() == 2
    assert outcomes_measure(EVENING) == 5
    assert Outcome.objects.count() == 12
    assert outcomes_measure(EVENING) == 0
