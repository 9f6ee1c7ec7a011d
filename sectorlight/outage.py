"""A page that needs PostgreSQL while it is away or too busy says so, with 503, and leaves no traceback."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

from sectors import figures
from sectors.away import database_since
from universe.postgresql import is_busy

RETRY_SECONDS = 5


def database_away(request: HttpRequest, error: BaseException | None = None) -> HttpResponse:
    """The page, which needs no server. What was looked at opens by itself when PostgreSQL is back; what
    was sent is never sent again by itself."""
    is_sent = request.method not in ("GET", "HEAD")
    since = database_since()
    context = {
        "is_sent": is_sent,
        "is_busy": is_busy(error),
        "since": figures.clock(since, seconds=True) if since else "",
    }
    words = render_to_string("503.html", context)
    answer = HttpResponse(words, status=503, headers={"Retry-After": str(RETRY_SECONDS)})
    # The outage itself is in the log; a line for each of its pages would bury it.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


class DatabaseAway(MiddlewareMixin):
    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            return database_away(request, exception)
        return None
