"""What each sector did in each completed session: the base of its volatility and of its correlations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.types import FloatArray

#: Fewer returns than this are no sector's move: the session has none.
MEMBERS_MIN = 5


def daily_returns(closes: FloatArray, winsor_pct: float) -> FloatArray:
    """(days, n) winsorised 1d returns in percent of (days, n) adjusted closes, oldest first; NaN where either
    close is unknown or not above zero, and in the first row."""
    usable = np.where(closes > 0, closes, np.nan)
    returns = np.full(closes.shape, np.nan)
    returns[1:] = np.clip(100.0 * (usable[1:] / usable[:-1] - 1.0), -winsor_pct, winsor_pct)
    return returns


def sector_daily_returns(returns: FloatArray, sector_codes: NDArray[np.intp], *, sectors: int) -> FloatArray:
    """(days, sectors + 1) equal-weighted mean return of each sector's members of that session, percent.

    ``returns`` (days, n) as of `daily_returns`; ``sector_codes`` (days, n) 0..sectors-1, or -1 for a stock
    in no sector then. The last column is of all members together. NaN with fewer than 5 returns.
    """
    known = np.isfinite(returns) & (sector_codes >= 0)
    filled = np.where(known, returns, 0.0)
    result = np.full((len(returns), sectors + 1), np.nan)
    for code in range(sectors + 1):
        own = known if code == sectors else known & (sector_codes == code)
        count = own.sum(axis=1)
        total = np.where(own, filled, 0.0).sum(axis=1)
        np.divide(total, count, out=result[:, code], where=count >= MEMBERS_MIN)
    return result
