"""Runs that somebody takes back: who may, when it is too late, and that nothing of them is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.test import TestCase
from django.utils import timezone

from analysis.errors import RunCancelled, RunForbidden, RunSettled
from analysis.execution import _perform
from analysis.lifecycle import LEASE, RunProgress, run_claim, runs_reclaim
from analysis.models import Alert, AnalysisRun, RunInput, RunKind, RunRequest, RunStatus, Slot
from analysis.selectors import runs_asked
from analysis.services import run_cancel, run_execute, run_request, slots_seed, tick
from sectors.models import BoardSnapshot, SentimentReading
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.analysis.page_cast import reader
from tests.analysis.test_ticks import at_once
from tests.two_people import second_of_two
from tests.universe.vendor import Answer
from universe import clock
from universe.sessions import ET

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=ET)
Between = Callable[[str, Callable[[], object]], None]


@pytest.fixture
def mara() -> Any:
    return reader("mara")


@pytest.fixture
def admin() -> Any:
    user = reader("ada")
    user.is_staff = True
    user.save()
    return user


@pytest.fixture
def noon() -> Iterator[None]:
    with clock.override(NOON):
        yield


@pytest.fixture
def before_stage(monkeypatch: pytest.MonkeyPatch) -> Between:
    """Have something done just before a run enters a stage."""
    real = RunProgress.stage

    def set_up(wanted: str, act: Callable[[], object]) -> None:
        def stage(self: RunProgress, name: str, *args: Any, **values: Any) -> None:
            if name == wanted:
                act()
            real(self, name, *args, **values)

        monkeypatch.setattr(RunProgress, "stage", stage)

    return set_up


def asked(user: Any, **values: Any) -> AnalysisRun:
    return AnalysisRun.objects.create(
        **{"kind": RunKind.ON_DEMAND, "scheduled_for": NOON, "requested_by": user, **values}
    )


# -- a run that waits ----------------------------------------------------------------------------------


def test_a_run_that_waits_ends_at_once_and_is_never_done(mara, noon) -> None:
    run, _ = run_request(mara)
    ended = run_cancel(run, mara)
    assert (ended.status, ended.cancelled_by) == (RunStatus.CANCELLED, mara)
    assert ended.message == "Cancelled by mara before it began; the board keeps what it has."
    assert ended.finished_wall is not None
    assert run_execute(run.pk).status == RunStatus.CANCELLED
    run.refresh_from_db()
    assert run.started_wall is None


def test_a_cancelled_run_is_nobodys_to_join(mara, noon) -> None:
    run, _ = run_request(mara)
    run_cancel(run, mara)
    again, created = run_request(reader("nina"))
    assert (again.pk != run.pk, created) == (True, True)


def test_the_open_pages_are_told_and_the_next_in_turn_is_handed_over(mara, noon, monkeypatch) -> None:
    told: list[dict[str, Any]] = []
    handed: list[int] = []
    monkeypatch.setattr("analysis.requests.announce_progress", told.append)
    monkeypatch.setattr("analysis.lifecycle.run_enqueue", handed.append)
    run, _ = run_request(mara)
    waiting = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=NOON)
    with TestCase.captureOnCommitCallbacks(execute=True):
        run_cancel(run, mara)
    assert [(event["id"], event["status"]) for event in told] == [(run.pk, "cancelled")]
    assert handed == [waiting.pk]


# -- whose it is ---------------------------------------------------------------------------------------


def test_another_users_run_is_not_ones_own_to_cancel(mara, noon) -> None:
    run, _ = run_request(mara)
    with pytest.raises(RunForbidden, match="mara asked for run"):
        run_cancel(run, reader("nina"))


@pytest.mark.parametrize(
    ("others", "words"), [(["nina"], "nina waits for it"), (["nina", "omar"], "2 others wait for it")]
)
def test_a_run_that_others_wait_for_is_an_admins_to_cancel(mara, admin, noon, others, words) -> None:
    run, _ = run_request(mara)
    for name in others:
        run_request(reader(name))
    with pytest.raises(RunForbidden, match=f"{words}; only an admin may cancel it."):
        run_cancel(run, mara)
    assert run_cancel(run, admin).status == RunStatus.CANCELLED


def test_who_asks_for_the_own_run_twice_has_it_for_himself(mara, noon) -> None:
    run, _ = run_request(mara)
    run_request(mara)
    assert run_cancel(run, mara).status == RunStatus.CANCELLED


def test_a_run_of_a_user_who_is_gone_is_left_to_who_joined_it(mara, noon, client) -> None:
    nina, omar = reader("nina"), reader("omar")
    run, _ = run_request(mara)
    run_request(nina)
    mara.delete()
    run.refresh_from_db()
    client.force_login(omar)
    assert "a user who is gone" in client.get("/analysis/").content.decode()
    with pytest.raises(RunForbidden, match=r"^A user who is gone asked for run .* who joined it or an admin"):
        run_cancel(run, omar)
    run_request(omar)
    with pytest.raises(RunForbidden, match="omar waits for it"):
        run_cancel(run, nina)
    RunRequest.objects.filter(user=omar).delete()
    ended = run_cancel(run, nina)
    assert ended.message == "Cancelled by nina before it began; the board keeps what it has."


def test_a_run_of_the_schedule_is_an_admins_to_cancel_and_is_not_made_again(mara, admin) -> None:
    slots_seed()
    Slot.objects.exclude(at=dt.time(12, 0)).delete()
    with clock.override(NOON):
        tick()
        run = AnalysisRun.objects.get(scheduled_for=NOON)
        with pytest.raises(RunForbidden, match="belongs to the schedule"):
            run_cancel(run, mara)
        assert run_cancel(run, admin).message.endswith(
            "It is not tried again by itself; the next slot comes as planned."
        )
        tick()
    assert not AnalysisRun.objects.filter(status=RunStatus.QUEUED).exists()


@pytest.mark.parametrize(("stage", "counted"), [("catalysts", 0), ("prices", 0), ("frame", 1)])
def test_only_a_cancelled_run_that_asked_for_prices_is_of_the_users_hour(
    scene: Scene, before_stage: Between, mara, stage: str, counted: int
) -> None:
    before_stage(stage, lambda: run_cancel(AnalysisRun.objects.get(status=RunStatus.RUNNING), mara))
    run = scene.run(requested_by=mara)
    assert run.status == RunStatus.CANCELLED
    assert len(runs_asked(mara)) == counted


def test_a_run_cancelled_while_it_waits_is_not_of_the_users_hour(mara, noon) -> None:
    run, _ = run_request(mara)
    assert len(runs_asked(mara)) == 1
    run_cancel(run, mara)
    assert runs_asked(mara) == []


def test_a_cancelled_movers_run_promises_no_slot(admin, noon) -> None:
    run = asked(None, kind=RunKind.MOVER, sector="energy")
    ended = run_cancel(run, admin)
    assert ended.message == (
        "Cancelled by ada before it began; the board keeps what it has. It is not tried again by itself."
    )


def test_cancelling_twice_changes_nothing(mara, noon) -> None:
    run, _ = run_request(mara)
    first = run_cancel(run, mara)
    assert run_cancel(run, mara).finished_wall == first.finished_wall


@pytest.mark.parametrize("status", [RunStatus.COMPLETE, RunStatus.FAILED, RunStatus.COVERED])
def test_what_has_ended_is_not_cancelled(mara, status) -> None:
    run = asked(mara, status=status)
    with pytest.raises(RunSettled, match="has ended already"):
        run_cancel(run, mara)
    run.refresh_from_db()
    assert run.status == status


# -- a run at work -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stage", ["universe", "releases", "catalysts", "prices", "frame", "score", "publish"]
)
def test_a_run_at_work_ends_with_its_next_step_and_publishes_nothing(
    scene: Scene, before_stage: Between, mara, stage: str
) -> None:
    scene.run()
    before = list(SentimentReading.objects.values_list("run_id", flat=True))
    scene.later(15)
    seen: list[int] = []

    def cancel() -> None:
        run = AnalysisRun.objects.get(status=RunStatus.RUNNING)
        seen.append(run.percent)
        assert run_cancel(run, mara).cancel_requested

    before_stage(stage, cancel)
    run = scene.run(requested_by=mara)
    assert (run.status, run.percent, run.stage) == (RunStatus.CANCELLED, seen[0], "")
    assert run.message == f"Cancelled by mara at {seen[0]} %; the board keeps what it has."
    assert list(SentimentReading.objects.values_list("run_id", flat=True)) == before
    assert not RunInput.objects.filter(run=run).exists()
    assert not Alert.objects.filter(run_id=run.pk).exists()
    assert BoardSnapshot.objects.count() == 1


def test_publishing_that_has_begun_is_too_late(scene: Scene, mara, monkeypatch) -> None:
    import analysis.execution as execution

    refused: list[str] = []
    real = execution.readings_record

    def record(*args: Any) -> Any:
        run = AnalysisRun.objects.get(status=RunStatus.RUNNING)
        with pytest.raises(RunSettled) as caught:
            run_cancel(run, mara)
        refused.append(str(caught.value))
        return real(*args)

    monkeypatch.setattr("analysis.execution.readings_record", record)
    run = scene.run(requested_by=mara)
    assert (run.status, run.cancel_requested) == (RunStatus.COMPLETE, None)
    assert refused == [f"Run {run.pk} is being published; it is too late to cancel it."]


def test_a_run_that_fails_after_it_was_cancelled_ends_as_cancelled(scene: Scene, mara, monkeypatch) -> None:
    """A failed one would be tried again."""

    def cancel_and_fail(*args: Any, **values: Any) -> None:
        run_cancel(AnalysisRun.objects.get(status=RunStatus.RUNNING), mara)
        raise ZeroDivisionError

    monkeypatch.setattr("analysis.execution.prices_take", cancel_and_fail)
    assert scene.run(requested_by=mara).status == RunStatus.CANCELLED


def test_a_covered_pass_that_was_cancelled_ends_as_cancelled(scene: Scene, admin, monkeypatch) -> None:
    def cancel(run: AnalysisRun) -> bool:
        run_cancel(run, admin)
        return True

    monkeypatch.setattr("analysis.execution._is_covered", cancel)
    assert scene.run(RunKind.PASS).status == RunStatus.CANCELLED


def test_open_pages_hear_that_a_run_is_being_cancelled(mara, noon, monkeypatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr("analysis.requests.announce_progress", told.append)
    run, _ = run_request(mara)
    run_claim(run.pk)
    with TestCase.captureOnCommitCallbacks(execute=True):
        run_cancel(run, mara)
        run_cancel(run, mara)
    assert [event["status"] for event in told] == ["cancelling"]


def test_while_a_run_is_being_cancelled_others_get_a_new_one(mara, noon) -> None:
    run, _ = run_request(mara)
    run_claim(run.pk)
    run_cancel(run, mara)
    assert run_request(reader("nina"))[1]


def test_a_cancelled_run_whose_worker_died_is_cancelled_and_not_queued_again(mara, noon) -> None:
    run, _ = run_request(mara)
    run_claim(run.pk)
    run_cancel(run, mara)
    AnalysisRun.objects.update(heartbeat_wall=timezone.now() - LEASE - dt.timedelta(seconds=1), percent=43)
    assert runs_reclaim() == 1
    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED
    assert run.message == "Cancelled by mara at 43 %; the board keeps what it has."


def test_a_run_that_is_queued_again_may_be_cancelled_although_its_worker_was_publishing(mara, noon) -> None:
    run, _ = run_request(mara)
    run_claim(run.pk)
    AnalysisRun.objects.update(publishing=True)
    with pytest.raises(RunSettled):
        run_cancel(run, mara)
    AnalysisRun.objects.update(heartbeat_wall=timezone.now() - LEASE - dt.timedelta(seconds=1))
    runs_reclaim()
    again = run_claim(run.pk)
    assert again is not None
    assert not again.publishing
    assert run_cancel(run, mara).cancel_requested


# -- what the schedule makes of it ---------------------------------------------------------------------


def ended(status: RunStatus, minutes_ago: float, **values: Any) -> AnalysisRun:
    ago = dt.timedelta(minutes=minutes_ago)
    fields = {"kind": RunKind.PASS, "scheduled_for": NOON - ago, "finished_wall": timezone.now() - ago}
    return AnalysisRun.objects.create(status=status, **(fields | values))


def queued_by_a_tick() -> bool:
    with clock.override(NOON):
        tick()
    return AnalysisRun.objects.filter(status=RunStatus.QUEUED).exists()


def test_a_cancelled_pass_is_not_tried_again_nor_what_failed_before_it(db: None) -> None:
    ended(RunStatus.FAILED, 10)
    ended(RunStatus.CANCELLED, 5)
    assert not queued_by_a_tick()


def test_a_cancelled_run_on_demand_does_not_keep_a_failed_pass_from_its_next_try(db: None, mara) -> None:
    ended(RunStatus.FAILED, 10)
    ended(RunStatus.CANCELLED, 5, kind=RunKind.ON_DEMAND, requested_by=mara)
    assert queued_by_a_tick()


def test_a_vendor_that_fails_after_a_cancelled_run_is_still_asked_again(scene: Scene, admin) -> None:
    ended(RunStatus.CANCELLED, 5)
    scene.vendor.on(SNAPSHOT, Answer("gone", status=503))
    failed = scene.run(RunKind.PASS)
    AnalysisRun.objects.filter(pk=failed.pk).update(finished_wall=timezone.now() - dt.timedelta(minutes=2))
    assert queued_by_a_tick()


# -- two at one moment ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_takes_the_run_while_it_is_cancelled_never_does_it(mara, noon) -> None:
    for number in range(5):
        run, claims = asked(mara, scheduled_for=NOON + dt.timedelta(minutes=number)), []
        turns = iter([partial(run_claim, run.pk), partial(run_cancel, run, mara)])
        at_once(2, lambda turns=turns, claims=claims: claims.append(next(turns)()))
        run.refresh_from_db()
        is_claimed = None not in claims
        assert run.status == (RunStatus.RUNNING if is_claimed else RunStatus.CANCELLED)
        assert (run.cancel_requested is not None) == is_claimed
        AnalysisRun.objects.filter(pk=run.pk).update(status=RunStatus.CANCELLED)


@pytest.mark.django_db(transaction=True)
def test_a_step_that_waits_for_the_one_who_cancels_is_not_taken(mara, noon) -> None:
    run = asked(mara)
    claimed = run_claim(run.pk)
    assert claimed is not None
    error = second_of_two(lambda: run_cancel(run, mara), lambda: _perform(claimed, RunProgress(claimed)))
    assert isinstance(error, RunCancelled)


@pytest.mark.django_db(transaction=True)
def test_who_cancels_while_the_result_is_written_comes_too_late(scene: Scene, mara) -> None:
    run = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=scene.now(), requested_by=mara)
    error = second_of_two(lambda: run_execute(run.pk), lambda: run_cancel(run, mara))
    assert isinstance(error, RunSettled)
    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETE


@pytest.mark.django_db(transaction=True)
def test_who_asks_while_the_run_is_cancelled_gets_another(mara, noon) -> None:
    nina, got = reader("nina"), []
    run, _ = run_request(mara)
    assert second_of_two(lambda: run_cancel(run, mara), lambda: got.append(run_request(nina))) is None
    (other, created) = got[0]
    assert (other.pk != run.pk, created) == (True, True)


@pytest.mark.django_db(transaction=True)
def test_who_cancels_while_another_joins_is_told_that_somebody_waits(mara, noon) -> None:
    nina = reader("nina")
    run, _ = run_request(mara)
    error = second_of_two(lambda: run_request(nina), lambda: run_cancel(run, mara))
    assert isinstance(error, RunForbidden)
