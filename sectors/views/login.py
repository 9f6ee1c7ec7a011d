"""Logging in and out, each a page of its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.signals import user_logged_out
from django.contrib.auth.views import LoginView, LogoutView
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator

from sectors.broadcast import announce_log_out


@method_decorator(login_not_required, name="dispatch")
class BoardLoginView(LoginView):
    """A session that ended is met by whichever part of a page asks next: it takes the whole page here."""

    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        htmx = getattr(request, "htmx", None)
        if htmx:
            answer = HttpResponse(status=204)
            page = htmx.current_url_abs_path or "/"
            answer["HX-Redirect"] = f"{request.path}?{urlencode({'next': page})}"
            return answer
        return super().dispatch(request, *args, **kwargs)


class BoardLogoutView(LogoutView):
    """The button posts; who types the address is asked first, since a link must not log anybody out."""

    http_method_names = ["get", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "registration/log_out.html")


@receiver(user_logged_out)
def pages_close(request: HttpRequest, user: Any, **_: Any) -> None:
    """Close the user's open boards, wherever the log-out came from."""
    if user is None:
        return
    # Django ends the session after this signal: a page that comes back at once would still be let in.
    request.session.flush()
    announce_log_out(user.pk)
