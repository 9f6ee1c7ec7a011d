"""The economic calendar beside the board: today's and tomorrow's releases in New York time. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sectors import figures
from sectors.presenters.ages import milliseconds
from sectors.presenters.market import in_words
from sectors.presenters.strip import Release
from universe import sessions

IMPACT = {"Low": 1, "Medium": 2, "High": 3}
MOST_ROWS, MOST_PAST = 10, 3
#: From this long before a release of high impact until it is out, the row warns.
CAUTION_AHEAD = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """``day`` is set on the first row of a later day and stands as a line above it."""

    clock: str
    impact: int
    event: str
    look: Literal["", "past", "next"]
    figure: str
    is_dim: bool
    caution: bool
    day: str = ""
    countdown_ms: int = 0


def calendar_rows(releases: Sequence[Release], now: dt.datetime) -> list[CalendarRow]:
    """``releases`` of today and later, any order; the last few that are out, then what comes."""
    ordered = sorted(releases, key=lambda release: release.at)
    gone = sum(release.at <= now for release in ordered)
    ordered = ordered[max(0, gone - MOST_PAST) :][:MOST_ROWS]
    coming = next((release for release in ordered if release.at > now), None)
    rows, shown = [], now.astimezone(sessions.ET).date()
    for release in ordered:
        day = release.at.astimezone(sessions.ET).date()
        heading = _day(day, now) if day != shown else ""
        rows.append(_row(release, now, is_next=release is coming, heading=heading))
        shown = day
    return rows


def _row(release: Release, now: dt.datetime, *, is_next: bool, heading: str) -> CalendarRow:
    past = release.at <= now
    figure = _figure(release, now, past=past, is_next=is_next)
    ahead = release.at - now
    return CalendarRow(
        clock=figures.clock(release.at),
        impact=IMPACT.get(release.impact, 0),
        event=release.event,
        look="past" if past else "next" if is_next else "",
        figure=figure,
        is_dim=not past and not is_next,
        caution=release.impact == "High" and not past and not is_next and ahead <= CAUTION_AHEAD,
        day=heading,
        countdown_ms=milliseconds(release.at) if is_next and figure else 0,
    )


def _figure(release: Release, now: dt.datetime, *, past: bool, is_next: bool) -> str:
    if past:
        return value_words(release.actual, release.unit)
    if is_next:
        same_day = release.at.astimezone(sessions.ET).date() == now.astimezone(sessions.ET).date()
        return in_words(release.at - now) if same_day else ""
    return f"est. {value_words(release.estimate, release.unit)}" if release.estimate is not None else ""


def value_words(value: float | None, unit: str) -> str:
    """A release's figure with its unit: "3.1%", "210K"; a dash when it is not known."""
    if value is None:
        return figures.DASH
    text = figures.plain(value, 0 if value == int(value) else 2)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}{unit}" if unit in ("%", "K", "M", "B") else text


def _day(day: dt.date, now: dt.datetime) -> str:
    words = f"{day:%a} {day.day} {day:%B}"
    return f"Tomorrow, {words}" if (day - now.astimezone(sessions.ET).date()).days == 1 else words
