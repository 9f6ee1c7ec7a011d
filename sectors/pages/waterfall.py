"""The waterfall of one stored score: frames add, factors multiply, the product is clamped and rounded once.

Pure: takes what a reading stores, gives rows of words and bars in a box of 272 x 18. Nothing is computed
again that the run has not stored; the parts are only checked against the stored number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal

from sectors import figures
from sectors.lights import EDGES, colour_of
from sectors.pages.factor_words import LABELS, factor_words, unknown_words
from sectors.types import Band

BOX_WIDTH = 272.0
MARGIN = 16.0
FRAME_LABELS = {"30min": "30 minutes", "1d": "1 day", "3d": "3 days", "1w": "1 week"}
PART_LABELS = FRAME_LABELS | {"overnight": "Overnight"}
THOUSANDTH = Decimal("0.001")
#: Two decimals are exact within float64 noise.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Move:
    """One part of a score in the order in which it is applied: ``effect`` is added (kind "add") or multiplies
    (kind "multiply"), None on the sums "base" and "score"; ``running`` is the exact value after it."""

    name: str
    label: str
    why: str
    kind: Literal["add", "multiply", "sum", "score"]
    effect: float | None
    running: float


@dataclass(frozen=True, slots=True)
class Step:
    """One row. ``exact`` is the unrounded running value."""

    name: str
    label: str
    why: str
    effect: str
    running: str
    exact: str
    band: Band
    bar_x: str
    bar_width: str
    ghost_x: str = ""
    ghost_width: str = ""
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Waterfall:
    """``reconciles`` False: the stored parts do not make the stored score, and the page says so."""

    steps: tuple[Step, ...]
    axis: str
    zero_x: str
    edges: str
    reconciles: bool
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """What the waterfall is made from, as the reading stores it; ``notes`` are its frame notes."""

    score: Decimal
    waterfall: Mapping[str, Any]
    returns: Mapping[str, float | None]
    notes: Mapping[str, str]
    weight_note: str = ""


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float

    def x(self, value: float) -> float:
        return MARGIN + (value - self.low) / (self.high - self.low) * (BOX_WIDTH - 2 * MARGIN)

    def bar(self, start: float, end: float) -> tuple[str, str]:
        left, right = sorted((self.x(start), self.x(end)))
        return f"{left:.1f}", f"{right - left:.1f}"


def waterfall_of(parts: ScoreParts) -> Waterfall | None:
    """The rows of one reading, or None when it stores no parts."""
    moves = score_moves(parts)
    if not moves:
        return None
    axis = _axis([move.running for move in moves])
    return Waterfall(
        steps=tuple(_steps(moves, axis, parts.score)),
        axis=_axis_words(axis),
        zero_x=f"{axis.x(0.0):.1f}",
        edges=" ".join(f"M{axis.x(edge):.1f} 0V18" for edge in _shown_edges(axis)),
        reconciles=reconciles(parts),
        confidence=confidence_words(parts.waterfall.get("trust") or {}),
    )


def confidence_words(trust: Mapping[str, float]) -> str:
    """What the confidence is made of: "coverage 0.98 × (0.4 × agreement of the frames 1.00 + ...)"; empty for
    readings of an older version."""
    if not trust:
        return ""
    coverage, agreement, breadth, certainty = (
        figures.plain(trust[name]) for name in ("coverage", "agreement", "breadth", "certainty")
    )
    words = (
        f"coverage {coverage} × (0.4 × agreement of the frames {agreement} + 0.3 × breadth {breadth} "
        f"+ 0.3 × certainty {certainty})"
    )
    reasons = {"degraded": "for inputs carried forward", "release": "near a high-impact release"}
    return words + "".join(
        f" × {figures.plain(trust[name], 1)} {reason}" for name, reason in reasons.items() if trust[name] < 1
    )


def score_moves(parts: ScoreParts) -> list[Move]:
    """Every part of a stored score, the score itself last; empty when the reading stores no parts."""
    stored = parts.waterfall
    if "base" not in stored or not isinstance(stored.get("factors"), list):
        return []
    return [*_moves(parts), Move("score", "Score", _closing_words(parts), "score", None, float(parts.score))]


def _moves(parts: ScoreParts) -> Iterator[Move]:
    running = 0.0
    stored = parts.waterfall
    for name in _part_names(stored.get("parts", {})):
        part = float(stored["parts"].get(name) or 0.0)
        running += part
        yield Move(name, PART_LABELS.get(name, name), _frame_why(parts, name), "add", part, running)
    running = float(stored["base"])
    yield Move("base", "Base", "the parts above added", "sum", None, running)
    for factor in stored["factors"]:
        value = float(factor["value"])
        running *= value
        name = str(factor["name"])
        yield Move(name, LABELS.get(name, name), _factor_why(parts, factor), "multiply", value, running)


def _part_names(stored: Mapping[str, Any]) -> list[str]:
    """The four frames in their order, then whatever else was added, by name."""
    return [*FRAME_LABELS, *sorted(set(stored) - set(FRAME_LABELS))]


def _steps(moves: list[Move], axis: _Axis, score: Decimal) -> Iterator[Step]:
    before = 0.0
    for move in moves:
        is_sum, is_score = move.effect is None, move.kind == "score"
        bar = axis.bar(0.0 if is_sum else before, move.running)
        ghost = ("", "") if is_sum or before == 0.0 else axis.bar(0.0, before)
        yield Step(
            move.name,
            move.label,
            move.why,
            _effect_words(move),
            figures.signed(score, 3) if is_score else figures.signed(move.running, 4),
            str(score) if is_score else repr(move.running),
            colour_of(score if is_score else move.running),
            *bar,
            *ghost,
            is_sum=is_sum,
        )
        before = move.running


def _effect_words(move: Move) -> str:
    if move.effect is None:
        return ""
    return figures.signed(move.effect, 4) if move.kind == "add" else _multiplier(move.effect)


def _frame_why(parts: ScoreParts, name: str) -> str:
    if name not in FRAME_LABELS:
        return _night_why(parts) if name == "overnight" else "stored with the reading"
    value = parts.returns.get(name)
    if value is None:
        return "no return in this window: adds nothing, nothing is renormalised"
    words = [f"return {figures.percent(value, 2)}"]
    scale = parts.waterfall.get("scales", {}).get(name)
    if scale is not None:
        words[0] += f" on a scale of {figures.plain(scale, 1)}%"
    weight = parts.waterfall.get("weights", {}).get(name)
    if weight is not None:
        words.append(f"weight {figures.plain(weight, 2)}")
    if parts.notes.get(name):
        words.append(parts.notes[name])
    return ", ".join(words)


def _night_why(parts: ScoreParts) -> str:
    """The mean move of which the shift is made, and the moves; readings of an older version keep neither."""
    moves, mean = parts.waterfall.get("indices") or [], parts.waterfall.get("indices_mean")
    told = [f"{name} {'not known' if pct is None else figures.percent(pct, 2)}" for name, pct in moves]
    words = "world indices before the first prints"
    return f"{words} {figures.percent(mean, 2)}: {', '.join(told)}" if told and mean is not None else words


def _factor_why(parts: ScoreParts, factor: Mapping[str, Any]) -> str:
    name, base = str(factor["name"]), float(parts.waterfall["base"])
    if not factor.get("known", True):
        return unknown_words(name, base)
    words = factor_words(name, factor.get("inputs") or {}, base)
    return f"{words}, {parts.weight_note}" if name == "volatility" and parts.weight_note else words


def _multiplier(value: float) -> str:
    """Two decimals where they are exact, else four: "× 1.30", "× 1.0497"."""
    places = 2 if math.isclose(value, round(value, 2), abs_tol=TOLERANCE) else 4
    return f"× {figures.plain(value, places)}"


def _axis(values: list[float]) -> _Axis:
    """Zero to one on the side where the values lie, both sides when they lie on both, further if needed."""
    low, high = min(values), max(values)
    reach = max(1.0, -low, high)
    return _Axis(-reach if low < 0 or high <= 0 else 0.0, reach if high > 0 or low >= 0 else 0.0)


def _shown_edges(axis: _Axis) -> list[float]:
    return [edge for edge in (-1.0, *map(float, EDGES), 1.0) if axis.low <= edge <= axis.high]


def _axis_words(axis: _Axis) -> str:
    places = 0 if max(abs(axis.low), axis.high) == 1.0 else 1
    low, high = figures.signed(axis.low, places), figures.signed(axis.high, places)
    if axis.low < 0 < axis.high:
        return f"{low} to {high}, edges ±0.2, ±0.6"
    near, far = sorted((edge for edge in map(float, EDGES) if axis.low <= edge <= axis.high), key=abs)
    return f"{low} to {high}, edges {figures.signed(near, 1)}, {figures.signed(far, 1)}"


def _closing_words(parts: ScoreParts) -> str:
    product = float(parts.waterfall.get("unclamped", parts.score))
    if abs(product) > 1.0:
        bound = figures.signed(math.copysign(1, product), 0)
        return f"the product {figures.signed(product, 4)} clamped to {bound}"
    return "inside −1 and +1, so nothing was clipped; rounded once"


def reconciles(parts: ScoreParts) -> bool:
    """Whether the parts make the score to the last bit: frames add to the base, factors multiply it to the
    product, and that clamps and rounds, half to even, to the stored decimal."""
    stored = parts.waterfall
    base = float(stored["base"])
    added = math.fsum(float(value or 0.0) for value in stored.get("parts", {}).values())
    product = math.prod((float(factor["value"]) for factor in stored["factors"]), start=base)
    unclamped = float(stored.get("unclamped", product))
    clamped = Decimal(repr(min(1.0, max(-1.0, unclamped))))
    rounded = clamped.quantize(THOUSANDTH, ROUND_HALF_EVEN)
    return added == base and product == unclamped and rounded == parts.score
