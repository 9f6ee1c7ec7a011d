"""A worker that is killed within a run, at its beginning, its middle and its end: the run is done once.

`make proof` does the same twenty times at each point.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.models import RunKind, Slot
from analysis.services import run_create_now, run_execute, slots_seed
from tests.market import RunningMarket, start_market
from tests.workers import BEAT, Worker, kill_at, running_worker
from universe import clock
from universe.sources import sources_close

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.unmeasured]


@pytest.fixture
def market(transactional_db: None, settings: Any) -> Iterator[RunningMarket]:
    """A market at 10:05 with its first board, and answers that come late from then on; no slot is due."""
    with start_market(first="2026-03-31T10:05") as running:
        for name, value in running.settings.items():
            setattr(settings, name, value)
        clock.forget()
        run_execute(run_create_now(RunKind.ON_DEMAND).pk)
        slots_seed()
        Slot.objects.all().delete()
        running.fault("slow", seconds=0.1)
        yield running
    clock.forget()
    sources_close()


@pytest.fixture
def worker(market: RunningMarket, tmp_path: Path) -> Iterator[Worker]:
    """Beside a beat, whose tick finds what the first tick of a worker did not."""
    with (
        running_worker(market, tmp_path / "beat.log", words=BEAT),
        running_worker(market, tmp_path / "worker.log") as running,
    ):
        yield running


def test_a_run_whose_worker_is_killed_is_finished_once_by_the_next(worker: Worker) -> None:
    done = [kill_at(percent, worker, kind=RunKind.ON_DEMAND) for percent in (10, 50, 90)]
    assert [one.faults for one in done] == [(), (), ()]
    assert [one.attempts for one in done[:2]] == [2, 2], "the kills came within the run"
