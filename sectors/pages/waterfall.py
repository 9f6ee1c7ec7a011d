"""The waterfall of one stored score: frames add, factors multiply, the product is clamped and rounded once.

Pure: takes what a reading stores, gives rows of words and bars in a box of 272 x 18. Nothing is computed
again that the run has not stored; the parts are only checked against the stored number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sectors import figures
from sectors.lights import EDGES, colour_of
from sectors.pages.factor_words import LABELS, factor_words, unknown_words
from sectors.types import Band

BOX_WIDTH = 272.0
MARGIN = 16.0
FRAME_LABELS = {"30min": "30 minutes", "1d": "1 day", "3d": "3 days", "1w": "1 week"}
PART_LABELS = FRAME_LABELS | {"overnight": "Overnight"}
#: How far a stored sum or product may be from the stored parts: float64 noise, nothing more.
TOLERANCE = 1e-9
ROUNDING = 0.0005 + TOLERANCE


@dataclass(frozen=True, slots=True)
class Step:
    """One row. ``running`` is None on rows that only explain; ``exact`` is the unrounded running value."""

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
    stored = parts.waterfall
    if "base" not in stored or not isinstance(stored.get("factors"), list):
        return None
    moves = list(_moves(parts))
    score = float(parts.score)
    axis = _axis([score, *(value for _, _, value, _ in moves)])
    steps = [*_steps(moves, axis), _score_step(parts, axis)]
    return Waterfall(
        steps=tuple(steps),
        axis=_axis_words(axis),
        zero_x=f"{axis.x(0.0):.1f}",
        edges=" ".join(f"M{axis.x(edge):.1f} 0V18" for edge in _shown_edges(axis)),
        reconciles=_reconciles(parts),
    )


def _moves(parts: ScoreParts) -> Iterator[tuple[str, str, float, str]]:
    """(label, why, running value, effect) of each row but the score; an empty effect marks a sum."""
    running = 0.0
    stored = parts.waterfall
    for name in _part_names(stored.get("parts", {})):
        part = float(stored["parts"].get(name) or 0.0)
        running += part
        yield PART_LABELS.get(name, name), _frame_why(parts, name), running, figures.signed(part, 4)
    running = float(stored["base"])
    yield "Base", "the parts above added", running, ""
    for factor in stored["factors"]:
        value = float(factor["value"])
        running *= value
        name = str(factor["name"])
        yield LABELS.get(name, name), _factor_why(parts, factor), running, _multiplier(value)


def _part_names(stored: Mapping[str, Any]) -> list[str]:
    """The four frames in their order, then whatever else was added, by name."""
    return [*FRAME_LABELS, *sorted(set(stored) - set(FRAME_LABELS))]


def _steps(moves: list[tuple[str, str, float, str]], axis: _Axis) -> Iterator[Step]:
    before = 0.0
    for label, why, running, effect in moves:
        is_sum = not effect
        bar = axis.bar(0.0 if is_sum else before, running)
        ghost = ("", "") if is_sum or before == 0.0 else axis.bar(0.0, before)
        yield Step(
            label,
            why,
            effect,
            figures.signed(running, 4),
            repr(running),
            colour_of(running),
            *bar,
            *ghost,
            is_sum=is_sum,
        )
        before = running


def _score_step(parts: ScoreParts, axis: _Axis) -> Step:
    score = parts.score
    return Step(
        "Score",
        _closing_words(parts),
        "",
        figures.signed(score, 3),
        str(score),
        colour_of(score),
        *axis.bar(0.0, float(score)),
        is_sum=True,
    )


def _frame_why(parts: ScoreParts, name: str) -> str:
    if name not in FRAME_LABELS:
        return "world indices before the first prints" if name == "overnight" else "stored with the reading"
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


def _factor_why(parts: ScoreParts, factor: Mapping[str, Any]) -> str:
    name, base = str(factor["name"]), float(parts.waterfall["base"])
    if not factor.get("known", True):
        return unknown_words(name, base)
    if name == "volatility" and parts.weight_note:
        return parts.weight_note
    return factor_words(name, factor.get("inputs") or {}, base)


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


def _reconciles(parts: ScoreParts) -> bool:
    """Whether parts add to the base, factors multiply to the product, and that clamps to the score."""
    stored = parts.waterfall
    base = float(stored["base"])
    added = math.fsum(float(value or 0.0) for value in stored.get("parts", {}).values())
    product = base * math.prod(float(factor["value"]) for factor in stored["factors"])
    unclamped = float(stored.get("unclamped", product))
    clamped = min(1.0, max(-1.0, unclamped))
    return (
        abs(added - base) <= TOLERANCE
        and abs(product - unclamped) <= TOLERANCE
        and abs(clamped - float(parts.score)) <= ROUNDING
    )
