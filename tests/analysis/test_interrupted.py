"""What comes between a run and its end: a doubled delivery, a ceiling, a death between commit and Redis."""

from __future__ import annotations

import threading
import time
from functools import partial
from itertools import pairwise
from typing import Any
from unittest import mock

import pytest
import redis
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection

from analysis import execution, lifecycle
from analysis.errors import CeilingPassed
from analysis.inputs import Findings, prices_take
from analysis.lifecycle import BUILD_CEILING, RunProgress, run_ceiling, run_claim
from analysis.models import AnalysisRun, RunKind, RunStatus, Slot
from analysis.services import run_cancel, run_execute, slots_seed, tick
from analysis.stages import stage_spans
from sectors.board_cache import board_fetch
from sectors.models import BoardSnapshot
from tests.analysis.conftest import Scene
from tests.analysis.small_market import et
from tests.analysis.test_ticks import at_once
from tests.workers import until
from universe import clock, keys

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_ten_deliveries_at_once_one_does_the_run_and_nine_do_nothing(
    scene: Scene, monkeypatch: Any
) -> None:
    begun: list[int] = []
    enter = RunProgress.__enter__
    monkeypatch.setattr(RunProgress, "__enter__", lambda self: begun.append(self.run.pk) or enter(self))
    run = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=scene.now())
    at_once(10, lambda: run_execute(run.pk))
    run.refresh_from_db()
    assert (run.status, begun) == (RunStatus.COMPLETE, [run.pk])
    assert BoardSnapshot.objects.count() == 1


