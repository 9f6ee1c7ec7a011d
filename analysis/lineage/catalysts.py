"""The events that a sector's catalyst factor counts, each with its article or paper."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from analysis.catalysts import RULES_VERSION, Catalyst
from analysis.engine.catalysts import RATE_SESSIONS_MIN, WINDOW
from analysis.lineage.described import Origins, entry_of, ids_of, span_of, vendor_words
from sectors.types import LineageEvent, LineageInput
from universe.models import VendorCall
from universe.selectors import calls_between

#: The most relevant, newest events of a sector; their number is told beside them.
SHOWN = 12
#: A text is marked when it is asked for; its answer comes within so long.
ANSWERED_WITHIN = dt.timedelta(minutes=2)


def catalysts(origins: Origins) -> Iterator[LineageInput]:
    frame = origins.frame
    sectors = dict(zip(frame.members.symbol.tolist(), frame.members.sector.tolist(), strict=True))
    recent = [one for one in frame.catalysts if one.at > frame.as_of - WINDOW]
    calls = calls_of(recent)
    for sector in frame.sectors:
        own = [one for one in recent if sectors.get(one.symbol) == sector.slug]
        brought = sorted({call.pk: call for one in own for call in calls.get(one.key, ())}.values(), key=_at)
        few = not math.isfinite(sector.usual_catalysts)
        yield entry_of(
            f"catalysts_{sector.slug}",
            "Own events of members in the last 24 hours",
            parts=("catalyst",),
            sector=sector.slug,
            source=vendor_words(brought) or ("stored before this run" if own else ""),
            calls=ids_of(brought),
            as_of=span_of([one.at for one in own]),
            received_at=span_of([one.fetched_at for one in own]),
            known=len(own),
            rule=f"catalyst rules {RULES_VERSION}",
            note=f"of fewer than {RATE_SESSIONS_MIN} sessions the news are known, so there is no rate"
            if few
            else "",
            events=[_event(one) for one in sorted(own, key=_precedence)[:SHOWN]],
        )


def calls_of(events: Sequence[Catalyst]) -> dict[str, list[VendorCall]]:
    """By the key of each event the call that brought it: the first that was answered after it was asked for,
    of news for an article and of filings for a paper."""
    if not events:
        return {}
    first = min(one.fetched_at for one in events)
    last = max(one.fetched_at for one in events) + ANSWERED_WITHIN
    kept = {purpose: calls_between(purpose, first, last) for purpose in ("news", "filings")}
    found = {}
    for one in events:
        calls = kept["filings" if one.form else "news"]
        place = bisect_left(calls, one.fetched_at, key=_at)
        if place < len(calls) and calls[place].received_at - one.fetched_at <= ANSWERED_WITHIN:
            found[one.key] = [calls[place]]
    return found


def _at(call: VendorCall) -> dt.datetime:
    return call.received_at


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
