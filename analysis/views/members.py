"""The stored frame of a run: what each member of a sector added to its returns."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from analysis.engine.frames import FrameError, unpack
from analysis.members import members_of, members_sorted
from analysis.models import PUBLISHED, AnalysisRun
from analysis.pages.members import members_csv, members_page, sorting_of
from analysis.run_list import Paging
from analysis.selectors import run_stored
from analysis.services import INPUTS_KEPT
from sectors import figures
from sectors.places import PLACES, Place
from sectors.selectors import reading_newest

logger = logging.getLogger(__name__)

MEMBERS_PER_PAGE = 600
RUN_DIGITS = 18


@require_safe
@login_required
def sector_inputs(request: HttpRequest, slug: str) -> HttpResponse:
    """``?run=`` the run, by default that of the newest reading; ``?sort=``, ``?page=``, ``?format=csv``."""
    place = next((place for place in PLACES if place.slug == slug), None)
    if place is None:
        return render(request, "sectors/detail_missing.html", {"slug": slug, "places": PLACES}, status=404)
    asked = request.GET.get("run")
    if asked is None:
        newest = reading_newest(slug)
        if newest is not None:
            return redirect(f"{reverse('sector-inputs', args=[slug])}?run={newest.run_id}")
        return _missing(request, place, "No run has read this sector yet.", status=404)
    number = int(asked) if asked.isdecimal() and len(asked) <= RUN_DIGITS else None
    run = run_stored(number) if number is not None else None
    if run is None:
        return _missing(request, place, f"There is no run “{asked[:20]}” of this market.", status=404)
    return _members(request, place, run)


def _members(request: HttpRequest, place: Place, run: AnalysisRun) -> HttpResponse:
    name = f"Run {figures.count(run.pk)}"
    stored = getattr(run, "input", None)
    if stored is None and run.status not in PUBLISHED:
        return _missing(
            request, place, f"{name} published nothing, so no frame is stored with it.", status=404
        )
    if stored is None:
        days = INPUTS_KEPT.days
        return _missing(
            request, place, f"The frame of {name} is gone: they are kept for {days} days.", status=410
        )
    try:
        frame = unpack(bytes(stored.frame))
        found = members_of(frame, place.slug)
    except FrameError as exc:
        logger.warning("the frame of run %s cannot be read: %s", run.pk, exc)
        return _missing(request, place, f"The frame of {name} cannot be read by this version.", status=410)
    sorting = sorting_of(request.GET.get("sort", ""), found)
    if request.GET.get("format") == "csv":
        rows = members_sorted(found.members, sorting.by, largest=sorting.largest)
        file = f'attachment; filename="{place.slug}-run-{run.pk}.csv"'
        headers = {"Content-Disposition": file}
        return HttpResponse(members_csv(rows), content_type="text/csv; charset=utf-8", headers=headers)
    page = members_page(run, frame, found, sorting=sorting, sha256=stored.sha256)
    shown = Paginator(page.rows, MEMBERS_PER_PAGE).get_page(request.GET.get("page", "1"))
    context = {
        "page": page,
        "rows": shown.object_list,
        "place": place,
        "run_id": run.pk,
        "paging": Paging(shown.number, shown.paginator.num_pages, shown.paginator.count),
        "keep": f"run={run.pk}&sort={page.sort}&",
    }
    return render(request, "analysis/members.html", context)


def _missing(request: HttpRequest, place: Place, words: str, *, status: int) -> HttpResponse:
    context = {"place": place, "words": words, "status": status}
    return render(request, "analysis/members_missing.html", context, status=status)
