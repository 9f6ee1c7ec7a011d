"""Ticks make rows, each row once, and hand over one run at a time."""

from __future__ import annotations

import datetime as dt
import socket
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from analysis.errors import RunLost
from analysis.lifecycle import LEASE, run_claim, run_end, runs_dispatch, runs_reclaim
from analysis.models import AnalysisRun, RunKind, RunStatus, Slot
from analysis.services import slots_seed, tick
from universe import clock
from universe.sessions import ET

pytestmark = pytest.mark.django_db(transaction=True)

TEN = dt.datetime(2026, 3, 10, 10, 0, 20, tzinfo=ET)


@pytest.fixture(autouse=True)
def _slots(transactional_db: None) -> None:
    slots_seed()


def at_once(count: int, work: Callable[[], object]) -> None:
    """Run ``work`` in ``count`` threads that start together; raises what one of them raised."""
    gate = threading.Barrier(count)

    def one() -> None:
        try:
            gate.wait(10)
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(one) for _ in range(count)]:
            future.result(30)


def test_ten_ticks_of_one_slot_make_one_run() -> None:
    with clock.override(TEN):
        for _ in range(10):
            tick()
    passes = AnalysisRun.objects.filter(kind=RunKind.PASS, scheduled_for__hour=10)
    assert [run.status for run in passes] == [RunStatus.QUEUED]


def test_ticks_at_the_same_moment_make_one_run() -> None:
    with clock.override(TEN):
        at_once(4, tick)
    assert AnalysisRun.objects.filter(status=RunStatus.QUEUED).count() == 2
    assert (
        not AnalysisRun.objects.values("kind", "scheduled_for").distinct().count()
        < AnalysisRun.objects.count()
    )


def test_a_first_tick_records_what_nobody_served_as_covered() -> None:
    with clock.override(TEN):
        report = tick()
    assert [(slot.kind, slot.late) for slot in report.queued] == [("release", True), ("pass", False)]
    assert report.covered == 13
    assert AnalysisRun.objects.filter(status=RunStatus.COVERED).count() == 13


def test_a_slot_made_meanwhile_does_not_bring_back_an_earlier_time() -> None:
    with clock.override(TEN):
        tick()
        Slot.objects.create(name="Extra", kind=RunKind.PASS, at=dt.time(9, 45))
        assert tick().queued == ()


def test_a_disabled_slot_is_not_run() -> None:
    Slot.objects.filter(at=dt.time(10, 0)).update(enabled=False)
    with clock.override(TEN):
        tick()
    assert not AnalysisRun.objects.filter(scheduled_for=TEN.replace(second=0)).exists()


def test_one_run_is_claimed_by_one_worker() -> None:
    run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=TEN)
    claims: list[AnalysisRun | None] = []
    at_once(4, lambda: claims.append(run_claim(run.pk)))
    assert sum(claim is not None for claim in claims) == 1


def test_a_second_run_waits_while_one_works() -> None:
    first = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=TEN)
    second = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=TEN)
    claimed = run_claim(first.pk)
    assert claimed is not None
    assert run_claim(second.pk) is None
    run_end(claimed, RunStatus.FAILED, message="for the test")
    assert run_claim(second.pk) is not None


def test_runs_of_another_market_world_are_neither_done_nor_waited_for() -> None:
    other = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=TEN, world="replay")
    own = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=TEN)
    assert run_claim(other.pk) is None
    AnalysisRun.objects.filter(pk=other.pk).update(status=RunStatus.RUNNING)
    assert (runs_reclaim(), runs_dispatch()) == (0, own.pk)
    assert run_claim(own.pk) is not None


def test_an_analysis_is_handed_over_before_a_pass_that_waits_longer() -> None:
    AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=TEN)
    analysis = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=TEN)
    assert runs_dispatch() == analysis.pk


def test_a_run_whose_worker_died_is_queued_again() -> None:
    run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=TEN)
    run_claim(run.pk)
    AnalysisRun.objects.update(heartbeat_wall=timezone.now() - LEASE - dt.timedelta(seconds=1))
    assert runs_reclaim() == 1
    run.refresh_from_db()
    assert (run.status, run.counts["attempts"]) == (RunStatus.QUEUED, 2)


