"""Two measured properties of a sector beside what its source says: how it moves with funds, and its gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sectors import figures
from sectors.places import PLACES
from sectors.types import FundTie, SectorGaps
from universe.gaps import SESSIONS, GapClass, sector_class
from universe.types import Session

#: Below it the interval is wide and nothing is measured; the same as `analysis.engine.correlation` needs.
TIES_MIN = 30
ROLES = {
    "small": "S&P SmallCap 600 companies of this sector: the check",
    "large": "S&P 500 companies: context, no check of small caps",
    "market": "the small-cap market as a whole: the yardstick",
}
#: From which r on, in words; below the last a tie is loose.
STRENGTHS = ((0.85, "very closely"), (0.7, "closely"), (0.4, "partly"))


@dataclass(frozen=True, slots=True)
class TieRow:
    """``r`` a dash: not measured, and ``words`` say why."""

    symbol: str
    r: str
    interval: str
    sessions: str
    holds: str
    words: str


@dataclass(frozen=True, slots=True)
class TiesPanel:
    rows: tuple[TieRow, ...]
    note: str


@dataclass(frozen=True, slots=True)
class GapsPanel:
    """``measured`` empty: no share of any member is known. ``facts`` are label and value."""

    measured: str
    source: str
    facts: tuple[tuple[str, str], ...]
    note: str


def ties_panel(ties: Sequence[FundTie], session: Session) -> TiesPanel:
    """Empty of rows when nothing was measured for ``session``."""
    return TiesPanel(
        tuple(_tie_row(tie) for tie in ties),
        f"Daily returns of the {SESSIONS} sessions before {figures.day(session)}; a session without a trade "
        f"of the fund is left out. {_nearest(ties)}".strip(),
    )


def _tie_row(tie: FundTie) -> TieRow:
    counted = f"{tie.sessions} of {SESSIONS}"
    if tie.r is None or tie.low is None or tie.high is None:
        return TieRow(tie.symbol, figures.DASH, figures.DASH, counted, ROLES[tie.role], _missing(tie))
    interval = f"{figures.signed(tie.low)} to {figures.signed(tie.high)}"
    words = strength_words(tie.r, tie.low, tie.high)
    return TieRow(tie.symbol, figures.signed(tie.r), interval, counted, ROLES[tie.role], words)


def _missing(tie: FundTie) -> str:
    if tie.sessions < TIES_MIN:
        return f"not enough sessions: {TIES_MIN} are needed"
    return "one of the two did not move"


def strength_words(r: float, low: float, high: float) -> str:
    """How closely in words; an interval with 0 inside is no tie at all, whatever ``r``."""
    if low <= 0.0 <= high:
        return "no tie beyond chance"
    found = next((words for least, words in STRENGTHS if abs(r) >= least), "loosely")
    return found if r > 0 else f"{found}, the other way"


def _nearest(ties: Sequence[FundTie]) -> str:
    """Which of the measured funds comes nearest; "" with fewer than two to compare."""
    known = [(tie.r, tie) for tie in ties if tie.r is not None]
    if len(known) < 2:
        return ""
    nearest = max(known, key=lambda pair: pair[0])[1]
    if nearest.role == "market":
        return (
            f"It moves most with {nearest.symbol}: with small caps as a whole more than with its own trade."
        )
    return f"It moves most with {nearest.symbol}."


def gaps_panel(gaps: SectorGaps | None, slug: str) -> GapsPanel:
    """``gaps`` None: the sector has no members in any universe yet."""
    stated = next(place.gap_class for place in PLACES if place.slug == slug)
    source = GapClass(stated)
    measured = sector_class(gaps.share) if gaps else None
    if gaps is None or gaps.share is None or measured is None:
        return GapsPanel("", source.words, (), _gaps_missing(gaps))
    without = gaps.members - gaps.known
    facts = (
        ("Mean share of sessions", f"{figures.plain(100 * gaps.share, 1)}%"),
        ("A mean member", f"{figures.plain(SESSIONS * gaps.share, 1)} of {SESSIONS} sessions"),
        ("Counted", figures.number_of(gaps.known, "member") + (f", {without} too new" if without else "")),
        ("Universe", figures.day(gaps.session)),
    )
    return GapsPanel(measured.words, source.words, facts, _agreement(measured, source))


def _gaps_missing(gaps: SectorGaps | None) -> str:
    if gaps is None:
        return "No universe with members of this sector is built yet."
    return f"None of {figures.number_of(gaps.members, 'member')} has openings of 15 sessions yet."


def _agreement(measured: GapClass, source: GapClass) -> str:
    apart = list(GapClass).index(measured) - list(GapClass).index(source)
    if apart == 0:
        return "Measured and source agree."
    steps = figures.number_of(abs(apart), "class", "classes")
    return f"Measured {steps} {'above' if apart > 0 else 'below'} the source."
