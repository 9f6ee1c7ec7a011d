"""15 % movers and colour changes, newest first, and the rail that shows the last ten."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analysis.models import Alert
from analysis.pages.alerts import alert_days
from analysis.run_list import alerts_page
from sectors.live import board_now

KINDS = (("", "All"), (str(Alert.Kind.MOVER), "Movers"), (str(Alert.Kind.COLOUR), "Colour changes"))


@require_safe
@login_required
def alert_list(request: HttpRequest) -> HttpResponse:
    """Fifty a page, of one kind or of both."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in {name for name, _ in KINDS} else ""
    found, paging = alerts_page(request.GET.get("page", "1"), kind=kind)
    context = {
        "days": alert_days(found, board_now(None)),
        "paging": paging,
        "kind": kind,
        "kinds": KINDS,
        "keep": f"kind={kind}&" if kind else "",
    }
    return render(request, "analysis/alerts.html", context)


@require_safe
@login_required
def alert_rail_fragment(request: HttpRequest) -> HttpResponse:
    """The board's rail alone, for a page that was told of a new alert."""
    return render(request, "analysis/alerts_rail_fragment.html")
