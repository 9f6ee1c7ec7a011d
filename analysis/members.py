"""The members of one sector in a stored frame: prices, returns, weights, and what each adds to R.

Pure: every number comes from the engine. What members add is given as decimals that sum exactly to R, rounded
like it: each is rounded down, and the units that are left go to those that lost most.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from analysis.engine.board import IndexArray, sector_members
from analysis.engine.performance import (
    FRAMES,
    SectorMoves,
    clean_prices,
    contributions,
    frame_returns,
    last_session_references,
    today_references,
)
from analysis.types import FloatArray, FrameReturn, InputFrame, Timeframe

#: Percent points.
UNIT = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class FrameShare:
    """One timeframe of one member: USD, percent, percent points; NaN and None unknown."""

    reference: float
    change: float
    adds: Decimal | None


@dataclass(frozen=True, slots=True)
class Member:
    """``last`` is the price that the returns go to; ``relative_volume`` is held within its bounds."""

    symbol: str
    core: bool
    last: float
    frames: Mapping[Timeframe, FrameShare]
    relative_volume: float
    weight: float


@dataclass(frozen=True, slots=True)
class SectorMembers:
    """``totals`` is R of each timeframe, rounded to the unit that the members add up in; None: no return.

    ``frames`` are the engine's, with R as it is. ``carried``: the figures are those of the session before.
    """

    members: tuple[Member, ...]
    totals: Mapping[Timeframe, Decimal | None]
    frames: tuple[FrameReturn, ...]
    carried: bool


def members_of(frame: InputFrame, slug: str) -> SectorMembers:
    """Every member of a sector, in the frame's order. FrameError for a frame that cannot be computed with."""
    rows, moves = sector_members(frame, slug)
    frames = frame_returns(moves, dict.fromkeys(FRAMES), frame.parameters)
    limit = frame.parameters.winsor_pct
    adds = [
        allotted(contributions(moves.returns[:, column], moves.weights, limit), one.value)
        for column, one in enumerate(frames)
    ]
    last, references = _prices(frame, rows, moves)
    members = tuple(
        Member(
            symbol=str(frame.members.symbol[row]),
            core=bool(frame.members.core[row]),
            last=float(last[place]),
            frames={
                one: FrameShare(
                    float(references[place, column]), float(moves.returns[place, column]), adds[column][place]
                )
                for column, one in enumerate(FRAMES)
            },
            relative_volume=float(moves.relative_volume[place]),
            weight=float(moves.weights[place]),
        )
        for place, row in enumerate(rows.tolist())
    )
    totals = {one.timeframe: None if one.value is None else _rounded(one.value) for one in frames}
    return SectorMembers(members, totals, frames, moves.carried)


def _prices(frame: InputFrame, rows: IndexArray, moves: SectorMoves) -> tuple[FloatArray, FloatArray]:
    """The last price (m,) and the reference of each timeframe (m, 4), as the returns were taken."""
    members = frame.members
    if moves.carried:
        return clean_prices(members.closes[rows, 0]), last_session_references(members)[rows]
    return clean_prices(members.last[rows]), today_references(members)[rows]


def allotted(parts: FloatArray, total: float | None) -> list[Decimal | None]:
    """``parts`` (m,) in units that sum exactly to the rounded ``total``; None where a part is NaN."""
    known = {place: Decimal(part) for place, part in enumerate(parts.tolist()) if math.isfinite(part)}
    floors = {place: part.quantize(UNIT, ROUND_FLOOR) for place, part in known.items()}
    left = int((_rounded(total) - sum(floors.values())) / UNIT) if total is not None else 0
    by_loss = sorted(known, key=lambda place: floors[place] - known[place])
    for place in by_loss[:left]:
        floors[place] += UNIT
    return [floors.get(place) for place in range(len(parts))]


def _rounded(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(UNIT, ROUND_HALF_EVEN) + 0


def members_sorted(members: Sequence[Member], by: str, *, largest: bool) -> list[Member]:
    """By "symbol", "weight", "volume", or what a timeframe ("1d") adds; unknown ones last either way."""
    if by == "symbol":
        return sorted(members, key=lambda one: one.symbol, reverse=largest)
    values = [(_value(one, by), one) for one in members]
    known = sorted((pair for pair in values if math.isfinite(pair[0])), key=lambda pair: pair[1].symbol)
    known.sort(key=lambda pair: pair[0], reverse=largest)
    return [one for _, one in known] + [one for value, one in values if not math.isfinite(value)]


def _value(member: Member, by: str) -> float:
    if by in ("weight", "volume"):
        return member.weight if by == "weight" else member.relative_volume
    adds = member.frames[Timeframe(by)].adds
    return math.nan if adds is None else float(adds)
