"""What is known of one stock's catalysts: the events of a month, and what new shares may come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.catalysts import Catalyst, DilutionFlag
from sectors import figures
from sectors.presenters.ages import moment_text

SHOWN = 12
TONES = {1: ("g-u", "good for a holder"), -1: ("g-d", "bad for a holder"), 0: ("g-none", "mixed or unclear")}


@dataclass(frozen=True, slots=True)
class CatalystRow:
    """``url`` empty: the source gave no address of the web."""

    tag: str
    title: str
    url: str
    publisher: str
    when: str
    iso: str
    glyph: str
    tone: str


@dataclass(frozen=True, slots=True)
class DilutionLine:
    kinds: str
    title: str
    url: str
    when: str


@dataclass(frozen=True, slots=True)
class CatalystPanel:
    """``rows`` newest first, at most twelve; ``more`` counts the others."""

    rows: tuple[CatalystRow, ...]
    more: str
    dilution: DilutionLine | None


def catalyst_panel(events: Sequence[Catalyst], flag: DilutionFlag | None, now: dt.datetime) -> CatalystPanel:
    """The panel of distinct ``events`` and the standing ``flag`` at market time ``now``."""
    newest = sorted(events, key=lambda one: one.at, reverse=True)
    more = len(newest) - SHOWN
    return CatalystPanel(
        rows=tuple(_row(event, now) for event in newest[:SHOWN]),
        more=f"{figures.number_of(more, 'older one')} of the last 30 days" if more > 0 else "",
        dilution=None
        if flag is None
        else DilutionLine(", ".join(flag.kinds), flag.title, web(flag.url), moment_text(flag.at, now)),
    )


def _row(event: Catalyst, now: dt.datetime) -> CatalystRow:
    glyph, tone = TONES[round(event.tone)]
    return CatalystRow(
        tag=event.form if event.form and event.kind.tag == "8-K" else event.kind.tag,
        title=event.title,
        url=web(event.url),
        publisher=event.publisher or event.source.capitalize(),
        when=moment_text(event.at, now),
        iso=event.at.isoformat(),
        glyph=glyph,
        tone=tone,
    )


def web(url: str) -> str:
    """The address when it is one of the web, else ""."""
    return url if url.startswith(("https://", "http://")) else ""
