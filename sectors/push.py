"""Frames for open pages: the same partials and presenters as the page, rendered once for everyone who waits.

A frame of the board is the same for all users with the same limits and view, so that a thousand open pages
cost one rendering: the cards of a moment are kept for as long as their ages read the same, one second.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DatabaseError
from django.template.loader import render_to_string

from sectors.away import servers_away
from sectors.board_cache import board_fetch
from sectors.live import BOARD_VIEW, COMPACT_VIEW, board_now, viewer_limits
from sectors.presenters import cards_from_payload
from sectors.presenters.ages import milliseconds
from sectors.presenters.market import board_banners, oldest_input, windows
from sectors.presenters.outages import outage_banners
from sectors.selectors import board_current
from sectors.surroundings import releases_now, strip_now
from sectors.types import ViewLimits
from universe.clock import ClockUnavailableError, clock_state, market_now
from universe.sessions import ET

KEPT_RENDERINGS = 8
#: So long one look at the newest version is good for every open page of this process.
VERSION_HOLDS_SECONDS = 2.0
#: How one sector is drawn in each view.
TEMPLATES = {BOARD_VIEW: "sectors/_card.html", COMPACT_VIEW: "sectors/_line.html"}

_lock = threading.Lock()
_rendered: OrderedDict[tuple[object, ...], dict[str, Any]] = OrderedDict()
_version_lock = threading.Lock()
#: The version seen last, and when (monotonic seconds).
_version, _version_at = 0, float("-inf")


def board_frame(user_id: int, shown: int, view: str = BOARD_VIEW) -> dict[str, Any] | None:
    """The cards with a later version than ``shown`` as ``view`` draws them; None when there is none."""
    payload = board_current()
    if payload is None or payload["version"] <= shown:
        return None
    whole = _whole_frame(payload, viewer_limits(_user(user_id)), view)
    newer = [card for card in whole["cards"] if card["version"] > shown]
    return whole | {"cards": newer}


def version_newest() -> int:
    """The version of the board in Redis, as one look in a few seconds found it; 0 without one. By it a page
    learns of a board whose push was lost on the way."""
    global _version, _version_at
    with _version_lock:
        if time.monotonic() - _version_at >= VERSION_HOLDS_SECONDS:
            board = board_fetch()
            _version, _version_at = int(board["version"]) if board else 0, time.monotonic()
        return _version


def clock_frame(shown: int, day: str = "") -> dict[str, Any]:
    """Which market, its time and speed; ``now`` None while a simulated market does not tell its time.

    On another ``day`` than the page knows, the hours of the sessions around it come along: by these it ages.
    """
    state = clock_state()
    frame = {"kind": "clock", "world": settings.MARKET_WORLD, "now": None, "speed": 0.0, "version": shown}
    try:
        now = market_now()
    except ClockUnavailableError:
        return frame | {"day": day}
    today = now.astimezone(ET).date().isoformat()
    frame |= {"now": milliseconds(now), "speed": 0.0 if state.ended else state.speed, "day": today}
    return frame if today == day else frame | {"windows": windows(now.astimezone(ET))}


def outages_html() -> str:
    """The banners of the servers that are away just now, as a page shows them; empty while all is well."""
    banners = outage_banners(servers_away())
    return render_to_string("parts/outages.html", {"banners": banners}).strip() if banners else ""


def progress_frame(event: Mapping[str, Any]) -> dict[str, Any]:
    """A run's progress in the words of the freshness bar."""
    status, percent = str(event.get("status", "")), int(event.get("percent") or 0)
    stage = str(event.get("stage") or "at work")
    return {
        "kind": "progress",
        "id": event.get("id"),
        "run": event.get("kind", ""),
        "status": status,
        "percent": percent,
        "word": f"RUNNING {percent}%",
        "headline": f"{stage[:1].upper()}{stage[1:]}.",
    }


def preferences_frame(user_id: int) -> dict[str, Any]:
    """What the page's looks need at once; the rest it reads again."""
    user = _user(user_id)
    limits, stored = viewer_limits(user), getattr(user, "freshness", None)
    return {
        "kind": "preferences",
        "theme": getattr(stored, "theme", ""),
        "palette": getattr(stored, "palette", ""),
        "time_zone": getattr(stored, "time_zone", ""),
        "fresh_minutes": limits.fresh_minutes,
        "stale_minutes": limits.stale_minutes,
    }


def forget() -> None:
    """Drop what was rendered: for tests, whose run ids begin anew."""
    global _version_at
    with _lock:
        _rendered.clear()
    with _version_lock:
        _version_at = float("-inf")


def _user(user_id: int) -> AbstractBaseUser | None:
    """The user with their preferences; None while PostgreSQL is away."""
    try:
        return get_user_model().objects.select_related("freshness").filter(pk=user_id).first()
    except DatabaseError:
        return None


def _whole_frame(payload: dict[str, Any], limits: ViewLimits, view: str) -> dict[str, Any]:
    now = board_now(payload)
    key = (payload["version"], payload["run_id"], limits, view, now.replace(microsecond=0))
    with _lock:
        if key not in _rendered:
            _rendered[key] = _render(payload, limits, view, now)
            while len(_rendered) > KEPT_RENDERINGS:
                _rendered.popitem(last=False)
        return _rendered[key]


def _render(payload: dict[str, Any], limits: ViewLimits, view: str, now: dt.datetime) -> dict[str, Any]:
    cards = cards_from_payload(payload, now, limits)
    oldest = oldest_input(payload)
    return {
        "kind": "cards",
        "version": payload["version"],
        "oldest": milliseconds(oldest) if oldest else 0,
        "cards": [
            {
                "sector": card.slug,
                "version": card.version,
                "html": render_to_string(TEMPLATES[view], {"card": card}),
            }
            for card in cards
        ],
        "strip": render_to_string("sectors/_strip.html", {"strip": strip_now(cards, releases_now(now), now)}),
        "glance": render_to_string("sectors/_glance.html", {"cards": cards}),
        "modes": render_to_string("parts/board_modes.html", {"banners": board_banners(payload)}),
    }
