"""Two years of slots against a table that another calendar made (tests/answers): none twice, none missed."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from functools import cache

import pytest
from exchange_calendars import get_calendar

from analysis.models import ANALYSIS_KINDS, AnalysisRun, RunKind, RunStatus
from analysis.schedule import seed_rules, slots_due, slots_of_session
from analysis.services import slots_seed, tick
from tests.architecture.source import ROOT
from universe import clock
from universe.sessions import (
    ET,
    LAST_DAY,
    hours,
    is_session,
    next_session,
    phase,
    previous_session,
    session_of,
    sessions_between,
)

TABLE = ROOT / "tests" / "answers" / "slots_2026_2027.csv"
KINDS = (*(str(kind) for kind in ANALYSIS_KINDS if kind != RunKind.ON_DEMAND), str(RunKind.PASS))
#: In the order in which the table of slots gives them.
RULES = sorted(seed_rules(), key=lambda rule: rule.at)
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2027, 12, 31)
#: Sundays on which New York changes its clocks.
CLOCK_CHANGES = [dt.date(2026, 3, 8), dt.date(2026, 11, 1), dt.date(2027, 3, 14), dt.date(2027, 11, 7)]
EARLY_CLOSES = [dt.date(2026, 11, 27), dt.date(2026, 12, 24), dt.date(2027, 11, 26)]

Slot = tuple[str, dt.datetime]


def utc(session: dt.date, told: str) -> dt.datetime:
    """ "13:30" or "00:30+1" of the table as a moment."""
    time, _, days = told.partition("+")
    day = session + dt.timedelta(days=int(days or 0))
    return dt.datetime.combine(day, dt.time.fromisoformat(time), tzinfo=dt.UTC)


@cache
def table() -> dict[dt.date, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {dt.date.fromisoformat(row["session"]): row for row in csv.DictReader(file)}


def answers(sessions: Iterable[dt.date]) -> list[Slot]:
    """What the table tells to be due on these sessions, oldest first."""
    found = [
        (kind, utc(day, told)) for day in sessions for kind in KINDS for told in table()[day][kind].split()
    ]
    return sorted(found, key=lambda slot: slot[1])


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=ET).astimezone(dt.UTC)


def holidays() -> list[dt.date]:
    """Weekdays without a session, by the table."""
    days = (FIRST + number * DAY for number in range((LAST - FIRST).days + 1))
    return [day for day in days if day.weekday() < 5 and day not in table()]


def special_days() -> set[dt.date]:
    """Weekends of clock changes, holidays and early closes, each with its neighbours."""
    middles = [*CLOCK_CHANGES, *holidays(), *EARLY_CLOSES]
    near = {day + number * DAY for day in middles for number in (-1, 0, 1)}
    return {day for day in near if FIRST <= day <= LAST}


@cache
def moments() -> tuple[dt.datetime, ...]:
    """Two years of looks: through special days each minute, else just after each slot and at odd moments."""
    looks: set[dt.datetime] = set()
    special = special_days()
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + number * DAY
        start, end = midnight(day), midnight(day + DAY)
        if day in special:
            looks |= {start + MINUTE * minute for minute in range(int((end - start) / MINUTE))}
            continue
        looks |= {start + 97 * MINUTE * step for step in range(15)}
        if day in table():
            looks |= {moment + MINUTE / 3 for _, moment in answers([day])}
    return tuple(sorted(looks | {midnight(LAST + DAY) + MINUTE * minute for minute in range(0, 240, 20)}))


def test_every_session_and_its_four_moments_are_those_of_the_other_calendar() -> None:
    assert sessions_between(FIRST, LAST) == list(table())
    for day, row in table().items():
        own = hours(day)
        found = [own.pre_open, own.open, own.close, own.post_close]
        assert found == [utc(day, row[name]) for name in ("pre_open", "open", "close", "post_close")], day


def test_the_slots_of_every_session_are_those_of_the_table() -> None:
    for day, row in table().items():
        slots = [slot.key for slot in slots_of_session(hours(day), RULES)]
        assert slots == answers([day]), day
        assert len(slots) == int(row["slots"])
    assert sum(int(row["slots"]) for row in table().values()) == 499 * 34 + 3 * 28


def test_the_table_has_the_days_that_are_easily_got_wrong() -> None:
    assert [day for day, row in table().items() if row["slots"] == "28"] == EARLY_CLOSES
    assert len(holidays()) == 20
    for sunday in CLOCK_CHANGES:
        before, after = previous_session(sunday), next_session(sunday)
        assert {table()[before]["pre_open"], table()[after]["pre_open"]} == {"08:00", "09:00"}


@pytest.mark.unmeasured
def test_a_clock_through_two_years_decides_each_slot_once_and_on_time() -> None:
    """Each look decides as a tick does; what it decides has a row from then on."""
    done: set[Slot] = set()
    decided: list[Slot] = []
    newest = FIRST
    for now in (look.astimezone(ET) for look in moments()):
        current = session_of(now)
        span = [hours(day) for day in sessions_between(newest, current)] or [hours(current)]
        decision = slots_due(now, RULES, span, done, since=midnight(FIRST))
        assert decision.covered == (), now
        for slot in decision.run:
            assert not slot.late, slot
            assert now - slot.scheduled_for <= MINUTE / 3, slot
            decided.append(slot.key)
            newest = session_of(slot.scheduled_for)
        done |= {slot.key for slot in decision.run}
    assert decided == answers(table())


def test_a_closed_day_is_looked_at_each_minute_of_it() -> None:
    """The walk above goes through every minute of the days at which calendars go wrong."""
    looks = {now for now in moments() if now.astimezone(ET).date() == dt.date(2026, 11, 1)}
    assert len(looks) == 25 * 60
    assert len({now for now in moments() if now.astimezone(ET).date() == dt.date(2027, 3, 14)}) == 23 * 60


# -- ticks and rows -------------------------------------------------------------------------------------


def tick_at(moment: dt.datetime) -> None:
    """One tick at a market moment; what it asked for has ended before the next."""
    with clock.override(moment):
        tick()
    AnalysisRun.objects.filter(status=RunStatus.QUEUED).update(status=RunStatus.COMPLETE)


def slot_rows() -> list[Slot]:
    """The rows of slots, oldest first; each was run on time."""
    rows = AnalysisRun.objects.order_by("scheduled_for")
    assert {(run.status, run.late) for run in rows} == {(RunStatus.COMPLETE, False)}
    return [(run.kind, run.scheduled_for) for run in rows]


@pytest.mark.django_db
@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("first", "last"),
    [
        *((sunday - 2 * DAY, sunday + DAY) for sunday in CLOCK_CHANGES),
        (dt.date(2026, 11, 26), dt.date(2026, 11, 28)),  # a holiday, its early close, a weekend
        (dt.date(2026, 12, 31), dt.date(2027, 1, 2)),  # the turn of the year
    ],
)
def test_ticks_through_special_days_leave_the_rows_of_the_table(first: dt.date, last: dt.date) -> None:
    slots_seed()
    before = answers([previous_session(first)])
    AnalysisRun.objects.bulk_create(
        AnalysisRun(kind=kind, scheduled_for=moment, status=RunStatus.COMPLETE) for kind, moment in before
    )
    expected = answers(day for day in table() if first <= day <= last)
    looks = [moment + MINUTE / 3 for _, moment in expected]
    looks += [moment + MINUTE for moment in looks[::4]]
    idle = midnight(first)
    while idle < midnight(last + DAY):
        looks += [idle] if phase(idle) == "closed" else []
        idle += 173 * MINUTE
    for moment in sorted(looks):
        tick_at(moment)
    assert slot_rows() == before + expected


# -- beyond the library's own horizon ---------------------------------------------------------------------


def test_sessions_are_known_far_beyond_the_year_that_the_library_looks_ahead() -> None:
    horizon = get_calendar("XNYS").last_session.date()
    assert is_session(horizon)
    assert next_session(horizon) > horizon
    assert previous_session(LAST_DAY) > horizon + 2 * 365 * DAY  # else LAST_DAY has to move


@pytest.mark.django_db
@pytest.mark.parametrize("day", [dt.date(2027, 12, 31), dt.date(2028, 1, 3), dt.date(2034, 12, 29)])
def test_a_tick_serves_its_slot_in_later_years_too(day: dt.date) -> None:
    slots_seed()
    moment = dt.datetime.combine(day, dt.time(4, 0, 20), tzinfo=ET)
    tick_at(moment)
    assert AnalysisRun.objects.filter(kind=RunKind.OVERNIGHT, scheduled_for=moment.replace(second=0)).exists()
