"""What a row of the waterfall shows when it is opened. Words only; moments in New York time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sectors import figures
from sectors.pages.explanation import Explanation, Part
from sectors.pages.waterfall import FRAME_LABELS, Move
from sectors.presenters.tops import cause_tag
from sectors.types import CauseTag, LineageCall, LineageEvent, LineageInput
from universe.sessions import ET

BESIDE_TITLE = "Read beside the score: for ranks, the relative light and the confidence"
VENDORS = ("Polygon", "FMP")
UNSTORED = (
    "The lineage of its inputs is not stored with this reading: it is kept for 90 days, and runs of earlier "
    "versions kept none."
)


@dataclass(frozen=True, slots=True)
class CallRow:
    """``path`` as it was asked, ``about`` how, under which request id, with how many rows."""

    path: str
    about: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """One of the events that an input counts; ``cause`` links to its article or paper."""

    symbol: str
    cause: CauseTag
    about: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """``lacks_call``: a vendor told it, and the call is not kept. ``more`` counts the events not listed."""

    words: str
    known: str
    source: str
    calls: tuple[CallRow, ...]
    as_of: str
    received: str
    rule: str
    note: str
    lacks_call: bool
    events: tuple[EventRow, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class PartRow:
    """``figures`` are words and text; ``members_sort``: how the members are sorted that make a frame, or "";
    ``unstored``: why there is no source, in words, or ""."""

    formula: str
    figures: tuple[tuple[str, str], ...]
    title: str
    sources: tuple[SourceRow, ...]
    members_sort: str
    unstored: str


def part_rows(explanation: Explanation) -> tuple[PartRow, ...]:
    """One row for each part, in the order of the waterfall."""
    return tuple(_row(part, explanation) for part in explanation.parts)


def _row(part: Part, explanation: Explanation) -> PartRow:
    lacks = not explanation.stored and part.move.name != "base"
    return PartRow(
        formula=part.formula,
        figures=tuple((figure.words, figure.text) for figure in part.figures),
        title=BESIDE_TITLE if part.move.kind == "score" and part.sources else "",
        sources=tuple(_source(one, explanation.calls) for one in part.sources),
        members_sort=_members_sort(part.move),
        unstored=UNSTORED if lacks else "",
    )


def _members_sort(move: Move) -> str:
    """Those that made a frame what it is first: the largest where it rose."""
    if move.name not in FRAME_LABELS:
        return ""
    return f"-{move.name}" if (move.effect or 0.0) > 0 else move.name


def _source(told: LineageInput, calls: Mapping[int, LineageCall]) -> SourceRow:
    known, wanted = told.get("known"), told.get("wanted")
    source, calls_told = told.get("source", ""), told.get("calls", [])
    return SourceRow(
        words=told["words"],
        known=""
        if known is None
        else f"{figures.count(known)} of {figures.count(wanted)}"
        if wanted
        else figures.count(known),
        source=source,
        calls=tuple(_call(calls[number]) for number in calls_told if number in calls),
        as_of=span_words(told.get("as_of", [])),
        received=span_words(told.get("received_at", [])),
        rule=told.get("rule", ""),
        note=told.get("note", ""),
        lacks_call=not calls_told and source.startswith(VENDORS),
        events=tuple(_event(event) for event in told.get("events", [])),
        more=_more(told),
    )


def _event(event: LineageEvent) -> EventRow:
    cause = cause_tag(event)
    about = [event["title"], event["publisher"], span_words([event["at"]])]
    weighed = f"tone {figures.signed(event['tone'])} with weight {figures.plain(event['relevance'])}"
    words = ", ".join([*filter(None, about), weighed, f"rule {event['rule']}"])
    return EventRow(event["symbol"], cause, words)


def _more(told: LineageInput) -> str:
    more = told.get("known", 0) - len(told.get("events", []))
    return f"and {figures.number_of(more, 'other')}" if told.get("events") and more > 0 else ""


def _call(call: LineageCall) -> CallRow:
    about = [
        f"{call['vendor']} over {call['transport'].upper()}",
        f"request {call['request_id']}" if call["request_id"] else "no request id given",
    ]
    if call["rows"] is not None:
        about.append(figures.number_of(call["rows"], "row"))
    if call["asked"] > 1:
        about.append(figures.number_of(call["asked"], "question"))
    return CallRow(call["path"], ", ".join([*about, f"call {call['id']}"]))


def span_words(moments: Sequence[str]) -> str:
    """ "Tue 10 Mar, 10:14:58", or from the oldest to the newest: "Tue 10 Mar, 9:31:04 to 10:15:00"."""
    if not moments:
        return figures.DASH
    first, last = (dt.datetime.fromisoformat(at).astimezone(ET) for at in (moments[0], moments[-1]))
    start, end = (f"{figures.day(one)}, {figures.clock(one, seconds=True)}" for one in (first, last))
    if start == end:
        return start
    return f"{start} to {figures.clock(last, seconds=True) if first.date() == last.date() else end}"
