"""The page of one sector: why its light is what it is, how it came there, and who leads it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sectors.lineage import lineage_of
from sectors.live import board_now, viewer_limits
from sectors.pages.detail import SPANS, DetailFacts, detail_page, shown_sessions
from sectors.places import PLACES
from sectors.presenters import cards_from_payload
from sectors.selectors import board_current, lights_past, reading_newest, weight_revisions
from universe import sessions


@login_required
@require_safe
def sector_detail(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in {place.slug for place in PLACES}:
        context = {"slug": slug, "places": PLACES}
        return render(request, "sectors/detail_missing.html", context, status=404)
    payload, span = board_current(), _span(request)
    now = board_now(payload)
    first = shown_sessions(now, span)[0]
    reading = reading_newest(slug)
    facts = DetailFacts(
        cards=cards_from_payload(payload, now, viewer_limits(request.user)),
        slug=slug,
        reading=reading,
        past=lights_past(slug, sessions.hours(first).pre_open),
        weights=weight_revisions(slug),
        now=now,
        span=span,
        lineage=lineage_of(reading.run_id) if reading else None,
    )
    return render(request, "sectors/detail.html", {"page": detail_page(facts)})


def _span(request: HttpRequest) -> int:
    """How many sessions of history: one of SPANS, the shortest for anything else."""
    wanted = request.GET.get("sessions", "")
    return int(wanted) if wanted in {str(span) for span in SPANS} else SPANS[0]
