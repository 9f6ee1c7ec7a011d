"""Norms and levels of the sessions before today: what a frame takes from history, for whoever builds one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.engine.ranking import restriction_price
from analysis.types import BoolArray, FloatArray

#: A level is of 20 sessions; one more is read for yesterday's fall.
LEVEL_SESSIONS = 20
#: A 20-session level needs this many known sessions.
LEVEL_SESSIONS_MIN = 15
#: 60 sessions of usual mover volume, with 20 before the first.
USUAL_DEPTH = 81


@dataclass(frozen=True, slots=True)
class History:
    """Sessions before today as [session, member], oldest first, adjusted to today; none is left out."""

    close: FloatArray
    high: FloatArray
    low: FloatArray
    volume: FloatArray


def extreme(levels: FloatArray, *, highest: bool) -> FloatArray:
    """The highest or lowest of each column, (n,); NaN where fewer than 15 sessions are known."""
    known = np.isfinite(levels)
    filled = np.where(known, levels, -np.inf if highest else np.inf)
    found = filled.max(axis=0) if highest else filled.min(axis=0)
    result: FloatArray = np.where(known.sum(axis=0) >= LEVEL_SESSIONS_MIN, found, np.nan)
    return result


def mean_known(values: FloatArray) -> FloatArray:
    """The mean of each column's known values, (n,); NaN where none is known."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    result: FloatArray = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return result


def restricted_from(history: History) -> BoolArray:
    """True where yesterday's low was 10 % or more under the close before it: the restriction holds today.

    A session whose low is not known is judged by its close.
    """
    if len(history.close) < 2:
        return np.zeros(history.close.shape[1], dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        fallen: BoolArray = np.fmin(history.low[-1], history.close[-1]) <= restriction_price(
            history.close[-2]
        )
    return fallen
