"""The runs, the one at work, and the button that asks for another."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from analysis.errors import RunRefused
from analysis.pages.runs import active_bar, run_rows
from analysis.run_list import runs_page
from analysis.selectors import run_active, slot_next
from analysis.services import run_request
from sectors.live import board_now
from sectors.presenters.ages import moment_text


@require_safe
@login_required
def run_list(request: HttpRequest) -> HttpResponse:
    """The whole page; for a request of htmx the list alone, with the bar of the run at work."""
    covered = request.GET.get("show") == "all"
    found, paging = runs_page(request.GET.get("page", "1"), covered=covered)
    now = board_now(None)
    due = slot_next(now)
    context = {
        "rows": run_rows(found, now),
        "active": active_bar(run_active()),
        "paging": paging,
        "covered": covered,
        "keep": "show=all&" if covered else "",
        "next_due": moment_text(due, now) if due else "",
        "here": request.get_full_path(),
    }
    is_fragment = getattr(request, "htmx", False)
    return render(request, "analysis/runs_live.html" if is_fragment else "analysis/runs.html", context)


@require_POST
@login_required
def run_start(request: HttpRequest) -> HttpResponse:
    """Ask for a full run: back to where the button stood, or for a request of htmx the freshness bar.

    Two who ask at once get the same run. Beyond the hour's limit the answer says when the next is free.
    """
    refusal = ""
    try:
        run, created = run_request(cast(AbstractBaseUser, request.user))
    except RunRefused as exc:
        refusal = str(exc)
    if getattr(request, "htmx", False):
        return render(request, "analysis/run_progress.html", {"refusal": refusal})
    if refusal:
        messages.error(request, f"Not started. {refusal} The half-hourly passes go on by themselves.")
    else:
        words = "was asked for" if created else "was at work already"
        messages.success(request, f"Run {run.pk} {words}. Everyone gets its result.")
    return redirect(_way_back(request))


@require_safe
@login_required
def run_progress(request: HttpRequest) -> HttpResponse:
    """The freshness bar alone, for a page that asks while a run works."""
    return render(request, "analysis/run_progress.html")


def _way_back(request: HttpRequest) -> str:
    """Where the form stood, when it names a page of ours, else the runs."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "runs"
