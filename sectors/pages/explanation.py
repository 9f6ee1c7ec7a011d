"""Each part of a score opened: what it was made from, and where that came from.

Pure. A part is a row of the waterfall. Its figures are those that the reading stores; its sources are the
inputs of the run's lineage that go into it. A reading without a stored lineage keeps its figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sectors import figures
from sectors.models import VolatilityWeight
from sectors.pages.waterfall import FRAME_LABELS, Move, ScoreParts, score_moves
from sectors.types import Lineage, LineageCall, LineageInput

#: The note of a frame that is carried from the session before.
LAST_SESSION = "last session"
FORMULAS = {
    "add": "weight × tanh(R / scale)",
    "base": "the parts added",
    "overnight": "0.05 × tanh(mean move of the world indices / 1%)",
    "volatility": "the sector’s weight",
    "volume": "1 + slope × log2(q / usual q), within 0.8 and 1.3",
    "catalyst": "1 + slope × surprise × tone with the base’s sign, within 0.9 and 1.2",
    "technical": "1 + slope × t, within 0.9 and 1.1",
    "score": "base × factors, cut to −1..+1, rounded once, half to even, to three decimals",
}
#: Names of the factors' inputs in words; others are shown by their own name.
INPUT_WORDS = {
    "weight": "weight",
    "set": "set by hand",
    "measured_share": "measured share",
    "realised": "volatility against the universe",
    "counted": "counted as",
    "mover_volume": "q, volume of the movers",
    "usual": "usual",
    "ratio": "q / usual q",
    "count": "in 24 h",
    "surprise": "surprise",
    "tone": "tone",
    "net": "t, net share",
    "beyond": "beyond the level",
    "near": "within 2% inside it",
    "known": "levels known",
}
COUNTS = {"count", "beyond", "near", "known"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One value that a part was made from: ``value`` as stored, ``text`` as shown."""

    name: str
    words: str
    value: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score, opened. ``sources`` are empty where no lineage is stored."""

    move: Move
    formula: str
    figures: tuple[Figure, ...]
    sources: tuple[LineageInput, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The parts in order. ``stored`` False: the reading's lineage is not there (any more)."""

    parts: tuple[Part, ...]
    calls: Mapping[int, LineageCall]
    stored: bool


def explanation_of(
    parts: ScoreParts, lineage: Lineage | None, *, slug: str, weight: VolatilityWeight | None
) -> Explanation:
    """``weight`` is the revision that the reading used: revisions outlive every lineage."""
    told = lineage["inputs"] if lineage else []
    own = [one for one in told if one.get("sector", slug) == slug]
    if weight is not None:
        own = [one for one in own if "volatility" not in one["parts"] or "sector" not in one]
        own.insert(0, weight_input(weight))
    calls = {call["id"]: call for call in lineage["calls"]} if lineage else {}
    return Explanation(
        parts=tuple(_part(move, parts, own) for move in score_moves(parts)), calls=calls, stored=bool(told)
    )


def weight_input(revision: VolatilityWeight) -> LineageInput:
    """A revision of a sector's weight as an input."""
    return LineageInput(
        name=f"weight_{revision.sector_id}",
        words="Volatility weight",
        parts=["volatility"],
        sector=revision.sector_id,
        source=revision.author.get_username() if revision.author else "the product’s default",
        as_of=[revision.created_at.isoformat()],
        rule=f"weight revision {revision.pk}: {revision.setting}",
        note=revision.reason,
    )


def _part(move: Move, parts: ScoreParts, inputs: Sequence[LineageInput]) -> Part:
    key = f"{move.name} {LAST_SESSION}" if parts.notes.get(move.name) == LAST_SESSION else move.name
    wanted = "beside" if move.kind == "score" else key
    formula = FORMULAS.get(move.name) or (FORMULAS["add"] if move.name in FRAME_LABELS else "")
    return Part(
        move=move,
        formula=formula,
        figures=tuple(_figures(move, parts)),
        sources=tuple(one for one in inputs if wanted in one["parts"]),
    )


def _figures(move: Move, parts: ScoreParts) -> Iterator[Figure]:
    if move.name in FRAME_LABELS:
        yield from _frame_figures(move.name, parts)
    elif move.kind == "multiply":
        stored = next(one for one in parts.waterfall["factors"] if str(one["name"]) == move.name)
        inputs = stored.get("inputs") or {}
        # Stored JSON keeps no order.
        names = sorted(inputs, key=lambda name: (name not in INPUT_WORDS, [*INPUT_WORDS, name].index(name)))
        yield from (_input_figure(str(name), inputs[name]) for name in names)
        yield Figure("factor", "factor", move.effect, _exact(move.effect))
    elif move.kind == "score":
        unclamped = parts.waterfall.get("unclamped")
        yield Figure("unclamped", "product before the cut", unclamped, _exact(unclamped))
        yield Figure("score", "stored score", float(parts.score), figures.signed(parts.score, 3))
    elif move.name == "overnight":
        for name, pct in parts.waterfall.get("indices") or []:
            yield Figure(name, f"{name} since its close before", pct, figures.percent(pct, 3))
        mean = parts.waterfall.get("indices_mean")
        yield Figure("indices_mean", "mean of those known", mean, figures.percent(mean, 3))
        yield Figure(move.name, "shift", move.effect, _exact(move.effect))
    else:
        yield Figure(move.name, "exactly", move.running, _exact(move.running))


def _frame_figures(name: str, parts: ScoreParts) -> Iterator[Figure]:
    """R with its scale and weight, the members that it rests on, and the plain mean and median beside it."""
    stored = parts.waterfall
    facts = stored.get("frames", {}).get(name, {})
    value = parts.returns.get(name)
    yield Figure("return_pct", "R, weighted return", value, figures.percent(value, 3))
    scale, weight = stored.get("scales", {}).get(name), stored.get("weights", {}).get(name)
    yield Figure(
        "scale_pct", "scale", scale, figures.DASH if scale is None else f"{figures.plain(scale, 2)}%"
    )
    yield Figure("weight", "weight", weight, figures.plain(weight))
    yield Figure("members", "members with a return", facts.get("valid"), figures.count(facts.get("valid")))
    yield Figure("rising", "of them rising", facts.get("advancing"), figures.count(facts.get("advancing")))
    for fact in ("mean", "median"):
        yield Figure(f"{fact}_pct", f"plain {fact}", facts.get(fact), figures.percent(facts.get(fact), 2))
    part = stored.get("parts", {}).get(name)
    yield Figure("part", "adds", part, _exact(part))


def _input_figure(name: str, value: Any) -> Figure:
    places = 0 if name in COUNTS else 4
    words = INPUT_WORDS.get(name, name.replace("_", " "))
    return Figure(name, words, value, figures.plain(value, places))


def _exact(value: float | None) -> str:
    """Every digit that the float needs, with the page's minus sign."""
    return figures.DASH if value is None else repr(float(value)).replace("-", figures.MINUS)
