"""What another weight would change, in words and cells for the admin's form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.whatif import SESSIONS, Comparison, Light, WhatIf
from sectors import figures
from sectors.lights import LIGHTS, LIT, UNLIT, score_text
from sectors.places import PLACES
from universe.sessions import session_of

NAMES = {place.slug: place.name for place in PLACES}
CELL = 10


@dataclass(frozen=True, slots=True)
class LightCell:
    """A light in words: "light green, +0.24"; ``weight`` is what the score was multiplied by."""

    band: str
    text: str
    weight: str


@dataclass(frozen=True, slots=True)
class LightRow:
    """One light before and after. ``is_other``: another colour; ``is_moved``: at least another score."""

    name: str
    when: str
    before: LightCell
    after: LightCell
    is_other: bool
    is_moved: bool


@dataclass(frozen=True, slots=True)
class StripCell:
    """One session in the strip: ``x`` its place, the bands its two colours."""

    x: int
    before: str
    after: str
    title: str
    is_other: bool
    is_rebuilt: bool


@dataclass(frozen=True, slots=True)
class ShareRow:
    """How many of the compared sessions had this light, and would have."""

    words: str
    band: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class WhatIfPage:
    """``now`` has the lights that stand, ``changed`` the sessions that would have had another light,
    ``strip`` every compared session, oldest first, ``width`` that of 60; ``missing`` what is not kept."""

    title: str
    summary: str
    now: tuple[LightRow, ...]
    changed: tuple[LightRow, ...]
    strip: tuple[StripCell, ...]
    width: int
    shares: tuple[ShareRow, ...]
    missing: str


def whatif_page(found: WhatIf) -> WhatIfPage:
    compared = found.compared
    own = next((one for one in found.now if one.sector == found.sector), None)
    return WhatIfPage(
        title=f"{NAMES[found.sector]} with {found.setting}",
        summary=" ".join(_summary(own, compared)),
        now=tuple(_row(one, NAMES[one.sector], figures.day_and_clock(one.as_of)) for one in found.now),
        changed=tuple(_row(one, _day(one), figures.clock(one.as_of)) for one in compared if one.is_other),
        strip=tuple(_cell(place, one) for place, one in enumerate(reversed(compared))),
        width=SESSIONS * CELL,
        shares=tuple(_shares(compared)),
        missing=_missing(found),
    )


def _summary(own: Comparison | None, compared: Sequence[Comparison]) -> Iterable[str]:
    if own is None:
        yield "No light stands yet, so nothing can be compared."
    elif own.after is None:
        yield "The inputs of the light that stands are not kept, so it cannot be computed again."
    elif own.is_other:
        yield f"Now: {_words(own.before)} would be {_words(own.after)}."
    elif own.after.score != own.before.score:
        yield f"Now: the light stays {_words(own.before)}, at {score_text(own.after.score)}."
    else:
        yield f"Now: nothing changes, {_words(own.before)}."
    yield "The other seven lights do not depend on it."
    if compared:
        others = sum(one.is_other for one in compared)
        sessions = figures.number_of(len(compared), "session")
        yield f"{others or 'None'} of {sessions} would have ended otherwise."


def _words(light: Light) -> str:
    name = LIGHTS[light.band].words
    return name if light.band == UNLIT.colour else f"{name} ({score_text(light.score)})"


def _row(one: Comparison, name: str, when: str) -> LightRow:
    after = one.after or one.before
    return LightRow(
        name=name,
        when=when,
        before=_light(one.before),
        after=_light(after),
        is_other=one.is_other,
        is_moved=after.score != one.before.score,
    )


def _light(light: Light) -> LightCell:
    score = "" if light.band == UNLIT.colour else f", {score_text(light.score)}"
    return LightCell(light.band, f"{LIGHTS[light.band].words}{score}", figures.plain(light.weight, 2))


def _cell(place: int, one: Comparison) -> StripCell:
    after = one.after or one.before
    return StripCell(
        x=place * CELL,
        before=one.before.band,
        after=after.band,
        title=f"{_day(one)}: {_words(one.before)}, would be {_words(after)}",
        is_other=one.is_other,
        is_rebuilt=one.is_rebuilt,
    )


def _day(one: Comparison) -> str:
    return f"{figures.day(session_of(one.as_of))}{', rebuilt' if one.is_rebuilt else ''}"


def _shares(compared: Sequence[Comparison]) -> Iterable[ShareRow]:
    before = Counter(one.before.band for one in compared)
    after = Counter(one.after.band for one in compared if one.after is not None)
    for band in (*LIT, UNLIT.colour):
        if before[band] or after[band]:
            yield ShareRow(LIGHTS[band].words, band, figures.count(before[band]), figures.count(after[band]))


def _missing(found: WhatIf) -> str:
    """What stands behind the sessions: rebuilt closes, and what is not there at all."""
    told = []
    rebuilt = sum(one.is_rebuilt for one in found.sessions)
    if rebuilt:
        told.append(
            f"{figures.number_of(rebuilt, 'session')} without a board: the close is rebuilt from daily bars, "
            "with the weight in force beside it; volume and catalysts are unknown there."
        )
    unmeasured = sum(one.after is not None and one.after.lacks_measure for one in found.sessions)
    if unmeasured:
        told.append(
            f"In {figures.number_of(unmeasured, 'session')} the volatility is not known, so that the number "
            "set by hand stands."
        )
    gone = len(found.sessions) - len(found.compared)
    if gone:
        told.append(f"The inputs of {figures.number_of(gone, 'session')} are not kept.")
    absent = SESSIONS - len(found.sessions)
    if absent:
        told.append(f"Of {figures.number_of(absent, 'session')} nothing is stored.")
    return " ".join(told)
