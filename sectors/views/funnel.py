"""The universe of the session: two tiers, how the market narrowed to them, and every reason to be out."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sectors.live import board_now
from sectors.pages.funnel import funnel_page
from sectors.selectors import classification_counts, classification_map
from universe import sessions
from universe.selectors import funnel as universe_funnel
from universe.selectors import member_symbols, universe_current


@require_safe
@login_required
def funnel(request: HttpRequest) -> HttpResponse:
    today = sessions.session_of(board_now(None))
    snapshot = universe_current(today)
    found = universe_funnel(snapshot.session) if snapshot else None
    if found is None:
        return render(request, "sectors/funnel.html", {"page": None})
    symbols = member_symbols(found.session)
    unmapped = len(symbols) - len(classification_map(symbols))
    page = funnel_page(found, classification_counts(), unmapped=unmapped, today=today)
    return render(request, "sectors/funnel.html", {"page": page})
