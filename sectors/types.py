"""What `sectors` takes from above and hands to the templates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, TypedDict

Colour = Literal["dark_red", "light_red", "blue_neutral", "light_green", "dark_green"]
Band = Literal[Colour, "none"]
FundRole = Literal["small", "large", "market"]
CardState = Literal["normal", "noise", "stale", "unlit", "failed", "empty", "loading"]
AgeState = Literal["fresh", "aging", "stale"]
WeightSource = Literal["static", "dynamic", "hybrid"]


@dataclass(frozen=True, slots=True)
class WeightSetting:
    """How a sector is weighted: by ``weight``, 0.10 to 3.00, as set by hand ("static"), by its measured
    volatility against the whole universe ("dynamic"), or by both ("hybrid": ``dynamic_share`` measured).

    ``revision_id`` is the stored revision; None: only tried.
    """

    weight: Decimal
    source: WeightSource = "static"
    dynamic_share: Decimal = Decimal("0.50")
    revision_id: int | None = None

    @property
    def measured_share(self) -> float:
        """How much of the weight is measured, 0 to 1."""
        return {"static": 0.0, "dynamic": 1.0, "hybrid": float(self.dynamic_share)}[self.source]

    def says_as(self, other: WeightSetting) -> bool:
        """Whether both come to the same; the share says something only in a blend."""
        mine, theirs = (
            (one.weight, one.source, one.dynamic_share if one.source == "hybrid" else None)
            for one in (self, other)
        )
        return mine == theirs

    def __str__(self) -> str:
        if self.source == "hybrid":
            return f"{self.weight} with {self.dynamic_share:.0%} measured"
        return f"measured (else {self.weight})" if self.source == "dynamic" else str(self.weight)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One hint about a company's sector. ``weight`` is 0 to 1, before combination."""

    kind: str
    value: str
    sector: str | None
    weight: float


@dataclass(frozen=True, slots=True)
class ClassificationResult:
    """``sector`` None: unknown, counted, in no sector. ``excluded``: a shell or fund, never a member."""

    sector: str | None
    confidence: float
    evidence: tuple[Evidence, ...]
    subsector: str | None = None
    disputed: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class ReadingInput:
    """One sector's reading as a run hands it over; numbers as in docs/numbers.md.

    ``returns`` maps "30min", "1d", "3d", "1w" to percent or None. ``tops`` holds the ranked core stocks
    of both sides, best first: {"bearish": [...], "bullish": [...], "halted": [...]}, each row the JSON of
    an `analysis.types.RankedStock`. ``waterfall`` holds every part of the score.
    """

    sector: str
    score: Decimal
    colour: Colour
    confidence: Decimal
    state: Literal["normal", "noise", "insufficient"]
    cautions: tuple[str, ...]
    relative_score: Decimal | None
    relative_colour: Colour | None
    returns: dict[str, float | None]
    frame_notes: dict[str, str]
    pattern: str
    advancing: int
    valid: int
    members: int
    core: int
    coverage: float
    waterfall: dict[str, Any]
    tops: dict[str, list[dict[str, Any]]]
    weight_revision_id: int | None
    oldest_input_at: dt.datetime | None
    confirmed_at: dt.datetime | None
    source: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunStamp:
    """The clocks of the run that made a set of readings. All aware; market time except computed_at_wall."""

    run_id: int
    kind: str
    as_of: dt.datetime
    computed_at: dt.datetime
    published_at: dt.datetime
    world: Literal["live", "simulated", "replay"]
    interpolated: bool
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One earlier light of a sector: when it was published (market time), its score, colour and state."""

    at: dt.datetime
    score: Decimal
    colour: Colour
    state: str


@dataclass(frozen=True, slots=True)
class Past:
    """``at`` is the publish time in market time; ``band`` "none" when the verdict was withheld."""

    at: dt.datetime
    score: Decimal
    relative: Decimal | None
    band: Band
    confidence: Decimal
    run_kind: str


@dataclass(frozen=True, slots=True)
class FundTie:
    """How a sector's daily returns move with a fund's: Pearson's ``r`` with its 95 % interval.

    ``sessions`` both known of the last 60; ``r`` None: too few of them, or a fund that did not move.
    """

    symbol: str
    role: FundRole
    r: float | None
    low: float | None
    high: float | None
    sessions: int


@dataclass(frozen=True, slots=True)
class SectorGaps:
    """How often a sector's members gap at the open: ``share`` is the mean of their shares of the last 60
    sessions with an opening 5 % or more away from the close before, None: of no member known.

    ``known`` of ``members`` have a share; ``session`` is that of the universe they are members of.
    """

    session: dt.date
    members: int
    known: int
    share: float | None


@dataclass(frozen=True, slots=True)
class PreviousLight:
    """The last light of another colour before the current one, and the moment it gave way to it."""

    colour: Colour
    score: Decimal
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class ViewLimits:
    """How old a reading may be for one user, in minutes of session time (4:00 to 20:00 of sessions)."""

    fresh_minutes: int = 120
    stale_minutes: int = 240


@dataclass(frozen=True, slots=True)
class Lamp:
    """A small light: ``words`` name the colour for a screen reader, ``text`` stands beside it."""

    band: Band
    glyph: str
    words: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class FrameCell:
    label: str
    value: str
    lamp: Lamp
    note: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """``until``: market moment in ms since 1970 after which the page takes the flag away, 0: it stays."""

    text: str
    title: str
    look: Literal["", "new", "caution", "bad"] = ""
    until: int = 0


@dataclass(frozen=True, slots=True)
class CauseTag:
    """What may have moved a stock: the tag on the card, its article or paper, and one line about it."""

    tag: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class TopRow:
    symbol: str
    change: str
    sign: Literal["", "neg", "pos"]
    volume: str
    spike: bool
    cause: CauseTag | None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class TopList:
    """Up to three rows, never padded. ``withheld``: the sentence that stands in front of the list."""

    side: Literal["bearish", "bullish"]
    title: str
    glyph: str
    sign: Literal["neg", "pos"]
    rows: tuple[TopRow, ...]
    empty: str = ""
    withheld: str | None = None


@dataclass(frozen=True, slots=True)
class Spark:
    """Points in the 220 x 34 box of the card's trend, as SVG point lists."""

    was: str
    now: str
    cut_x: str
    dot_x: str
    dot_y: str
    label: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One of a reading's clocks: what it tells, the time in New York, the moment in ms since 1970."""

    label: str
    text: str
    ms: int


