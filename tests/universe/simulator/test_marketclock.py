from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from universe.sessions import ET, phase
from universe.simulator.marketclock import LINGER, SimulatedClock, into_session, time_run


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ET)


def test_market_time_runs_with_its_speed() -> None:
    clock = SimulatedClock(at("2026-11-23T10:00"), 1000.0, speed=60.0)
    assert clock.at(1010.0) == at("2026-11-23T10:10")


def test_before_its_anchor_a_clock_stands_at_the_anchor() -> None:
    assert SimulatedClock(at("2026-11-23T10:00"), 1000.0).at(900.0) == at("2026-11-23T10:00")


def test_shortly_after_eight_comes_the_next_sessions_four_oclock() -> None:
    clock = SimulatedClock(at("2026-11-25T19:59:00"), 0.0)
    assert clock.at(60.0) == at("2026-11-25T20:00:00")
    assert clock.at(60.0 + LINGER.total_seconds() + 30.0) == at("2026-11-27T04:00:30")


def test_an_early_close_ends_its_day_at_five() -> None:
    clock = SimulatedClock(at("2026-11-27T16:59:00"), 0.0)
    assert clock.at(60.0 + LINGER.total_seconds()) == at("2026-11-30T04:00:00")


def test_a_recording_ends_at_eight_of_its_last_session_and_stands_there() -> None:
    last = dt.date(2026, 3, 31)
    clock = SimulatedClock(at("2026-03-31T19:59:00"), 0.0, last_session=last)
    assert not clock.has_ended(59.0)
    assert clock.has_ended(60.0)
    assert clock.at(1e6) == at("2026-03-31T20:00:00")


@pytest.mark.parametrize(
    ("wish", "given_back"),
    [
        ("2026-11-23T10:00", "2026-11-23T10:00"),
        ("2026-11-23T02:00", "2026-11-23T04:00"),
        ("2026-11-22T12:00", "2026-11-23T04:00"),
        ("2026-11-23T23:00", "2026-11-24T04:00"),
        ("2026-11-26T12:00", "2026-11-27T04:00"),
    ],
)
def test_a_moment_outside_sessions_becomes_the_next_four_oclock(wish: str, given_back: str) -> None:
    assert into_session(at(wish)) == at(given_back)


def test_nothing_lies_beyond_the_end_of_a_recording() -> None:
    assert into_session(at("2026-04-02T12:00"), dt.date(2026, 3, 31)) == at("2026-03-31T20:00")


def test_moving_the_anchor_changes_no_time() -> None:
    clock = SimulatedClock(at("2026-11-25T19:00"), 0.0, speed=30.0)
    moved = clock.anchored(500.0)
    assert moved.wall_anchor == 500.0
    assert moved.at(9000.0) == clock.at(9000.0)


@given(
    st.floats(0, 5e5, allow_nan=False),
    st.floats(0, 5e5, allow_nan=False),
    st.sampled_from([1.0, 7.0, 60.0]),
)
def test_time_never_goes_back_and_is_always_in_a_session(first: float, more: float, speed: float) -> None:
    clock = SimulatedClock(at("2026-10-30T10:00"), 0.0, speed=speed)
    earlier, later = clock.at(first), clock.at(first + more)
    assert later.timestamp() >= earlier.timestamp()
    assert phase(later) != "closed" or phase(later - LINGER) != "closed"


@given(st.integers(0, 500_000), st.integers(0, 500_000))
def test_the_time_that_ran_between_two_moments_is_what_the_clock_was_given(first: int, more: int) -> None:
    clock = SimulatedClock(at("2026-10-30T10:00"), 0.0)
    assert time_run(clock.at(first), clock.at(first + more)) == dt.timedelta(seconds=more)


def test_nothing_has_run_until_a_moment_to_come() -> None:
    assert time_run(at("2026-11-23T10:00"), at("2026-11-23T09:00")) == dt.timedelta()
    assert time_run(at("2026-11-24T10:00"), at("2026-11-23T09:00")) == dt.timedelta()
