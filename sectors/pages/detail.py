"""The page of one sector: the board's card of it, and behind it everything the newest reading stores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sectors import figures
from sectors.lights import lamp, score_text, sentence_of
from sectors.models import SentimentReading, VolatilityWeight
from sectors.pages.explanation import explanation_of
from sectors.pages.history import History, history_of
from sectors.pages.measured import GapsPanel, TiesPanel, gaps_panel, ties_panel
from sectors.pages.part_rows import PartRow, part_rows
from sectors.pages.rank_lists import RankList, rank_lists
from sectors.pages.waterfall import FRAME_LABELS, ScoreParts, Step, Waterfall, waterfall_of
from sectors.presenters import ages
from sectors.types import CardData, FundTie, Lamp, Lineage, Past, SectorGaps
from universe import sessions
from universe.types import Session

#: Sessions of history to choose from; 60 are about 90 days.
SPANS = (5, 20, 60)
#: More sessions than this are shown by the hour.
EACH_LIGHT_MAX = 20
LATEST_READINGS = 8
SHOWN_REVISIONS = 6
#: Kinds of runs whose name is no word of their own.
RUN_WORDS = {"reweight": "new weight"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One cell of the head: ``lamp`` in front of the value where the value has a colour of its own. ``ms`` is
    the moment of a clock, ``age_ms`` the one whose age the note says; 0: none."""

    label: str
    value: str
    note: str = ""
    lamp: Lamp | None = None
    ms: int = 0
    age_ms: int = 0


@dataclass(frozen=True, slots=True)
class Crumb:
    """One of the eight sectors in the row above the page, with the card that it stands for."""

    card: CardData
    is_here: bool


@dataclass(frozen=True, slots=True)
class SpanLink:
    sessions: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class WeightRow:
    """``used``: the reading on the page was multiplied by this revision."""

    weight: str
    when: str
    author: str
    reason: str
    used: bool
    active: bool


@dataclass(frozen=True, slots=True)
class PastRow:
    when: str
    iso: str
    lamp: Lamp
    score: str
    relative: str
    confidence: str
    kind: str


@dataclass(frozen=True, slots=True)
class DetailFacts:
    """What the selectors found. ``past`` oldest first, ``weights`` newest first, ``now`` market time;
    ``lineage`` None: none is stored with the reading. ``is_past``: it is not the newest that is shown.
    ``is_away``: PostgreSQL is, and nothing but the card is known.

    ``ties`` and ``gaps`` are those of ``session``, the one that is shown; nothing of later ones is in them.
    """

    cards: Sequence[CardData]
    slug: str
    reading: SentimentReading | None
    past: Sequence[Past]
    weights: Sequence[VolatilityWeight]
    now: dt.datetime
    span: int
    session: Session
    ties: Sequence[FundTie] = ()
    gaps: SectorGaps | None = None
    lineage: Lineage | None = None
    is_past: bool = False
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class DetailPage:
    """Everything `sectors/detail.html` prints."""

    card: CardData
    crumbs: tuple[Crumb, ...]
    sentence: str
    facts: tuple[Fact, ...]
    waterfall: Waterfall | None
    rows: tuple[tuple[Step, PartRow], ...]
    run_id: int | None
    history: History | None
    spans: tuple[SpanLink, ...]
    latest: tuple[PastRow, ...]
    lists: tuple[RankList, ...]
    weights: tuple[WeightRow, ...]
    weight_note: str
    members_note: str
    ties: TiesPanel
    gaps: GapsPanel
    divergences: tuple[str, ...] = ()
    is_away: bool = False


