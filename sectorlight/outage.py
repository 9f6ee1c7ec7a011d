"""A page that needs PostgreSQL while it is away or too busy says so, with 503, and leaves no traceback.

A statement that took too long, or was refused, is a fault of the program or the server's: another page, and a
traceback in the log.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

from sectors import figures
from sectors.away import database_since
from sectors.places import PLACES
from sectors.selectors import board_current
from universe.postgresql import is_refusal, trouble_of

RETRY_SECONDS = 5

logger = logging.getLogger(__name__)


def database_away(request: HttpRequest, error: BaseException | None = None) -> HttpResponse:
    """The page, which needs no server. What was looked at opens by itself when PostgreSQL is back; what
    was sent, and a statement that failed, is never tried again by itself."""
    is_sent = request.method not in ("GET", "HEAD")
    trouble = trouble_of(error)
    since = database_since()
    if is_refusal(error):
        logger.error("a statement for %s failed: %s", request.path, error, exc_info=error)
    context = {
        "is_sent": is_sent,
        # What took a minute in vain is not asked for again by every page that is left open.
        "heals": not is_sent and trouble in ("away", "busy"),
        "trouble": trouble,
        "has_board": trouble != "away" or _has_board(),
        "places": PLACES,
        "preference": _preference_seen(request),
        "since": figures.clock(since, seconds=True) if since else "",
    }
    words = render_to_string("503.html", context)
    answer = HttpResponse(words, status=503, headers={"Retry-After": str(RETRY_SECONDS)})
    # The outage itself is in the log; a line for each of its pages would bury it.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _has_board() -> bool:
    """Whether a reader would get a board now: from Redis, or as this process showed it last."""
    try:
        return board_current() is not None
    except DatabaseError:
        return False


def _preference_seen(request: HttpRequest) -> Any:
    """The preferences of a reader who is known by now, for the looks of the page; asks nobody."""
    user = getattr(request, "_cached_user", None)
    state = getattr(user, "_state", None)
    return state.fields_cache.get("freshness") if state else None


class DatabaseAway(MiddlewareMixin):
    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            return database_away(request, exception)
        return None
