"""What a hand does to a running market: price shocks and halts, from a moment on, for good; bad prints.

Pure. A shock multiplies every later price of its rows; a halt stops trading until it is lifted. Both are
applied to a copy of a session's grid, so that the world itself stays as it was drawn. A bad print is laid
over the tape for a minute. Splits, renames, articles and papers are in `amended`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from universe.sessions import hours
from universe.simulator.amended import HandSplit, Rename
from universe.simulator.world import PRE_MINUTES, Article, DayBars, Floats, Halt, MinuteGrid, Paper, minute_of
from universe.types import Session

PRINT_SIZE = 100
"""Shares of a bad print."""


@dataclass(frozen=True, slots=True)
class Shock:
    at: dt.datetime
    rows: tuple[int, ...]
    factor: float


@dataclass(frozen=True, slots=True)
class ManualHalt:
    """``until`` None: as long as nobody lifts it."""

    row: int
    since: dt.datetime
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class BadPrint:
    """One trade of PRINT_SIZE shares at a wrong price (USD). The tape shows it from ``at`` until ``until``,
    then the price of before is back; the minute's bar keeps it."""

    row: int
    at: dt.datetime
    until: dt.datetime
    price: float

    def is_in(self, session: Session, minute: int) -> bool:
        day = hours(session)
        return day.pre_open <= self.at < day.post_close and minute_of(self.at, day) == minute


@dataclass(frozen=True)
class Interventions:
    """All that was ever done to a market."""

    shocks: tuple[Shock, ...] = ()
    halts: tuple[ManualHalt, ...] = ()
    prints: tuple[BadPrint, ...] = ()
    splits: tuple[HandSplit, ...] = ()
    renames: tuple[Rename, ...] = ()
    articles: tuple[Article, ...] = ()
    papers: tuple[Paper, ...] = ()


def factors(shocks: Sequence[Shock], moment: dt.datetime, count: int) -> Floats:
    """(count,) product of all shocks up to ``moment``."""
    product = np.ones(count)
    for shock in shocks:
        if shock.at <= moment:
            product[list(shock.rows)] *= shock.factor
    return product


def disturbed(grid: MinuteGrid, shocks: Sequence[Shock], halts: Sequence[ManualHalt]) -> MinuteGrid:
    """The grid after all interventions. A shocked row prints at once, with a hundredth of its day's
    volume."""
    shocks = [shock for shock in shocks if shock.at < grid.hours.post_close]
    halts = [halt for halt in halts if halt.since < grid.hours.post_close]
    if not shocks and not halts:
        return grid
    price, volume, last = grid.price.copy(), grid.volume.copy(), grid.last.copy()
    opens = grid.open.copy()
    for shock in shocks:
        rows, first = np.array(shock.rows), minute_of(shock.at, grid.hours)
        price[first:, rows] *= np.float32(shock.factor)
        if shock.at < grid.hours.open:
            opens[rows] *= shock.factor
        if shock.at >= grid.hours.pre_open and first < grid.minutes:
            last[first:, rows] = np.maximum(last[first:, rows], first)
            volume[first:, rows] += np.maximum(100.0, 0.01 * grid.volume[-1, rows])
    stops = [_stop(halt, grid) for halt in halts]
    for stop in stops:
        hold, end = max(stop.start - 1, 0), grid.minutes if stop.end is None else stop.end
        for cells in (price, volume, last):
            cells[stop.start : end, stop.row] = cells[hold, stop.row]
    return replace(grid, price=price, volume=volume, last=last, open=opens, halts=(*grid.halts, *stops))


def _stop(halt: ManualHalt, grid: MinuteGrid) -> Halt:
    start = minute_of(halt.since, grid.hours)
    end = (
        None
        if halt.until is None or halt.until >= grid.hours.post_close
        else minute_of(halt.until, grid.hours)
    )
    return Halt(halt.row, start, end)


def disturbed_day(
    bars: DayBars, grid: MinuteGrid | None, shocks: Sequence[Shock], end: dt.datetime
) -> DayBars:
    """A finished session's bars after all shocks up to its ``end``; ``grid`` only when one fell inside it."""
    factor = factors(shocks, end, len(bars.close))
    close = bars.close * factor
    if grid is None:
        return DayBars(
            bars.session, bars.open * factor, bars.high * factor, bars.low * factor, close, bars.volume
        )
    opens = np.where(factor != 1.0, grid.open, bars.open)
    regular = grid.price[PRE_MINUTES : grid.close_minute]
    high = np.where(factor != 1.0, np.maximum(regular.max(axis=0), opens), bars.high)
    low = np.where(factor != 1.0, np.minimum(regular.min(axis=0), opens), bars.low)
    return DayBars(bars.session, opens, high, low, close, bars.volume)
