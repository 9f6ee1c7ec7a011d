"""Ages and moments on a card, in words as short as a card's head. The page says them alike."""

from __future__ import annotations

import datetime as dt

from sectors import figures
from universe import sessions

#: A card is late when one and a half of the half-hourly intervals went by (docs/numbers.md, Freshness).
LATE_MINUTES = 45.0


def short_age(minutes: float) -> str:
    """ "38 s", "12 m", "4 h 12 m"; hours go on, a session has 16 of them."""
    seconds = max(0, int(minutes * 60))
    if seconds < 60:
        return f"{seconds} s"
    whole = seconds // 60
    return f"{whole} m" if whole < 60 else f"{whole // 60} h {whole % 60} m"


def limit_words(minutes: int) -> str:
    """A user's limit: "4 h", "90 min", "1 h 30 min"."""
    return figures.span(dt.timedelta(minutes=minutes))


def moment_text(moment: dt.datetime, now: dt.datetime) -> str:
    """The clock, with the weekday in front when it is another day's: "10:30", "Mon 20:00", "3 Mar 20:00"."""
    local, today = moment.astimezone(sessions.ET), now.astimezone(sessions.ET).date()
    if local.date() == today:
        return figures.clock(local)
    if dt.timedelta(0) < today - local.date() < dt.timedelta(days=7):
        return f"{local:%a} {figures.clock(local)}"
    return f"{local.day} {local:%b} {figures.clock(local)}"


def milliseconds(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def moment_ahead(moment: dt.datetime, now: dt.datetime) -> str:
    """A coming moment: "4:00", "tomorrow 4:00", "Mon 4:00"."""
    local, today = moment.astimezone(sessions.ET), now.astimezone(sessions.ET).date()
    days = (local.date() - today).days
    day = {0: "", 1: "tomorrow "}.get(days, f"{local:%a} ")
    return day + figures.clock(local)
