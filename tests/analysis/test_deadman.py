"""The owner is told of slots without a result, late ones and the end of an outage: once, in time, by mail."""

from __future__ import annotations

import datetime as dt
import re
import socket
import threading
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError
from django.utils import timezone

from analysis import deadman
from analysis.deadman import SlotWatch, watch_forever
from analysis.models import AnalysisRun, Notice, RunKind, RunStatus, Slot, world_in_force
from analysis.notice_mail import TRIES_MAX, notices_mail
from analysis.services import slots_seed, tick
from analysis.slot_selectors import slots_unfilled
from tests.analysis.test_ticks import at_once
from universe import clock
from universe.sessions import ET, hours, previous_session, session_of

pytestmark = pytest.mark.django_db

#: A Tuesday in session.
TUESDAY = dt.date(2026, 3, 10)
OWNER = "owner@example.com"
QUICK, SLOW = dt.timedelta(seconds=15), dt.timedelta(seconds=60)


def et(time: str, day: dt.date = TUESDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(time), tzinfo=ET)


class Day:
    """A product on which every slot before ``now`` was served. Its clock is stepped; beat and worker can be
    taken away."""

    def __init__(self, now: dt.datetime) -> None:
        self.watch = SlotWatch()
        self.now = now
        self.has_beat = self.has_worker = True
        first = hours(previous_session(session_of(now))).pre_open
        run = self.publish(RunKind.OVERNIGHT, first)
        with clock.override(now):
            tick()
        AnalysisRun.objects.exclude(pk=run.pk).update(status=RunStatus.COMPLETE, late=False)

    def publish(self, kind: RunKind, moment: dt.datetime) -> AnalysisRun:
        """A board of that moment."""
        done = {"status": RunStatus.COMPLETE, "as_of": moment, "published_at": moment}
        return AnalysisRun.objects.create(kind=kind, scheduled_for=moment, **done)

    def until(self, time: str, step: dt.timedelta = QUICK) -> None:
        """Go on to a time of the day in the steps of a watch; beat ticks on each whole minute."""
        end = et(time, self.now.date())
        while self.now < end:
            self.now += step
            if self.has_beat and self.now.second == 0:
                self.tick()
            if self.has_worker:
                self.work()
            self.look()

    def tick(self) -> None:
        with clock.override(self.now):
            tick()

    def look(self) -> None:
        with clock.override(self.now):
            self.watch.look()
            notices_mail()

    def work(self, status: RunStatus = RunStatus.COMPLETE) -> None:
        """End the runs that wait, as a worker does."""
        done = {"as_of": self.now, "published_at": self.now} if status == RunStatus.COMPLETE else {}
        waiting = AnalysisRun.objects.filter(status=RunStatus.QUEUED)
        waiting.update(status=status, finished_wall=timezone.now(), **done)


@pytest.fixture
def day(settings: Any) -> Day:
    """Two minutes before a Tuesday's 8:00, with an owner."""
    settings.OWNER_EMAIL = OWNER
    slots_seed()
    return Day(et("07:58"))


def told() -> list[str]:
    """Every notice, oldest first: its kind, its slot, and when it was noticed."""
    return [
        f"{one.kind} {one.scheduled_for.astimezone(ET):%H:%M} at {one.at.astimezone(ET):%H:%M:%S}"
        for one in Notice.objects.order_by("id")
    ]


def subjects() -> list[str]:
    return [re.sub(r"\[SectorLight\] | \(simulated market\)", "", message.subject) for message in mail.outbox]


def test_a_quiet_day_is_not_told(day: Day) -> None:
    day.until("08:45", SLOW)
    assert told() == []
    assert mail.outbox == []


def test_a_slot_that_beat_slept_over_has_one_run_and_its_owner_hears_that_it_was_late(day: Day) -> None:
    day.until("07:59:45")
    day.has_beat = False
    day.until("08:02:45")
    day.has_beat = True
    day.until("08:05")
    run = AnalysisRun.objects.get(scheduled_for=et("08:00"))
    assert (run.kind, run.late, run.status) == (RunKind.RELEASE, True, RunStatus.COMPLETE)
    assert told() == ["late 08:00 at 08:03:00"]
    [message] = mail.outbox
    assert message.to == [OWNER]
    assert "“Before the 8:30 releases” of Tue 10 Mar, 8:00, was late" in message.body
    assert "published at 8:03" in message.body


