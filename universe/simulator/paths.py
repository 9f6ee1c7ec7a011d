"""A session minute by minute, drawn between prices that are already known.

Pure and seeded. For each listing the price before 4:00, the open, the close and the last price are given;
between them runs a bridge: a random walk, bent so that it meets both ends. Part of each step is shared by
the listing's group, so that sectors move together. Volume follows the U of a usual day. A minute trades
with the chance that the volume allows; a minute without a trade keeps the price of the last one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from universe.simulator.world import (
    PRE_MINUTES,
    Flags,
    Floats,
    Halt,
    MinuteGrid,
    RealBars,
    Singles,
    minute_of,
)
from universe.types import SessionHours

SHARES_PER_TRADE = 150.0
LIQUID_TRADES_PER_MINUTE = 3.0
PRE_NOISE = 0.25
POST_NOISE = 0.15
"""Spread of the walk before and after hours, as a share of the regular session's."""

#: Share of a usual day's volume: before 9:30 (given at 4:00, 7:00, 8:00, 9:00, 9:30), in the thirteen equal
#: parts of the regular session, after the close (given at its eighth, quarter, half and end).
PRE_VOLUME = ((0.0, 0.0), (6 / 11, 0.002), (8 / 11, 0.005), (10 / 11, 0.014), (1.0, 0.020))
REGULAR_VOLUME = (0.175, 0.105, 0.080, 0.068, 0.058, 0.050, 0.048, 0.045, 0.043, 0.044, 0.045, 0.055, 0.124)
POST_VOLUME = ((0.0, 0.0), (1 / 8, 0.023), (1 / 4, 0.029), (1 / 2, 0.035), (1.0, 0.040))
CLOSING_AUCTION = 0.03
"""Part of the day's volume that the last regular minute carries more than its neighbours."""


@dataclass(frozen=True)
class DayPlan:
    """What is fixed before the day is drawn. Arrays (N,) in USD or shares, NaN: does not trade today.

    ``before`` last price known at 4:00, ``late`` last price at 20:00, ``low`` and ``high`` bounds of the
    regular session (NaN: none), ``spread`` the log walk's standard deviation over the regular session,
    ``group`` the row's column in ``group_spread`` (G,), ``loading`` how much of it the row takes. The last
    column is the mean of the others; ``common_spread`` is what all columns share.
    """

    hours: SessionHours
    before: Floats
    open: Floats
    close: Floats
    late: Floats
    low: Floats
    high: Floats
    volume: Floats
    spread: Floats
    group: NDArray[np.int64]
    loading: Floats
    group_spread: Floats
    common_spread: float
    drawn: bool
    halts: tuple[Halt, ...] = ()
    real: tuple[RealBars, ...] = field(default=())