def detail_page(facts: DetailFacts) -> DetailPage:
    """The page of ``facts.slug``, which is one of ``facts.cards``."""
    card = next(card for card in facts.cards if card.slug == facts.slug)
    reading = facts.reading
    shown = shown_sessions(facts.now, facts.span)
    parts = _parts(reading, facts.weights) if reading else None
    fall = waterfall_of(parts) if parts else None
    return DetailPage(
        card=card,
        crumbs=tuple(_crumb(other, facts.slug) for other in facts.cards),
        sentence=sentence_of(card.lamp.band, reading.waterfall if reading else {})
        if card.lit == "normal"
        else "",
        facts=tuple(_facts(card, reading, facts.now)) if reading else (),
        waterfall=fall,
        rows=tuple(zip(fall.steps, _opened(parts, facts), strict=True)) if fall and parts else (),
        run_id=reading.run_id if reading else None,
        history=history_of(facts.past, shown, hourly=facts.span > EACH_LIGHT_MAX),
        spans=tuple(SpanLink(span, span == facts.span) for span in SPANS),
        latest=tuple(_past_row(past, facts.now) for past in reversed(facts.past[-LATEST_READINGS:])),
        lists=rank_lists(reading.tops, reading.sentiment_score, reading.waterfall.get("withhold_score"))
        if reading
        else (),
        weights=_weights(facts.weights, reading),
        weight_note=_weight_note(facts.weights, reading, is_past=facts.is_past),
        members_note=_members_note(reading) if reading else "",
        ties=ties_panel(facts.ties, facts.session),
        gaps=gaps_panel(facts.gaps, facts.slug),
        divergences=tuple(reading.waterfall.get("divergences", ())) if reading else (),
        is_away=facts.is_away,
    )


def shown_sessions(now: dt.datetime, span: int) -> list[dt.date]:
    """The last ``span`` sessions, the one of ``now`` last."""
    today = sessions.session_of(now)
    return sessions.sessions_between(sessions.session_offset(today, 1 - span), today)


def _crumb(card: CardData, here: str) -> Crumb:
    return Crumb(card, card.slug == here)


def _facts(card: CardData, reading: SentimentReading, now: dt.datetime) -> list[Fact]:
    """Four frames, four judgements, the day's legs, four clocks and counts: four rows of four."""
    frames = [
        Fact(label, frame.value, frame.note or frame.lamp.words, frame.lamp)
        for label, frame in zip(FRAME_LABELS.values(), card.frames, strict=False)
    ] or _unlit_frames(reading)
    return [*frames, *_judgements(card, reading), *_day(reading), *_clocks(reading, now)]


def _unlit_frames(reading: SentimentReading) -> list[Fact]:
    """Returns of a reading whose verdict is withheld: figures without colours."""
    return [
        Fact(label, figures.percent(reading.returns.get(name)), reading.frame_notes.get(name, ""))
        for name, label in FRAME_LABELS.items()
    ]


def _judgements(card: CardData, reading: SentimentReading) -> list[Fact]:
    up = round(100 * reading.advancing / reading.valid) if reading.valid else None
    return [
        Fact("Against IWM", card.relative.text, card.relative.words, card.relative)
        if card.relative
        else Fact("Against IWM", figures.DASH, "no benchmark in this reading"),
        Fact(
            "Confidence",
            figures.plain(reading.confidence_level),
            f"coverage {figures.plain(reading.coverage)}",
        ),
        Fact(
            "Breadth",
            figures.DASH if up is None else f"{up}% up",
            f"{figures.count(reading.advancing)} of {figures.count(reading.valid)}" + _spread(reading),
        ),
        Fact(
            "Universe",
            f"{figures.count(reading.members)} members",
            f"{figures.count(reading.core)} core, ranked and listed",
        ),
    ]


def _spread(reading: SentimentReading) -> str:
    """How far the members' days lie apart: one standard deviation, in points."""
    spread = reading.waterfall.get("dispersion")
    return "" if spread is None else f", spread {figures.plain(spread, 1)} pts"


PHASE_LABELS = {"pre": "Pre-market", "regular": "Regular hours", "post": "After hours"}


def _day(reading: SentimentReading) -> list[Fact]:
    """The legs of the session and the members at their 20-session levels; none for readings before them."""
    stored = reading.waterfall
    if "phases" not in stored:
        return []
    legs = [
        Fact(label, figures.percent(leg["value"], 2), f"{figures.count(leg['valid'])} members")
        if (leg := stored["phases"][name])["value"] is not None
        else Fact(label, figures.DASH, "not begun" if name != "pre" else "no open known")
        for name, label in PHASE_LABELS.items()
    ]
    levels = stored["levels"]
    return [
        *legs,
        Fact(
            "20-session highs, lows",
            f"{figures.count(stored['new_highs'])} new, {figures.count(stored['new_lows'])} new"
            if levels
            else figures.DASH,
            f"of {figures.count(levels)} known" if levels else "no prices of today",
        ),
    ]


