"""The events that a sector's catalyst factor counts, each with its article or paper."""

from __future__ import annotations

import math
from collections.abc import Iterator

from analysis.catalysts import RULES_VERSION, Catalyst
from analysis.engine.catalysts import RATE_SESSIONS_MIN, WINDOW
from analysis.lineage.described import Origins, entry_of, ids_of, received_of, span_of, vendor_words
from sectors.types import LineageEvent, LineageInput

#: The most relevant, newest events of a sector; their number is told beside them.
SHOWN = 12


def catalysts(origins: Origins) -> Iterator[LineageInput]:
    frame = origins.frame
    sectors = dict(zip(frame.members.symbol.tolist(), frame.members.sector.tolist(), strict=True))
    recent = [one for one in frame.catalysts if one.at > frame.as_of - WINDOW]
    calls = [*origins.calls.get("news", ()), *origins.calls.get("filings", ())]
    for sector in frame.sectors:
        own = [one for one in recent if sectors.get(one.symbol) == sector.slug]
        few = not math.isfinite(sector.usual_catalysts)
        yield entry_of(
            f"catalysts_{sector.slug}",
            "Own events of members in the last 24 hours",
            parts=("catalyst",),
            sector=sector.slug,
            source=vendor_words(calls) or "stored before this run",
            calls=ids_of(calls),
            as_of=span_of([one.at for one in own]),
            received_at=span_of([one.fetched_at for one in own]) or received_of(calls),
            known=len(own),
            rule=f"catalyst rules {RULES_VERSION}",
            note=f"of fewer than {RATE_SESSIONS_MIN} sessions the news are known, so there is no rate"
            if few
            else "",
            events=[_event(one) for one in sorted(own, key=_precedence)[:SHOWN]],
        )


def _precedence(one: Catalyst) -> tuple[float, float, str]:
    return -one.relevance, -one.at.timestamp(), one.key


def _event(one: Catalyst) -> LineageEvent:
    return LineageEvent(
        symbol=one.symbol,
        tag=one.kind.tag,
        title=one.title,
        url=one.url,
        publisher=one.publisher,
        at=one.at.isoformat(),
        tone=one.tone,
        relevance=one.relevance,
        rule=one.rule,
    )
