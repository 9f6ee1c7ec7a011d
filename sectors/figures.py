"""Numbers and moments as the pages print them: one minus sign, fixed decimals, New York time.

Pure. An absent value is ``None`` in and a dash out; templates give the dash its words.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from universe.sessions import ET

MINUS = "−"
DASH = "–"
Number = float | int | Decimal


def plain(value: Number | None, places: int = 2) -> str:
    """``-0.5`` as "−0.50"; zero never carries a sign."""
    if value is None:
        return DASH
    text = f"{value:,.{places}f}"
    if text.startswith("-"):
        return text[1:] if not any(c in "123456789" for c in text) else MINUS + text[1:]
    return text


def signed(value: Number | None, places: int = 2) -> str:
    """``0.62`` as "+0.62"."""
    text = plain(value, places)
    shows_figure = any(c in "123456789" for c in text)
    return f"+{text}" if shows_figure and not text.startswith(MINUS) else text


def percent(value: Number | None, places: int = 1) -> str:
    """A change in percent, signed: ``-8.2`` as "−8.2%"."""
    return DASH if value is None else f"{signed(value, places)}%"


def times(value: Number | None, places: int = 1) -> str:
    """A multiple: ``2.4`` as "2.4×"."""
    return DASH if value is None else f"{plain(value, places)}×"


def count(value: Number | None) -> str:
    """Whole things with thousands: ``2100000`` as "2,100,000"."""
    return DASH if value is None else f"{value:,.0f}"


def usd(value: Number | None) -> str:
    """A price of one share: "$5.20"."""
    return DASH if value is None else f"${value:,.2f}"


def usd_large(value: Number | None, *, trim: bool = False) -> str:
    """A company's or a day's money: "$180.0M", "$1.9B", "$127B"; ``trim`` drops ".0", as of limits."""
    if value is None:
        return DASH
    if trim:
        return usd_large(value).replace(".0", "")
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if value >= size:
            scaled = float(value) / size
            return f"${scaled:,.0f}{letter}" if scaled >= 100 and letter != "M" else f"${scaled:,.1f}{letter}"
    return f"${value:,.0f}"


def sign_class(value: Number | None) -> Literal["", "neg", "pos"]:
    """The class of signed text."""
    if not value:
        return ""
    return "neg" if value < 0 else "pos"


def clock(moment: dt.datetime | None, *, seconds: bool = False) -> str:
    """New York time on 24 hours without a leading zero: "4:00", "10:30:02"."""
    if moment is None:
        return DASH
    local = moment.astimezone(ET)
    return f"{local.hour}:{local:%M:%S}" if seconds else f"{local.hour}:{local:%M}"


def day(value: dt.date | None) -> str:
    """ "Mon 10 Mar"; an aware datetime is read in New York."""
    if value is None:
        return DASH
    date = value.astimezone(ET).date() if isinstance(value, dt.datetime) else value
    return f"{date:%a} {date.day} {date:%b}"


def day_and_clock(moment: dt.datetime | None, today: dt.date | None = None) -> str:
    """ "Mon 10 Mar, 20:00", and only the clock on ``today``."""
    if moment is None:
        return DASH
    if today is not None and moment.astimezone(ET).date() == today:
        return clock(moment)
    return f"{day(moment)}, {clock(moment)}"


def span(length: dt.timedelta | None) -> str:
    """A length of time: "38 s", "12 min", "2 h 37 min", "3 d 4 h"; never below zero."""
    if length is None:
        return DASH
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 60:
        return f"{minutes} min"
    if hours < 48:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{days} d {hours % 24} h" if hours % 24 else f"{days} d"


def number_of(amount: int, thing: str, things: str | None = None) -> str:
    """ "1 reading", "1,204 readings"."""
    return f"{count(amount)} {thing if amount == 1 else things or thing + 's'}"
