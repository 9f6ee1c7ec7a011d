"""What a reader of the tape sees at one moment: the newest price, minute and day of every listing.

Pure. A listing that trades often has a price that moves within the running minute; any other prints once in a
minute with a trade, at a second of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from universe.simulator.interventions import PRINT_SIZE, BadPrint
from universe.simulator.world import PRE_MINUTES, Flags, Floats, MinuteGrid, minute_of


@dataclass(frozen=True)
class Picture:
    """Arrays (N,). ``traded`` is whether anything printed since 4:00; other columns mean nothing where it
    did not.

    price, at         newest price and its moment (epoch seconds)
    volume            shares since 4:00
    minute_start      start (epoch seconds) of the newest minute bar, and that bar
    day_*             the regular session so far; zero before its first trade
    """

    moment: dt.datetime
    traded: Flags
    price: Floats
    at: Floats
    volume: Floats
    minute_start: Floats
    minute_open: Floats
    minute_high: Floats
    minute_low: Floats
    minute_volume: Floats
    day_open: Floats
    day_high: Floats
    day_low: Floats
    day_close: Floats
    halted: Flags


def wiggle(row: NDArray[np.int64], minute: NDArray[np.int64] | int) -> Floats:
    """A steady number in [0, 1) for a row and a minute."""
    mixed = row.astype(np.uint64) * np.uint64(2654435761) + np.uint64(7919) * np.asarray(
        minute, dtype=np.uint64
    )
    mixed ^= mixed >> np.uint64(13)
    mixed *= np.uint64(1274126177)
    return ((mixed >> np.uint64(8)) & np.uint64(0xFFFF)).astype(np.float64) / 65536.0


def take(grid: MinuteGrid, calm: MinuteGrid, shock: Floats, moment: dt.datetime) -> Picture:
    """The picture of ``grid`` at ``moment``.

    ``calm`` is the same session without shocks and ``shock`` the product of those so far: a shock of the
    running minute shows at once instead of growing through it.
    """
    minute = minute_of(moment, grid.hours)
    base = grid.hours.pre_open.timestamp()
    part = (moment.timestamp() - base) / 60.0 - minute if minute < grid.minutes else 0.0
    count = grid.price.shape[1]
    rows = np.arange(count)
    done = minute - 1
    if minute >= grid.minutes:
        running = np.zeros(count, dtype=np.bool_)
        seconds = np.zeros(count)
    else:
        second = np.where(grid.liquid, 0.0, np.floor(60.0 * wiggle(rows, minute)))
        fresh = (shock != _shock_before(grid, calm, done)) & (grid.last[minute] == minute)
        second = np.where(fresh, 0.0, second)
        running = (grid.last[minute] == minute) & (part * 60.0 >= second)
        seconds = np.where(grid.liquid, np.floor(part * 60.0), second)
    newest = grid.last[done].astype(np.int64) if done >= 0 else np.full(count, -1)
    last = np.where(running, minute, newest)
    traded = last >= 0
    at_rows = np.maximum(last, 0)
    before = _price_before(grid, at_rows, rows)
    settled = grid.price[np.minimum(at_rows, grid.minutes - 1), rows].astype(np.float64)
    price = np.where(running, _moving(grid, calm, shock, minute=minute, part=part, before=before), settled)
    volume = _volume(grid, rows, running=running, minute=minute, part=part)
    volume = np.where(traded, np.maximum(volume, 1.0), volume)
    earlier = _volume_before(grid, at_rows, rows)
    high, low = _extremes(before, price, rows, at_rows)
    day = _day(grid, price, minute=minute, moment=moment)
    return Picture(
        moment=moment,
        traded=traded,
        price=price,
        at=base + 60.0 * at_rows + np.where(running, seconds, 59.0),
        volume=volume,
        minute_start=base + 60.0 * at_rows,
        minute_open=before,
        minute_high=high,
        minute_low=low,
        minute_volume=np.maximum(volume - earlier, 1.0),
        day_open=day[0],
        day_high=day[1],
        day_low=day[2],
        day_close=day[3],
        halted=halted(grid, minute),
    )


def shifted(taken: Picture, moment: dt.datetime) -> Picture:
    """The same prices and volumes, printed so much later that the picture is one of ``moment``."""
    later = (moment - taken.moment).total_seconds()
    minutes = 60.0 * (moment.timestamp() // 60 - taken.moment.timestamp() // 60)
    return replace(taken, moment=moment, at=taken.at + later, minute_start=taken.minute_start + minutes)


def with_prints(taken: Picture, prints: Sequence[BadPrint]) -> Picture:
    """The picture with the bad prints that show at its moment: newest price, minute and day have them, the
    day's volume does not."""
    showing = [bad for bad in prints if bad.at <= taken.moment < bad.until]
    if not showing:
        return taken
    names = [field.name for field in fields(taken) if field.name not in ("moment", "halted", "volume")]
    new = {name: getattr(taken, name).copy() for name in names}
    for bad in showing:
        at = float(int(bad.at.timestamp()))
        values = {"traded": True, "at": at, "minute_start": at - at % 60.0, "minute_volume": PRINT_SIZE}
        values |= dict.fromkeys(("price", "minute_open", "minute_high", "minute_low"), bad.price)
        if new["day_open"][bad.row] > 0:
            values |= {
                "day_close": bad.price,
                "day_high": max(bad.price, new["day_high"][bad.row]),
                "day_low": min(bad.price, new["day_low"][bad.row]),
            }
        for name, value in values.items():
            new[name][bad.row] = value
    return replace(taken, **new)


