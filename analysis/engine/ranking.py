"""Which core stocks lead their sector up and down, and how well each could be shorted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.engine.catalysts import causes
from analysis.engine.performance import DAY1, StockNumbers, clean_prices
from analysis.types import (
    BoolArray,
    FloatArray,
    InputFrame,
    MemberFrame,
    RankedStock,
    ScoringParameters,
    SectorScore,
    TopStocks,
)

Grade = Literal["excellent", "good", "fair", "poor", "none"]

GAP_POINTS = 4.0
VOLUME_POINTS = 3.0
ALIGNMENT_POINTS = 2.0
#: Grade, its points, and what it takes: free float in shares and average dollar volume a day.
GRADES: tuple[tuple[Grade, float, float, float], ...] = (
    ("excellent", 1.0, 50_000_000, 50_000_000),
    ("good", 0.6, 20_000_000, 10_000_000),
    ("fair", 0.5, 10_000_000, 2_000_000),
    ("poor", 0.4, 0, 0),
    ("none", 0.0, 0, 0),
)
GRADE_NAMES = tuple(grade[0] for grade in GRADES)
GRADE_POINTS = np.array([grade[1] for grade in GRADES])
FAIR, POOR, NONE = (GRADE_NAMES.index(name) for name in ("fair", "poor", "none"))
SQUEEZE_FLOAT_SHARE = 0.20
SQUEEZE_DAYS_TO_COVER = 5.0
#: A fall of this share from the previous close restricts short sales that day and the next session.
RESTRICTING_FALL = 0.10
TOP_COUNT = 3
#: Beyond this a move needs a second source, percent.
CONFIRM_PCT = 30.0


@dataclass(frozen=True, slots=True)
class RankParts:
    """The four parts of the rank, (n,) each: up to 4, 3, 2 and 1 points."""

    gap: FloatArray
    volume: FloatArray
    alignment: FloatArray
    shortability: FloatArray

    @property
    def rank(self) -> FloatArray:
        return self.gap + self.volume + self.alignment + self.shortability


def rank_parts(
    gap_pct: FloatArray,
    relative_volume: FloatArray,
    alignment: FloatArray,
    shortability: FloatArray,
    *,
    parameters: ScoringParameters,
) -> RankParts:
    """The rank's parts from the day's move in percent, the relative volume, the alignment (0, 0.5 or 1)
    and the shortability (0 to 1), (n,) each. An unknown relative volume earns nothing."""
    traded = np.where(np.isfinite(relative_volume), relative_volume, 0.0)
    return RankParts(
        gap=GAP_POINTS * np.tanh(np.abs(gap_pct) / parameters.gap_scale),
        volume=VOLUME_POINTS * np.tanh(traded / parameters.relative_volume_scale),
        alignment=ALIGNMENT_POINTS * alignment,
        shortability=shortability,
    )


def alignment_of(gap_pct: FloatArray, direction: FloatArray) -> FloatArray:
    """1 when a stock moves with its coloured sector, 0 against it, 0.5 in an uncoloured one.

    ``direction`` (n,) is the sector's: -1, +1, or 0 when it is neutral or insufficient.
    """
    aligned: FloatArray = np.where(direction == 0, 0.5, np.where(np.sign(gap_pct) == direction, 1.0, 0.0))
    return aligned


def sector_direction(score: SectorScore) -> float:
    """-1 for a red sector, +1 for a green one, 0 for a neutral or insufficient one."""
    if score.state == "insufficient" or score.colour == "blue_neutral":
        return 0.0
    return math.copysign(1.0, score.score)


def squeeze_risk(members: MemberFrame) -> BoolArray:
    """Whether known short interest exceeds 20 % of float or 5 days to cover, (n,).

    An estimated float is too large, so that exceeding its 20 % is certain.
    """
    crowded = members.short_interest > SQUEEZE_FLOAT_SHARE * members.float_shares
    slow = members.days_to_cover > SQUEEZE_DAYS_TO_COVER
    risk: BoolArray = crowded | slow
    return risk


def shortability_grades(members: MemberFrame) -> NDArray[np.intp]:
    """Positions in GRADES, (n,): by float and dollar volume, one lower under squeeze risk.

    An unknown or estimated float is fair; an unknown dollar volume reaches no limit; halted is none.
    """
    grades = np.full(len(members), POOR)
    for position in reversed(range(POOR)):
        _, _, float_shares, dollars = GRADES[position]
        reached = (members.float_shares >= float_shares) & (members.avg_dollar_volume >= dollars)
        grades[reached] = position
    grades[np.isnan(members.float_shares) | members.float_estimated] = FAIR
    lowered = np.minimum(grades + squeeze_risk(members), POOR)
    return np.where(members.halted, NONE, lowered).astype(np.intp)


def restriction_price(previous_close: FloatArray) -> FloatArray:
    """The price at and under which short sales are restricted, USD, any shape.

    Rounded, so that a fall of exactly 10 % is one whatever the binary fraction of the close.
    """
    limit: FloatArray = np.round((1.0 - RESTRICTING_FALL) * previous_close, 6)
    return limit


def restricted_today(members: MemberFrame) -> BoolArray:
    """Short-sale restriction, (n,): yesterday's, or a price of today 10 % under the prior close.

    Where the day's low is not known, the open and the last price stand for it.
    """
    limit = restriction_price(members.closes[:, 0])
    lows = clean_prices(np.column_stack([members.day_low, members.day_open, members.last]))
    fell: BoolArray = members.restricted | (lows <= limit[:, None]).any(axis=1)
    return fell


def unconfirmed_moves(members: MemberFrame, gap: FloatArray) -> BoolArray:
    """(n,) moves of over 30 percent that no second source tells: ranked like others, and labelled."""
    with np.errstate(invalid="ignore"):
        found: BoolArray = (np.abs(gap) > CONFIRM_PCT) & ~members.confirmed
    return found


def ranked_stocks(
    frame: InputFrame, numbers: StockNumbers, scores: Sequence[SectorScore]
) -> tuple[RankedStock, ...]:
    """Every core stock of a known sector that has moved today, best rank first.

    Ties go to the larger dollar volume, then to the symbol. Halted stocks are among them, marked.
    """
    members = frame.members
    direction = np.full(len(members), np.nan)
    for score in scores:
        direction[members.sector == score.slug] = sector_direction(score)
    gap = numbers.today[:, DAY1]
    rows = np.flatnonzero(members.core & np.isfinite(gap) & np.isfinite(direction))
    grades = shortability_grades(members)
    alignment = alignment_of(gap, direction)
    parts = rank_parts(
        gap, numbers.relative_volume, alignment, GRADE_POINTS[grades], parameters=frame.parameters
    )
    dollars = np.nan_to_num(members.avg_dollar_volume)
    order = np.lexsort((members.symbol[rows], -dollars[rows], -parts.rank[rows]))
    ranked = _rows(members, numbers, parts, alignment=alignment, grades=grades, rows=rows[order])
    return tuple(_with_causes(ranked, frame))


def _with_causes(ranked: Iterable[RankedStock], frame: InputFrame) -> Iterator[RankedStock]:
    """The rows, and with each what may have moved it and what new shares may come."""
    ranked = tuple(ranked)
    fresh = [one for one in frame.catalysts if frame.cause_from is None or one.at > frame.cause_from]
    found = causes(fresh, {stock.symbol: stock.gap_pct for stock in ranked})
    for stock in ranked:
        cause, dilution = found.get(stock.symbol), frame.dilution.get(stock.symbol, ())
        yield replace(stock, cause=cause, dilution=dilution) if cause or dilution else stock


def _rows(
    members: MemberFrame,
    numbers: StockNumbers,
    parts: RankParts,
    *,
    alignment: FloatArray,
    grades: NDArray[np.intp],
    rows: NDArray[np.intp],
) -> tuple[RankedStock, ...]:
    """The rows as dataclasses, in the order given. Columns become lists at once, which is the fast way."""
    previous = clean_prices(members.closes[:, 0])
    opening = 100.0 * (clean_prices(members.day_open) / previous - 1.0)
    columns: Iterable[list[object]] = (
        column[rows].tolist()
        for column in (
            members.symbol,
            members.sector,
            parts.rank,
            parts.gap,
            parts.volume,
            parts.alignment,
            parts.shortability,
            numbers.today[:, DAY1],
            _none_for_nan(opening),
            _none_for_nan(numbers.relative_volume),
            alignment,
            np.array(GRADE_NAMES, dtype=object)[grades],
            restricted_today(members),
            squeeze_risk(members),
            members.halted,
            np.nan_to_num(members.avg_dollar_volume),
            unconfirmed_moves(members, numbers.today[:, DAY1]),
            *(_none_for_nan(leg) for leg in numbers.legs.T),
        )
    )
    return tuple(RankedStock(*row) for row in zip(*columns, strict=True))


def _none_for_nan(values: FloatArray) -> NDArray[np.object_]:
    told = values.astype(np.object_)
    told[np.isnan(values)] = None
    return told


def tops_of(stocks: Sequence[RankedStock], slugs: Iterable[str]) -> dict[str, TopStocks]:
    """Up to three stocks a side of each sector, never padded; halted ones apart. ``stocks`` best first."""
    sides: dict[str, dict[str, list[RankedStock]]] = {
        slug: {"bearish": [], "bullish": [], "halted": [], "still": []} for slug in slugs
    }
    for stock in stocks:
        sides[stock.sector][_side(stock)].append(stock)
    return {
        slug: TopStocks(
            bearish=tuple(lists["bearish"][:TOP_COUNT]),
            bullish=tuple(lists["bullish"][:TOP_COUNT]),
            halted=tuple(lists["halted"]),
        )
        for slug, lists in sides.items()
    }


def _side(stock: RankedStock) -> str:
    if stock.halted:
        return "halted"
    if stock.gap_pct == 0:
        return "still"
    return "bullish" if stock.gap_pct > 0 else "bearish"
