"""What a score is called: colour, label, signal, sentence; and when to mind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from analysis.types import Colour, ScoringParameters, Timeframe

State = Literal["normal", "noise", "insufficient"]


@dataclass(frozen=True, slots=True)
class Band:
    """One colour. ``start`` is inside; the next band's start is not, save +1 at the green end."""

    colour: Colour
    start: Decimal
    signal: str
    label: str
    sentence: str


#: Half-open: a shared edge belongs to the greener side, so that a tie leans away from shorting.
BANDS = (
    Band(
        "dark_red",
        Decimal("-1.0"),
        "PRIME_SHORTING_ENVIRONMENT",
        "Bearish",
        "Strong bearish sentiment, several negative catalysts.",
    ),
    Band(
        "light_red", Decimal("-0.6"), "GOOD_SHORTING_ENVIRONMENT", "Bearish", "Moderately bearish sentiment."
    ),
    Band("blue_neutral", Decimal("-0.2"), "NEUTRAL_CAUTIOUS", "Neutral", "Mixed sentiment, sideways."),
    Band("light_green", Decimal("0.2"), "AVOID_SHORTS", "Bullish", "Moderately bullish sentiment, upward."),
    Band(
        "dark_green",
        Decimal("0.6"),
        "DO_NOT_SHORT",
        "Bullish",
        "Strongly bullish sentiment, squeeze risk is high.",
    ),
)
INNER_EDGES = tuple(band.start for band in BANDS[1:])
#: Short and long frames must both be clear of zero, by a tenth of their scales, to disagree.
CLEAR_OF_ZERO = 0.1
SHORT_FRAMES = (Timeframe.MIN30, Timeframe.DAY1)
LONG_FRAMES = (Timeframe.DAY3, Timeframe.WEEK1)


def band_for(score: Decimal | float) -> Band:
    """The band of a score from -1 to +1.

    A float is read as the decimal it prints as, so that 0.2 is 0.2. Raises ValueError outside the range.
    """
    exact = score if isinstance(score, Decimal) else Decimal(repr(float(score)))
    if not (exact.is_finite() and -1 <= exact <= 1):
        raise ValueError(f"score is {score}, outside -1 to +1: round and clip it with score_of() first")
    return next(band for band in reversed(BANDS) if exact >= band.start)


def colour_for(score: Decimal | float) -> Colour:
    """The colour of a stored 3-decimal score.

    >>> colour_for(-0.6), colour_for(0.6)
    ('light_red', 'dark_green')
    """
    return band_for(score).colour


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
        for edge in INNER_EDGES
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
    short, long = (_pull(returns, frames, parameters) for frames in (SHORT_FRAMES, LONG_FRAMES))
    return short * long < 0


def _pull(
    returns: Mapping[Timeframe, float | None], frames: tuple[Timeframe, ...], parameters: ScoringParameters
) -> float:
    """The weighted sum of R over ``frames``; 0 when it lies within a tenth of their weighted scales."""
    total = sum(parameters.weights[f] * (returns[f] or 0.0) for f in frames)
    scale = sum(parameters.weights[f] * parameters.scales[f] for f in frames)
    return total if abs(total) > CLEAR_OF_ZERO * scale else 0.0


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
