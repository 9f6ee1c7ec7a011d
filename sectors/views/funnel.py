"""The universe of a session: two tiers, how the market narrowed to them, every reason to be out, and what
changed since the session before."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sectors.listing_query import session_of_text
from sectors.live import board_now
from sectors.pages.funnel import Surroundings, funnel_page
from sectors.selectors import classification_counts, classification_map
from sectors.views.listings import no_universe, refused, sessions_offered, snapshot_asked
from universe import sessions
from universe.models import UniverseSnapshot
from universe.selectors import criteria_from, member_symbols, universe_changes
from universe.selectors import funnel as universe_funnel


@require_safe
@login_required
def funnel(request: HttpRequest) -> HttpResponse:
    """``?session=`` any stored session; by default the universe in force."""
    today = sessions.session_of(board_now(None))
    text = request.GET.get("session", "").strip()
    try:
        asked = session_of_text(text) if text else None
    except ValueError as exc:
        return refused(request, [str(exc)])
    snapshot = snapshot_asked(asked, today)
    if snapshot is None and asked:
        return refused(request, [no_universe(asked)], status=404)
    found = universe_funnel(snapshot.session) if snapshot else None
    if snapshot is None or found is None:
        return render(request, "sectors/funnel.html", {"page": None})
    page = funnel_page(found, _surroundings(snapshot, asked, today))
    context = {"page": page, "sessions": sessions_offered(snapshot.session)}
    return render(request, "sectors/funnel.html", context)


def _surroundings(snapshot: UniverseSnapshot, asked: dt.date | None, today: dt.date) -> Surroundings:
    symbols = member_symbols(snapshot.session)
    return Surroundings(
        classes=classification_counts(),
        unmapped=len(symbols) - len(classification_map(symbols)),
        today=today,
        asked=asked,
        limits=criteria_from(snapshot.criteria),
        changes=universe_changes(snapshot),
    )
