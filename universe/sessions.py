"""Market time: which days are sessions, when they start and end, in which part of one a moment lies.

Pure. Days are New York calendar dates, moments are aware datetimes of any zone, answers are New York time.
A session runs from 4:00 (``pre_open``) to 20:00 (``post_close``), on early closes to 17:00; its regular part
from 9:30 to 16:00, on early closes to 13:00. All spans are half-open: 16:00 belongs to the late part, 20:00
to nobody. The days are those of exchange_calendars (XNYS), which knows regular hours only; extended hours are
those of the consolidated tape. The calendar is made at the first question and kept as plain integers.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from functools import cache
from zoneinfo import ZoneInfo

from universe.types import Phase, Session, SessionHours

ET = ZoneInfo("America/New_York")
FIRST_DAY = dt.date(2018, 1, 1)
LAST_DAY = dt.date(2035, 12, 31)
#: New York time at which extended hours end on an early close.
EARLY_POST_CLOSE = dt.time(17, 0)

_PRE_OPEN = dt.time(4, 0)
_OPEN = dt.time(9, 30)
_CLOSE = dt.time(16, 0)
_POST_CLOSE = dt.time(20, 0)
_EARLY_CLOSE = dt.time(13, 0)


class SessionError(ValueError):
    """A question about market time that has no answer: a mistake of the caller, not worth a retry."""


class OutOfCalendarError(SessionError):
    """The day lies outside the years that the calendar knows."""

    def __init__(self, day: dt.date) -> None:
        super().__init__(f"{day} is outside the calendar, which knows {FIRST_DAY} to {LAST_DAY}")


class NotASessionError(SessionError):
    """The exchange is closed on that day."""

    def __init__(self, day: dt.date) -> None:
        super().__init__(
            f"{day} is no session; the nearest are {previous_session(day)} and {next_session(day)}"
        )


@cache
def _calendar() -> tuple[tuple[int, ...], frozenset[int]]:
    """Proleptic day numbers of all sessions, ascending, and those of them that close early."""
    from exchange_calendars import get_calendar  # brings pandas: half a second nobody needs at import

    calendar = get_calendar("XNYS", start=FIRST_DAY.isoformat(), end=LAST_DAY.isoformat())
    days = tuple(stamp.toordinal() for stamp in calendar.sessions)
    return days, frozenset(stamp.toordinal() for stamp in calendar.early_closes)


def _checked(day: dt.date) -> int:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise OutOfCalendarError(day)
    return day.toordinal()


def _at(index: int, asked: dt.date) -> Session:
    days, _ = _calendar()
    if not 0 <= index < len(days):
        raise OutOfCalendarError(asked)
    return dt.date.fromordinal(days[index])


def is_session(day: dt.date) -> bool:
    number = _checked(day)
    days, _ = _calendar()
    index = bisect_left(days, number)
    return index < len(days) and days[index] == number


def is_early_close(day: dt.date) -> bool:
    return _checked(day) in _calendar()[1]


def next_session(day: dt.date) -> Session:
    """The first session after ``day``, never ``day`` itself."""
    return _at(bisect_right(_calendar()[0], _checked(day)), day)


def previous_session(day: dt.date) -> Session:
    """The last session before ``day``, never ``day`` itself."""
    return _at(bisect_left(_calendar()[0], _checked(day)) - 1, day)


def session_offset(day: dt.date, count: int) -> Session:
    """The session ``count`` sessions after ``day`` (before it when negative).

    A day that is no session counts from its neighbour: the offset +1 of a Sunday is Monday, -1 is Friday; its
    offset 0 does not exist and raises NotASessionError.
    """
    number = _checked(day)
    days, _ = _calendar()
    if count > 0:
        return _at(bisect_right(days, number) + count - 1, day)
    if count < 0:
        return _at(bisect_left(days, number) + count, day)
    if not is_session(day):
        raise NotASessionError(day)
    return day


def sessions_between(first: dt.date, last: dt.date) -> list[Session]:
    """All sessions from ``first`` to ``last``, both included when they are sessions; empty when reversed."""
    days, _ = _calendar()
    low, high = bisect_left(days, _checked(first)), bisect_right(days, _checked(last))
    return [dt.date.fromordinal(number) for number in days[low:high]]


def hours(session: Session) -> SessionHours:
    """The four moments of a session; NotASessionError for any other day."""
    if not is_session(session):
        raise NotASessionError(session)
    early = is_early_close(session)

    def at(time: dt.time) -> dt.datetime:
        return dt.datetime.combine(session, time, tzinfo=ET)

    return SessionHours(
        session=session,
        pre_open=at(_PRE_OPEN),
        open=at(_OPEN),
        close=at(_EARLY_CLOSE if early else _CLOSE),
        post_close=at(EARLY_POST_CLOSE if early else _POST_CLOSE),
    )


def new_york(moment: dt.datetime) -> dt.datetime:
    """The same moment in New York time; a datetime without a zone is refused."""
    if moment.tzinfo is None:
        raise SessionError(f"{moment.isoformat()} has no time zone; give an aware datetime")
    return moment.astimezone(ET)


def phase(moment: dt.datetime) -> Phase:
    local = new_york(moment)
    if not is_session(local.date()):
        return "closed"
    day = hours(local.date())
    if not day.pre_open <= local < day.post_close:
        return "closed"
    if local < day.open:
        return "pre"
    return "regular" if local < day.close else "post"


def session_of(moment: dt.datetime) -> Session:
    """The newest session whose 4:00 has passed."""
    local = new_york(moment)
    day = local.date()
    if is_session(day) and local >= hours(day).pre_open:
        return day
    return previous_session(day)


def minute_start(moment: dt.datetime) -> dt.datetime:
    """The whole minute that ``moment`` lies in."""
    return moment.replace(second=0, microsecond=0)


def minute_end(moment: dt.datetime) -> dt.datetime:
    """The first whole minute that is not before ``moment``."""
    start = minute_start(moment)
    return start if start == moment else start + dt.timedelta(minutes=1)


def session_minutes_between(earlier: dt.datetime, later: dt.datetime) -> float:
    """Minutes of session time (4:00 to 20:00, early closes to 17:00) in the span; 0 when it is reversed."""
    start, end = new_york(earlier), new_york(later)
    total = dt.timedelta()
    for session in sessions_between(start.date(), end.date()):
        day = hours(session)
        total += max(min(end, day.post_close) - max(start, day.pre_open), dt.timedelta())
    return total.total_seconds() / 60


def session_minutes_after(moment: dt.datetime, minutes: float) -> dt.datetime:
    """The earliest moment by which ``minutes`` of session time have passed since ``moment``.

    Nights, weekends and holidays take none of it: 240 minutes after 18:00 of a Friday is Monday, 6:00; 240
    after 16:00 is 20:00 of that day. 0 is the moment itself; SessionError when ``minutes`` is negative.
    """
    if minutes < 0:
        raise SessionError(f"{minutes:g} minutes after {moment.isoformat()} is asked for; give 0 or more")
    start, left = new_york(moment), dt.timedelta(minutes=minutes)
    if not left:
        return start
    session = _session_from(start.date())
    while True:
        day = hours(session)
        begin = max(start, day.pre_open)
        if day.post_close - begin >= left:
            return begin + left
        left -= max(day.post_close - begin, dt.timedelta())
        session = next_session(session)


def close_after(moment: dt.datetime) -> dt.datetime:
    """The first regular close (16:00, on early closes 13:00) after ``moment``, never ``moment`` itself."""
    local = new_york(moment)
    session = _session_from(local.date())
    close = hours(session).close
    return close if local < close else hours(next_session(session)).close


def _session_from(day: dt.date) -> Session:
    """``day`` when it is a session, else the first after it."""
    return day if is_session(day) else next_session(day)
