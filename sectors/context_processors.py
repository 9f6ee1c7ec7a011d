"""What every page says about the market: its time, its phase, the age of the data, and any banner."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from sectors.away import servers_away
from sectors.live import board_now
from sectors.presenters.market import (
    MarketStatus,
    board_banners,
    market_status,
    oldest_input,
    world_banner,
)
from sectors.presenters.outages import outage_banners
from sectors.selectors import board_current
from universe.clock import clock_state


def market(request: HttpRequest) -> dict[str, object]:
    """``market``: a `MarketStatus`, made when a template first asks for it."""
    return {"market": SimpleLazyObject(lambda: _status(request))}


def _status(request: HttpRequest) -> MarketStatus:
    board = board_current()
    state = clock_state()
    told = world_banner(state.world, state.label, state.speed, ended=state.ended)
    return market_status(
        board_now(board),
        oldest_input(board),
        world=settings.MARKET_WORLD,
        zone=_zone(request),
        speed=0.0 if state.ended else state.speed,
        banners=(told,) if told else (),
        outages=outage_banners(servers_away()),
        of_board=board_banners(board),
    )


def _zone(request: HttpRequest) -> str:
    """The user's second clock; empty without one, and while PostgreSQL is away."""
    try:
        return str(getattr(getattr(getattr(request, "user", None), "freshness", None), "time_zone", ""))
    except DatabaseError:
        return ""
