"""Volume: how much is usual by now, how much more trades, and how much movers usually trade."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
from numpy.typing import NDArray

from analysis.engine.sums import exact_sum
from analysis.types import FloatArray, ScoringParameters
from universe.types import SessionHours

#: A first print at 4:01 is not 500 times usual.
SHARE_FLOOR = 0.005
#: Share of a day's volume (4:00 to 20:00) done by each moment: a mean of 5-minute bars of liquid names
#: (2024-10..2025-03) and of minute bars of heavily traded small caps (2020-12), smoothed and rounded.
#: The moment is the fraction of its phase that has passed, so that an early close keeps the shape.
PRE_CURVE = ((0.0, 0.0), (6 / 11, 0.002), (8 / 11, 0.005), (10 / 11, 0.014), (1.0, 0.020))
#: The U of the regular session, thirteen steps: 30 minutes each on a full day.
REGULAR_STEPS = (0.175, 0.105, 0.080, 0.068, 0.058, 0.050, 0.048, 0.045, 0.043, 0.044, 0.045, 0.055, 0.124)
POST_CURVE = ((0.0, 0.960), (1 / 8, 0.983), (1 / 4, 0.989), (1 / 2, 0.995), (1.0, 1.0))

VOLUME_SESSIONS = 20
VOLUME_SESSIONS_MIN = 15
USUAL_SESSIONS = 60
#: Fewer sessions with movers than this say nothing about what is usual.
USUAL_SESSIONS_MIN = 10


def expected_share(moment: dt.datetime, hours: SessionHours) -> float:
    """Share of the session's volume that has usually traded by ``moment``, 0.005 to 1.

    ``moment`` is aware; before the pre-market it is the floor, after the post-market 1.
    """
    if moment < hours.open:
        share = _along(PRE_CURVE, _passed(moment, hours.pre_open, hours.open))
    elif moment < hours.close:
        share = _along(_regular_curve(), _passed(moment, hours.open, hours.close))
    else:
        share = _along(POST_CURVE, _passed(moment, hours.close, hours.post_close))
    return max(SHARE_FLOOR, share)


def _passed(moment: dt.datetime, start: dt.datetime, end: dt.datetime) -> float:
    return (moment - start) / (end - start)


def _along(curve: tuple[tuple[float, float], ...], passed: float) -> float:
    moments, shares = zip(*curve, strict=True)
    return float(np.interp(passed, moments, shares))


def _regular_curve() -> tuple[tuple[float, float], ...]:
    count = len(REGULAR_STEPS)
    start = PRE_CURVE[-1][1]
    return tuple((step / count, start + math.fsum(REGULAR_STEPS[:step])) for step in range(count + 1))


def relative_volume(day_volume: FloatArray, avg_volume: FloatArray, expected: float) -> FloatArray:
    """Volume so far over what the 20-session average would have traded by now, (n,), unclipped.

    NaN where either is unknown or the average is not above zero.
    """
    share = max(SHARE_FLOOR, expected) if math.isfinite(expected) else math.nan
    usual = np.where(np.isfinite(avg_volume) & (avg_volume > 0), avg_volume * share, np.nan)
    done = np.where(np.isfinite(day_volume) & (day_volume >= 0), day_volume, np.nan)
    relative: FloatArray = done / usual
    return relative


def volume_weights(relative: FloatArray, parameters: ScoringParameters) -> FloatArray:
    """``sqrt`` of the relative volume clipped to its bounds; 1 (usual) where it is unknown. Any shape.

    The square root and the bounds keep pumps, which trade most, from leaning a sector bullish.
    """
    clipped = np.clip(relative, parameters.relative_volume_min, parameters.relative_volume_max)
    weights: FloatArray = np.sqrt(np.where(np.isnan(clipped), 1.0, clipped))
    return weights


def mover_volume(returns: FloatArray, relative: FloatArray, sign: float) -> float | None:
    """q: the mean relative volume of the members that move with ``sign``, weighted by their move.

    ``returns`` (m,) winsorised 1d percent, ``relative`` (m,) clipped. Members with either NaN take no
    part; None when nobody moves that way.
    """
    movers = (np.sign(returns) == sign) & np.isfinite(relative)
    sizes = np.abs(returns[movers])
    total = exact_sum(sizes)
    return exact_sum(relative[movers] * sizes) / total if total > 0 else None


def usual_mover_volume(
    closes: FloatArray,
    volumes: FloatArray,
    sector_codes: NDArray[np.intp],
    *,
    sectors: int,
    parameters: ScoringParameters | None = None,
    sessions: int = USUAL_SESSIONS,
) -> FloatArray:
    """Each sector's median q over the last ``sessions`` completed sessions, (sectors,), NaN unknown.

    closes        (days, n) USD, split-adjusted, oldest first, ending with the session before today
    volumes       (days, n) shares, split-adjusted likewise;  NaN: none known
    sector_codes  (days, n) each session's members: 0..sectors-1, or -1 for a stock that was in no sector
                  then; or (n,) today's members for every session

    q of a past session is measured at its close: full-day volume over the mean of the 20 sessions before
    (15 of them known), and the base from the 1d, 3d and 1w returns of that close. 60 sessions of q
    need 80 rows; with fewer than 10 measurable sessions the sector is unknown.

    Today's members have, by the criteria, traded much of late: taken for the past they make what is usual
    some 5 % too large (2024-11 to 2026-03), so give each session its own wherever they are known.
    """
    chosen = parameters or ScoringParameters()
    relative = _past_relative_volume(volumes)
    weights = volume_weights(relative, chosen)
    clipped = np.clip(relative, chosen.relative_volume_min, chosen.relative_volume_max)
    returns = [_past_returns(closes, back, chosen) for back in (1, 3, 5)]
    kept = slice(max(0, len(closes) - sessions), None)
    members = np.broadcast_to(sector_codes, closes.shape)
    usual = np.full(sectors, np.nan)
    for code in range(sectors):
        own = members == code
        rows = np.flatnonzero(own.any(axis=0))
        mine = [np.where(own, past, np.nan)[:, rows] for past in returns]
        base = sum(
            chosen.weights[frame]
            * np.tanh(_past_sector_return(past, weights[:, rows]) / chosen.scales[frame])
            for frame, past in zip(("1d", "3d", "1w"), mine, strict=True)
        )
        measured = _past_q(mine[0], clipped[:, rows], np.sign(base))[kept]
        known = measured[np.isfinite(measured)]
        if len(known) >= USUAL_SESSIONS_MIN:
            usual[code] = float(np.median(known))
    return usual


def _past_relative_volume(volumes: FloatArray) -> FloatArray:
    """(days, n): each session's volume over the mean of the 20 before it, NaN with fewer than 15 known."""
    known = np.isfinite(volumes)
    running = np.vstack([np.zeros(volumes.shape[1]), np.cumsum(np.where(known, volumes, 0.0), axis=0)])
    counts = np.vstack([np.zeros(volumes.shape[1]), np.cumsum(known, axis=0)])
    days = np.arange(len(volumes))
    first = np.maximum(days - VOLUME_SESSIONS, 0)
    count = counts[days] - counts[first]
    total = running[days] - running[first]
    usable = (count >= VOLUME_SESSIONS_MIN) & (total > 0)
    average = np.divide(total, count, out=np.full_like(total, np.nan), where=usable)
    relative: FloatArray = volumes / average
    return relative


