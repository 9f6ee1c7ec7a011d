"""Returns of stocks and of sectors over the four timeframes.

Percent throughout. A stock without a reference or without a print has NaN, never 0; what is NaN counts
against the coverage and takes part in no sum. Sums are exact (`sums.exact_sum`), so that no order of the
members and no processor changes a decimal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.engine.sums import exact_sum
from analysis.engine.volume import relative_volume, volume_weights
from analysis.types import (
    Benchmark,
    FloatArray,
    FrameReturn,
    InputFrame,
    MemberFrame,
    PhaseMove,
    ScoringParameters,
    SectorInput,
    Timeframe,
)

#: The columns of every (n, 4) array of returns.
FRAMES = tuple(Timeframe)
DAY1 = FRAMES.index(Timeframe.DAY1)
#: Columns of ``closes`` that 1d, 3d and 1w refer to: one, three and five sessions before today.
REFERENCES = (0, 2, 4)
#: The columns of every (n, 3) array of legs of the day.
PHASES: tuple[Literal["pre", "regular", "post"], ...] = ("pre", "regular", "post")
#: Today speaks for a sector when this many of its members have a print, or this share if that is more.
PRINTS_MIN = 5
PRINTS_SHARE = 0.20
LAST_SESSION = "last session"
TOO_FEW_PRINTS = "too few prints today"
NO_REFERENCE = "no price 30 minutes ago in this phase"
NO_DATA = "no data"
#: A timeframe that fewer of the priced members have than this says how many it rests on.
THIN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class StockNumbers:
    """What is computed once for all n members.

    today, last_session (n, 4) percent, columns as FRAMES;  legs (n, 3) percent, columns as PHASES;
    relative_volume (n,) times usual, unclipped, NaN unknown;  weights (n,) square roots of the clipped
    relative volume, 1 where it is unknown
    """

    today: FloatArray
    last_session: FloatArray
    legs: FloatArray
    relative_volume: FloatArray
    weights: FloatArray


@dataclass(frozen=True, slots=True)
class SectorMoves:
    """One sector's m members as its score sees them.

    returns (m, 4) percent, not winsorised;  weights (m,);  relative_volume (m,) clipped, NaN unknown;
    last, high_20, low_20 (m,) USD;  legs (m, 3) percent of today. With ``carried`` the returns are those of
    the last completed session: then the weights are 1, and relative volume and last are NaN, since today's
    do not belong to them.
    """

    sector: SectorInput
    returns: FloatArray
    weights: FloatArray
    relative_volume: FloatArray
    last: FloatArray
    high_20: FloatArray
    low_20: FloatArray
    core: int
    carried: bool
    premarket: FloatArray
    legs: FloatArray

    def __len__(self) -> int:
        return len(self.weights)


def clean_prices(prices: FloatArray) -> FloatArray:
    """The prices with NaN where they are not finite or not above zero. Any shape."""
    usable: FloatArray = np.where(np.isfinite(prices) & (prices > 0), prices, np.nan)
    return usable


def multi_timeframe_returns(members: MemberFrame) -> FloatArray:
    """Today's returns (n, 4) in percent: the last price against each timeframe's reference.

    After 16:00 the 1d reference stays the previous session's close, so that extended hours move it.
    """
    returns: FloatArray = 100.0 * (clean_prices(members.last)[:, None] / today_references(members) - 1.0)
    return returns


def today_references(members: MemberFrame) -> FloatArray:
    """What each timeframe is measured from today, (n, 4) USD."""
    closes = clean_prices(members.closes)
    references: FloatArray = np.column_stack([clean_prices(members.ref_30min), closes[:, REFERENCES]])
    return references


def last_session_returns(members: MemberFrame) -> FloatArray:
    """The returns (n, 4) in percent as they stood at the previous session's close; 30min is NaN."""
    closes = clean_prices(members.closes)
    returns: FloatArray = 100.0 * (closes[:, :1] / last_session_references(members) - 1.0)
    return returns


def last_session_references(members: MemberFrame) -> FloatArray:
    """What each timeframe was measured from at the previous session's close, (n, 4) USD; 30min is NaN."""
    references = np.full((len(members), len(FRAMES)), np.nan)
    references[:, 1:] = clean_prices(members.closes)[:, [column + 1 for column in REFERENCES]]
    return references


