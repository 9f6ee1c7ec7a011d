"""Opens what a page may take from Redis instead of PostgreSQL (`universe.page_reads`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.decorators import sync_and_async_middleware

from universe.page_reads import page_reading

#: What tells a reader and a part of a page, besides the address and the session.
_TOLD = ("Authorization", "HX-Request", "HX-Target")


@sync_and_async_middleware
def page_reads(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """For what only reads. The admin changes what it shows, so it always asks PostgreSQL."""
    if iscoroutinefunction(get_response):
        return _beside_others(get_response)

    def alone(request: HttpRequest) -> HttpResponse:
        if not _only_reads(request):
            return cast(HttpResponse, get_response(request))
        with page_reading(_fingerprint(request)) as page:
            response = cast(HttpResponse, get_response(request))
        page.keep()
        return response

    return alone


def _beside_others(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    async def asked(request: HttpRequest) -> HttpResponse:
        if not _only_reads(request):
            return await get_response(request)
        with page_reading(_fingerprint(request)) as page:
            response = await get_response(request)
        if page.has_missed:
            await sync_to_async(page.keep)()
        return response

    return asked


def _only_reads(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD") and not request.path.startswith(reverse("admin:index"))


def _fingerprint(request: HttpRequest) -> str:
    reader = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    told = [request.get_full_path(), reader, *(request.headers.get(name, "") for name in _TOLD)]
    return salted_hmac(__name__, "\n".join(told), algorithm="sha256").hexdigest()
