"""From a sector's moves to its score, its relative score and its confidence.

Everything is float64 until the one rounding, half to even, that makes the stored decimal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from analysis.engine.colours import cautions, colour_for, state_for, strength_label
from analysis.engine.factors import all_factors, clip, volatility
from analysis.engine.patterns import divergences, momentum, pattern
from analysis.engine.performance import (
    DAY1,
    SectorMoves,
    StockNumbers,
    base_part,
    benchmark_returns,
    frame_returns,
    mean_and_error,
    phase_moves,
    premarket_move,
    sector_moves,
)
from analysis.types import (
    Factor,
    FrameReturn,
    InputFrame,
    ScoringParameters,
    SectorScore,
    Timeframe,
)
from sectors.lights import LIT

SCORE_RANGE = (-1.0, 1.0)
THOUSANDTH = Decimal("0.001")
HUNDREDTH = Decimal("0.01")
#: The largest shift of the base by overnight moves, and the move in percent that gives most of it.
OVERNIGHT_SHIFT = 0.05
OVERNIGHT_SCALE = 1.0
OVERNIGHT_MIN = 2
#: Shares of agreement, breadth and certainty in the confidence.
CONFIDENCE_PARTS = (0.4, 0.3, 0.3)
DEGRADED = 0.7
NEAR_RELEASE = 0.8


def base_of(returns: Mapping[Timeframe, float | None], parameters: ScoringParameters) -> float:
    """``sum(weight * tanh(R / scale))`` over the timeframes; an absent one adds 0.

    ``returns`` are sector R in percent. Nothing is renormalised: less data gives a weaker base.
    """
    return math.fsum(base_part(frame, returns[frame], parameters) for frame in Timeframe)


def overnight_mean(moves: Sequence[float]) -> float | None:
    """W, the mean of the world indices' moves, percent; None with fewer than two known."""
    known = [move for move in moves if math.isfinite(move)]
    return math.fsum(known) / len(known) if len(known) >= OVERNIGHT_MIN else None


def overnight_shift(moves: Sequence[float]) -> float:
    """What the world indices' moves, percent, add to the base; 0 with fewer than two known."""
    mean = overnight_mean(moves)
    return 0.0 if mean is None else OVERNIGHT_SHIFT * math.tanh(mean / OVERNIGHT_SCALE)


def product(base: float, factors: Iterable[Factor]) -> float:
    """The unclamped score. Multiplied in order, so that the waterfall's parts give the same number."""
    return math.prod((factor.value for factor in factors), start=base)


def score_of(unclamped: float) -> Decimal:
    """Clipped to -1..+1, then rounded once, half to even, to three decimals; never -0.000.

    >>> score_of(0.61776), score_of(1.98)
    (Decimal('0.618'), Decimal('1.000'))
    """
    return _rounded(clip(unclamped, SCORE_RANGE), THOUSANDTH)


def _rounded(value: float, step: Decimal) -> Decimal:
    """Half to even of the decimal that the float prints as. Adding 0 turns a negative zero positive."""
    return Decimal(repr(float(value))).quantize(step, ROUND_HALF_EVEN) + 0


def confidence_of(
    coverage: float,
    agreement: float,
    breadth: float,
    certainty: float,
    *,
    degraded: bool = False,
    release: bool = False,
) -> Decimal:
    """How far the light can be trusted, 0.00 to 1.00, from four parts that are 0 to 1 each."""
    parts = zip(CONFIDENCE_PARTS, (agreement, breadth, certainty), strict=True)
    value = coverage * math.fsum(share * part for share, part in parts)
    value *= (DEGRADED if degraded else 1.0) * (NEAR_RELEASE if release else 1.0)
    return _rounded(clip(value, (0.0, 1.0)), HUNDREDTH)


def agreement_of(returns: Mapping[Timeframe, float | None], parameters: ScoringParameters) -> float:
    """``|sum(weight * sign(R))|``: 1 when all frames point one way."""
    present = ((frame, value) for frame in Timeframe if (value := returns[frame]))
    return abs(math.fsum(math.copysign(parameters.weights[frame], value) for frame, value in present))


def breadth_of(moves: SectorMoves, base: float) -> float:
    """``max(0, 2 * share - 1)``, share of the valid 1d returns that have the base's sign."""
    day = moves.returns[:, DAY1]
    valid = int(np.isfinite(day).sum())
    if valid == 0 or base == 0:
        return 0.0
    return max(0.0, 2.0 * int((np.sign(day) == math.copysign(1.0, base)).sum()) / valid - 1.0)


def certainty_of(mean: float | None, error: float | None) -> float:
    """``min(1, |mean| / (2 * standard error))``; 0 where the error is unknown."""
    if mean is None or error is None:
        return 0.0
    if error == 0:
        return 1.0 if mean else 0.0
    return min(1.0, abs(mean) / (2.0 * error))


def score_sectors(frame: InputFrame, numbers: StockNumbers) -> tuple[SectorScore, ...]:
    """The score of every sector of the frame, in the frame's order."""
    scores = []
    for sector in frame.sectors:
        rows = np.flatnonzero(frame.members.sector == sector.slug)
        scores.append(score_sector(frame, sector_moves(frame, numbers, sector, rows)))
    return tuple(scores)


@dataclass(frozen=True, slots=True)
class _Waterfall:
    """How the score came about: the frames and the shift add to the base, the factors multiply it."""

    frames: tuple[FrameReturn, ...]
    shift: float
    base: float
    factors: tuple[Factor, ...]
    unclamped: float

    @property
    def returns(self) -> dict[Timeframe, float | None]:
        return {part.timeframe: part.value for part in self.frames}

    @property
    def benchmark(self) -> dict[Timeframe, float | None]:
        return {part.timeframe: part.benchmark for part in self.frames}


