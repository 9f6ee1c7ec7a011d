"""Point in time: a stored run computed again from its input frame, and compared with what it published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analysis.engine import FrameError, score_board
from analysis.engine.frames import digest, unpack
from analysis.models import RunInput, StockReading
from analysis.readings import plain, rank_parts, rounded, waterfall
from analysis.types import InputFrame, RankedStock, SectorScore
from sectors.models import SentimentReading
from sectors.selectors import readings_of_run


@dataclass(frozen=True, slots=True)
class Difference:
    """What a recomputed reading says otherwise than the stored one; ``field`` "frame": it cannot be read."""

    run_id: int
    sector: str
    field: str
    stored: Any
    computed: Any

    def __str__(self) -> str:
        place = f"run {self.run_id}, {self.sector}" if self.sector else f"run {self.run_id}"
        return f"{place}: {self.field} is stored as {self.stored}, computed as {self.computed}"


@dataclass(frozen=True, slots=True)
class Recomputation:
    """How many readings and ranks of how many runs were computed again, and every difference."""

    runs: int
    readings: int
    ranks: int
    differences: tuple[Difference, ...]


def runs_recompute(run_ids: list[int]) -> Recomputation:
    """Compute the readings of these runs again, each from its own frame. Frames are kept for 90 days; a run
    without one is left out."""
    count, readings, ranks = 0, 0, 0
    differences: list[Difference] = []
    for stored in RunInput.objects.filter(run_id__in=run_ids).order_by("run_id").iterator(20):
        rows = readings_of_run(stored.run_id)
        ranked = {row.symbol: row for row in StockReading.objects.filter(run_id=stored.run_id)}
        count, readings, ranks = count + 1, readings + len(rows), ranks + len(ranked)
        differences += _compare(stored, rows, ranked)
    return Recomputation(count, readings, ranks, tuple(differences))


def runs_with_frames(most: int) -> list[int]:
    """The newest ``most`` runs whose frame is stored, newest first."""
    return list(RunInput.objects.order_by("-run_id").values_list("run_id", flat=True)[:most])


def _compare(
    stored: RunInput, rows: list[SentimentReading], ranked: dict[str, StockReading]
) -> Iterator[Difference]:
    packed = bytes(stored.frame)
    if digest(packed) != stored.sha256:
        yield Difference(stored.run_id, "", "frame", stored.sha256, digest(packed))
        return
    try:
        frame = unpack(packed)
        board = score_board(frame)
    except FrameError as exc:
        yield Difference(stored.run_id, "", "frame", "a frame", str(exc))
        return
    scores = {score.slug: score for score in board.sectors}
    for row in rows:
        for field, before, now in _facts(row, scores[row.sector], frame):
            if before != now:
                yield Difference(stored.run_id, row.sector, field, before, now)
    computed = {stock.symbol: stock for stock in board.stocks}
    for symbol, stored_rank in ranked.items():
        for field, before, now in _stock_facts(stored_rank, computed.get(symbol)):
            if before != now:
                yield Difference(stored.run_id, symbol, field, before, now)


def _facts(
    row: SentimentReading, score: SectorScore, frame: InputFrame
) -> Iterator[tuple[str, object, object]]:
    """(field, stored, computed): the published decimals, then every part of the waterfall that was stored."""
    yield "score", row.sentiment_score, score.score
    yield "colour", row.color_classification, score.colour
    yield "confidence", row.confidence_level, score.confidence
    yield "state", row.state, score.state
    yield "relative score", row.relative_score, score.relative_score
    yield "cautions", list(row.cautions), list(score.cautions)
    computed = plain(waterfall(score, frame.parameters, overnight=frame.overnight))
    for name, value in row.waterfall.items():
        yield f"waterfall.{name}", _decimals(value), _decimals(computed.get(name))


def _stock_facts(row: StockReading, stock: RankedStock | None) -> Iterator[tuple[str, object, object]]:
    """(field, stored, computed) of a rank, and of every part that was stored with it: legs, cause, flags."""
    yield "rank", row.rank, stock.rank if stock else None
    parts = rank_parts(stock) if stock else {}
    for name, value in row.parts.items():
        # Rows of older versions have every digit.
        yield f"parts.{name}", _decimals(rounded(value)), _decimals(parts.get(name))


def _decimals(value: object) -> object:
    """Numbers as the decimals that they print as: JSON holds no difference between 1 and 1.0."""
    if isinstance(value, dict):
        return {key: _decimals(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_decimals(inner) for inner in value]
    if isinstance(value, float | int) and not isinstance(value, bool):
        return Decimal(repr(float(value)))
    return value
