"""What was told and is kept apart, held or released: filtered, page by page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sectors import figures
from sectors.listing_query import ListingsRefusedError
from sectors.live import board_now
from sectors.pages.quarantine import CODES, kept_lines, quarantine_page
from sectors.quarantine_query import quarantine_query
from sectors.views.listings import page_number, refused
from universe.selectors import KeptApart, kept_apart
from universe.sessions import session_of

PER_PAGE = 50


@require_safe
@login_required
def quarantine(request: HttpRequest) -> HttpResponse:
    """``?reason= &state= &symbol= &session= &page=``."""
    try:
        query = quarantine_query(request.GET, reasons=CODES)
        number = page_number(request.GET.get("page", "1"))
    except ListingsRefusedError as exc:
        return refused(request, list(exc.errors.values()))
    found = kept_apart(reason=query.reason, state=query.state, symbol=query.symbol, session=query.session)
    pages = Paginator(found, PER_PAGE)
    if number > pages.num_pages:
        last = f"page is {number}; this list has {figures.number_of(pages.num_pages, 'page')}."
        return refused(request, [last])
    shown = pages.page(number)
    rows = map(KeptApart._make, shown.object_list)
    today = session_of(board_now(None))
    context = {
        "page": quarantine_page(query, pages.count, today=today),
        "rows": kept_lines(rows, today=today),
        "paging": {
            "number": number,
            "pages": pages.num_pages,
            "newer": number - 1 if shown.has_previous() else None,
            "older": number + 1 if shown.has_next() else None,
        },
    }
    return render(request, "sectors/quarantine.html", context)
