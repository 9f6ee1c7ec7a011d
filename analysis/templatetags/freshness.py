"""The freshness bar of the board: how old the analysis is, what works now, and the two buttons."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError

from analysis.freshness import BoardFreshness, moment_words
from analysis.selectors import board_freshness, board_runs
from universe.clock import ClockUnavailableError, market_now

register = template.Library()

ICONS = {
    "fresh": "g-ok",
    "aging": "g-clock",
    "overdue": "g-clock",
    "running": "g-run",
    "stale": "g-warn",
    "failed": "g-warn",
    "none": "g-none",
}


@register.inclusion_tag("analysis/_freshness.html", takes_context=True)
def freshness_bar(context: template.RequestContext) -> dict[str, Any]:
    """``{% load freshness %}{% freshness_bar %}``: for the user of the page; ``refusal`` in the context, the
    words of a request that was refused, and ``refused``, what did not happen, take the bar's place.
    ``bar`` is None while PostgreSQL or the clock is away."""
    refusal = context.get("refusal", "")
    try:
        now = market_now()
        bar = board_freshness(context.get("user") or AnonymousUser(), now)
    except (DatabaseError, ClockUnavailableError):
        return {"bar": None}
    return {
        "bar": bar,
        "icon": "g-clock" if refusal else ICONS[bar.state],
        "refusal": refusal,
        "refused": context.get("refused", ""),
        "view_at": bar.published_at.isoformat() if bar.published_at else "",
        "view_words": _view_words(bar, now),
        "as_of_ms": int(bar.as_of.timestamp() * 1000) if bar.as_of else 0,
        "board_ms": int(bar.board_arrived_at.timestamp() * 1000) if bar.board_arrived_at else 0,
        "view": context.get("view", ""),
        "advised": bar.run_advised,
        "auto": bar.run_at_once,
    }


@register.simple_tag
def run_is_active() -> bool:
    """Whether a run of the whole board waits or works now."""
    try:
        return board_runs().active is not None
    except DatabaseError:
        return False


def _view_words(bar: BoardFreshness, now: dt.datetime) -> str:
    """ "View 4:00 analysis" today, "View Monday 20:00" of an earlier day."""
    if bar.as_of is None:
        return ""
    words = moment_words(bar.as_of, now)
    return f"View {words}" if " " in words else f"View {words} analysis"