def volume_shape(hours: SessionHours) -> Singles:
    """(minutes,) usual share of the day's volume in each minute from 4:00 on; sums to 1."""
    regular = int((hours.close - hours.open).total_seconds() // 60)
    post = int((hours.post_close - hours.close).total_seconds() // 60)
    before = np.diff(_along(PRE_VOLUME, PRE_MINUTES))
    edges = np.concatenate([[0.0], np.cumsum(REGULAR_VOLUME)])
    during = np.diff(
        np.interp(np.linspace(0, len(REGULAR_VOLUME), regular + 1), np.arange(len(edges)), edges)
    )
    during *= (during.sum() - CLOSING_AUCTION) / during.sum()
    during[-1] += CLOSING_AUCTION
    shape = np.concatenate([before, during, np.diff(_along(POST_VOLUME, post))])
    return np.asarray(shape / shape.sum(), dtype=np.float32)


def _along(curve: tuple[tuple[float, float], ...], steps: int) -> Floats:
    at, share = zip(*curve, strict=True)
    return np.asarray(np.interp(np.linspace(0.0, 1.0, steps + 1), at, share), dtype=np.float64)


def draw_grid(plan: DayPlan, rng: np.random.Generator) -> MinuteGrid:
    """Steps: noise (one per minute and row) -> volume and trades -> bridges -> recorded bars -> hold the
    price where nothing trades."""
    shape = volume_shape(plan.hours)
    noise = rng.standard_normal((len(shape), len(plan.open)), dtype=np.float32)
    volume, trades = _trade(plan, shape, noise, rng)
    price = _walk(plan, noise, rng)
    _record(plan, price, volume, trades)
    last = _hold(plan, price, trades)
    np.cumsum(volume, axis=0, out=volume)
    usual = np.nan_to_num(plan.volume) / SHARES_PER_TRADE / len(shape)
    return MinuteGrid(
        session=plan.hours.session,
        hours=plan.hours,
        price=price,
        volume=volume,
        last=last,
        open=_opens(plan),
        liquid=(usual > LIQUID_TRADES_PER_MINUTE) & ~_is_real(plan),
        drawn=np.full(len(plan.open), plan.drawn) & ~_is_real(plan),
        halts=plan.halts,
        real={bars.row: bars for bars in plan.real},
    )


def _is_real(plan: DayPlan) -> Flags:
    flags = np.zeros(len(plan.open), dtype=np.bool_)
    flags[[bars.row for bars in plan.real]] = True
    return flags


def _opens(plan: DayPlan) -> Floats:
    """A recorded regular session opens where its first bar from 9:30 on opens."""
    opens = plan.open.copy()
    for bars in plan.real:
        regular = np.flatnonzero(bars.start >= PRE_MINUTES)
        opens[bars.row] = bars.open[regular[0]] if len(regular) else np.nan
    return opens


def _trade(plan: DayPlan, shape: Singles, noise: Singles, rng: np.random.Generator) -> tuple[Singles, Flags]:
    """Shares per minute (minutes, N), summing to the day's volume, and which minutes trade at all."""
    day = np.nan_to_num(plan.volume).astype(np.float32)
    luck = rng.standard_exponential(noise.shape, dtype=np.float32)
    volume = np.multiply.outer(shape, day)
    trades = luck * np.float32(SHARES_PER_TRADE) < volume
    closing = minute_of(plan.hours.close, plan.hours) - 1
    for sure in (PRE_MINUTES, closing):
        trades[sure] |= day > 0
    trades &= day > 0
    for halt in plan.halts:
        trades[halt.start : halt.end, halt.row] = False
    np.abs(noise, out=luck)
    luck *= np.float32(0.6)
    luck += np.float32(0.5)
    volume *= luck
    volume *= trades
    total = volume.sum(axis=0)
    volume *= np.divide(day, total, out=np.zeros_like(day), where=total > 0)
    return volume, trades


def _walk(plan: DayPlan, noise: Singles, rng: np.random.Generator) -> Singles:
    """Turn ``noise`` in place into prices: three bridges, one per part of the day."""
    end = minute_of(plan.hours.close, plan.hours)
    spread = np.nan_to_num(plan.spread).astype(np.float32)
    groups = rng.standard_normal((len(noise), len(plan.group_spread)), dtype=np.float32)
    groups *= plan.group_spread.astype(np.float32)
    groups += rng.standard_normal((len(noise), 1), dtype=np.float32) * np.float32(plan.common_spread)
    groups[:, -1] = groups[:, :-1].mean(axis=1)
    noise *= spread
    noise += groups[:, plan.group] * plan.loading.astype(np.float32)
    parts = (
        (slice(0, PRE_MINUTES), plan.before, plan.open, PRE_NOISE),
        (slice(PRE_MINUTES, end), plan.open, plan.close, 1.0),
        (slice(end, len(noise)), plan.close, plan.late, POST_NOISE),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        for part, start, stop, scale in parts:
            _bridge(noise[part], np.log(start), np.log(stop), scale)
        np.exp(noise, out=noise)
    regular = noise[PRE_MINUTES:end]
    np.fmin(regular, plan.high.astype(np.float32), out=regular)
    np.fmax(regular, plan.low.astype(np.float32), out=regular)
    return noise


def _bridge(steps: Singles, start: Floats, stop: Floats, scale: float) -> None:
    """Sum ``steps`` (k, N) in place into a log path that comes from ``start`` and ends at ``stop``."""
    length = len(steps)
    pace = 1.0 + 1.2 * np.exp(-np.arange(length) / 25.0) + 0.4 * np.exp(-np.arange(length)[::-1] / 20.0)
    pace /= pace.sum()
    steps *= (scale * np.sqrt(pace)).astype(np.float32)[:, None]
    np.cumsum(steps, axis=0, out=steps)
    passed = np.cumsum(pace).astype(np.float32)
    slope = (stop - start - steps[-1]).astype(np.float32)
    steps += np.multiply.outer(passed, slope)
    steps += start.astype(np.float32)
    steps[-1] = stop


def _record(plan: DayPlan, price: Singles, volume: Singles, trades: Flags) -> None:
    """Where bars were recorded they stand as they are: their close at their last minute, nothing between."""
    for bars in plan.real:
        ends = np.minimum(bars.start + bars.length - 1, len(price) - 1)
        trades[:, bars.row] = False
        volume[:, bars.row] = 0.0
        trades[ends, bars.row] = True
        price[ends, bars.row] = bars.close
        volume[ends, bars.row] = bars.volume


def _hold(plan: DayPlan, price: Singles, trades: Flags) -> NDArray[np.int16]:
    """Keep the last price through minutes without a trade; gives (minutes, N) the newest trading minute."""
    numbers = np.arange(len(price), dtype=np.int16)
    last = np.where(trades, numbers[:, None], np.int16(-1))
    np.maximum.accumulate(last, axis=0, out=last)
    quiet = ~trades
    np.copyto(price[0], plan.before.astype(np.float32), where=quiet[0])
    for minute in range(1, len(price)):
        np.copyto(price[minute], price[minute - 1], where=quiet[minute])
    return last
