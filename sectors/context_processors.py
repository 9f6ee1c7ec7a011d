"""What every page says about the market: its time, its phase, the age of the data, and any banner."""

from __future__ import annotations

import logging
import time

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from sectors.live import board_now
from sectors.presenters.market import (
    Banner,
    MarketStatus,
    board_banners,
    market_status,
    oldest_input,
    world_banner,
)
from sectors.selectors import board_current
from universe.clock import ClockUnavailableError, clock_state, market_now
from universe.redis import client

JUST_SECONDS = 1.0

logger = logging.getLogger(__name__)


def market(request: HttpRequest) -> dict[str, object]:
    """``market``: a `MarketStatus`, made when a template first asks for it."""
    return {"market": SimpleLazyObject(lambda: _status(request))}


def _status(request: HttpRequest) -> MarketStatus:
    board = board_current()
    state = clock_state()
    told = world_banner(state.world, state.label, state.speed, ended=state.ended)
    banners = tuple(banner for banner in (told, *_outages()) if banner)
    return market_status(
        board_now(board),
        oldest_input(board),
        world=settings.MARKET_WORLD,
        zone=_zone(request),
        speed=0.0 if state.ended else state.speed,
        banners=banners,
        of_board=board_banners(board),
    )


def _zone(request: HttpRequest) -> str:
    """The user's second clock; empty without one, and while PostgreSQL is away."""
    try:
        return str(getattr(getattr(getattr(request, "user", None), "freshness", None), "time_zone", ""))
    except DatabaseError:
        return ""


def _outages() -> list[Banner]:
    """A banner per server that does not answer right now. Pages are rare: two round trips each are cheap."""
    found = []
    try:
        client().ping()
    except redis.RedisError:
        text = (
            "Redis does not answer. The board shows the last stored run from PostgreSQL and heals by itself."
        )
        found.append(Banner("degraded", "DEGRADED", text, "Live updates pause until it is back."))
    try:
        _database_ask()
    except DatabaseError:
        text = "PostgreSQL does not answer. The board shows the last known readings and heals by itself."
        found.append(Banner("degraded", "DEGRADED", text, "No run can start until it is back."))
    try:
        market_now()
    except ClockUnavailableError:
        text = "The simulated market does not tell its time. Ages count from the last board."
        found.append(Banner("degraded", "DEGRADED", text))
    return found


def _database_ask() -> None:
    """Raises DatabaseError while PostgreSQL is away. A page that just had an answer need not ask again."""
    answered: float | None = getattr(connection, "answered_at", None)
    if answered is not None and time.monotonic() - answered < JUST_SECONDS:
        return
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
