"""Every listing of a universe with its verdict: filtered, sorted, page by page, or as a file."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sectors import figures
from sectors.listing_query import ListingQuery, ListingsRefusedError, listing_query, printable
from sectors.listing_selectors import listing_row, listing_values
from sectors.live import board_now
from sectors.pages.listings import address, listing_lines, listings_csv, listings_page
from universe import sessions
from universe.models import UniverseSnapshot
from universe.selectors import (
    snapshot_of,
    snapshots_stored,
    universe_before,
    universe_current,
)

PER_PAGE = 100
#: As many sessions are offered to choose from; any stored one can be asked for.
SESSIONS_OFFERED = 30


@require_safe
@login_required
def listings(request: HttpRequest) -> HttpResponse:
    """``?session= &q= &tier= &reason= &stage= &alone= &sector= &changed= &sort= &page= &format=csv``."""
    today = sessions.session_of(board_now(None))
    try:
        query = listing_query(request.GET)
        number = page_number(request.GET.get("page", "1"))
    except ListingsRefusedError as exc:
        return refused(request, list(exc.errors.values()))
    snapshot = snapshot_asked(query.session, today)
    if snapshot is None and query.session:
        return refused(request, [no_universe(query.session)], status=404)
    if snapshot is None:
        return render(request, "sectors/listings.html", {"page": None})
    if request.GET.get("format") == "csv":
        return _file(snapshot, query)
    return _page(request, snapshot, query, number=number, today=today)


def _page(
    request: HttpRequest, snapshot: UniverseSnapshot, query: ListingQuery, *, number: int, today: dt.date
) -> HttpResponse:
    before = universe_before(snapshot.session)
    pages = Paginator(listing_values(snapshot, before, query), PER_PAGE)
    if number > pages.num_pages:
        last = f"page is {number}; this list has {figures.number_of(pages.num_pages, 'page')}."
        return refused(request, [last], back=address(query))
    shown = pages.page(number)
    page = listings_page(query, snapshot, before=before.session if before else None, today=today)
    rows = map(listing_row, shown.object_list)
    context = {
        "page": page,
        "rows": listing_lines(rows, told_changes=before is not None),
        "paging": {
            "number": number,
            "pages": pages.num_pages,
            "total": figures.number_of(pages.count, "listing"),
            "newer": number - 1 if shown.has_previous() else None,
            "older": number + 1 if shown.has_next() else None,
        },
        "sessions": sessions_offered(snapshot.session),
    }
    return render(request, "sectors/listings.html", context)


def _file(snapshot: UniverseSnapshot, query: ListingQuery) -> HttpResponse:
    rows = map(listing_row, listing_values(snapshot, universe_before(snapshot.session), query).iterator())
    name = f"universe-{snapshot.session.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    text = listings_csv(snapshot.session, rows)
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def snapshot_asked(session: dt.date | None, today: dt.date) -> UniverseSnapshot | None:
    """The universe of exactly ``session``, or the one in force ``today``."""
    return snapshot_of(session) if session else universe_current(today)


def no_universe(session: dt.date) -> str:
    stored = snapshots_stored(1)
    newest = f" The newest stored one is of {stored[0].isoformat()}." if stored else ""
    return f"No universe of {session.isoformat()} is stored.{newest}"


def sessions_offered(session: dt.date) -> list[dt.date]:
    """The newest stored sessions, and ``session`` itself wherever it lies."""
    return sorted({*snapshots_stored(SESSIONS_OFFERED), session}, reverse=True)


def page_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6 and int(text) > 0):
        raise ListingsRefusedError({"page": f"page is “{printable(text)}”; it must be a number from 1."})
    return int(text)


def refused(request: HttpRequest, errors: list[str], *, status: int = 400, back: str = "") -> HttpResponse:
    """The page of an address that cannot be shown: every error in a sentence."""
    context = {"errors": errors, "status": status, "back": f"{request.path}{back}"}
    return render(request, "sectors/bad_listings.html", context, status=status)
