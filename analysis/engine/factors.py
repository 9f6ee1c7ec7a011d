"""The four factors that multiply the base. Each is 1.0, and says so, when its input is missing.

Adding one is a function here and a line in FACTORS. ``inputs`` holds finite numbers only, so that a
reading can store it as JSON.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from analysis.engine.performance import DAY1, SectorMoves, weighted_mean, winsorise
from analysis.engine.volatility import REALISED_RANGE
from analysis.engine.volume import mover_volume
from analysis.types import Factor, FloatArray, ScoringParameters

VOLATILITY_RANGE = (0.10, 3.00)
VOLUME_RANGE = (0.8, 1.3)
CATALYST_RANGE = (0.9, 1.2)
TECHNICAL_RANGE = (0.9, 1.1)
#: Twice, then four times the usual number of catalysts; beyond that more of them say no more.
SURPRISE_RANGE = (0.0, 2.0)
#: Within this share inside the 20-session level a price is running into it.
NEAR_LEVEL = 0.02

FactorFunction = Callable[[SectorMoves, float, ScoringParameters], Factor]


def clip(value: float, bounds: tuple[float, float]) -> float:
    """``value`` inside ``bounds``; NaN must not come here."""
    return min(max(value, bounds[0]), bounds[1])


def volatility(moves: SectorMoves, base: float, parameters: ScoringParameters) -> Factor:
    """The sector's weight, 0.10 to 3.00; 1.0 for a sector without one."""
    weight = moves.sector.weight
    if not math.isfinite(weight):
        return Factor("volatility", 1.0, False)
    inputs = {"weight": weight}
    if moves.sector.weight_source != "static":
        inputs |= {"set": moves.sector.weight_set, "measured_share": moves.sector.measured_share}
    if moves.sector.weight_source != "static" and math.isfinite(moves.sector.realised):
        inputs |= {
            "realised": moves.sector.realised,
            "counted": clip(moves.sector.realised, REALISED_RANGE),
        }
    return Factor("volatility", clip(weight, VOLATILITY_RANGE), True, inputs)


def volume(moves: SectorMoves, base: float, parameters: ScoringParameters) -> Factor:
    """How much more than usual the members that move with the base trade."""
    returns = winsorise(moves.returns[:, DAY1], parameters.winsor_pct)
    traded = mover_volume(returns, moves.relative_volume, math.copysign(1.0, base))
    usual = moves.sector.usual_mover_volume
    if traded is None:
        return Factor("volume", 1.0, False)
    if not (math.isfinite(usual) and usual > 0):
        return Factor("volume", 1.0, False, {"mover_volume": traded})
    value = volume_value(traded / usual, parameters)
    return Factor("volume", value, True, {"mover_volume": traded, "usual": usual, "ratio": traded / usual})


def volume_value(ratio: float, parameters: ScoringParameters) -> float:
    """``clip(1 + slope * log2(ratio))``: 1.0 at what is usual for movers. ``ratio`` is not below 0."""
    if ratio <= 0:
        return VOLUME_RANGE[0]
    return clip(1.0 + parameters.volume_slope * math.log2(ratio), VOLUME_RANGE)


def catalyst(moves: SectorMoves, base: float, parameters: ScoringParameters) -> Factor:
    """How many more catalysts than usual came, and whether their tone goes with the base."""
    sector = moves.sector
    if not (math.isfinite(sector.usual_catalysts) and math.isfinite(sector.catalyst_tone)):
        return Factor("catalyst", 1.0, False)
    surprise = catalyst_surprise(sector.catalysts, sector.usual_catalysts)
    agreement = clip(sector.catalyst_tone, (-1.0, 1.0)) * math.copysign(1.0, base)
    value = clip(1.0 + parameters.catalyst_slope * surprise * agreement, CATALYST_RANGE)
    inputs = {
        "count": float(sector.catalysts),
        "usual": sector.usual_catalysts,
        "surprise": surprise,
        "tone": sector.catalyst_tone,
    }
    return Factor("catalyst", value, True, inputs)


def catalyst_surprise(count: int, usual: float) -> float:
    """``log2((n + 1) / (m + 1))`` inside 0 and 2; a negative count or mean is read as 0."""
    return clip(math.log2((max(count, 0) + 1) / (max(usual, 0.0) + 1)), SURPRISE_RANGE)


def technical(moves: SectorMoves, base: float, parameters: ScoringParameters) -> Factor:
    """Whether members have broken their 20-session level in the base's direction, or run into it."""
    steps = technical_steps(moves.last, moves.high_20 if base > 0 else moves.low_20, upward=base > 0)
    known = np.isfinite(steps)
    net = weighted_mean(steps[known], moves.weights[known])
    if net is None:
        return Factor("technical", 1.0, False)
    inputs = {
        "net": net,
        "beyond": float((steps == 1).sum()),
        "near": float((steps == -1).sum()),
        "known": float(known.sum()),
    }
    value = clip(1.0 + parameters.technical_slope * net, TECHNICAL_RANGE)
    return Factor("technical", value, True, inputs)


def technical_steps(last: FloatArray, level: FloatArray, *, upward: bool) -> FloatArray:
    """Per member +1 beyond its level, -1 within 2 % inside it, else 0; NaN where either is unknown."""
    if upward:
        beyond, near = last > level, last >= level * (1.0 - NEAR_LEVEL)
    else:
        beyond, near = last < level, last <= level * (1.0 + NEAR_LEVEL)
    steps: FloatArray = np.where(beyond, 1.0, np.where(near, -1.0, 0.0))
    steps[np.isnan(last) | np.isnan(level)] = np.nan
    return steps


FACTORS: dict[str, FactorFunction] = {
    "volatility": volatility,
    "volume": volume,
    "catalyst": catalyst,
    "technical": technical,
}


def all_factors(moves: SectorMoves, base: float, parameters: ScoringParameters) -> tuple[Factor, ...]:
    """Every factor in the order of FACTORS; all 1.0 and unknown at a base of 0."""
    if base == 0:
        return tuple(Factor(name, 1.0, False) for name in FACTORS)
    return tuple(factor(moves, base, parameters) for factor in FACTORS.values())
