"""The colour of a score, and when to mind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from analysis.engine.patterns import LONG_FRAMES, SHORT_FRAMES, pull
from analysis.types import ScoringParameters, Timeframe
from sectors.lights import EDGES, colour_of
from sectors.types import Colour

State = Literal["normal", "noise", "insufficient"]


def colour_for(score: Decimal | float) -> Colour:
    """The colour of a stored 3-decimal score. Raises ValueError outside -1 to +1.

    >>> colour_for(-0.6), colour_for(0.6)
    ('light_red', 'dark_green')
    """
    if not (math.isfinite(score) and -1 <= score <= 1):
        raise ValueError(f"score is {score}, outside -1 to +1: round and clip it with score_of() first")
    return colour_of(score)


def cautions(
    score: Decimal,
    confidence: Decimal,
    returns: Mapping[Timeframe, float | None],
    *,
    parameters: ScoringParameters,
    release: str = "",
) -> tuple[str, ...]:
    """The reasons for a CAUTION badge in words, empty without one. ``returns`` are sector R, percent."""
    reasons = [
        f"close to {edge:+.2f}".replace("-", "\N{MINUS SIGN}")
        for edge in EDGES
        if abs(score - edge) <= Decimal(repr(parameters.caution_edge))
    ]
    if frames_disagree(returns, parameters):
        reasons.append("short and long frames disagree")
    if confidence < Decimal(repr(parameters.caution_confidence)):
        reasons.append(f"confidence below {parameters.caution_confidence:.2f}")
    if release:
        reasons.append(release)
    return tuple(reasons)


def frames_disagree(returns: Mapping[Timeframe, float | None], parameters: ScoringParameters) -> bool:
    """Whether the weighted 30min and 1d point one way and 3d and 1w the other, both clear of zero."""
    short, long = (pull(returns, frames, parameters) for frames in (SHORT_FRAMES, LONG_FRAMES))
    return short * long < 0


def state_for(valid: int, mean: float | None, error: float | None, minimum_valid: int) -> State:
    """``insufficient`` below ``minimum_valid`` 1d returns, ``noise`` within two standard errors of zero."""
    if valid < minimum_valid or mean is None or error is None:
        return "insufficient"
    return "noise" if abs(mean) <= 2 * error else "normal"


def strength_label(raw_alpha: float | None) -> str | None:
    """Words for R - benchmark over 1d, percent: beyond +-2 strong, beyond +-0.5 plain, else in line."""
    if raw_alpha is None:
        return None
    if abs(raw_alpha) <= 0.5:
        return "in line"
    word = "outperformance" if raw_alpha > 0 else "underperformance"
    return f"strong {word}" if abs(raw_alpha) > 2 else word
