"""The search over everything, as the dialog of every page asks for it: a fragment, never a page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from analysis.pages.finder import FinderFacts, finder_page
from analysis.stock_prices import day_moves
from sectors.live import board_now, viewer_limits
from sectors.presenters import cards_from_payload
from sectors.selectors import board_current, classification_map
from universe.selectors import ListingHit, stock_find, stocks_named, stocks_near
from universe.sessions import session_of
from universe.types import Session

LONGEST_QUERY = 60
LISTINGS_MAX, NEAR_MAX, RECENT_MAX = 8, 4, 6
#: With fewer listings found than this, those near in spelling are shown too.
FEW = 3


@require_safe
@login_required
@never_cache
def finder(request: HttpRequest) -> HttpResponse:
    """``?q=``: what it may mean; empty: the listings of ``?recent=``, symbols with commas, and all pages."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY].replace("\0", "\N{REPLACEMENT CHARACTER}")
    payload = board_current()
    now = board_now(payload)
    session = session_of(now)
    hits, near = _found(query, session) if query else (_recent(request, session), [])
    symbols = [hit.symbol for hit in (*hits, *near)]
    facts = FinderFacts(
        query,
        hits,
        cards_from_payload(payload, now, viewer_limits(request.user)),
        near=near,
        sectors=classification_map(symbols) if symbols else {},
        moves=day_moves(symbols, now) if symbols else {},
        is_staff=getattr(request.user, "is_staff", False),
    )
    return render(request, "analysis/finder.html", {"page": finder_page(facts)})


def _found(query: str, session: Session) -> tuple[list[ListingHit], list[ListingHit]]:
    hits = stock_find(query, LISTINGS_MAX, session=session)
    if len(hits) >= FEW or any(hit.is_exact for hit in hits):
        return hits, []
    found = {hit.symbol for hit in hits}
    near = stocks_near(query, NEAR_MAX + len(hits), session=session)
    return hits, [hit for hit in near if hit.symbol not in found][:NEAR_MAX]


def _recent(request: HttpRequest, session: Session) -> list[ListingHit]:
    return stocks_named(request.GET.get("recent", "").split(",")[:RECENT_MAX], session=session)
