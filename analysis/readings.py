"""From the engine's result to what `sectors` stores. Pure; a NaN becomes None, because JSON has no NaN."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from analysis.engine.scoring import overnight_mean
from analysis.models import StockReading
from analysis.types import (
    BoardScores,
    FrameReturn,
    InputFrame,
    RankedStock,
    ScoringParameters,
    SectorScore,
    Timeframe,
    TopStocks,
)
from sectors.types import ReadingInput
from universe.benchmarks import WORLD_INDICES
from universe.sessions import ET, hours

#: A sector with more than this share of members without a price of today is not judged ...
MISSING_MAX = 0.5
#: ... once the regular session is this old.
PRICES_AWAITED = dt.timedelta(minutes=15)

PARTS_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a run's prices came from and how old the oldest feed is."""

    source: str
    oldest_input_at: dt.datetime | None
    flags: tuple[str, ...] = ()


def unpriced_sectors(frame: InputFrame) -> dict[str, str]:
    """The sectors that a run must not judge, by slug, with the reason in words.

    Once the regular session is a quarter of an hour old, almost every member has a price of today. A sector
    where more than half have none has lost its input, and its last reading is better than a new one. A
    sector without any data, not even a close, is left to the engine, which calls it insufficient.
    """
    if frame.phase != "regular" or frame.as_of < hours(frame.session).open + PRICES_AWAITED:
        return {}
    found = {}
    priced = np.isfinite(frame.members.last)
    known = priced | np.isfinite(frame.members.closes[:, 0])
    for sector in frame.sectors:
        own = frame.members.sector == sector.slug
        missing = 1.0 - float(priced[own].mean()) if known[own].any() else 0.0
        if missing > MISSING_MAX:
            found[sector.slug] = f"{missing:.0%} of prices missing"
    return found


def reading_inputs(
    frame: InputFrame,
    scores: BoardScores,
    provenance: Provenance,
    *,
    only: str = "",
    without: Collection[str] = (),
) -> list[ReadingInput]:
    """A run's readings in the engine's order: ``only`` one sector (a mover's run), or ``without`` some."""
    weights = {sector.slug: sector.weight_revision_id for sector in frame.sectors}
    confirmed = confirmed_at(frame)
    return [
        ReadingInput(
            sector=score.slug,
            score=score.score,
            colour=score.colour,
            confidence=score.confidence,
            state=score.state,
            cautions=score.cautions,
            relative_score=score.relative_score,
            relative_colour=score.relative_colour,
            returns={str(one.timeframe): finite(one.value) for one in score.frames},
            frame_notes={str(one.timeframe): one.note for one in score.frames if one.note},
            pattern=": ".join(part for part in (score.pattern, score.momentum) if part),
            advancing=_day(score).advancing,
            valid=_day(score).valid,
            members=score.members,
            core=score.core,
            coverage=score.coverage,
            waterfall=waterfall(score, frame.parameters, overnight=frame.overnight),
            tops=tops(scores.tops[score.slug]),
            weight_revision_id=weights.get(score.slug),
            oldest_input_at=provenance.oldest_input_at,
            confirmed_at=confirmed.get(score.slug),
            source=provenance.source,
            flags=provenance.flags,
        )
        for score in scores.sectors
        if (not only or score.slug == only) and score.slug not in without
    ]


def stock_readings(
    stocks: Iterable[RankedStock], run_id: int, at: dt.datetime, *, only: str = ""
) -> list[StockReading]:
    """Rows of every ranked core stock: the rank and its parts."""
    return [
        StockReading(
            run_id=run_id,
            symbol=stock.symbol,
            timestamp=at,
            sector=stock.sector,
            rank=stock.rank,
            unconfirmed=stock.unconfirmed,
            parts=rank_parts(stock),
        )
        for stock in stocks
        if not only or stock.sector == only
    ]


def rank_parts(stock: RankedStock) -> dict[str, Any]:
    """What is stored of a rank beside it. Figures have six decimals, far finer than their inputs: 17 digits
    each made the rows of a quarter a third larger, and are what does not compress."""
    parts: dict[str, Any] = rounded(plain(asdict(stock)))
    return parts


def rounded(value: Any) -> Any:
    """The same with six decimals at most."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return round(value, PARTS_DECIMALS) if isinstance(value, float) else value


def waterfall(
    score: SectorScore, parameters: ScoringParameters, *, overnight: Sequence[float] = ()
) -> dict[str, Any]:
    """Every part of a score: frames that add up to the base, factors that multiply to ``unclamped``.

    ``overnight``: the moves of the world's indices, percent, of which the shift is made.
    """
    # Pairs, since stored JSON keeps no order.
    moves = list(zip(WORLD_INDICES.values(), overnight, strict=False)) if score.shift else []
    facts: dict[str, Any] = plain(
        {
            "base": score.base,
            "parts": _parts(score),
            "weights": parameters.weights,
            "scales": parameters.scales,
            "withhold_score": parameters.withhold_score,
            "minimum_valid": parameters.minimum_valid,
            "frames": {str(one.timeframe): _frame_facts(one) for one in score.frames},
            "factors": [asdict(factor) for factor in score.factors],
            "unclamped": score.unclamped,
            "score": str(score.score),
            "label": score.label,
            "signal": score.signal,
            "breadth": score.breadth,
            "raw_alpha": score.raw_alpha,
            "relative_alpha": score.relative_alpha,
            "strength": score.strength,
            "premarket": _frame_facts(score.premarket) if score.premarket else None,
            "day_mean": score.day_mean,
            "day_error": score.day_error,
            "dispersion": score.dispersion,
            "phases": {one.phase: {"value": one.value, "valid": one.valid} for one in score.phases},
            "new_highs": score.new_highs,
            "new_lows": score.new_lows,
            "levels": score.levels,
            "indices": moves,
            "indices_mean": overnight_mean(overnight) if moves else None,
            "trust": score.trust,
            "divergences": score.divergences,
        }
    )
    return facts


def tops(stocks: TopStocks) -> dict[str, Any]:
    """The first core stocks of both sides and the halted, best first; all others are in `StockReading`."""
    facts: dict[str, Any] = plain(asdict(stocks))
    return facts


def confirmed_at(frame: InputFrame) -> dict[str, dt.datetime]:
    """The newest print among each sector's members; a sector without a print today is absent."""
    members = frame.members
    newest: dict[str, dt.datetime] = {}
    for sector in frame.sectors:
        prints = members.last_at[(members.sector == sector.slug) & np.isfinite(members.last_at)]
        if prints.size:
            newest[sector.slug] = dt.datetime.fromtimestamp(float(prints.max()), tz=ET)
    return newest


def finite(value: float | None) -> float | None:
    """The number, or None when it is not known."""
    return float(value) if value is not None and math.isfinite(value) else None


def plain(value: Any) -> Any:
    """The same as JSON can hold it: NaN and infinity become None, NumPy scalars Python's, moments ISO."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return finite(value) if isinstance(value, float) else value


def _day(score: SectorScore) -> FrameReturn:
    return next(one for one in score.frames if one.timeframe == Timeframe.DAY1)


def _parts(score: SectorScore) -> dict[str, float]:
    """What adds up to the base: the four frames, and the overnight shift when there is one."""
    parts = {str(one.timeframe): one.part for one in score.frames}
    return parts | ({"overnight": score.shift} if score.shift else {})


def _frame_facts(one: FrameReturn) -> dict[str, Any]:
    return {
        "value": one.value,
        "mean": one.mean,
        "median": one.median,
        "valid": one.valid,
        "advancing": one.advancing,
        "benchmark": one.benchmark,
        "note": one.note,
    }
