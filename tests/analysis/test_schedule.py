"""Which slots exist on which day, and what happens to those that nobody served in time."""

from __future__ import annotations

import datetime as dt

import pytest

from analysis.models import RunKind
from analysis.schedule import Decision, late_after, next_slot, seed_rules, slots_due, slots_of_session
from universe.sessions import ET, hours, session_of

RULES = seed_rules()
TUESDAY = dt.date(2026, 3, 10)
MONDAY = dt.date(2026, 3, 9)


def et(day: dt.date, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ET)


def decide(
    now: dt.datetime,
    *days: dt.date,
    done: set[tuple[str, dt.datetime]] = frozenset(),  # type: ignore[assignment]
    since: dt.datetime | None = None,
    covered_until: dt.datetime | None = None,
) -> Decision:
    return slots_due(now, RULES, [hours(day) for day in days], done, since=since, covered_until=covered_until)


def words(slots: tuple) -> list[str]:
    return [f"{slot.scheduled_for:%H:%M} {slot.kind}{' late' if slot.late else ''}" for slot in slots]


def test_a_full_session_has_four_analyses_and_thirty_passes() -> None:
    slots = slots_of_session(hours(TUESDAY), RULES)
    analyses = [f"{slot.scheduled_for:%H:%M}" for slot in slots if slot.kind != RunKind.PASS]
    passes = [f"{slot.scheduled_for:%H:%M}" for slot in slots if slot.kind == RunKind.PASS]
    assert analyses == ["04:00", "08:00", "08:35", "20:00"]
    assert len(passes) == 30
    assert (passes[0], passes[-1]) == ("04:30", "19:30")


def test_eight_and_twenty_o_clock_are_not_run_twice() -> None:
    moments = [slot.scheduled_for for slot in slots_of_session(hours(TUESDAY), RULES)]
    assert len(moments) == len(set(moments))


@pytest.mark.parametrize(
    "day",
    [dt.date(2026, 11, 27), dt.date(2026, 12, 24), dt.date(2025, 7, 3), dt.date(2025, 11, 28)],
)
def test_nothing_exists_after_17_00_on_an_early_close(day: dt.date) -> None:
    slots = slots_of_session(hours(day), RULES)
    assert f"{slots[-1].scheduled_for:%H:%M}" == "17:00"
    assert RunKind.COMPREHENSIVE not in {slot.kind for slot in slots}


@pytest.mark.parametrize(
    ("day", "first_utc"),
    [
        (dt.date(2026, 3, 6), "09:00"),  # Friday before the clocks go forward
        (dt.date(2026, 3, 9), "08:00"),  # Monday after
        (dt.date(2025, 10, 31), "08:00"),  # Friday before they go back
        (dt.date(2025, 11, 3), "09:00"),  # Monday after
    ],
)
def test_slots_keep_new_york_time_over_both_clock_changes(day: dt.date, first_utc: str) -> None:
    first, *_, last = slots_of_session(hours(day), RULES)
    assert f"{first.scheduled_for:%H:%M}" == "04:00"
    assert f"{first.scheduled_for.astimezone(dt.UTC):%H:%M}" == first_utc
    assert (last.scheduled_for - first.scheduled_for) == dt.timedelta(hours=16)


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        ("2026-11-26T12:00", "2026-11-25"),  # Thanksgiving
        ("2026-12-25T12:00", "2026-12-24"),  # Christmas
        ("2026-01-01T12:00", "2025-12-31"),  # New Year
        ("2026-04-03T12:00", "2026-04-02"),  # Good Friday
        (
            "2026-03-08T03:30",
            "2026-03-06",
        ),  # the Sunday of the clock change, in the hour that does not exist twice
    ],
)
def test_a_day_without_a_session_has_no_slot_of_its_own(moment: str, session: str) -> None:
    now = dt.datetime.fromisoformat(moment).replace(tzinfo=ET)
    assert session_of(now).isoformat() == session


def test_on_time_only_the_slot_of_the_minute_is_due() -> None:
    done = {
        slot.key for slot in slots_of_session(hours(TUESDAY), RULES) if slot.scheduled_for < et(TUESDAY, 10)
    }
    decision = decide(et(TUESDAY, 10, 0, 20), TUESDAY, done=done)
    assert (words(decision.run), decision.covered) == (["10:00 pass"], ())


def test_between_slots_nothing_is_due() -> None:
    done = {
        slot.key
        for slot in slots_of_session(hours(TUESDAY), RULES)
        if slot.scheduled_for < et(TUESDAY, 10, 1)
    }
    assert decide(et(TUESDAY, 10, 15), TUESDAY, done=done) == Decision((), ())