def test_without_beat_the_owner_hears_of_the_slot_after_five_minutes(day: Day) -> None:
    day.until("07:59:45")
    day.has_beat = False
    day.until("08:04:45")
    assert told() == []
    day.until("08:05")
    assert told() == ["unfilled 08:00 at 08:05:00"]
    [message] = mail.outbox
    assert "has no result: nothing asked for it, so beat or the worker" in message.body


def test_an_outage_over_many_slots_is_told_once_and_then_once_an_hour_and_its_end_once(day: Day) -> None:
    day.has_beat = False
    day.until("10:10", SLOW)
    assert told() == [
        "unfilled 08:00 at 08:05:00",
        "unfilled 09:00 at 09:05:00",
        "unfilled 10:00 at 10:05:00",
    ]
    assert "Still no result: 4 slots since Tue 10 Mar, 8:00" in Notice.objects.get(at=et("09:05")).words
    day.has_beat = True
    day.until("11:10", SLOW)
    assert told()[3:] == ["recovered 08:00 at 10:11:00"]
    assert "2 had a run, 4 are covered by a later one: none is missing." in mail.outbox[-1].body
    assert subjects() == ["no result"] * 3 + ["results again"]


def test_a_second_outage_is_told_anew(day: Day) -> None:
    for beat_away, beat_back in (("08:20", "08:40"), ("08:55", "09:10")):
        day.until(beat_away, SLOW)
        day.has_beat = False
        day.until(beat_back, SLOW)
        day.has_beat = True
    day.until("09:20", SLOW)
    assert [one.split()[0] for one in told()] == ["unfilled", "recovered"] * 2


def test_a_run_that_no_worker_takes_is_told_and_so_is_its_result(day: Day) -> None:
    day.has_worker = False
    day.until("08:10", SLOW)
    assert told() == ["unfilled 08:00 at 08:05:00"]
    assert "waits and no worker takes it" in mail.outbox[0].body
    day.has_worker = True
    day.until("08:20")
    assert told()[1:] == ["recovered 08:00 at 08:10:15"]
    assert subjects() == ["no result", "results again"]


def test_a_run_that_failed_counts_until_a_later_board_is_published(day: Day) -> None:
    day.until("07:59:45")
    day.has_worker = False
    day.until("08:00")
    day.work(RunStatus.FAILED)
    day.has_beat = False  # whose ticks would try again
    day.until("08:05")
    assert "failed, and the list of runs says why" in mail.outbox[0].body
    day.publish(RunKind.ON_DEMAND, day.now)
    day.until("08:06")
    assert [one.split()[0] for one in told()] == ["unfilled", "recovered"]


@pytest.mark.parametrize("status", [RunStatus.CARRIED, RunStatus.CANCELLED])
def test_a_board_carried_forward_or_cancelled_by_somebody_is_not_told(day: Day, status: RunStatus) -> None:
    day.has_worker = False
    day.until("08:01")
    day.work(status)
    day.until("08:10", SLOW)
    assert told() == []


def test_a_slot_with_a_longer_ceiling_has_a_minute_more_than_that(day: Day) -> None:
    Slot.objects.filter(at=dt.time(8)).update(ceiling_seconds=600)
    day.has_worker = False
    day.until("08:10", SLOW)
    assert told() == []
    day.until("08:11")
    assert told() == ["unfilled 08:00 at 08:11:00"]


def test_slots_from_before_the_first_board_are_nobodys_loss(day: Day) -> None:
    AnalysisRun.objects.all().delete()
    day.until("08:20", SLOW)
    assert AnalysisRun.objects.filter(late=True).exists()
    assert told() == []


def test_a_disabled_slot_is_not_missed(day: Day) -> None:
    Slot.objects.filter(at=dt.time(8)).update(enabled=False)
    day.until("07:59:45")
    day.has_beat = False
    day.until("08:20", SLOW)
    assert told() == []


def test_a_closed_market_is_not_told() -> None:
    slots_seed()
    day = Day(et("12:00", dt.date(2026, 3, 14)))
    day.has_beat = False
    day.until("13:00", SLOW)
    assert told() == []


def test_a_product_that_was_off_over_slots_gives_one_summary_of_its_catch_up(day: Day) -> None:
    day.now, day.watch = et("10:40"), SlotWatch()
    day.look()  # before the first tick: nothing is blamed yet
    day.tick()
    day.until("10:50")
    assert told() == ["late 10:30 at 10:40:15"]
    assert "7 slots from Tue 10 Mar, 8:00 to Tue 10 Mar, 10:30 went by" in mail.outbox[0].body
    assert "2 had a run, 5 are covered by a later one: none is missing." in mail.outbox[0].body