def day_legs(members: MemberFrame, phase: str) -> FloatArray:
    """The legs (n, 3) in percent of today's move: previous close to open, open to close, close to last.

    A leg that still runs in ``phase`` ends at the last price. NaN for one that has not begun or lacks an
    end; the legs that are known compound to the 1d return.
    """
    last, opened = clean_prices(members.last), clean_prices(members.day_open)
    closed = clean_prices(members.regular_close)
    pre_end = last if phase == "pre" else opened
    regular_end = last if phase == "regular" else closed
    starts = np.column_stack([clean_prices(members.closes[:, 0]), opened, closed])
    legs: FloatArray = 100.0 * (np.column_stack([pre_end, regular_end, last]) / starts - 1.0)
    return legs


def benchmark_returns(benchmark: Benchmark | None, *, carried: bool) -> dict[Timeframe, float | None]:
    """The benchmark's four returns in percent, of today or (``carried``) of the last session."""
    if benchmark is None:
        return dict.fromkeys(FRAMES)
    closes = [*benchmark.closes, *[math.nan] * 6]
    step = 1 if carried else 0
    last = closes[0] if carried else benchmark.last
    references = [math.nan if carried else benchmark.ref_30min, *(closes[c + step] for c in REFERENCES)]
    return {frame: _change(last, reference) for frame, reference in zip(FRAMES, references, strict=True)}


def _change(last: float, reference: float) -> float | None:
    usable = math.isfinite(last) and math.isfinite(reference) and last > 0 and reference > 0
    return 100.0 * (last / reference - 1.0) if usable else None


def stock_numbers(frame: InputFrame) -> StockNumbers:
    members = frame.members
    relative = relative_volume(members.day_volume, members.avg_volume, frame.expected_volume_share)
    return StockNumbers(
        today=multi_timeframe_returns(members),
        last_session=last_session_returns(members),
        legs=day_legs(members, frame.phase),
        relative_volume=relative,
        weights=volume_weights(relative, frame.parameters),
    )


def sector_moves(
    frame: InputFrame, numbers: StockNumbers, sector: SectorInput, rows: NDArray[np.intp]
) -> SectorMoves:
    """The members at ``rows`` as one sector, carried from the last session when today is too thin."""
    members, parameters = frame.members, frame.parameters
    last = clean_prices(members.last[rows])
    carried = too_few_prints(int(np.isfinite(last).sum()), len(rows))
    relative = np.clip(
        numbers.relative_volume[rows], parameters.relative_volume_min, parameters.relative_volume_max
    )
    nothing = np.full(len(rows), np.nan)
    return SectorMoves(
        sector=sector,
        returns=(numbers.last_session if carried else numbers.today)[rows],
        weights=np.ones(len(rows)) if carried else numbers.weights[rows],
        relative_volume=nothing if carried else relative,
        last=nothing if carried else last,
        high_20=clean_prices(members.high_20[rows]),
        low_20=clean_prices(members.low_20[rows]),
        core=int(members.core[rows].sum()),
        carried=carried,
        premarket=numbers.today[rows, DAY1] if carried else nothing,
        legs=numbers.legs[rows],
    )


def too_few_prints(prints: int, members: int) -> bool:
    """Whether today cannot speak for a sector yet. All members of a tiny sector are always enough."""
    return prints < min(members, max(PRINTS_MIN, PRINTS_SHARE * members))


def winsorise(returns: FloatArray, limit_pct: float) -> FloatArray:
    """Returns beyond ``+-limit_pct`` set to it, so that one squeeze does not paint a sector."""
    clipped: FloatArray = np.clip(returns, -limit_pct, limit_pct)
    return clipped


def weighted_mean(values: FloatArray, weights: FloatArray) -> float | None:
    """``sum(w * x) / sum(w)`` of finite values; None without any or without weight.

    >>> weighted_mean(np.array([8.2, -4.1]), np.array([1.0, 1.0]))
    2.05
    """
    total = exact_sum(weights)
    return exact_sum(values * weights) / total if total > 0 else None


def contributions(returns: FloatArray, weights: FloatArray, limit_pct: float) -> FloatArray:
    """What each of m members adds to R of one timeframe, (m,) percent points; NaN for one without a return.

    ``w * r / sum(w)`` with ``r`` cut at ``+-limit_pct``, the terms of `weighted_mean`: they sum to R.

    >>> contributions(np.array([8.2, -4.1]), np.array([1.0, 1.0]), 25.0).tolist()
    [4.1, -2.05]
    """
    total = exact_sum(weights[np.isfinite(returns)])
    parts: FloatArray = winsorise(returns, limit_pct) * weights / (total or math.nan)
    return parts


