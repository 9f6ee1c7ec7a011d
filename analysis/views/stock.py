"""Looking up any listing: by its symbol, or by what a reader typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from analysis.catalyst_selectors import stock_catalysts
from analysis.pages.stock import StockFacts, stock_page
from analysis.selectors import stock_reading_newest
from analysis.stock_prices import stock_prices
from sectors.live import board_now
from sectors.selectors import classification_of
from universe import selectors as universe
from universe.sessions import session_of

LONGEST_QUERY = 60
NEAR_MAX = 8


@require_safe
@login_required
def stock(request: HttpRequest, symbol: str) -> HttpResponse:
    """One listing; 404 with near matches for a symbol that was never listed."""
    now = board_now(None)
    detail = universe.stock_detail(symbol, session_of(now))
    if detail is None:
        return _missing(request, symbol, universe.stock_find(symbol, session=session_of(now)))
    current = detail.now or detail.stock.symbol
    if current != symbol:
        return redirect("stock", current)
    facts = StockFacts(
        detail=detail,
        limits=universe.criteria_from(detail.snapshot.criteria if detail.snapshot else {}),
        classification=classification_of(symbol),
        prices=stock_prices(symbol, now),
        rank=stock_reading_newest(symbol),
        now=now,
        catalysts=stock_catalysts(symbol, now),
        quarantine=universe.quarantine_standing(symbol, session_of(now)),
    )
    context = {
        "page": stock_page(facts),
        "held": facts.quarantine is not None,
        "admin_links": list(_admin_links(request, facts)),
    }
    return render(request, "analysis/stock.html", context)


def _admin_links(request: HttpRequest, facts: StockFacts) -> Iterator[dict[str, str]]:
    """The stored rows behind the page, for those who may look at them."""
    user, found = request.user, facts.classification
    if not getattr(user, "is_staff", False):
        return
    if user.has_perm("universe.view_stock"):
        href = reverse("admin:universe_stock_change", args=[facts.detail.stock.pk])
        yield {"href": href, "text": "Listing in the admin"}
    if found is not None and user.has_perm("sectors.view_classification"):
        href = reverse("admin:sectors_classification_change", args=[found.pk])
        yield {"href": href, "text": "Classification in the admin"}


@require_safe
@login_required
def stock_find(request: HttpRequest) -> HttpResponse:
    """``?q=``: the listing itself when the words are its symbol, else everything that comes near."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    if not query:
        return render(request, "analysis/stock_find.html", {"query": "", "found": []})
    found = universe.stock_find(query)
    if found and (found[0].is_exact or len(found) == 1):
        return redirect("stock", found[0].symbol)
    if not found:
        return _missing(request, query, found)
    rows = [hit.listed for hit in found]
    return render(request, "analysis/stock_find.html", {"query": query, "found": rows})


def _missing(request: HttpRequest, query: str, found: Sequence[universe.ListingHit]) -> HttpResponse:
    """Another way to write a symbol, or the old one of a listing, leads to it; else 404 with what is near."""
    if found and found[0].is_exact:
        return redirect("stock", found[0].symbol)
    shown = query[:LONGEST_QUERY].replace("\0", "\N{REPLACEMENT CHARACTER}")
    near = found[:NEAR_MAX] or universe.stocks_near(query)
    context = {"query": shown, "near": [hit.listed for hit in near]}
    return render(request, "analysis/stock_missing.html", context, status=404)
