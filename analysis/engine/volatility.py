"""The volatility weight that a score uses: set by hand, measured, or a blend of both.

The measure is the sector's realised volatility against the whole universe's: the standard deviation of its
daily returns over the last 60 sessions, divided by that of all members together over the same sessions. On
real days (2024-11 to 2026-03) nine in ten lay between 0.74 and 1.97, and moved by about 0.01 a day.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from analysis.types import FloatArray, InputFrame, SectorInput
from sectors.types import WeightSetting

REALISED_SESSIONS = 60
#: Of fewer sessions no volatility is told, and the weight is the one set by hand.
REALISED_SESSIONS_MIN = 30
#: What a measure may make of a weight at most: a quiet or a wild quarter is no new kind of sector.
REALISED_RANGE = (0.50, 2.00)
WEIGHT_RANGE = (0.10, 3.00)


def realised_volatility(daily: FloatArray) -> FloatArray:
    """(sectors,) each sector's realised volatility against the whole, unbounded; NaN where it is not known.

    ``daily`` (days, sectors + 1) as of `sector_daily_returns`, percent, oldest first, the whole last.
    """
    recent = daily[-REALISED_SESSIONS:]
    return np.array([_ratio(recent[:, column], recent[:, -1]) for column in range(daily.shape[1] - 1)])


def _ratio(own: FloatArray, whole: FloatArray) -> float:
    both = np.isfinite(own) & np.isfinite(whole)
    if both.sum() < REALISED_SESSIONS_MIN:
        return math.nan
    usual = float(np.std(whole[both], ddof=1))
    return float(np.std(own[both], ddof=1)) / usual if usual > 0 else math.nan


def weight_used(setting: WeightSetting, realised: float) -> float:
    """The weight that a score multiplies by, 0.10 to 3.00, two decimals.

    Without a known measure (NaN) it is the one set by hand, whatever the source.
    """
    by_hand, share = float(setting.weight), setting.measured_share
    if share == 0 or not math.isfinite(realised):
        return by_hand
    measured = min(max(realised, REALISED_RANGE[0]), REALISED_RANGE[1])
    blended = (1.0 - share) * by_hand + share * measured
    return round(min(max(blended, WEIGHT_RANGE[0]), WEIGHT_RANGE[1]), 2)


def weighed(sector: SectorInput, setting: WeightSetting) -> SectorInput:
    """The sector with the weight that ``setting`` gives it; its measure is its own."""
    return replace(
        sector,
        weight=weight_used(setting, sector.realised),
        weight_set=float(setting.weight),
        weight_source=setting.source,
        measured_share=setting.measured_share,
        weight_revision_id=setting.revision_id,
    )


def reweighed(frame: InputFrame, slug: str, setting: WeightSetting) -> InputFrame:
    """The frame as it would have been with another setting of one sector; all else is untouched."""
    sectors = tuple(weighed(one, setting) if one.slug == slug else one for one in frame.sectors)
    return replace(frame, sectors=sectors)