def _waterfall(frame: InputFrame, moves: SectorMoves) -> _Waterfall:
    benchmark = benchmark_returns(frame.benchmark, carried=moves.carried)
    frames = frame_returns(moves, benchmark, frame.parameters)
    lit = any(part.value is not None for part in frames)
    shift = overnight_shift(frame.overnight) if lit else 0.0
    base = math.fsum([*(part.part for part in frames), shift])
    factors = all_factors(moves, base, frame.parameters)
    return _Waterfall(frames, shift, base, factors, product(base, factors))


def score_sector(frame: InputFrame, moves: SectorMoves) -> SectorScore:
    """One sector from its moves. A sector without data is ``insufficient`` at score 0, confidence 0.

    One list of everything that a reading says, one line each.
    """
    parameters, fall = frame.parameters, _waterfall(frame, moves)
    day, weight = fall.frames[DAY1], volatility(moves, fall.base, frame.parameters).value
    score = score_of(fall.unclamped)
    colour = colour_for(score)
    mean, error = mean_and_error(moves.returns[:, DAY1], parameters.winsor_pct)
    trust = _trust(frame, moves, fall, certainty=certainty_of(mean, error))
    confidence = _confidence(trust)
    relative = relative_score(fall.returns, fall.benchmark, weight, parameters=parameters)
    raw_alpha, relative_alpha = alphas(day.value, day.benchmark, weight)
    return SectorScore(
        slug=moves.sector.slug,
        members=len(moves),
        core=moves.core,
        frames=fall.frames,
        base=fall.base,
        factors=fall.factors,
        unclamped=fall.unclamped,
        score=score,
        colour=colour,
        label=LIT[colour].label,
        signal=LIT[colour].signal,
        state=state_for(day.valid, mean, error, parameters.minimum_valid),
        cautions=cautions(score, confidence, fall.returns, parameters=parameters, release=frame.release),
        confidence=confidence,
        coverage=_coverage(day, moves),
        breadth=day.advancing / day.valid if day.valid else 0.0,
        relative_score=relative,
        relative_colour=None if relative is None else colour_for(relative),
        raw_alpha=raw_alpha,
        relative_alpha=relative_alpha,
        strength=strength_label(raw_alpha),
        pattern=pattern(fall.returns),
        shift=fall.shift,
        premarket=premarket_move(moves, parameters),
        day_mean=mean,
        day_error=error,
        dispersion=None if error is None else error * math.sqrt(day.valid),
        phases=phase_moves(moves, parameters),
        new_highs=int((moves.last > moves.high_20).sum()),
        new_lows=int((moves.last < moves.low_20).sum()),
        levels=int((np.isfinite(moves.last) & np.isfinite(moves.high_20 + moves.low_20)).sum()),
        momentum=momentum(fall.returns, parameters),
        divergences=_divergences(moves, fall),
        trust=trust,
    )


def _divergences(moves: SectorMoves, fall: _Waterfall) -> tuple[str, ...]:
    day = fall.frames[DAY1]
    volume = next(factor for factor in fall.factors if factor.name == "volume")
    return divergences(
        day.value,
        advancing=day.advancing,
        declining=int((moves.returns[:, DAY1] < 0).sum()),
        valid=day.valid,
        volume_ratio=volume.inputs.get("ratio"),
    )


def _coverage(day: FrameReturn, moves: SectorMoves) -> float:
    """Share of the members with a valid 1d return."""
    return day.valid / len(moves) if len(moves) else 0.0


def _trust(frame: InputFrame, moves: SectorMoves, fall: _Waterfall, *, certainty: float) -> dict[str, float]:
    """What the confidence is made of, by name."""
    return {
        "coverage": _coverage(fall.frames[DAY1], moves),
        "agreement": agreement_of(fall.returns, frame.parameters),
        "breadth": breadth_of(moves, fall.base),
        "certainty": certainty,
        "degraded": DEGRADED if frame.degraded else 1.0,
        "release": NEAR_RELEASE if frame.release else 1.0,
    }


def _confidence(trust: Mapping[str, float]) -> Decimal:
    parts = (trust[name] for name in ("coverage", "agreement", "breadth", "certainty"))
    return confidence_of(*parts, degraded=trust["degraded"] < 1, release=trust["release"] < 1)


def relative_score(
    returns: Mapping[Timeframe, float | None],
    benchmark: Mapping[Timeframe, float | None],
    weight: float,
    *,
    parameters: ScoringParameters,
) -> Decimal | None:
    """The score of the returns minus the benchmark's, with the volatility ``weight`` alone.

    A timeframe that either lacks adds 0; None when no timeframe has both.
    """
    excess = {frame: _excess(returns[frame], benchmark[frame]) for frame in Timeframe}
    if all(value is None for value in excess.values()):
        return None
    return score_of(base_of(excess, parameters) * weight)


def alphas(value: float | None, benchmark: float | None, weight: float) -> tuple[float | None, float | None]:
    """Raw alpha ``R - benchmark`` and relative alpha ``R * weight - benchmark``, percent."""
    weighted = None if value is None else value * weight
    return _excess(value, benchmark), _excess(weighted, benchmark)


def _excess(value: float | None, benchmark: float | None) -> float | None:
    return None if value is None or benchmark is None else value - benchmark
