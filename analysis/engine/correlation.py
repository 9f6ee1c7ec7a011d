"""How closely two series of daily returns move together, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.types import FloatArray

WINDOW = 60
#: Below this many common sessions even r = 0.3 cannot be told from none, so nothing is said.
SESSIONS_MIN = 30
#: Two-sided 95 % of the normal distribution.
SURE = 1.959964
#: Percent. No fund of a whole sector moves so far in a session: that is a split that nobody has told.
FUND_MOVE_MAX = 25.0


@dataclass(frozen=True, slots=True)
class Correlation:
    """Pearson's ``r`` over ``sessions`` pairs of returns, with its 95 % interval by Fisher."""

    r: float
    low: float
    high: float
    sessions: int


def correlation(first: FloatArray, second: FloatArray) -> Correlation | None:
    """The correlation of two (days,) series, oldest first, over those of the last 60 days that both know.

    None with fewer than 30 such days, and when a series never moves: that one has no correlation. NaN and
    infinite values are not known.
    """
    pairs = common_pairs(first, second)
    count = pairs.shape[1]
    if count < SESSIONS_MIN or not np.ptp(pairs, axis=1).all():
        return None
    r = _pearson(pairs)
    low, high = interval(r, count)
    return Correlation(r, low, high, count)


def common_pairs(first: FloatArray, second: FloatArray) -> FloatArray:
    """(2, pairs) values of those of the last 60 days that both series know."""
    pairs = np.stack([first[-WINDOW:], second[-WINDOW:]])
    known: FloatArray = pairs[:, np.isfinite(pairs).all(axis=0)]
    return known


def _pearson(pairs: FloatArray) -> float:
    """``r`` of (2, days) values that both move; scaled first, so that no square is lost to rounding."""
    moved = pairs - pairs.mean(axis=1, keepdims=True)
    moved /= np.abs(moved).max(axis=1, keepdims=True)
    lengths = np.sqrt((moved**2).sum(axis=1))
    return float(np.clip(moved[0] @ moved[1] / (lengths[0] * lengths[1]), -1.0, 1.0))


def interval(r: float, count: int) -> tuple[float, float]:
    """Fisher's 95 % interval of ``r`` over ``count`` pairs, more than 3; of a perfect ``r`` that r alone."""
    if abs(r) == 1.0:
        return r, r
    middle, reach = np.arctanh(r), SURE / np.sqrt(count - 3)
    return float(np.tanh(middle - reach)), float(np.tanh(middle + reach))


def returns_traded(closes: FloatArray, volumes: FloatArray) -> FloatArray:
    """(days, funds) returns in percent between two sessions in a row that both saw a trade; else NaN.

    A close repeated for want of a trade is no price: counted as a return of 0, it hides that a fund follows.
    A move of more than 25 % is not believed, and NaN.
    """
    usable = np.where((volumes > 0) & (closes > 0), closes, np.nan)
    returns = np.full(closes.shape, np.nan)
    returns[1:] = 100.0 * (usable[1:] / usable[:-1] - 1.0)
    believed: FloatArray = np.where(np.abs(returns) <= FUND_MOVE_MAX, returns, np.nan)
    return believed
