"""The board: eight cards or lines, the strip above, the rail beside; now, or as it stood at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from sectors import figures
from sectors.live import ALERTS_VIEW, BOARD_VIEW, COMPACT_VIEW, VIEWS, board_now, viewer_home, viewer_limits
from sectors.moments import MomentRefusedError, moment_asked, moment_words
from sectors.presenters import cards_from_payload
from sectors.presenters.rail import calendar_rows
from sectors.presenters.strip import Release
from sectors.selectors import board_at, board_current
from sectors.surroundings import releases_now, releases_past, strip_now, strip_past
from sectors.types import ViewLimits
from sectors.views.past import NO_LIMIT, Past, moment_refused
from universe.sessions import ET


@require_safe
@login_required
@never_cache
@vary_on_headers("HX-Request")
def board(request: HttpRequest) -> HttpResponse:
    """The whole page; for a request of htmx the part below the banners, with ``part=calendar`` that alone.

    Without ``view`` and ``at`` it is the front door: it leads where the user wants to begin.
    """
    if home := _home(request):
        return redirect(home)
    view = request.GET.get("view", BOARD_VIEW)
    view = view if view in VIEWS else BOARD_VIEW
    asked = request.GET.get("at")
    if asked is not None:
        return _past_board(request, asked, view)
    payload = board_current()
    now = board_now(payload)
    if request.GET.get("part") == "calendar" and _is_fragment(request):
        return render(request, "sectors/_calendar.html", _calendar(releases_now(now), now))
    context = _context(payload, now, viewer_limits(request.user), releases_now(now)) | {"view": view}
    if payload is None:
        context["skeletons"] = cards_from_payload(None, now, ViewLimits(), loading=True)
    return render(request, _template(request), context)


@require_safe
@login_required
def sectors(request: HttpRequest) -> HttpResponse:
    """The eight sectors are the board."""
    return redirect(board_address())


def board_address(view: str = BOARD_VIEW) -> str:
    """The address that shows this view to everybody, whatever they want to begin with."""
    return f"{reverse('board')}?view={view}"


def _home(request: HttpRequest) -> str:
    """Where "/" leads the user; empty: the board itself is wanted. An open board asks for its own parts."""
    if request.GET.keys() & {"view", "at", "part"} or _is_fragment(request):
        return ""
    wanted = viewer_home(request.user)
    if wanted == BOARD_VIEW:
        return ""
    if wanted == COMPACT_VIEW:
        return board_address(wanted)
    return reverse("alerts") if wanted == ALERTS_VIEW else reverse("sector", args=[wanted])


def _is_fragment(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _past_board(request: HttpRequest, asked: str, view: str) -> HttpResponse:
    now = board_now(None)
    try:
        moment = moment_asked(asked, now)
    except MomentRefusedError as exc:
        return moment_refused(request, asked, exc, now=now)
    payload = board_at(moment)
    releases = releases_past(moment)
    context = _context(payload, moment, NO_LIMIT, releases)
    context |= {
        "strip": strip_past(payload, context["cards"], releases, moment),
        "past": _past(payload, moment, now, view),
        "view": view,
    }
    return render(request, _template(request), context)


def _past(payload: dict[str, Any] | None, moment: dt.datetime, now: dt.datetime, view: str) -> Past:
    words = moment_words(moment, now)
    text = f"This is how the board stood on {words}. It is not the present."
    if payload is None:
        text, run = f"No board had been published until {words}.", "No run had published yet."
    else:
        published = dt.datetime.fromisoformat(payload["published_at"])
        run = f"Run {figures.count(payload['run_id'])}, published {moment_words(published, now)}."
    back = board_address(view)
    return Past("STORED BOARD", "The board", words, text, run, back=back, asked=moment.isoformat())


def _context(
    payload: dict[str, Any] | None,
    now: dt.datetime,
    limits: ViewLimits,
    releases: Sequence[Release] | None,
) -> dict[str, Any]:
    cards = cards_from_payload(payload, now, limits)
    return {
        "cards": cards,
        "version": payload["version"] if payload else 0,
        "strip": strip_now(cards, releases, now),
        "facts": _facts(payload, cards),
        **_calendar(releases, now),
    }


def _calendar(releases: Sequence[Release] | None, now: dt.datetime) -> dict[str, Any]:
    """The releases of today and tomorrow; by ``calendar_day`` a page left open sees that they are old, which
    those that cannot be read are at once."""
    day = "" if releases is None else now.astimezone(ET).date().isoformat()
    return {
        "calendar": calendar_rows(releases or [], now),
        "calendar_day": day,
        "calendar_is_unknown": releases is None,
    }


def _facts(payload: dict[str, Any] | None, cards: list[Any]) -> str:
    """The footer's line: which run, on how many stocks."""
    if payload is None:
        return ""
    members = sum(entry["members"] for entry in payload["sectors"].values())
    core = sum(entry["core"] for entry in payload["sectors"].values())
    run = figures.count(payload["run_id"])
    return f"Run {run} · {figures.count(core)} core, {figures.count(members)} breadth stocks in eight sectors"


def _template(request: HttpRequest) -> str:
    return "sectors/_live.html" if _is_fragment(request) else "sectors/board.html"