def _past_returns(closes: FloatArray, back: int, parameters: ScoringParameters) -> FloatArray:
    """(days, n) winsorised percent over ``back`` sessions; NaN at the start."""
    returns = np.full(closes.shape, np.nan)
    usable = np.where(closes > 0, closes, np.nan)
    returns[back:] = 100.0 * (usable[back:] / usable[:-back] - 1.0)
    clipped: FloatArray = np.clip(returns, -parameters.winsor_pct, parameters.winsor_pct)
    return clipped


def _past_sector_return(returns: FloatArray, weights: FloatArray) -> FloatArray:
    """(days,) weighted return of one sector's (days, m); 0 on days without any, as an absent frame adds 0."""
    present = np.isfinite(returns)
    used = np.where(present, weights, 0.0)
    total = used.sum(axis=1)
    moved = (np.where(present, returns, 0.0) * used).sum(axis=1)
    result: FloatArray = np.divide(moved, total, out=np.zeros(len(returns)), where=total > 0)
    return result


def _past_q(returns: FloatArray, relative: FloatArray, signs: FloatArray) -> FloatArray:
    """(days,) q of one sector; NaN where the base is 0 or nobody moves with it."""
    movers = (np.sign(returns) == signs[:, None]) & (signs[:, None] != 0) & np.isfinite(relative)
    sizes = np.where(movers, np.abs(returns), 0.0)
    total = sizes.sum(axis=1)
    traded = (np.where(movers, relative, 0.0) * sizes).sum(axis=1)
    q: FloatArray = np.divide(traded, total, out=np.full(len(returns), np.nan), where=total > 0)
    return q
