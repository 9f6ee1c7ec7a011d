"""The past readings of one sector as a chart of 900 x 220 and a ribbon, drawn on the server.

Pure but for the exchange calendar. Each session takes the same width, whatever lies between two of them;
within a session the place is the share of 4:00 to 20:00 that has passed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from sectors import figures
from sectors.lights import LIGHTS
from sectors.types import Band, Past
from universe import sessions

WIDTH = 900.0
HEIGHT = 220.0
#: Of more sessions only some are named.
LABELS_MAX = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """One session's label and the x of its left edge; ``line`` False on the first, which is the frame."""

    text: str
    x: str
    line: bool


@dataclass(frozen=True, slots=True)
class History:
    """``lines`` and ``relatives`` are point lists, broken where no verdict was published."""

    lines: tuple[str, ...]
    relatives: tuple[str, ...]
    marks: tuple[Mark, ...]
    ribbon: tuple[Band, ...]
    label: str
    closing: str
    readings: int
    hourly: bool = False


def history_of(past: Sequence[Past], shown: Sequence[dt.date], *, hourly: bool = False) -> History | None:
    """The chart of ``past`` (oldest first) over the ``shown`` sessions, or None without a reading.

    The last one shown is today's. ``hourly``: ``past`` is the last light of each hour alone.
    """
    if not past:
        return None
    today = shown[-1]
    width = WIDTH / len(shown)
    step = ceil(len(shown) / LABELS_MAX)
    return History(
        lines=tuple(_lines(((p.at, float(p.score)) if p.band != "none" else None for p in past), shown)),
        relatives=tuple(
            _lines(((p.at, float(p.relative)) if p.relative is not None else None for p in past), shown)
        ),
        marks=tuple(
            Mark("Today" if session == today else figures.day(session), f"{index * width:.1f}", index > 0)
            for index, session in enumerate(shown)
            if index % step == 0
        ),
        ribbon=tuple(p.band for p in past),
        label=_label(past, hourly=hourly),
        closing=_closing(past, today),
        readings=len(past),
        hourly=hourly,
    )


def _lines(points: Iterable[tuple[dt.datetime, float] | None], shown: Sequence[dt.date]) -> Iterable[str]:
    """Point lists between the gaps; a single point becomes a dash wide enough to be seen."""
    line: list[tuple[float, float]] = []
    for point in points:
        if point is None:
            yield from _drawn(line)
            line = []
        else:
            line.append((_x(point[0], shown), HEIGHT / 2 * (1 - point[1])))
    yield from _drawn(line)


def _drawn(line: list[tuple[float, float]]) -> Iterable[str]:
    if len(line) == 1:
        (x, y) = line[0]
        line = [(max(0.0, x - 2), y), (min(WIDTH, x + 2), y)]
    if line:
        yield " ".join(f"{x:.1f},{y:.1f}" for x, y in line)


def _x(at: dt.datetime, shown: Sequence[dt.date]) -> float:
    session = sessions.session_of(at)
    if session < shown[0]:
        return 0.0
    hours = sessions.hours(session)
    length = (hours.post_close - hours.pre_open).total_seconds()
    passed = min(1.0, max(0.0, (at - hours.pre_open).total_seconds() / length))
    place = shown.index(session) if session in shown else len(shown) - 1
    return (place + passed) * WIDTH / len(shown)


def _label(past: Sequence[Past], *, hourly: bool) -> str:
    scores = [p.score for p in past]
    return (
        f"Score from {figures.signed(scores[0])} to {figures.signed(scores[-1])}, "
        f"between {figures.signed(min(scores))} and {figures.signed(max(scores))}, "
        f"in {figures.number_of(len(past), 'hourly reading' if hourly else 'reading')}"
    )


def _closing(past: Sequence[Past], today: dt.date) -> str:
    """When the light last changed, in words."""
    changes = [(before, after) for before, after in pairwise(past) if before.band != after.band]
    now = LIGHTS[past[-1].band].words.capitalize()
    if not changes:
        return f"{now} in every reading shown."
    before, after = changes[-1]
    when = figures.day_and_clock(after.at, today)
    turns = figures.number_of(len(changes), "change")
    return f"{now} since {when}, before that {LIGHTS[before.band].words}. {turns} shown."
