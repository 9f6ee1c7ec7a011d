"""Answers to addresses that do not exist and to what a user may not do.

Under ASGI these run in a thread of their own whose database connection nobody closes or renews. So they know
no user and no session, and ask no server: they also stand while everything else is away.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

LONGEST = 300


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    context = {"path": request.path[:LONGEST], "reason": _reason(exception)}
    return HttpResponse(render_to_string("404.html", context), status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(render_to_string("403.html", {"reason": _reason(exception)}), status=403)


def _reason(exception: Exception) -> str:
    """The words that the error was raised with; an address that no page has brings a table instead."""
    words = exception.args[0] if exception.args else ""
    return words[:LONGEST] if isinstance(words, str) else ""
