"""The runs, the one at work, and the buttons that ask for another, ask for one again or cancel one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from analysis.errors import RunRefused
from analysis.models import AnalysisRun, RunStatus
from analysis.pages.runs import active_bar, run_rows
from analysis.requests import Asked
from analysis.run_list import run_found, runs_page
from analysis.selectors import board_freshness, run_active, slot_next
from analysis.services import run_ask, run_cancel
from analysis.slot_words import outage_now
from sectors.live import board_now
from sectors.presenters.ages import moment_text
from universe.clock import ClockUnavailableError, market_now

NOT_STARTED, NOT_CANCELLED = "Not started", "Not cancelled"


@require_safe
@login_required
def run_list(request: HttpRequest) -> HttpResponse:
    """The whole page; for a request of htmx the list alone, with the bar of the run at work."""
    is_fragment = getattr(request, "htmx", False)
    context = _list(request, request.GET, request.get_full_path())
    return render(request, "analysis/runs_live.html" if is_fragment else "analysis/runs.html", context)


def _list(request: HttpRequest, asked: QueryDict, here: str) -> dict[str, Any]:
    """What the list shows of the page and filter in ``asked``; ``here`` is the address that has them."""
    covered = asked.get("show") == "all"
    found, paging = runs_page(asked.get("page", "1"), covered=covered)
    now, reader = board_now(None), cast(AbstractBaseUser, request.user)
    due = slot_next(now)
    return {
        "rows": run_rows(found, now, reader),
        "active": active_bar(run_active(), reader),
        "paging": paging,
        "covered": covered,
        "outage": outage_now(now),
        "keep": "show=all&" if covered else "",
        "next_due": moment_text(due, now) if due else "",
        "here": here,
    }


@require_POST
@login_required
def run_start(request: HttpRequest) -> HttpResponse:
    """Ask for a full run. Two who ask at once get the same run. Beyond the hour's limit the answer says when
    the next is free. ``by_itself``: a window asks that was opened on a stale board; another may have done so
    before it."""
    if request.POST.get("by_itself") and not _starts_by_itself(request):
        return render(request, "analysis/run_progress.html")
    return _answer(request, lambda user: _asked_words(run_ask(user)), NOT_STARTED)


@require_POST
@login_required
def run_again(request: HttpRequest, run_id: int) -> HttpResponse:
    """Ask for a run again that failed, was partial or was cancelled; its row stays as it is."""
    run = _run(run_id)
    return _answer(request, lambda user: _asked_words(run_ask(user, again=run)), NOT_STARTED)


@require_POST
@login_required
def run_cancelled(request: HttpRequest, run_id: int) -> HttpResponse:
    """Cancel a run that waits or works."""
    run = _run(run_id)
    return _answer(request, lambda user: _cancelled_words(run_cancel(run, user)), NOT_CANCELLED)


@require_safe
@login_required
def run_progress(request: HttpRequest) -> HttpResponse:
    """The freshness bar alone, for a page that asks while a run works."""
    return render(request, "analysis/run_progress.html")


def _run(run_id: int) -> AnalysisRun:
    run = run_found(run_id)
    if run is None:
        raise Http404(f"There is no run {run_id}.")
    return run


def _answer(request: HttpRequest, act: Callable[[AbstractBaseUser], str], refused: str) -> HttpResponse:
    """Do what the button asks and tell what came of it where it stood: on a page that is shown anew, or for
    a request of htmx in the list of runs or in the freshness bar."""
    said, refusal = "", ""
    try:
        said = act(cast(AbstractBaseUser, request.user))
    except RunRefused as exc:
        refusal = str(exc)
    is_htmx, is_list = getattr(request, "htmx", False), request.POST.get("shown") == "list"
    if is_htmx and not is_list:
        words = {"refusal": refusal, "refused": refused.upper()}
        return render(request, "analysis/run_progress.html", words)
    if refusal:
        after = " The half-hourly passes go on by themselves." if refused == NOT_STARTED else ""
        messages.error(request, f"{refused}. {refusal}{after}")
    else:
        messages.success(request, said)
    back = _way_back(request)
    if is_htmx:
        return render(
            request, "analysis/runs_whole.html", _list(request, QueryDict(urlsplit(back).query), back)
        )
    return HttpResponseRedirect(back)


def _asked_words(asked: Asked) -> str:
    words = "waits already" if asked.run.status == RunStatus.QUEUED else "is at work already"
    words = "was asked for" if asked.created else words
    return f"Run {asked.run.pk} {words}. Everyone gets its result."


def _cancelled_words(run: AnalysisRun) -> str:
    if run.status == RunStatus.CANCELLED:
        return f"Run {run.pk} is cancelled. The board keeps what it has."
    return f"Run {run.pk} is being cancelled: it ends with its next step. The board keeps what it has."


def _starts_by_itself(request: HttpRequest) -> bool:
    try:
        return board_freshness(request.user, market_now()).run_at_once
    except ClockUnavailableError:
        return False


def _way_back(request: HttpRequest) -> str:
    """Where the form stood, when it names a page of ours by its path, else the runs."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours and wanted.startswith("/") else reverse("runs")
