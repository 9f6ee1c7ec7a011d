"""Ages and moments on a card, in words as short as a card's head. The page says them alike."""

from __future__ import annotations

import datetime as dt

from sectors import figures
from sectors.types import AgeState, ViewLimits
from universe import sessions

#: A card is late when one and a half of the half-hourly intervals went by (docs/numbers.md, Freshness).
LATE_MINUTES = 45.0
#: A feed's newest print lies some seconds before the run that reads it.
PRINT_SLACK = dt.timedelta(minutes=1)


def data_moment(as_of: dt.datetime, oldest: dt.datetime | None) -> dt.datetime:
    """What a reading is of: its run's moment, or where the ``oldest`` price feed ended before, that one's."""
    return as_of if oldest is None or as_of - oldest <= PRINT_SLACK else oldest


def age_state(minutes: float, limits: ViewLimits) -> AgeState:
    """An age in session minutes against a user's limits; both limits belong to "aging"."""
    if minutes < limits.fresh_minutes:
        return "fresh"
    return "aging" if minutes <= limits.stale_minutes else "stale"


def past_limit(moment: dt.datetime, now: dt.datetime, limits: ViewLimits) -> str:
    """Why a light is out: "Past your limit of 4 h; data of 10:30"."""
    return f"Past your limit of {span_words(limits.stale_minutes)}; data of {moment_text(moment, now)}"


def short_age(minutes: float) -> str:
    """ "38 s", "12 m", "4 h 12 m"; hours go on, a session has 16 of them."""
    seconds = max(0, int(minutes * 60))
    if seconds < 60:
        return f"{seconds} s"
    whole = seconds // 60
    return f"{whole} m" if whole < 60 else f"{whole // 60} h {whole % 60} m"


def both_ages(minutes: float, by_clock: dt.timedelta) -> str:
    """ "4 h 12 min", and over a night "4 h 12 min of session time, 12 h 12 min by the clock"."""
    session, wall = span_words(minutes), span_words(by_clock.total_seconds() / 60)
    return session if session == wall else f"{session} of session time, {wall} by the clock"


def span_words(minutes: float) -> str:
    """ "less than a minute", "12 min", "2 h 37 min", "3 h"; hours go on."""
    whole = int(minutes)
    if whole < 1:
        return "less than a minute"
    if whole < 60:
        return f"{whole} min"
    return f"{whole // 60} h {whole % 60} min" if whole % 60 else f"{whole // 60} h"


def moment_text(moment: dt.datetime, now: dt.datetime) -> str:
    """The clock, with the weekday in front when it is another day's: "10:30", "Mon 20:00", "3 Mar 20:00"."""
    local, today = moment.astimezone(sessions.ET), now.astimezone(sessions.ET).date()
    if local.date() == today:
        return figures.clock(local)
    if dt.timedelta(0) < today - local.date() < dt.timedelta(days=7):
        return f"{local:%a} {figures.clock(local)}"
    return f"{local.day} {local:%b} {figures.clock(local)}"


def clock_text(moment: dt.datetime, now: dt.datetime) -> str:
    """One of a reading's clocks, to the second: "10:30:02", of another day "Mon 20:00:04"."""
    local = moment.astimezone(sessions.ET)
    is_today = local.date() == now.astimezone(sessions.ET).date()
    text = figures.clock(local, seconds=True)
    return text if is_today else f"{local:%a} {text}"


def milliseconds(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def moment_ahead(moment: dt.datetime, now: dt.datetime) -> str:
    """A coming moment: "4:00", "tomorrow 4:00", "Mon 4:00"."""
    local, today = moment.astimezone(sessions.ET), now.astimezone(sessions.ET).date()
    days = (local.date() - today).days
    day = {0: "", 1: "tomorrow "}.get(days, f"{local:%a} ")
    return day + figures.clock(local)