def frame_returns(
    moves: SectorMoves, benchmark: Mapping[Timeframe, float | None], parameters: ScoringParameters
) -> tuple[FrameReturn, ...]:
    """The sector's four timeframes in the order of FRAMES, each with its note where one is due."""
    frames = []
    for column, timeframe in enumerate(FRAMES):
        returns = moves.returns[:, column]
        note = _note(moves, timeframe, returns)
        frames.append(
            frame_return(
                timeframe,
                returns,
                moves.weights,
                benchmark=benchmark[timeframe],
                parameters=parameters,
                note=note,
            )
        )
    return tuple(frames)


def frame_return(
    timeframe: Timeframe,
    returns: FloatArray,
    weights: FloatArray,
    *,
    parameters: ScoringParameters,
    benchmark: float | None = None,
    note: str = "",
) -> FrameReturn:
    """One timeframe of one sector from its members' returns (m,) and weights (m,).

    ``value`` is the winsorised weighted return R; ``mean`` and ``median`` are plain, of all valid
    returns as they are; ``part`` is what the frame adds to the base.
    """
    present = np.isfinite(returns)
    valid = returns[present]
    value = weighted_mean(winsorise(valid, parameters.winsor_pct), weights[present])
    return FrameReturn(
        timeframe=timeframe,
        value=value,
        mean=exact_sum(valid) / len(valid) if len(valid) else None,
        median=float(np.median(valid)) if len(valid) else None,
        valid=len(valid),
        advancing=int((valid > 0).sum()),
        part=base_part(timeframe, value, parameters),
        benchmark=benchmark,
        note=note,
    )


def base_part(timeframe: Timeframe, value: float | None, parameters: ScoringParameters) -> float:
    """What a timeframe adds to the base: ``weight * tanh(R / scale)``, 0 when it is absent."""
    if value is None:
        return 0.0
    return parameters.weights[timeframe] * math.tanh(value / parameters.scales[timeframe])


def _note(moves: SectorMoves, timeframe: Timeframe, returns: FloatArray) -> str:
    if moves.carried:
        return TOO_FEW_PRINTS if timeframe is Timeframe.MIN30 else LAST_SESSION
    known, priced = int(np.isfinite(returns).sum()), int(np.isfinite(moves.last).sum())
    if not known:
        return NO_REFERENCE if timeframe is Timeframe.MIN30 and priced else NO_DATA
    return f"{known:,} of {priced:,} members only" if known < THIN_SHARE * priced else ""


def premarket_move(moves: SectorMoves, parameters: ScoringParameters) -> FrameReturn | None:
    """The equally weighted 1d move of the few members with a print, while the frames are carried."""
    if not np.isfinite(moves.premarket).any():
        return None
    move = frame_return(
        Timeframe.DAY1, moves.premarket, moves.weights, parameters=parameters, note="today so far"
    )
    return replace(move, part=0.0)


def phase_moves(moves: SectorMoves, parameters: ScoringParameters) -> tuple[PhaseMove, ...]:
    """Today's legs of a sector in the order of PHASES: winsorised, weighted like R."""
    found = []
    for column, phase in enumerate(PHASES):
        legs = moves.legs[:, column]
        present = np.isfinite(legs)
        value = weighted_mean(winsorise(legs[present], parameters.winsor_pct), moves.weights[present])
        found.append(PhaseMove(phase, value, int(present.sum())))
    return tuple(found)


def mean_and_error(returns: FloatArray, limit_pct: float) -> tuple[float | None, float | None]:
    """The winsorised mean of (m,) returns and its standard error, percent; None where too few are there.

    The error treats the members as independent draws. They share a market, so it is too small rather
    than too large.
    """
    valid = winsorise(returns[np.isfinite(returns)], limit_pct)
    count = len(valid)
    if count == 0:
        return None, None
    mean = exact_sum(valid) / count
    if count == 1:
        return mean, None
    spread = exact_sum((valid - mean) ** 2) / (count - 1)
    return mean, math.sqrt(spread / count)
