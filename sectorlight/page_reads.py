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
from django.utils.functional import SimpleLazyObject

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
        with page_reading(_fingerprint(request), is_counted=not _is_watched(request)) as page:
            response = cast(HttpResponse, get_response(request))
        page.keep(is_known=_is_known(request))
        return response

    return alone


def _beside_others(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    async def asked(request: HttpRequest) -> HttpResponse:
        if not _only_reads(request):
            return await get_response(request)
        with page_reading(_fingerprint(request), is_counted=not _is_watched(request)) as page:
            response = await get_response(request)
        if page.has_missed:
            await sync_to_async(page.keep)(is_known=_is_known(request))
        return response

    return asked


def _only_reads(request: HttpRequest) -> bool:
    """And comes from somebody who may have a name: a stranger's addresses are without number."""
    if request.method not in ("GET", "HEAD") or request.path.startswith(reverse("admin:index")):
        return False
    has_name = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
    return has_name or _is_watched(request)


def _is_watched(request: HttpRequest) -> bool:
    """The signs of life: the same for everybody, and asked by programs."""
    return request.path.startswith("/health")


def _is_known(request: HttpRequest) -> bool:
    """Whether somebody is logged in, as far as the request itself has asked, or the page is everybody's."""
    if _is_watched(request):
        return True
    user = getattr(request, "_cached_user", None) or request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject):
        return False
    return bool(getattr(user, "is_authenticated", False))


def _fingerprint(request: HttpRequest) -> str:
    if _is_watched(request):
        return request.path.strip("/").replace("/", "-")
    reader = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    told = [request.get_full_path(), reader, *(request.headers.get(name, "") for name in _TOLD)]
    return salted_hmac(__name__, "\n".join(told), algorithm="sha256").hexdigest()
