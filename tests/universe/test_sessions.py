from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from universe.sessions import (
    ET,
    FIRST_DAY,
    LAST_DAY,
    NotASessionError,
    OutOfCalendarError,
    SessionError,
    close_after,
    hours,
    is_early_close,
    is_session,
    next_session,
    phase,
    previous_session,
    session_minutes_after,
    session_minutes_between,
    session_of,
    session_offset,
    sessions_between,
)
from universe.types import Phase

#: From the exchange's own announcements.
CLOSED = ["2026-01-01", "2026-01-19", "2026-02-16", "2026-04-03", "2026-05-25", "2026-06-19", "2026-07-03",
          "2026-09-07", "2026-11-26", "2026-12-25", "2025-01-09", "2018-12-05"]  # fmt: skip
EARLY = ["2024-07-03", "2024-11-29", "2024-12-24", "2025-07-03", "2025-11-28", "2025-12-24", "2026-11-27",
         "2026-12-24", "2027-11-26"]  # fmt: skip


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def at(text: str) -> dt.datetime:
    """A New York moment."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ET)


@pytest.mark.parametrize("closed", CLOSED)
def test_the_exchange_is_closed_on_its_holidays(closed: str) -> None:
    assert not is_session(day(closed))


@pytest.mark.parametrize("early", EARLY)
def test_an_early_close_ends_at_one_and_its_late_trading_at_five(early: str) -> None:
    span = hours(day(early))
    assert is_early_close(day(early))
    assert (span.close.hour, span.post_close.hour) == (13, 17)


def test_an_ordinary_session_runs_from_four_to_eight() -> None:
    span = hours(day("2026-11-23"))
    assert [f"{moment:%H:%M}" for moment in (span.pre_open, span.open, span.close, span.post_close)] == [
        "04:00",
        "09:30",
        "16:00",
        "20:00",
    ]


@pytest.mark.parametrize(("year", "count"), [(2024, 252), (2025, 250), (2026, 251), (2027, 251)])
def test_a_year_has_as_many_sessions_as_the_exchange_says(year: int, count: int) -> None:
    assert len(sessions_between(dt.date(year, 1, 1), dt.date(year, 12, 31))) == count


@pytest.mark.parametrize(
    ("before", "after"),
    [("2026-03-06", "2026-03-09"), ("2026-10-30", "2026-11-02")],
)
def test_both_clock_changes_move_the_open_in_utc_and_not_in_new_york(before: str, after: str) -> None:
    first, second = hours(day(before)).open, hours(day(after)).open
    assert (first.hour, second.hour) == (9, 9)
    assert first.astimezone(dt.UTC).hour != second.astimezone(dt.UTC).hour


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T03:59:59", "closed"),
        ("2026-11-23T04:00:00", "pre"),
        ("2026-11-23T09:29:59", "pre"),
        ("2026-11-23T09:30:00", "regular"),
        ("2026-11-23T15:59:59", "regular"),
        ("2026-11-23T16:00:00", "post"),
        ("2026-11-23T19:59:59", "post"),
        ("2026-11-23T20:00:00", "closed"),
        ("2026-11-22T12:00:00", "closed"),
        ("2026-11-26T12:00:00", "closed"),
        ("2026-11-27T12:59:59", "regular"),
        ("2026-11-27T13:00:00", "post"),
        ("2026-11-27T17:00:00", "closed"),
    ],
)
def test_each_edge_belongs_to_the_later_part(moment: str, expected: Phase) -> None:
    assert phase(at(moment)) == expected


def test_a_moment_of_another_zone_is_read_in_new_york() -> None:
    assert phase(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)) == "pre"
    assert phase(dt.datetime(2026, 7, 6, 8, 0, tzinfo=dt.UTC)) == "pre"


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        ("2026-11-23T03:59:59", "2026-11-20"),
        ("2026-11-23T04:00:00", "2026-11-23"),
        ("2026-11-23T23:59:00", "2026-11-23"),
        ("2026-11-22T12:00:00", "2026-11-20"),
        ("2026-11-26T12:00:00", "2026-11-25"),
    ],
)
def test_the_session_of_a_moment_is_the_newest_whose_four_oclock_has_passed(
    moment: str, session: str
) -> None:
    assert session_of(at(moment)) == day(session)


def test_neighbours_skip_weekend_and_holiday() -> None:
    assert next_session(day("2026-11-25")) == day("2026-11-27")
    assert previous_session(day("2026-11-30")) == day("2026-11-27")
    assert next_session(day("2026-11-27")) == day("2026-11-30")


def test_offsets_count_sessions_and_start_from_the_neighbour_of_a_closed_day() -> None:
    assert session_offset(day("2026-11-23"), -5) == day("2026-11-16")
    assert session_offset(day("2026-11-23"), 0) == day("2026-11-23")
    assert session_offset(day("2026-11-22"), 1) == day("2026-11-23")
    assert session_offset(day("2026-11-22"), -1) == day("2026-11-20")


def test_a_closed_day_has_no_hours_and_no_offset_zero() -> None:
    for ask in (hours, lambda closed: session_offset(closed, 0)):
        with pytest.raises(NotASessionError, match=r"2026-11-26 is no session.*2026-11-25 and 2026-11-27"):
            ask(day("2026-11-26"))


def test_a_day_outside_the_calendar_is_named_with_the_bounds() -> None:
    with pytest.raises(OutOfCalendarError, match=f"2017-12-29.*{FIRST_DAY} to {LAST_DAY}"):
        is_session(day("2017-12-29"))
    with pytest.raises(OutOfCalendarError, match="2035-12-31"):
        next_session(LAST_DAY)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(SessionError, match="has no time zone"):
        phase(at("2026-11-23T12:00").replace(tzinfo=None))


def test_a_span_of_sessions_includes_both_ends_and_is_empty_when_reversed() -> None:
    first, last = day("2026-11-24"), day("2026-11-30")
    assert sessions_between(first, last) == [first, day("2026-11-25"), day("2026-11-27"), last]
    assert sessions_between(last, first) == []


@pytest.mark.parametrize(
    ("earlier", "later", "minutes"),
    [
        ("2026-11-23T10:00:00", "2026-11-23T10:30:00", 30.0),
        ("2026-11-20T20:00:00", "2026-11-23T04:00:00", 0.0),
        ("2026-11-20T19:00:00", "2026-11-23T05:00:00", 120.0),
        ("2026-11-25T20:00:00", "2026-11-30T05:00:00", 13 * 60 + 60.0),
        ("2026-11-23T10:30:00", "2026-11-23T10:00:00", 0.0),
        ("2026-10-30T20:00:00", "2026-11-02T20:00:00", 960.0),
        ("2026-11-23T10:00:00", "2026-11-23T10:00:30", 0.5),
    ],
)
def test_session_minutes_leave_out_nights_weekends_and_holidays(
    earlier: str, later: str, minutes: float
) -> None:
    assert session_minutes_between(at(earlier), at(later)) == minutes


#: In 2026 clocks go forward on 8 March and back on 1 November, both Sundays; 26 November and 3 July are
#: holidays, 27 November closes early.
AFTER = [
    ("2026-11-23T10:00:00", 240, "2026-11-23T14:00:00"),
    ("2026-11-23T16:00:00", 240, "2026-11-23T20:00:00"),
    ("2026-11-23T16:00:01", 240, "2026-11-24T04:00:01"),
    ("2026-11-23T18:00:00", 240, "2026-11-24T06:00:00"),
    ("2026-11-23T20:00:00", 240, "2026-11-24T08:00:00"),
    ("2026-11-23T23:00:00", 240, "2026-11-24T08:00:00"),
    ("2026-11-24T03:00:00", 240, "2026-11-24T08:00:00"),
    ("2026-11-20T18:00:00", 240, "2026-11-23T06:00:00"),
    ("2026-11-21T12:00:00", 240, "2026-11-23T08:00:00"),
    ("2026-11-25T18:00:00", 240, "2026-11-27T06:00:00"),
    ("2026-11-27T13:00:00", 240, "2026-11-27T17:00:00"),
    ("2026-11-27T14:00:00", 240, "2026-11-30T05:00:00"),
    ("2026-07-02T18:30:00", 240, "2026-07-06T06:30:00"),
    ("2026-11-25T20:00:00", 15 * 60, "2026-11-30T06:00:00"),
    ("2026-03-06T18:00:00", 240, "2026-03-09T06:00:00"),
    ("2026-10-30T18:00:00", 240, "2026-11-02T06:00:00"),
    ("2026-11-23T10:00:00", 0.5, "2026-11-23T10:00:30"),
    ("2026-11-22T10:00:00", 0, "2026-11-22T10:00:00"),
]


@pytest.mark.parametrize(("moment", "minutes", "later"), AFTER)
def test_minutes_of_session_time_end_in_a_later_session_when_the_day_is_over(
    moment: str, minutes: float, later: str
) -> None:
    assert session_minutes_after(at(moment), minutes) == at(later)


@given(second=st.integers(0, 350 * 86_400), minutes=st.integers(1, 3_000))
def test_the_moment_after_some_minutes_is_the_first_that_is_so_far_away(second: int, minutes: int) -> None:
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=second)
    later = session_minutes_after(moment, minutes)
    assert session_minutes_between(moment, later) == minutes
    assert session_minutes_between(moment, later - dt.timedelta(microseconds=1)) < minutes


def test_minutes_are_not_counted_backwards() -> None:
    with pytest.raises(SessionError, match="-1 minutes after 2026-11-23T10:00"):
        session_minutes_after(at("2026-11-23T10:00"), -1)


@pytest.mark.parametrize(
    ("moment", "close"),
    [
        ("2026-11-23T04:00:00", "2026-11-23T16:00:00"),
        ("2026-11-23T15:59:59", "2026-11-23T16:00:00"),
        ("2026-11-23T16:00:00", "2026-11-24T16:00:00"),
        ("2026-11-20T20:00:00", "2026-11-23T16:00:00"),
        ("2026-11-22T12:00:00", "2026-11-23T16:00:00"),
        ("2026-11-25T16:00:00", "2026-11-27T13:00:00"),
        ("2026-11-27T13:00:00", "2026-11-30T16:00:00"),
        ("2026-03-06T16:30:00", "2026-03-09T16:00:00"),
    ],
)
def test_the_close_after_a_moment_is_that_of_the_next_session_once_it_has_closed(
    moment: str, close: str
) -> None:
    assert close_after(at(moment)) == at(close)


def test_importing_sessions_does_not_bring_pandas() -> None:
    code = "import sys, universe.sessions; sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