def test_a_run_whose_worker_is_gone_from_this_host_is_queued_at_once() -> None:
    run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=TEN)
    run_claim(run.pk)
    assert runs_reclaim() == 0
    with subprocess.Popen(["true"]) as ended:
        pass
    AnalysisRun.objects.update(counts={"worker": f"{socket.gethostname()}:{ended.pid}"})
    assert runs_reclaim() == 1


def test_of_a_worker_on_another_host_only_the_heartbeat_tells() -> None:
    run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=TEN)
    run_claim(run.pk)
    AnalysisRun.objects.update(counts={"worker": "elsewhere:1"})
    assert runs_reclaim() == 0


@pytest.mark.parametrize("has_board", [False, True])
def test_a_run_over_which_three_workers_died_ends_with_words(has_board: bool) -> None:
    if has_board:
        board = AnalysisRun(kind=RunKind.PASS, scheduled_for=TEN - dt.timedelta(hours=1))
        board.status, board.as_of, board.published_at = RunStatus.COMPLETE, TEN, TEN
        board.save()
    run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=TEN)
    for _ in range(3):
        run_claim(run.pk)
        silent = timezone.now() - LEASE - dt.timedelta(seconds=1)
        AnalysisRun.objects.filter(pk=run.pk).update(heartbeat_wall=silent, stage="fetching the prices")
        runs_reclaim()
    run.refresh_from_db()
    assert (run.status, run.stage) == (RunStatus.CARRIED if has_board else RunStatus.FAILED, "")
    assert "died 3 times over this run, last in the stage “fetching the prices”" in run.message


def test_a_worker_that_lost_its_run_cannot_end_it() -> None:
    run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=TEN)
    slow = run_claim(run.pk)
    AnalysisRun.objects.update(heartbeat_wall=timezone.now() - LEASE - dt.timedelta(seconds=1))
    runs_reclaim()
    quick = run_claim(run.pk)
    assert slow is not None
    assert quick is not None
    with pytest.raises(RunLost):
        run_end(slow, RunStatus.COMPLETE)
    run_end(quick, RunStatus.COMPLETE)


def test_seeding_again_changes_nothing_that_an_admin_has_edited() -> None:
    Slot.objects.filter(kind=RunKind.OVERNIGHT).update(name="Early", enabled=False)
    call_command("seed_slots", verbosity=0)
    assert Slot.objects.count() == 34
    assert not Slot.objects.get(kind=RunKind.OVERNIGHT).enabled


def test_beat_ticks_once_a_market_minute(settings) -> None:
    assert PeriodicTask.objects.get(name="tick").interval.every == 60
    settings.MARKET_SPEED = 60
    slots_seed()
    assert PeriodicTask.objects.get(name="tick").interval.every == 1


def failed(seconds_ago: float) -> None:
    AnalysisRun.objects.create(
        kind=RunKind.PASS,
        scheduled_for=TEN - dt.timedelta(seconds=AnalysisRun.objects.count()),
        status=RunStatus.FAILED,
        finished_wall=timezone.now() - dt.timedelta(seconds=seconds_ago),
    )


def test_a_failed_board_is_tried_again_after_a_minute() -> None:
    Slot.objects.all().delete()
    failed(30)
    with clock.override(TEN):
        tick()
        assert not AnalysisRun.objects.filter(status=RunStatus.QUEUED).exists()
        AnalysisRun.objects.update(finished_wall=timezone.now() - dt.timedelta(seconds=61))
        tick()
        tick()
    assert AnalysisRun.objects.filter(status=RunStatus.QUEUED).count() == 1


def test_after_five_tries_a_board_that_was_published_before_waits_for_its_slot() -> None:
    Slot.objects.all().delete()
    AnalysisRun.objects.create(
        kind=RunKind.PASS,
        scheduled_for=TEN - dt.timedelta(hours=1),
        as_of=TEN - dt.timedelta(hours=1),
        published_at=TEN - dt.timedelta(hours=1),
        status=RunStatus.COMPLETE,
        finished_wall=timezone.now() - dt.timedelta(hours=1),
    )
    for number in range(6):
        failed(61 + number)
    with clock.override(TEN):
        tick()
    assert not AnalysisRun.objects.filter(status=RunStatus.QUEUED).exists()