def halted(grid: MinuteGrid, minute: int) -> Flags:
    flags = np.zeros(grid.price.shape[1], dtype=np.bool_)
    for halt in grid.halts:
        if halt.start <= minute and (halt.end is None or minute < halt.end):
            flags[halt.row] = True
    return flags


def _shock_before(grid: MinuteGrid, calm: MinuteGrid, minute: int) -> Floats:
    """(N,) the shocks that the finished minute already carries; without any minute nobody was shocked."""
    if grid is calm or minute < 0:
        return np.ones(grid.price.shape[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        carried = grid.price[minute].astype(np.float64) / calm.price[minute]
    return np.where(np.isfinite(carried), np.round(carried, 4), 1.0)


def _price_before(grid: MinuteGrid, minute: NDArray[np.int64], rows: NDArray[np.int64]) -> Floats:
    """(N,) the price that each row's minute starts from; the regular session's first starts at its open."""
    start = grid.price[np.maximum(minute - 1, 0), rows].astype(np.float64)
    return np.where((minute == PRE_MINUTES) & np.isfinite(grid.open), grid.open, start)


def _moving(
    grid: MinuteGrid, calm: MinuteGrid, shock: Floats, *, minute: int, part: float, before: Floats
) -> Floats:
    """(N,) prices inside the running minute: on the way for liquid rows, there already for the others."""
    if minute >= grid.minutes:
        return before
    end = calm.price[minute].astype(np.float64)
    if minute == PRE_MINUTES:
        start = np.where(np.isfinite(calm.open), calm.open, end)
    else:
        start = calm.price[max(minute - 1, 0)].astype(np.float64)
    way = np.where(grid.liquid, part, 1.0)
    moving: Floats = (start + way * (end - start)) * shock
    return moving


def _volume(grid: MinuteGrid, rows: NDArray[np.int64], *, running: Flags, minute: int, part: float) -> Floats:
    finished = grid.volume[minute - 1].astype(np.float64) if minute > 0 else np.zeros(len(rows))
    if minute >= grid.minutes:
        return np.floor(finished)
    way = np.where(grid.liquid, part, 1.0)
    now = finished + np.where(running, way * (grid.volume[minute] - finished), 0.0)
    return np.floor(now)


def _volume_before(grid: MinuteGrid, minute: NDArray[np.int64], rows: NDArray[np.int64]) -> Floats:
    earlier = grid.volume[np.maximum(minute - 1, 0), rows].astype(np.float64)
    return np.floor(np.where(minute > 0, earlier, 0.0))


def _extremes(
    start: Floats, end: Floats, rows: NDArray[np.int64], minute: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """High and low of a minute: a little beyond its ends."""
    reach = 0.0006 * wiggle(rows, minute)
    return np.maximum(start, end) * (1.0 + reach), np.minimum(start, end) * (1.0 - reach)


def _day(grid: MinuteGrid, price: Floats, *, minute: int, moment: dt.datetime) -> tuple[Floats, ...]:
    """Open, high, low, close of the regular session so far; zeros before 9:30 and where it has no trade
    yet."""
    count = len(price)
    if moment < grid.hours.open:
        return tuple(np.zeros(count) for _ in range(4))
    end = min(minute, grid.close_minute)
    opened = (grid.last[min(minute, grid.minutes - 1)] >= PRE_MINUTES) & np.isfinite(grid.open)
    now = price if moment < grid.hours.close else grid.price[grid.close_minute - 1].astype(np.float64)
    first = np.where(np.isfinite(grid.open), grid.open, now)
    high, low = np.maximum(first, now), np.minimum(first, now)
    if end > PRE_MINUTES:
        regular = grid.price[PRE_MINUTES:end]
        high, low = np.maximum(high, regular.max(axis=0)), np.minimum(low, regular.min(axis=0))
    return tuple(np.where(opened, column, 0.0) for column in (first, high, low, now))