def test_a_first_start_at_ten_runs_the_newest_analysis_and_the_newest_pass_and_covers_the_rest() -> None:
    decision = decide(et(TUESDAY, 10, 0, 30), MONDAY, TUESDAY, since=et(MONDAY, 20))
    assert words(decision.run) == ["08:35 release late", "10:00 pass"]
    covered = words(decision.covered)
    assert covered[:3] == ["20:00 comprehensive", "04:00 overnight", "04:30 pass"]
    assert covered[-1] == "09:30 pass"
    assert len(covered) == 3 + 10


def test_a_pass_that_a_published_run_has_already_overtaken_is_only_recorded() -> None:
    done = {
        slot.key for slot in slots_of_session(hours(TUESDAY), RULES) if slot.scheduled_for < et(TUESDAY, 10)
    }
    decision = decide(et(TUESDAY, 10, 1), TUESDAY, done=done, covered_until=et(TUESDAY, 10, 0, 5))
    assert (decision.run, words(decision.covered)) == ((), ["10:00 pass"])


def test_an_analysis_is_run_even_when_a_newer_pass_was_published() -> None:
    done = {
        slot.key
        for slot in slots_of_session(hours(TUESDAY), RULES)
        if slot.scheduled_for < et(TUESDAY, 8, 35)
    }
    decision = decide(et(TUESDAY, 8, 36), TUESDAY, done=done, covered_until=et(TUESDAY, 8, 35, 30))
    assert words(decision.run) == ["08:35 release"]


def test_after_a_night_away_only_the_newest_of_the_missed_analyses_is_run() -> None:
    yesterday = {
        slot.key for slot in slots_of_session(hours(MONDAY), RULES) if slot.scheduled_for < et(MONDAY, 19)
    }
    decision = decide(et(TUESDAY, 4, 45), MONDAY, TUESDAY, done=yesterday, since=et(MONDAY, 4))
    assert words(decision.run) == ["04:00 overnight late", "04:30 pass late"]
    assert words(decision.covered) == ["19:00 pass", "19:30 pass", "20:00 comprehensive"]


def test_on_a_weekend_a_missed_friday_evening_is_still_served() -> None:
    friday, sunday = dt.date(2026, 3, 6), dt.date(2026, 3, 8)
    done = {
        slot.key for slot in slots_of_session(hours(friday), RULES) if slot.scheduled_for < et(friday, 20)
    }
    decision = decide(et(sunday, 12), friday, done=done, since=et(friday, 4))
    assert words(decision.run) == ["20:00 comprehensive late"]


def test_a_row_in_any_state_keeps_its_slot_from_being_made_again() -> None:
    everything = {slot.key for slot in slots_of_session(hours(TUESDAY), RULES)}
    assert decide(et(TUESDAY, 20, 0, 1), TUESDAY, done=everything) == Decision((), ())


def test_moments_are_the_same_slot_in_any_zone() -> None:
    done = {
        (kind, moment.astimezone(dt.UTC))
        for kind, moment in (s.key for s in slots_of_session(hours(TUESDAY), RULES))
    }
    assert decide(et(TUESDAY, 12), TUESDAY, done=done) == Decision((), ())


def test_the_next_slot_after_the_last_is_the_next_sessions_four_o_clock() -> None:
    found = next_slot(et(MONDAY, 20, 0, 1), RULES, [hours(MONDAY), hours(TUESDAY)])
    assert found is not None
    assert found.scheduled_for == et(TUESDAY, 4)


@pytest.mark.parametrize(("second", "late"), [(120, False), (121, True)])
def test_a_slot_that_two_ticks_have_not_served_is_late(second: int, late: bool) -> None:
    done = {
        slot.key for slot in slots_of_session(hours(TUESDAY), RULES) if slot.scheduled_for < et(TUESDAY, 8)
    }
    decision = decide(et(TUESDAY, 8) + dt.timedelta(seconds=second), TUESDAY, done=done)
    assert [slot.late for slot in decision.run] == [late]


@pytest.mark.parametrize(
    ("tick_seconds", "speed", "minutes"),
    [
        (60, 1, 2),
        (9, 7, 2.1),  # a tick is never less than a whole second, so two may be more than two minutes
        (5, 11, 2),
        (1, 60, 10),  # ten seconds of the machine
    ],
)
def test_in_a_fast_market_a_machine_has_ten_seconds(tick_seconds: int, speed: float, minutes: float) -> None:
    assert late_after(dt.timedelta(seconds=tick_seconds), speed) == dt.timedelta(minutes=minutes)
