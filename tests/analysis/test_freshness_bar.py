"""What the freshness bar says: the worse of age and lateness, in words."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.utils import timezone

from analysis.freshness import ActiveRun, moment_words, span_words
from analysis.lifecycle import run_claim
from analysis.models import Alert, AnalysisRun, RunKind, RunStatus
from analysis.selectors import board_freshness, run_failed_since
from analysis.services import preference_set, run_cancel, run_request, slots_seed
from universe.clock import override
from universe.sessions import ET

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()


def et(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ET)


def published(kind: str, as_of: dt.datetime, **values) -> AnalysisRun:
    return AnalysisRun.objects.create(
        kind=kind,
        scheduled_for=as_of,
        as_of=as_of,
        published_at=as_of + dt.timedelta(seconds=3),
        finished_wall=timezone.now(),
        status=RunStatus.COMPLETE,
        **values,
    )


def test_without_a_run_it_says_so() -> None:
    slots_seed()
    bar = board_freshness(NOBODY, et("2026-03-11T03:00"))
    assert (bar.state, bar.word) == ("none", "NO ANALYSIS YET")
    assert bar.advice == "The next run is due at 4:00."


def test_the_four_oclock_analysis_is_aging_at_6_37() -> None:
    published(RunKind.OVERNIGHT, et("2026-03-11T04:00"))
    published(RunKind.PASS, et("2026-03-11T06:30"))
    bar = board_freshness(NOBODY, et("2026-03-11T06:37"))
    assert (bar.state, bar.run_advised) == ("aging", True)
    assert bar.headline == "Full analysis as of 4:00, 2 h 37 min old."
    assert bar.changed == "No catalyst and no move over 15% since then. The lights are of 6:30."


def test_a_pass_does_not_make_an_analysis_young() -> None:
    published(RunKind.OVERNIGHT, et("2026-03-11T04:00"))
    published(RunKind.PASS, et("2026-03-11T08:30"))
    bar = board_freshness(NOBODY, et("2026-03-11T08:31"))
    assert (bar.state, bar.headline) == ("stale", "Full analysis as of 4:00: 4 h 31 min old.")


def test_what_the_run_on_screen_had_to_do_without_is_told() -> None:
    whole = published(RunKind.OVERNIGHT, et("2026-03-11T04:00"))
    assert board_freshness(NOBODY, et("2026-03-11T04:10")).missing == ""
    AnalysisRun.objects.filter(pk=whole.pk).update(
        status=RunStatus.PARTIAL, message="Splits are not fresh: no answer.\nThe benchmark has no price."
    )
    bar = board_freshness(NOBODY, et("2026-03-11T04:10"))
    assert bar.missing == "Splits are not fresh: no answer. The benchmark has no price."
    assert "PARTIAL" in render_to_string("analysis/_freshness.html", {"bar": bar, "icon": "g-ok"})


def test_a_friday_evening_run_is_fresh_on_monday_morning() -> None:
    published(RunKind.COMPREHENSIVE, et("2026-03-06T20:00"))
    bar = board_freshness(NOBODY, et("2026-03-09T04:30"))
    assert (bar.state, bar.age) == ("fresh", dt.timedelta(minutes=30))
    assert bar.headline == (
        "Full analysis as of Friday 20:00: 30 min of session time, 55 h 30 min by the clock."
    )


def test_a_stale_analysis_over_a_night_names_both_ages() -> None:
    published(RunKind.ON_DEMAND, et("2026-03-10T19:00"))
    published(RunKind.PASS, et("2026-03-11T08:00"))
    bar = board_freshness(NOBODY, et("2026-03-11T08:10"))
    old = "5 h 10 min of session time, 13 h 10 min by the clock"
    assert bar.headline == f"Full analysis as of Tuesday 19:00: {old}."


def test_before_the_session_a_fresh_analysis_names_the_night_as_well() -> None:
    published(RunKind.ON_DEMAND, et("2026-03-10T19:59:30"))
    bar = board_freshness(NOBODY, et("2026-03-11T04:00"))
    assert bar.state == "fresh"
    assert bar.headline == (
        "Full analysis as of Tuesday 19:59: less than a minute of session time, 8 h by the clock."
    )


def test_a_users_own_limits_decide() -> None:
    alice = get_user_model().objects.create_user("alice", password="-")
    preference_set(alice, fresh_minutes=5, stale_minutes=10)
    published(RunKind.ON_DEMAND, et("2026-03-11T10:00"))
    now = et("2026-03-11T10:12")
    assert board_freshness(alice, now).state == "stale"
    assert board_freshness(NOBODY, now).state == "fresh"


@pytest.mark.parametrize(
    ("on_open", "advised", "at_once"), [("view", False, False), ("ask", True, False), ("run", True, True)]
)
def test_what_a_user_wants_on_opening_decides_what_the_button_does(
    on_open: str, advised: bool, at_once: bool
) -> None:
    alice = get_user_model().objects.create_user("alice", password="-")
    preference_set(alice, on_open=on_open)
    published(RunKind.ON_DEMAND, et("2026-03-11T05:00"))
    bar = board_freshness(alice, et("2026-03-11T10:12"))
    assert (bar.run_advised, bar.run_at_once) == (advised, at_once)


def test_a_pass_that_does_not_come_for_45_minutes_is_overdue() -> None:
    published(RunKind.OVERNIGHT, et("2026-03-11T10:00"))
    assert board_freshness(NOBODY, et("2026-03-11T10:45")).state == "fresh"
    bar = board_freshness(NOBODY, et("2026-03-11T10:47"))
    assert (bar.state, bar.age_state) == ("overdue", "fresh")
    assert bar.headline == "Pass overdue, 46 min since the last; full analysis as of 10:00, 47 min old."


def test_an_overdue_pass_keeps_the_age_of_the_analysis_and_the_offer() -> None:
    published(RunKind.OVERNIGHT, et("2026-03-11T10:05"))
    bar = board_freshness(NOBODY, et("2026-03-11T13:20:03"))
    assert (bar.state, bar.age_state, bar.run_advised) == ("overdue", "aging", True)
    assert (
        bar.headline == "Pass overdue, 3 h 15 min since the last; full analysis as of 10:05, 3 h 15 min old."
    )
    assert bar.advice == "It goes on by itself."


def test_a_stale_analysis_hides_no_overdue_pass() -> None:
    published(RunKind.OVERNIGHT, et("2026-03-11T04:00"))
    published(RunKind.PASS, et("2026-03-11T08:30"))
    bar = board_freshness(NOBODY, et("2026-03-11T09:30:03"))
    assert (bar.state, bar.advice) == ("stale", "A fresh run is recommended.")
    assert bar.headline == "Pass overdue, 1 h since the last; full analysis as of 4:00: 5 h 30 min old."


def test_at_night_nothing_is_overdue() -> None:
    published(RunKind.COMPREHENSIVE, et("2026-03-10T18:00"))
    assert not board_freshness(NOBODY, et("2026-03-11T03:00")).overdue


def test_a_run_at_work_shows_its_percent_and_who_asked() -> None:
    alice = get_user_model().objects.create_user("alice", password="-")
    published(RunKind.PASS, et("2026-03-11T10:30"))
    AnalysisRun.objects.create(
        kind=RunKind.ON_DEMAND,
        scheduled_for=et("2026-03-11T10:42"),
        status=RunStatus.RUNNING,
        percent=64,
        stage="fetching the prices",
        requested_by=alice,
    )
    bar = board_freshness(NOBODY, et("2026-03-11T10:43"))
    assert (bar.state, bar.word, bar.percent) == ("running", "RUNNING 64%", 64)
    assert bar.headline == "Fetching the prices."
    assert bar.advice == "Started by alice. On screen: 10:30. Everyone gets the result."


def test_while_a_run_works_what_happened_names_the_analysis_it_came_after() -> None:
    published(RunKind.ON_DEMAND, et("2026-03-11T10:05"))
    session = dt.date(2026, 3, 11)
    Alert.objects.create(kind="mover", at=et("2026-03-11T10:20"), session=session, symbol="AAA", level=15)
    AnalysisRun.objects.create(
        kind=RunKind.ON_DEMAND, scheduled_for=et("2026-03-11T10:42"), status=RunStatus.RUNNING
    )
    bar = board_freshness(NOBODY, et("2026-03-11T10:43"))
    assert (bar.state, bar.changed) == ("running", "Since the 10:05 analysis 1 move over 15%.")


def test_a_run_that_others_joined_says_how_many_wait() -> None:
    alice = get_user_model().objects.create_user("alice", password="-")
    published(RunKind.PASS, et("2026-03-11T10:30"))
    with override(et("2026-03-11T10:42")):
        for name in ("bob", "carol"):
            run_request(alice)
            run_request(get_user_model().objects.create_user(name, password="-"))
    bar = board_freshness(NOBODY, et("2026-03-11T10:43"))
    assert bar.advice == "Started by alice, +2. On screen: 10:30. Everyone gets the result."


def test_a_run_that_is_being_cancelled_says_who_did_it_and_what_comes() -> None:
    alice = get_user_model().objects.create_user("alice", password="-")
    published(RunKind.PASS, et("2026-03-11T10:30"))
    with override(et("2026-03-11T10:42")):
        run, _ = run_request(alice)
        run_claim(run.pk)
        AnalysisRun.objects.filter(pk=run.pk).update(percent=43)
        assert bar_run(alice).may_cancel
        run_cancel(run, alice)
    bar = board_freshness(alice, et("2026-03-11T10:43"))
    assert (bar.state, bar.word, bar.headline) == ("running", "CANCELLING 43%", "Cancelled by alice.")
    assert bar.advice == "It ends with its next step. On screen: 10:30."
    assert not bar_run(alice).may_cancel


def bar_run(user) -> ActiveRun:
    run = board_freshness(user, et("2026-03-11T10:43")).run
    assert run is not None
    return run


def test_after_a_cancelled_run_the_bar_shows_the_board_with_its_age() -> None:
    alice = get_user_model().objects.create_user("alice", password="-")
    published(RunKind.ON_DEMAND, et("2026-03-11T10:30"))
    with override(et("2026-03-11T10:42")):
        run, _ = run_request(alice)
        run_cancel(run, alice)
    bar = board_freshness(NOBODY, et("2026-03-11T10:43"))
    assert (bar.state, bar.headline) == ("fresh", "Full analysis as of 10:30, 13 min old.")
    assert bar.advice == "The run of 10:42 was cancelled by alice."
    published(RunKind.PASS, et("2026-03-11T11:00"))
    assert board_freshness(NOBODY, et("2026-03-11T11:01")).advice == ""


def test_a_board_that_starts_a_run_by_itself_does_not_start_a_cancelled_one_again() -> None:
    alice = get_user_model().objects.create_user("alice", password="-")
    preference_set(alice, on_open="run")
    published(RunKind.ON_DEMAND, et("2026-03-11T05:00"))
    now = et("2026-03-11T10:43")
    assert board_freshness(alice, now).run_at_once
    with override(now):
        run, _ = run_request(alice)
        run_cancel(run, alice)
    assert (board_freshness(alice, now).run_at_once, board_freshness(alice, now).run_advised) == (False, True)


def test_before_any_board_a_cancelled_run_is_told_as_well() -> None:
    alice = get_user_model().objects.create_user("alice", password="-")
    with override(et("2026-03-11T10:42")):
        run, _ = run_request(alice)
        run_cancel(run, alice)
    bar = board_freshness(NOBODY, et("2026-03-11T10:43"))
    assert (bar.state, bar.advice) == ("none", "The run of 10:42 was cancelled by alice.")


def test_a_failed_run_says_why_and_what_is_still_shown() -> None:
    board = published(RunKind.PASS, et("2026-03-11T10:30"))
    failed = AnalysisRun.objects.create(
        kind=RunKind.ON_DEMAND,
        scheduled_for=et("2026-03-11T10:42"),
        status=RunStatus.FAILED,
        percent=71,
        message="the price vendor did not answer.",
        finished_wall=timezone.now() + dt.timedelta(seconds=1),
    )
    assert run_failed_since(board) == failed
    bar = board_freshness(NOBODY, et("2026-03-11T10:43"))
    assert (bar.state, bar.run_advised) == ("failed", True)
    assert bar.headline == "Stopped at 71%: the price vendor did not answer."
    assert bar.advice == "The board still shows 10:30. Nothing of the failed run is used."


def test_a_failure_before_the_newest_publication_is_forgotten() -> None:
    AnalysisRun.objects.create(
        kind=RunKind.PASS,
        scheduled_for=et("2026-03-11T10:00"),
        status=RunStatus.FAILED,
        finished_wall=timezone.now() - dt.timedelta(minutes=1),
    )
    published(RunKind.ON_DEMAND, et("2026-03-11T10:10"))
    assert board_freshness(NOBODY, et("2026-03-11T10:12")).state == "fresh"


def test_movers_since_the_analysis_are_counted() -> None:
    published(RunKind.OVERNIGHT, et("2026-03-11T04:00"))
    for symbol, at in (("AAA", "03:59"), ("BBB", "04:10"), ("CCC", "05:00")):
        Alert.objects.create(
            kind="mover", at=et(f"2026-03-11T{at}"), session=dt.date(2026, 3, 11), symbol=symbol, level=15
        )
    bar = board_freshness(NOBODY, et("2026-03-11T05:10"))
    assert (bar.movers, bar.changed) == (2, "Since then 2 moves over 15%.")
    published(RunKind.PASS, et("2026-03-11T06:00"))
    aging = board_freshness(NOBODY, et("2026-03-11T06:10"))
    assert aging.advice == "Run a fresh one if those 2 moves over 15% matter to you."


def test_only_a_night_behind_an_aging_analysis_brings_overnight_news_up() -> None:
    published(RunKind.ON_DEMAND, et("2026-03-10T19:00"))
    published(RunKind.PASS, et("2026-03-11T05:00"))
    bar = board_freshness(NOBODY, et("2026-03-11T05:10"))
    assert (bar.state, bar.advice) == ("aging", "Run a fresh one if overnight news matters to you.")
    published(RunKind.ON_DEMAND, et("2026-03-11T10:00"))
    published(RunKind.PASS, et("2026-03-11T12:30"))
    bar = board_freshness(NOBODY, et("2026-03-11T12:31"))
    assert (bar.state, bar.advice) == ("aging", "")


def test_a_run_of_another_world_does_not_make_this_board_fresh() -> None:
    published(RunKind.OVERNIGHT, et("2026-03-11T04:00"), world="replay")
    assert board_freshness(NOBODY, et("2026-03-11T04:10")).state == "none"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0.5, "less than a minute"), (12, "12 min"), (157, "2 h 37 min"), (180, "3 h"), (1500, "25 h")],
)
def test_spans_are_said_as_people_say_them(minutes: float, words: str) -> None:
    assert span_words(dt.timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [("2026-03-11T04:00", "4:00"), ("2026-03-09T20:00", "Monday 20:00"), ("2026-02-20T09:30", "20 Feb 9:30")],
)
def test_moments_name_their_day_when_it_is_not_today(moment: str, words: str) -> None:
    assert moment_words(et(moment), et("2026-03-11T12:00")) == words