def _clocks(reading: SentimentReading, now: dt.datetime) -> list[Fact]:
    """What the figures are of, what rules their age, when they were computed and last confirmed."""
    moment = ages.data_moment(reading.as_of, reading.oldest_input_at)
    age = ages.short_age(sessions.session_minutes_between(moment, now))
    interpolated = ", interpolated" if reading.interpolated else ""
    return [
        _clock("Data as of", reading.as_of, now, f"{age} old in session time", age_of=moment),
        _clock("Oldest input", reading.oldest_input_at, now, figures.day(reading.oldest_input_at)),
        _clock("Computed", reading.computed_at, now, f"run {figures.count(reading.run_id)}"),
        _clock("Last confirmed", reading.confirmed_at, now, f"from {reading.source}{interpolated}"),
    ]


def _clock(
    label: str, at: dt.datetime | None, now: dt.datetime, note: str, *, age_of: dt.datetime | None = None
) -> Fact:
    if at is None:
        return Fact(label, figures.DASH, "not known")
    text = ages.clock_text(at, now)
    return Fact(
        label, text, note, ms=ages.milliseconds(at), age_ms=ages.milliseconds(age_of) if age_of else 0
    )


def _parts(reading: SentimentReading, weights: Sequence[VolatilityWeight]) -> ScoreParts:
    return ScoreParts(
        score=reading.sentiment_score,
        waterfall=reading.waterfall,
        returns=reading.returns,
        notes=reading.frame_notes,
        weight_note=_revision_words(_used(weights, reading)),
    )


def _opened(parts: ScoreParts, facts: DetailFacts) -> tuple[PartRow, ...]:
    """What each row of the waterfall opens to."""
    used = _used(facts.weights, facts.reading)
    return part_rows(explanation_of(parts, facts.lineage, slug=facts.slug, weight=used))


def _used(weights: Sequence[VolatilityWeight], reading: SentimentReading | None) -> VolatilityWeight | None:
    wanted = reading.weight_revision_id if reading else None
    return next((weight for weight in weights if weight.pk == wanted), None)


def _revision_words(weight: VolatilityWeight | None) -> str:
    if weight is None:
        return ""
    return f"revision {weight.pk} of {figures.day(weight.created_at)}"


def _weights(weights: Sequence[VolatilityWeight], reading: SentimentReading | None) -> tuple[WeightRow, ...]:
    """The newest revisions, and the one that the reading used however old it is."""
    used = _used(weights, reading)
    shown = list(weights[:SHOWN_REVISIONS])
    if used is not None and used not in shown:
        shown.append(used)
    return tuple(
        WeightRow(
            weight=str(weight.setting),
            when=figures.day_and_clock(weight.created_at),
            author=weight.author.get_username() if weight.author else "the product’s default",
            reason=weight.reason,
            used=weight == used,
            active=weight.active,
        )
        for weight in shown
    )


def _weight_note(
    weights: Sequence[VolatilityWeight], reading: SentimentReading | None, *, is_past: bool
) -> str:
    """Whether the light on the page and the weight in force belong together."""
    active = next((weight for weight in weights if weight.active), None)
    if reading is None or active is None:
        return ""
    used = _used(weights, reading)
    if used is None:
        return "This reading names no stored revision; its weight is the factor in the waterfall."
    if used.pk == active.pk:
        return "This reading used the weight in force."
    since = (
        "is in force now."
        if is_past
        else "is in force: the light takes it over in moments, or with the next run at the latest."
    )
    return f"This reading used {used.setting}; {active.setting} {since}"


def _past_row(past: Past, now: dt.datetime) -> PastRow:
    return PastRow(
        when=ages.moment_text(past.at, now),
        iso=past.at.isoformat(),
        lamp=lamp(past.band),
        score=score_text(past.score),
        relative=score_text(past.relative),
        confidence=figures.plain(past.confidence),
        kind=RUN_WORDS.get(past.run_kind, past.run_kind.replace("_", " ")),
    )


def _members_note(reading: SentimentReading) -> str:
    without = reading.members - reading.valid
    words = (
        f"{figures.number_of(reading.core, 'core stock')} of {figures.number_of(reading.members, 'member')}"
    )
    if without > 0:
        words += f"; {figures.count(without)} without a fresh day’s return count against coverage"
    return f"{words}."
