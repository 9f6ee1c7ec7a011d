"""The page of one sector: why its light is what it is, how it came there, and who leads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sectors import figures
from sectors.history_selectors import HOUR, lights_by
from sectors.last_known import LastKnown
from sectors.lineage import lineage_of
from sectors.live import board_now, viewer_limits
from sectors.models import SentimentReading
from sectors.moments import MomentRefusedError, moment_asked, moment_words
from sectors.pages.detail import EACH_LIGHT_MAX, SPANS, DetailFacts, detail_page, shown_sessions
from sectors.places import PLACES
from sectors.presenters import cards_from_payload
from sectors.selectors import (
    board_at,
    board_current,
    lights_past,
    reading_at,
    reading_newest,
    sector_gaps,
    weight_revisions,
)
from sectors.ties import ties_of
from sectors.types import CardData
from sectors.types import Past as PastLight
from sectors.views.past import NO_LIMIT, Past, moment_refused
from universe import sessions
from universe.postgresql import is_refusal

_last: LastKnown[DetailFacts] = LastKnown(len(PLACES) * len(SPANS))


@login_required
@require_safe
def sector_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest reading, or with ``?at=`` the one that stood at that moment."""
    if slug not in {place.slug for place in PLACES}:
        context = {"slug": slug, "places": PLACES}
        return render(request, "sectors/detail_missing.html", context, status=404)
    asked = request.GET.get("at")
    if asked is not None:
        return _past_detail(request, slug, asked)
    payload = board_current()
    now = board_now(payload)
    cards = cards_from_payload(payload, now, viewer_limits(request.user))
    facts = _facts_known(slug, payload, cards, now=now, span=_span(request))
    return render(request, "sectors/detail.html", {"page": detail_page(facts)})


def _facts_known(
    slug: str, payload: Mapping[str, Any] | None, cards: Sequence[CardData], *, now: dt.datetime, span: int
) -> DetailFacts:
    """What PostgreSQL tells; while it is away what it told last, if the card stands for that, else the card
    alone."""
    try:
        known = _last.read(
            (slug, span), lambda: _facts(slug, reading_newest(slug), cards, now=now, span=span)
        )
    except (OperationalError, InterfaceError) as exc:
        if is_refusal(exc):
            raise
        known = None
    shown = ((payload or {}).get("sectors") or {}).get(slug, {}).get("run_id")
    if known is None or (known.cards is not cards and known.reading and known.reading.run_id != shown):
        return DetailFacts(
            cards, slug, None, (), (), now=now, span=span, session=sessions.session_of(now), is_away=True
        )
    return replace(known, cards=cards, now=now)


def _past_detail(request: HttpRequest, slug: str, asked: str) -> HttpResponse:
    now = board_now(None)
    try:
        moment = moment_asked(asked, now)
    except MomentRefusedError as exc:
        return moment_refused(request, asked, exc, now=now)
    reading = reading_at(slug, moment)
    cards = cards_from_payload(board_at(moment), moment, NO_LIMIT)
    facts = replace(_facts(slug, reading, cards, now=moment, span=_span(request), until=moment), is_past=True)
    context = {"page": detail_page(facts), "past": _past(slug, reading, moment, now=now)}
    return render(request, "sectors/detail.html", context)


def _past(slug: str, reading: SentimentReading | None, moment: dt.datetime, *, now: dt.datetime) -> Past:
    words, name = moment_words(moment, now), next(place.name for place in PLACES if place.slug == slug)
    text = f"This is how {name} stood on {words}. It is not the present."
    if reading is None:
        text, run = f"No reading of {name} had been published until {words}.", "No run had read it yet."
    else:
        published = moment_words(reading.timestamp, now)
        run = f"Run {figures.count(reading.run_id)}, published {published}."
    back = reverse("sector", args=[slug])
    return Past("STORED READING", name, words, text, run, back=back, asked=moment.isoformat())


def _facts(
    slug: str,
    reading: SentimentReading | None,
    cards: Sequence[CardData],
    *,
    now: dt.datetime,
    span: int,
    until: dt.datetime | None = None,
) -> DetailFacts:
    first = shown_sessions(now, span)[0]
    session = sessions.session_of(reading.as_of if reading else now)
    return DetailFacts(
        cards=cards,
        slug=slug,
        reading=reading,
        past=_past_lights(slug, sessions.hours(first).pre_open, until, now=now, span=span),
        weights=weight_revisions(slug) if until is None or reading else [],
        now=now,
        span=span,
        session=session,
        ties=ties_of(slug, session),
        gaps=sector_gaps(session).get(slug),
        lineage=lineage_of(reading.run_id) if reading else None,
    )


def _past_lights(
    slug: str, first: dt.datetime, until: dt.datetime | None, *, now: dt.datetime, span: int
) -> list[PastLight]:
    """Every light of a few sessions; of many the one that stood at the end of each hour."""
    if span <= EACH_LIGHT_MAX:
        return lights_past(slug, first, until)
    last = until + dt.timedelta(microseconds=1) if until else now + HOUR
    return lights_by(HOUR, slug, first, last)


def _span(request: HttpRequest) -> int:
    """How many sessions of history: one of SPANS, the shortest for anything else."""
    wanted = request.GET.get("sessions", "")
    return int(wanted) if wanted in {str(span) for span in SPANS} else SPANS[0]
