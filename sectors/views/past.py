"""What the pages of a stored moment have in common: the bar above them, and the page of a bad one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sectors.moments import MomentRefusedError, moment_example
from sectors.types import ViewLimits

#: What is stored is shown as it was: nothing on it is too old for it.
NO_LIMIT = ViewLimits(10**6, 10**6)


@dataclass(frozen=True, slots=True)
class Past:
    """What a stored page says about itself: its ``mark``, ``what`` stood on ``words``, which ``run`` made it,
    and the way ``back``; ``asked`` is the moment as an address says it."""

    mark: str
    what: str
    words: str
    text: str
    run: str
    back: str
    asked: str


def moment_refused(
    request: HttpRequest, asked: str, error: MomentRefusedError, *, now: dt.datetime
) -> HttpResponse:
    """The page of a moment that cannot be shown, with one that can."""
    context = {
        "asked": asked[:60],
        "verdict": error.verdict,
        "reason": error.reason,
        "example": moment_example(now).isoformat(),
        "here": request.path,
    }
    return render(request, "sectors/bad_moment.html", context, status=400)
