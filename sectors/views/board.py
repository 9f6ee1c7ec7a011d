"""The board: eight cards, the strip above, the rail beside; now, or as it stood at a stored moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from sectors import figures
from sectors.live import board_now, viewer_limits
from sectors.presenters import cards_from_payload
from sectors.presenters.rail import calendar_rows
from sectors.presenters.strip import Release
from sectors.selectors import board_at, board_current
from sectors.surroundings import releases_now, strip_now
from sectors.types import ViewLimits
from universe.sessions import ET, FIRST_DAY, LAST_DAY

#: A stored board is shown as it was: nothing on it is too old for it.
NO_LIMIT = ViewLimits(10**6, 10**6)


@dataclass(frozen=True, slots=True)
class Past:
    """What a stored board says about itself."""

    words: str
    text: str
    run: str


@require_safe
@login_required
@never_cache
@vary_on_headers("HX-Request")
def board(request: HttpRequest) -> HttpResponse:
    """The whole page; for a request of htmx the part below the banners, with ``part=calendar`` that alone."""
    asked = request.GET.get("at")
    if asked is not None:
        return _past_board(request, asked)
    payload = board_current()
    now = board_now(payload)
    if request.GET.get("part") == "calendar" and getattr(request, "htmx", False):
        return render(request, "sectors/_calendar.html", _calendar(releases_now(now), now))
    context = _context(payload, now, viewer_limits(request.user))
    if payload is None:
        context["skeletons"] = cards_from_payload(None, now, ViewLimits(), loading=True)
    return render(request, _template(request), context)


@require_safe
@login_required
def sectors(request: HttpRequest) -> HttpResponse:
    """The eight sectors are the board."""
    return redirect("board")


def _moment(text: str) -> dt.datetime:
    """An ISO time; without an offset it is New York's. ValueError tells the reader what is wrong with it."""
    given = text.strip()
    try:
        # A plus sign that was not encoded arrives as a space.
        moment = dt.datetime.fromisoformat(given.replace(" ", "+") if "T" in given else given)
    except ValueError as exc:
        raise ValueError("Without an offset it is New York time.") from exc
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ET)
    if not FIRST_DAY < moment.date() < LAST_DAY:
        raise ValueError(f"The calendar knows {FIRST_DAY.year} to {LAST_DAY.year}.")
    return moment.astimezone(ET)


def _past_board(request: HttpRequest, asked: str) -> HttpResponse:
    now = board_now(None)
    try:
        moment = _moment(asked)
    except ValueError as exc:
        return _refused(request, asked, now, verdict="is not a moment", reason=str(exc))
    if moment > now:
        reason = f"The market is at {_words(now, now)}; a later board is not stored yet."
        return _refused(request, asked, now, verdict="has not come yet", reason=reason)
    payload = board_at(moment)
    words = _words(moment, now)
    if payload is None:
        past = Past(words, f"No board had been published until {words}.", "No run had published yet.")
    else:
        published = dt.datetime.fromisoformat(payload["published_at"])
        run = f"Run {figures.count(payload['run_id'])}, published {_words(published, now)}."
        past = Past(words, f"This is how the board stood on {words}. It is not the present.", run)
    context = _context(payload, moment, NO_LIMIT) | {"past": past}
    return render(request, _template(request), context)


def _refused(
    request: HttpRequest, asked: str, now: dt.datetime, *, verdict: str, reason: str
) -> HttpResponse:
    example = now.replace(hour=4, minute=0, second=0, microsecond=0)
    if example > now:
        example -= dt.timedelta(days=1)
    context = {"asked": asked[:60], "verdict": verdict, "reason": reason, "example": example.isoformat()}
    return render(request, "sectors/bad_moment.html", context, status=400)


def _words(moment: dt.datetime, now: dt.datetime) -> str:
    """ "Mon 10 Mar, 20:00"; with its year when that is not the market's: "Mon 10 Mar 2025, 20:00"."""
    local = moment.astimezone(ET)
    if local.year == now.astimezone(ET).year:
        return figures.day_and_clock(local)
    return f"{figures.day(local)} {local.year}, {figures.clock(local)}"


def _context(payload: dict[str, Any] | None, now: dt.datetime, limits: ViewLimits) -> dict[str, Any]:
    cards, releases = cards_from_payload(payload, now, limits), releases_now(now)
    return {
        "cards": cards,
        "version": payload["version"] if payload else 0,
        "strip": strip_now(cards, releases, now),
        "facts": _facts(payload, cards),
        **_calendar(releases, now),
    }


def _calendar(releases: Sequence[Release], now: dt.datetime) -> dict[str, Any]:
    """The releases of today and tomorrow; by ``calendar_day`` a page left open sees that they are old."""
    return {"calendar": calendar_rows(releases, now), "calendar_day": now.astimezone(ET).date().isoformat()}


def _facts(payload: dict[str, Any] | None, cards: list[Any]) -> str:
    """The footer's line: which run, on how many stocks."""
    if payload is None:
        return ""
    members = sum(entry["members"] for entry in payload["sectors"].values())
    core = sum(entry["core"] for entry in payload["sectors"].values())
    run = figures.count(payload["run_id"])
    return f"Run {run} · {figures.count(core)} core, {figures.count(members)} breadth stocks in eight sectors"


def _template(request: HttpRequest) -> str:
    return "sectors/_live.html" if getattr(request, "htmx", False) else "sectors/board.html"
