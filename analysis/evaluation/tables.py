"""Counts over days and pairs; shares are 0 to 1. No text is made here."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

import numpy as np

from analysis.engine.colours import colour_for
from analysis.evaluation.days import Day, plain_score
from analysis.types import SectorScore
from sectors.lights import LIT
from sectors.places import SLUGS
from sectors.types import Colour

ALL = "all"
#: No colour may take more of a sector's days than this.
LIMIT = 0.55
QUANTILES = (5, 50, 95)
Shares = Mapping[Colour, float]
T = TypeVar("T")


def by_sector(rows: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """Rows by their slug in board order, and all together last."""
    found: dict[str, list[T]] = {slug: [] for slug in (*SLUGS, ALL)}
    for slug, row in rows:
        found[slug].append(row)
        found[ALL].append(row)
    return found


def closes_of(days: Sequence[Day]) -> dict[str, list[SectorScore]]:
    """The boards at the close by sector."""
    return by_sector((score.slug, score) for day in days for score in day.close)


def whole_colour(score: SectorScore) -> Colour:
    return score.colour


def plain_colour(score: SectorScore) -> Colour:
    """The colour that the volatility weight alone would give."""
    return colour_for(plain_score(score))


def colour_shares(scores: Iterable[SectorScore], colour: Callable[[SectorScore], Colour]) -> Shares:
    """The share of each of the five among published lights; a withheld verdict is none. NaN without any."""
    return _shares([colour(score) for score in scores if score.state != "insufficient"])


def relative_shares(scores: Iterable[SectorScore]) -> Shares:
    """The same of the relative lights that were shown."""
    return _shares([score.relative_colour for score in scores if score.relative_colour is not None])


def _shares(lit: Sequence[Colour]) -> Shares:
    return {name: lit.count(name) / len(lit) if lit else math.nan for name in LIT}


def largest(shares: Shares) -> tuple[Colour, float]:
    """The colour with the largest share."""
    name = max(shares, key=lambda colour: shares[colour])
    return name, shares[name]


def beyond_limit(days: Sequence[Day]) -> list[tuple[str, str, Colour, float]]:
    """(sector, "with" or "without" the factors, colour, share) of every share above the limit."""
    found = []
    for slug, scores in closes_of(days).items():
        for name, colour in (("with", whole_colour), ("without", plain_colour)):
            worst, share = largest(colour_shares(scores, colour))
            if share > LIMIT:
                found.append((slug, name, worst, share))
    return found


def share_of(rows: Sequence[T], holds: Callable[[T], bool]) -> float:
    """The share of rows for which it holds; NaN without any row."""
    return sum(map(holds, rows)) / len(rows) if rows else math.nan


def state_share(scores: Sequence[SectorScore], state: str) -> float:
    """The share of lights in a state; NaN without any."""
    return share_of(scores, lambda score: score.state == state)


def changed(days: Sequence[Day]) -> list[tuple[bool, ...]]:
    """Per session after the first, whether each sector closed in another colour than the day before."""
    return [
        tuple(old.colour != new.colour for old, new in zip(before.close, after.close, strict=True))
        for before, after in pairwise(days)
    ]


def same_sign(scores: Iterable[Decimal | None]) -> bool:
    """Whether all are above zero or all below."""
    signs = {0.0 if not score else math.copysign(1.0, score) for score in scores}
    return len(signs) == 1 and signs != {0.0}


def quantiles(values: Sequence[float]) -> tuple[float, ...]:
    """The 5, 50 and 95 % quantiles; NaN without any value."""
    if not values:
        return (math.nan,) * len(QUANTILES)
    return tuple(np.percentile(np.asarray(values, dtype=np.float64), QUANTILES).tolist())


def factor_values(scores: Iterable[SectorScore], name: str) -> list[float]:
    """The values of a factor where its input was known."""
    return [part.value for score in scores for part in score.factors if part.name == name and part.known]


@dataclass(frozen=True, slots=True)
class Morning:
    """A sector at 4:00, and at the close of the session before, which the morning's board shows."""

    close: SectorScore
    overnight: SectorScore


def mornings(days: Sequence[Day]) -> dict[str, list[Morning]]:
    """Every 4:00 board after the first session, by sector."""
    return by_sector(
        (close.slug, Morning(close, overnight))
        for before, after in pairwise(days)
        for close, overnight in zip(before.close, after.overnight, strict=True)
    )


def is_dark(colour: Colour) -> bool:
    return colour in ("dark_red", "dark_green")


def mean_size(scores: Sequence[SectorScore], score: Callable[[SectorScore], float]) -> float:
    """The mean distance of a score from zero; NaN without any."""
    return sum(abs(score(row)) for row in scores) / len(scores) if scores else math.nan


def spread(scores: Sequence[SectorScore], frame: int) -> float:
    """The standard deviation of a sector's return over one timeframe, percent; NaN without two."""
    values = [value for score in scores if (value := score.frames[frame].value) is not None]
    return float(np.std(values, ddof=1)) if len(values) > 1 else math.nan


def by_month(days: Sequence[Day]) -> dict[str, list[Day]]:
    """Days by ``YYYY-MM``."""
    found: dict[str, list[Day]] = {}
    for day in days:
        found.setdefault(f"{day.session:%Y-%m}", []).append(day)
    return found
