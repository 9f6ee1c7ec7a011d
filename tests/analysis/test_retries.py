"""A slot's analysis that gave no reading is done again as what it was, while that does its work."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from analysis.models import AnalysisRun, RunKind, RunStatus
from analysis.services import run_execute, slots_seed, tick
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.analysis.page_cast import reader
from tests.analysis.small_market import et
from tests.universe.vendor import Answer
from universe import clock

pytestmark = pytest.mark.django_db

BOARD_AT = et(3, 0)


@pytest.fixture(autouse=True)
def handed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The slots, an old board, and a broker that only notes what it is handed."""
    noted: list[int] = []
    for module in ("lifecycle", "requests", "retries"):
        monkeypatch.setattr(f"analysis.{module}.run_enqueue", noted.append)
    return noted


@pytest.fixture
def board(db: None) -> AnalysisRun:
    slots_seed()
    return published(et(3, 0), kind=RunKind.COMPREHENSIVE, seconds_ago=3_600)


def published(at: dt.datetime, *, kind: RunKind, seconds_ago: float) -> AnalysisRun:
    run = carried(at, kind=kind, seconds_ago=seconds_ago, as_of=at, published_at=at)
    AnalysisRun.objects.filter(pk=run.pk).update(status=RunStatus.COMPLETE)
    return run


def carried(at: dt.datetime, *, kind: RunKind, seconds_ago: float = 61, **values: Any) -> AnalysisRun:
    ago = dt.timedelta(seconds=seconds_ago)
    ended = {"status": RunStatus.CARRIED, "finished_wall": timezone.now() - ago, **values}
    return AnalysisRun.objects.update_or_create(kind=kind, scheduled_for=at, defaults=ended)[0]


def tick_at(now: dt.datetime) -> AnalysisRun | None:
    """The run that waits after a tick at ``now``."""
    with clock.override(now):
        tick()
    return AnalysisRun.objects.filter(status=RunStatus.QUEUED).order_by("id").first()


def slots_served(now: dt.datetime) -> None:
    """Give the slots before ``now`` their rows, so that a tick only looks for what failed."""
    tick_at(now)
    AnalysisRun.objects.filter(status=RunStatus.QUEUED).update(status=RunStatus.COVERED)


@pytest.mark.parametrize(
    ("kind", "slot", "now"),
    [
        (RunKind.OVERNIGHT, et(4, 0), et(4, 2)),
        (RunKind.RELEASE, et(8, 35), et(8, 37)),
        (RunKind.COMPREHENSIVE, et(20, 0), et(20, 2)),
    ],
)
def test_an_analysis_of_a_slot_is_done_again_as_what_it_was(
    board: AnalysisRun, kind: RunKind, slot: dt.datetime, now: dt.datetime
) -> None:
    slots_served(slot - dt.timedelta(minutes=1))
    first = carried(slot, kind=kind)
    again = tick_at(now)
    assert again is not None
    assert (again.kind, again.scheduled_for, again.retry_of) == (kind, now, first)
    again.status, again.finished_wall = RunStatus.FAILED, timezone.now() - dt.timedelta(seconds=61)
    again.save()
    third = tick_at(now + dt.timedelta(minutes=2))
    assert third is not None
    assert (third.kind, third.retry_of) == (kind, first)


def test_a_night_that_one_vendor_error_cost_is_read_a_minute_later(scene: Scene) -> None:
    slots_seed()
    published(BOARD_AT, kind=RunKind.COMPREHENSIVE, seconds_ago=3_600)
    first = tick_at(et(4, 0))
    assert first is not None
    scene.vendor.on(SNAPSHOT, Answer("gone", status=500))
    with clock.override(et(4, 0)):
        run_execute(first.pk)
    AnalysisRun.objects.filter(pk=first.pk).update(finished_wall=timezone.now() - dt.timedelta(seconds=61))
    scene.later(-373)
    scene.prices({})
    again = tick_at(et(4, 2))
    assert again is not None
    with clock.override(et(4, 2)):
        run_execute(again.pk)
    again.refresh_from_db()
    assert (again.kind, again.retry_of_id, again.published_at is not None) == ("overnight", first.pk, True)
    assert "overnight_catalysts" in again.counts


def test_a_minute_is_waited_before_a_slot_is_done_again(board: AnalysisRun) -> None:
    slots_served(et(8, 34))
    carried(et(8, 35), kind=RunKind.RELEASE, seconds_ago=30)
    assert tick_at(et(8, 36)) is None


def test_five_tries_are_all_that_a_slot_gets(board: AnalysisRun) -> None:
    slots_served(et(8, 34))
    first = carried(et(8, 35), kind=RunKind.RELEASE, seconds_ago=900)
    for number in range(5):
        carried(et(8, 36 + number), kind=RunKind.RELEASE, seconds_ago=600 - number, retry_of=first)
    assert tick_at(et(8, 45)) is None


def test_after_the_first_pass_the_night_is_over_and_a_pass_is_tried(board: AnalysisRun) -> None:
    slots_served(et(4, 31))
    carried(et(4, 0), kind=RunKind.OVERNIGHT)
    again = tick_at(et(4, 32))
    assert again is not None
    assert (again.kind, again.retry_of) == (RunKind.PASS, None)


def test_a_pass_that_published_does_not_stand_for_the_analysis_before_it(board: AnalysisRun) -> None:
    slots_served(et(9, 1))
    first = carried(et(8, 35), kind=RunKind.RELEASE, seconds_ago=120)
    published(et(9, 0), kind=RunKind.PASS, seconds_ago=60)
    again = tick_at(et(9, 2))
    assert again is not None
    assert again.retry_of == first


@pytest.mark.parametrize("by_admin", [False, True])
def test_what_is_overtaken_or_taken_back_is_not_done_again(board: AnalysisRun, by_admin: bool) -> None:
    slots_served(et(8, 36))
    first = carried(et(8, 35), kind=RunKind.RELEASE, seconds_ago=120)
    if by_admin:
        again = carried(et(8, 37), kind=RunKind.RELEASE, retry_of=first, requested_by=reader("ada"))
        AnalysisRun.objects.filter(pk=again.pk).update(status=RunStatus.CANCELLED)
    else:
        published(et(8, 37), kind=RunKind.ON_DEMAND, seconds_ago=60)
    assert tick_at(et(8, 40)) is None


def test_the_evening_of_the_session_before_is_not_done_again(board: AnalysisRun) -> None:
    slots_served(et(4, 0))
    carried(et(20, 0) - dt.timedelta(days=1), kind=RunKind.COMPREHENSIVE)
    again = tick_at(et(4, 1))
    assert again is not None
    assert again.kind == RunKind.PASS
