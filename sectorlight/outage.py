"""A page that needs PostgreSQL while it is away says so, with 503, and leaves no traceback."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

RETRY_SECONDS = 5


def database_away() -> HttpResponse:
    """The page, which itself needs no server."""
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_SECONDS)})


class DatabaseAway(MiddlewareMixin):
    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return database_away() if isinstance(exception, OperationalError | InterfaceError) else None