def test_a_watch_that_slept_with_its_machine_gives_the_others_time_to_catch_up(day: Day) -> None:
    day.until("07:59")
    day.now = et("09:10")
    day.look()
    assert told() == []
    day.has_beat = False
    day.until("09:14:45")
    assert told() == []
    day.until("09:15")
    assert told() == ["unfilled 08:00 at 09:15:00"]


def test_a_slot_that_an_admin_adds_for_a_moment_gone_by_is_not_blamed(day: Day) -> None:
    day.until("08:19", SLOW)
    Slot.objects.create(name="Just gone", kind=RunKind.PASS, at=dt.time(8, 10))
    day.look()
    day.until("08:25", SLOW)
    assert AnalysisRun.objects.get(scheduled_for=et("08:10")).late
    assert told() == []


def test_two_watches_tell_once(day: Day) -> None:
    day.has_beat = False
    day.until("08:04:45")
    other = SlotWatch()
    other._known, other._began = dict(day.watch._known), day.watch._began
    other._looked_at = day.watch._looked_at
    day.until("08:05")
    with clock.override(day.now):
        other.look()
        notices_mail()
    assert (len(told()), len(mail.outbox)) == (1, 1)


# -- the mail -----------------------------------------------------------------------------------------------


def notice(**values: Any) -> Notice:
    known = {
        "world": world_in_force(),
        "kind": Notice.Kind.LATE,
        "slot_kind": RunKind.PASS,
        "words": "It was late.\nVery.",
    }
    moment = et("08:00") + dt.timedelta(minutes=Notice.objects.count())
    times = {"scheduled_for": moment, "until": moment, "at": moment}
    return Notice.objects.create(**(known | times | values))


def aged(one: Notice, seconds: float) -> None:
    Notice.objects.filter(pk=one.pk).update(created_wall=timezone.now() - dt.timedelta(seconds=seconds))


def test_without_an_address_nothing_is_mailed_and_old_notices_stay_unmailed(settings: Any) -> None:
    old, new = notice(), notice()
    assert notices_mail() == 0
    aged(old, 3 * 3600)
    settings.OWNER_EMAIL = OWNER
    assert notices_mail() == 1
    new.refresh_from_db()
    assert new.mailed_wall is not None
    assert notices_mail() == 0


def test_a_mail_server_that_does_not_answer_is_left_after_its_time_and_tried_again(settings: Any) -> None:
    settings.OWNER_EMAIL, settings.EMAIL_TIMEOUT = OWNER, 0.1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    waiting = notice()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        assert notices_mail() == 0
        assert notices_mail() == 0  # not yet again
        aged(waiting, 16)
        assert notices_mail() == 0
    waiting.refresh_from_db()
    assert (waiting.mail_tries, waiting.mailed_wall) == (2, None)


def test_the_last_try_comes_within_the_time_that_a_notice_is_mailed_and_no_further_one(settings: Any) -> None:
    settings.OWNER_EMAIL = OWNER
    last, given_up = notice(mail_tries=TRIES_MAX - 1), notice(mail_tries=TRIES_MAX)
    for one in (last, given_up):
        aged(one, 15 * 2 ** (TRIES_MAX - 1))
    assert notices_mail() == 1
    last.refresh_from_db()
    assert last.mailed_wall is not None


@pytest.mark.django_db(transaction=True)
def test_two_processes_mail_a_notice_once(settings: Any) -> None:
    settings.OWNER_EMAIL = OWNER
    notice()
    at_once(4, notices_mail)
    assert len(mail.outbox) == 1


# -- the thread ---------------------------------------------------------------------------------------------


def test_the_watch_goes_on_after_what_is_away_and_after_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping, looks = threading.Event(), 0

    def look(watch: SlotWatch) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            stopping.set()
        raise {1: DatabaseError("away"), 2: KeyError("a fault")}.get(looks, clock.ClockUnavailableError("?"))

    monkeypatch.setattr(SlotWatch, "look", look)
    monkeypatch.setattr(deadman, "WATCH_SECONDS", 0.001)
    monkeypatch.setattr(deadman.connection, "close", lambda: None)
    watch_forever(stopping)
    assert looks == 3


def test_nothing_is_unfilled_while_all_have_their_runs(day: Day) -> None:
    day.until("08:10", SLOW)
    with clock.override(day.now):
        assert slots_unfilled(day.now) == []
