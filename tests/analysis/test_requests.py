"""Runs that users ask for, and what users may set."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone

from analysis.errors import RunAtWork, RunLimitReached, RunRefused
from analysis.lifecycle import run_ceiling
from analysis.models import (
    AnalysisRun,
    FreshnessPreference,
    ParameterRevision,
    RunKind,
    RunRequest,
    RunStatus,
)
from analysis.rights import askers_of
from analysis.selectors import parameters_current, preference_of
from analysis.services import (
    history_complete,
    mover_request,
    parameters_revise,
    pass_request,
    preference_set,
    run_request,
    slots_seed,
)
from universe import clock
from universe.clock import ClockUnavailableError
from universe.errors import Unavailable
from universe.sessions import ET

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=ET)


@pytest.fixture
def alice():
    return get_user_model().objects.create_user("alice", password="-")


@pytest.fixture
def bob():
    return get_user_model().objects.create_user("bob", password="-")


@pytest.fixture(autouse=True)
def _noon():
    with clock.override(NOON):
        yield


def end_all() -> None:
    AnalysisRun.objects.filter(status=RunStatus.QUEUED).update(status=RunStatus.COMPLETE)


def test_two_who_ask_get_the_same_run(alice, bob) -> None:
    first, created = run_request(alice)
    second, again = run_request(bob)
    assert (first.pk, created, again) == (second.pk, True, False)


def test_everyone_who_asked_is_known_once(alice, bob) -> None:
    run, _ = run_request(alice)
    for user in (bob, bob, alice):
        run_request(user)
    assert list(RunRequest.objects.order_by("id").values_list("run_id", "user__username")) == [
        (run.pk, "alice"),
        (run.pk, "bob"),
    ]
    assert [asker.name for asker in askers_of([run])[run.pk]] == ["bob"]


def test_an_analysis_of_the_schedule_that_waits_is_everybodys_run(alice) -> None:
    scheduled = AnalysisRun.objects.create(kind=RunKind.RELEASE, scheduled_for=NOON)
    assert run_request(alice) == (scheduled, False)


def test_a_waiting_pass_does_not_stand_for_an_analysis(alice) -> None:
    AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=NOON)
    assert run_request(alice)[1]


def test_the_seventh_run_within_an_hour_is_refused_with_the_wait_for_the_next(alice, monkeypatch) -> None:
    for _ in range(6):
        run_request(alice)
        end_all()
    last = AnalysisRun.objects.latest("created_wall").created_wall
    AnalysisRun.objects.update(created_wall=last)
    monkeypatch.setattr("analysis.requests.timezone.now", lambda: last + dt.timedelta(minutes=36, seconds=30))
    with pytest.raises(RunLimitReached) as refused:
        run_request(alice)
    assert str(refused.value) == "6 runs this hour, the most allowed. The next is free in 24 min."


@pytest.mark.parametrize(("seconds", "words"), [(0.5, "in 1 min"), (60, "in 1 min"), (3600, "in 60 min")])
def test_the_wait_for_the_next_run_is_told_in_whole_minutes_that_suffice(seconds, words) -> None:
    assert words in str(RunLimitReached(6, dt.timedelta(seconds=seconds)))
    assert str(RunLimitReached(1, dt.timedelta(0))).startswith("1 run this hour")


def test_a_market_that_does_not_tell_its_time_refuses_with_words(alice, monkeypatch) -> None:
    def silent():
        raise ClockUnavailableError("silent")

    monkeypatch.setattr("analysis.lifecycle.market_now", silent)
    with pytest.raises(RunRefused, match="does not tell its time"):
        run_request(alice)


def test_one_users_limit_is_not_anothers(alice, bob) -> None:
    for _ in range(6):
        run_request(alice)
        end_all()
    assert run_request(bob)[1]


def test_one_who_has_a_run_of_another_kind_at_work_waits_for_its_end(alice) -> None:
    own = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=NOON, requested_by=alice)
    with pytest.raises(RunAtWork, match=f"Your run {own.pk} has not ended yet"):
        run_request(alice)


def test_a_new_weight_of_an_admin_does_not_keep_him_from_an_analysis(alice) -> None:
    AnalysisRun.objects.create(kind=RunKind.REWEIGHT, sector="energy", scheduled_for=NOON, requested_by=alice)
    assert run_request(alice)[1]


def test_a_slot_that_is_done_again_has_its_slots_ceiling() -> None:
    slots_seed()
    evening = AnalysisRun(kind=RunKind.COMPREHENSIVE, scheduled_for=NOON.replace(hour=20))
    again = AnalysisRun(kind=RunKind.COMPREHENSIVE, scheduled_for=NOON, retry_of=evening)
    third = AnalysisRun(kind=RunKind.COMPREHENSIVE, scheduled_for=NOON, retry_of=again)
    assert run_ceiling(third) == run_ceiling(again) == run_ceiling(evening) == 300


def test_after_an_hour_the_user_may_ask_again(alice) -> None:
    for _ in range(6):
        run_request(alice)
        end_all()
    AnalysisRun.objects.update(created_wall=timezone.now() - dt.timedelta(minutes=61))
    assert run_request(alice)[1]


def test_a_market_clock_that_stands_still_does_not_refuse_a_second_run(alice) -> None:
    first, _ = run_request(alice)
    end_all()
    second, _ = run_request(alice)
    assert second.scheduled_for > first.scheduled_for


def test_moves_of_one_minute_share_one_run_of_their_sector() -> None:
    first, created = mover_request("energy", NOON + dt.timedelta(seconds=3))
    second, again = mover_request("energy", NOON + dt.timedelta(seconds=44))
    other, _ = mover_request("utilities", NOON)
    assert (first.pk == second.pk, created, again) == (True, True, False)
    assert other.pk != first.pk


@pytest.mark.parametrize(
    ("status", "is_shared"),
    [
        (RunStatus.RUNNING, True),
        (RunStatus.PARTIAL, True),
        (RunStatus.COVERED, True),
        (RunStatus.CANCELLED, False),
        (RunStatus.FAILED, False),
    ],
)
def test_a_run_of_the_same_moment_is_shared_unless_it_came_to_nothing(status, is_shared) -> None:
    first, _ = mover_request("energy", NOON)
    AnalysisRun.objects.filter(pk=first.pk).update(status=status)
    second, created = mover_request("energy", NOON)
    assert (second.pk == first.pk, created) == (is_shared, not is_shared)
    assert second.scheduled_for - NOON < dt.timedelta(milliseconds=1)


def test_a_pass_is_not_asked_for_twice_while_one_waits() -> None:
    first, _ = pass_request()
    assert pass_request() == (first, False)


def test_a_waiting_run_of_a_slot_keeps_its_purpose_when_inputs_come() -> None:
    slot, _ = pass_request()
    assert pass_request(completes_inputs=True)[0] == slot
    slot.refresh_from_db()
    assert not slot.completes_inputs


@pytest.mark.parametrize("fault", [Unavailable("no answer"), ClockUnavailableError("silent")])
def test_older_sessions_that_cannot_be_had_now_are_said_and_ask_for_nothing(
    monkeypatch, caplog, fault
) -> None:
    def away(session):
        raise fault

    monkeypatch.setattr("analysis.services.history_fetch", away)
    assert history_complete() is None
    assert "the older sessions are not fetched yet" in caplog.text
    assert not AnalysisRun.objects.exists()


def test_runs_of_another_market_world_are_nobodys_run(alice) -> None:
    AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=NOON, world="replay")
    assert run_request(alice)[1]


def test_without_preferences_the_limits_are_two_and_four_hours(alice) -> None:
    limits = preference_of(alice)
    assert (limits.fresh_minutes, limits.stale_minutes) == (120, 240)
    assert not FreshnessPreference.objects.exists()


def test_preferences_are_stored_per_user(alice, bob) -> None:
    preference_set(alice, fresh_minutes=30, stale_minutes=60, theme="light")
    preference_set(alice, palette="safe")
    mine = preference_of(alice)
    assert (mine.fresh_minutes, mine.theme, mine.palette) == (30, "light", "safe")
    assert preference_of(bob).theme == "dark"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"fresh_minutes": 240}, "stale_minutes"),
        ({"fresh_minutes": 60, "stale_minutes": 60}, "stale_minutes"),
        ({"fresh_minutes": 0}, "fresh_minutes"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"theme": "pink"}, "theme"),
        ({"colour": "red"}, "__all__"),
    ],
)
def test_a_preference_that_makes_no_sense_is_refused_by_field(alice, values, field) -> None:
    with pytest.raises(ValidationError) as refused:
        preference_set(alice, **values)
    assert field in refused.value.message_dict
    assert not FreshnessPreference.objects.exists()


def test_a_revision_of_the_constants_replaces_the_active_one_and_keeps_the_old(alice) -> None:
    parameters_revise({"winsor_pct": 20}, reason="first", author=alice)
    parameters_revise({"weights": {"30min": 0.40, "1w": 0.05}}, reason="second", author=alice)
    current = parameters_current()
    assert (current.winsor_pct, current.weights["30min"], current.weights["1d"]) == (25.0, 0.4, 0.3)
    assert ParameterRevision.objects.filter(active=True).count() == 1
    assert ParameterRevision.objects.count() == 2


@pytest.mark.parametrize(
    "values",
    [
        {"gamma": 1},
        {"winsor_pct": "much"},
        {"winsor_pct": -1},
        {"scales": {"1d": 0}},
        {"scales": {"2d": 1}},
        {"weights": 3},
        {"weights": {"30min": 0.4}},
        {"relative_volume_min": 5},
        {"winsor_pct": 0.001},
    ],
)
def test_a_constant_that_cannot_be_used_is_refused(alice, values) -> None:
    with pytest.raises(ValidationError):
        parameters_revise(values, reason="wrong", author=alice)