@dataclass(frozen=True, slots=True)
class CardData:
    """Everything `sectors/_card.html` and `sectors/_line.html` print, in words and classes; no rows, no maths
    in the template.

    ``as_of_ms`` is what the data are of, market time in ms since 1970; the page ages the card from it.
    ``age_state`` is that age against the user's limits, empty without a reading; past them ("stale") the
    light is out. ``stale_line`` stands ready in the card and replaces ``subline`` when ``state`` is or
    becomes "stale". ``lit`` is the state within the limit, empty without a verdict; that one is "stale" where
    a later run could not read this sector. ``both_ages`` is session time and time by the clock.
    """

    slug: str
    key: int
    name: str
    short_name: str
    state: CardState
    lamp: Lamp
    verdict: str
    subline: str
    score: str
    version: int
    as_of_ms: int = 0
    as_of_text: str = ""
    age: str = ""
    age_look: Literal["", "late", "bad"] = ""
    age_state: AgeState | Literal[""] = ""
    lit: CardState | Literal[""] = ""
    both_ages: str = ""
    clocks: tuple[Clock, ...] = ()
    stale_line: str = ""
    relative: Lamp | None = None
    confidence: str = ""
    confidence_percent: int = 0
    caution: str | None = None
    was: Lamp | None = None
    was_until: str = ""
    since: str = ""
    frames: tuple[FrameCell, ...] = ()
    spark: Spark | None = None
    up_percent: int = 0
    up_count: int = 0
    valid: int = 0
    tops: tuple[TopList, ...] = ()
    source_left: str = ""
    source_name: str = ""
    source_right: str = ""
    note: tuple[tuple[str, str], ...] = ()
    note_facts: tuple[tuple[str, str], ...] = ()
    note_link: tuple[str, str] | None = None


class LineageCall(TypedDict):
    """An answered question to a vendor, as it stands in a lineage. ``received_at`` is an ISO time."""

    id: int
    vendor: str
    transport: str
    path: str
    request_id: str
    received_at: str
    rows: int | None
    asked: int


class LineageEvent(TypedDict):
    """One event that an input counts, and the article or paper that tells it; ``at`` ISO."""

    symbol: str
    tag: str
    title: str
    url: str
    publisher: str
    at: str
    tone: float
    relevance: float
    rule: str


class LineageInput(TypedDict, total=False):
    """One input of a run: ``words`` name it, ``parts`` are the parts of a score that it goes into ("1d",
    "1d last session" where a frame is carried, "volume"; "beside" for none), ``sector`` the only one that
    it is for.

    ``as_of`` and ``received_at`` are its oldest and newest moments, ISO, one when they are the same;
    ``known`` of ``wanted`` values are there, ``calls`` brought it, ``rule`` made it what it is, ``note`` says
    what else must be known, ``events`` are some of what it counts.
    """

    name: str
    words: str
    parts: list[str]
    sector: str
    source: str
    calls: list[int]
    as_of: list[str]
    received_at: list[str]
    known: int
    wanted: int
    rule: str
    note: str
    events: list[LineageEvent]


class Lineage(TypedDict):
    """Where every input of one run came from. ``calls`` holds each call once; inputs name their ids."""

    version: int
    inputs: list[LineageInput]
    calls: list[LineageCall]