def test_a_run_whose_end_met_an_outage_is_taken_up_by_its_own_worker(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL goes away in the middle, and is not back when the row is to be queued again."""
    run = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=scene.now())
    gone = mock.Mock(side_effect=OperationalError("gone"))
    with monkeypatch.context() as outage:
        outage.setattr(execution, "_perform", gone)
        outage.setattr(execution, "run_requeue", gone)
        with pytest.raises(OperationalError):
            run_execute(run.pk)
    run.refresh_from_db()
    assert run.status == RunStatus.RUNNING
    run_execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.counts["attempts"]) == (RunStatus.COMPLETE, 2)


def test_a_run_that_was_let_go_and_then_cancelled_ends_as_cancelled(scene: Scene) -> None:
    mara = get_user_model().objects.create_user("mara", password="-", is_staff=True)
    run = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=scene.now())
    # As the task leaves it whose PostgreSQL went away.
    assert run_claim(run.pk) is not None
    run_cancel(run, mara)
    assert run_execute(run.pk).status == RunStatus.CANCELLED
    run.refresh_from_db()
    assert run.message.startswith("Cancelled by mara at ")


def test_a_run_that_another_process_is_at_is_left_to_it(scene: Scene) -> None:
    run = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=scene.now())
    claimed = run_claim(run.pk)
    assert claimed is not None
    AnalysisRun.objects.update(counts={"worker": "elsewhere:1"})
    assert run_execute(run.pk).status == RunStatus.RUNNING


@pytest.mark.parametrize(
    ("kind", "at", "seconds"),
    [
        (RunKind.OVERNIGHT, et(4, 0), 180.0),
        (RunKind.RELEASE, et(8, 35), 120.0),
        (RunKind.COMPREHENSIVE, et(20, 0), 300.0),
        (RunKind.PASS, et(10, 30), 60.0),
        (RunKind.ON_DEMAND, et(10, 30), 300.0),
        (RunKind.MOVER, et(10, 31), 120.0),
    ],
)
def test_a_run_may_take_as_long_as_its_slot_says(kind: RunKind, at: Any, seconds: float) -> None:
    slots_seed()
    assert run_ceiling(AnalysisRun(kind=kind, scheduled_for=at)) == seconds


def test_an_admins_ceiling_of_a_slot_holds() -> None:
    slots_seed()
    Slot.objects.filter(kind=RunKind.OVERNIGHT).update(ceiling_seconds=240)
    assert run_ceiling(AnalysisRun(kind=RunKind.OVERNIGHT, scheduled_for=et(4, 0))) == 240.0


def test_a_run_that_takes_too_long_is_carried_forward_and_says_why(scene: Scene, monkeypatch: Any) -> None:
    scene.run()
    scene.later(1)
    monkeypatch.setitem(lifecycle.CEILINGS, RunKind.ON_DEMAND, -1.0)
    late = scene.run()
    assert late.status == RunStatus.CARRIED
    assert "took longer than the -1 s it may, while the universe of 10 Mar" in late.message
    assert BoardSnapshot.objects.count() == 1


def test_a_run_that_has_to_build_its_universe_may_take_longer(scene: Scene, monkeypatch: Any) -> None:
    monkeypatch.setitem(lifecycle.CEILINGS, RunKind.ON_DEMAND, -1.0)
    run = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=scene.now())
    claimed = run_claim(run.pk)
    assert claimed is not None
    progress = RunProgress(claimed)
    progress.builds_universe()
    progress.stage("universe", "building")
    monkeypatch.setattr(lifecycle.time, "monotonic", partial(float, time.monotonic() + BUILD_CEILING + 1))
    with pytest.raises(CeilingPassed, match="1800 s it may, while building"):
        progress.within(50, "building")


class Hanging:
    """A run in a thread of its own whose vendor does not come back until it is let go."""

    def __init__(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        self.let_go, self.hangs = threading.Event(), threading.Event()
        self.progress: list[RunProgress] = []
        enter = RunProgress.__enter__
        monkeypatch.setattr(RunProgress, "__enter__", lambda one: self.progress.append(one) or enter(one))
        monkeypatch.setattr("analysis.execution.prices_take", self._hang)
        monkeypatch.setattr(lifecycle, "HEARTBEAT_SECONDS", 0.05)
        monkeypatch.setattr(lifecycle, "HANGING_SECONDS", 0.0)
        self.run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=scene.now())
        self._thread = threading.Thread(target=self._execute)

    def __enter__(self) -> AnalysisRun:
        self._thread.start()
        assert self.hangs.wait(30)
        return self.run

    def __exit__(self, *error: object) -> None:
        self.let_go.set()
        self._thread.join(30)

    def _hang(self, findings: Findings, **how: Any) -> Any:
        self.hangs.set()
        assert self.let_go.wait(60)
        return prices_take(findings, **how)

    def _execute(self) -> None:
        try:
            run_execute(self.run.pk)
        finally:
            connection.close()


def test_a_vendor_that_hangs_past_the_ceiling_holds_up_no_other_run(scene: Scene, monkeypatch: Any) -> None:
    scene.run()
    scene.later(1)
    hanging = Hanging(scene, monkeypatch)
    with hanging as run:
        hanging.progress[0]._ceiling = 0.0
        until(lambda: AnalysisRun.objects.get(pk=run.pk).status == RunStatus.CARRIED)
        message = AnalysisRun.objects.get(pk=run.pk).message
        other = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=scene.now())
        assert run_claim(other.pk) is not None
    assert "while fetching the prices" in message
    run.refresh_from_db()
    assert (run.status, run.published_at) == (RunStatus.CARRIED, None)
    assert BoardSnapshot.objects.count() == 1


def test_a_heartbeat_that_finds_its_run_ended_elsewhere_ends_quietly(scene: Scene, monkeypatch: Any) -> None:
    monkeypatch.setattr(lifecycle, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(lifecycle, "HANGING_SECONDS", 0.0)
    run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=scene.now())
    claimed = run_claim(run.pk)
    assert claimed is not None
    AnalysisRun.objects.filter(pk=run.pk).update(status=RunStatus.QUEUED)
    with RunProgress(claimed) as progress:
        progress._ceiling = 0.0
        # An exception of the thread would be a warning, and a warning fails the test.
        until(lambda: not progress._beat.is_alive())
    run.refresh_from_db()
    assert run.status == RunStatus.QUEUED


def test_a_cancelled_run_whose_vendor_hangs_ends_all_the_same(scene: Scene, monkeypatch: Any) -> None:
    mara = get_user_model().objects.create_user("mara", password="-", is_staff=True)
    with Hanging(scene, monkeypatch) as run:
        run_cancel(run, mara)
        until(lambda: AnalysisRun.objects.get(pk=run.pk).status == RunStatus.CANCELLED)
    run.refresh_from_db()
    assert run.message.startswith("Cancelled by mara at ")
    assert not BoardSnapshot.objects.exists()


def test_what_is_ready_to_be_published_is_published(scene: Scene, monkeypatch: Any) -> None:
    run = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=scene.now())
    claimed = run_claim(run.pk)
    assert claimed is not None
    progress = RunProgress(claimed)
    monkeypatch.setattr(lifecycle.time, "monotonic", partial(float, time.monotonic() + 10_000))
    progress.stage("publish", "publishing the board")
    assert claimed.stage == "publishing the board"


@pytest.mark.parametrize("builds", [True, False])
@pytest.mark.parametrize("kind", [str(kind) for kind in RunKind])
def test_the_stages_of_every_kind_fill_the_percent_in_order(kind: str, builds: bool) -> None:
    spans = list(stage_spans(kind, builds=builds).values())
    assert (spans[0][0], spans[-1][1]) == (0, 100)
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert all(first <= last for first, last in spans)


def test_the_percent_of_a_run_moves_ten_times_at_least(scene: Scene, monkeypatch: Any) -> None:
    told: list[int] = []
    monkeypatch.setattr(lifecycle, "announce_progress", lambda event: told.append(event["percent"]))
    scene.run()
    assert told == sorted(told)
    assert len(set(told)) > 10
    assert (told[0], told[-1]) == (0, 100)


def test_a_board_that_did_not_reach_redis_comes_with_the_next_tick(
    scene: Scene, redis_server: redis.Redis
) -> None:
    scene.run()
    old = redis_server.get(keys.board())
    scene.later(5)
    newest = scene.run()
    # As a worker leaves it that dies between its commit and Redis.
    redis_server.set(keys.board(), old)
    assert (board_fetch() or {})["run_id"] != newest.pk
    with clock.override(scene.now()):
        tick()
    assert (board_fetch() or {})["run_id"] == newest.pk


def test_a_redis_that_lost_everything_has_the_board_again_after_a_tick(
    scene: Scene, redis_server: redis.Redis
) -> None:
    newest = scene.run()
    kept = (keys.board(), keys.sector_sentiment("energy"), keys.sector_top_stocks("energy"))
    redis_server.delete(*kept)
    with clock.override(scene.now()):
        tick()
    assert (board_fetch() or {})["run_id"] == newest.pk
    assert redis_server.exists(*kept) == 3
