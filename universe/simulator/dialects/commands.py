"""Who may lay hands on the market, and what a command looks like."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from universe.simulator.dialects.answers import Row, json_answer
from universe.simulator.market import Market

LOOPBACK = ("127.0.0.1", "::1")
Command = Callable[[Any], Row]
Commands = Mapping[str, Command]


class CommandError(ValueError):
    """A command that cannot be carried out; the text says which part and what is allowed."""


class Doorkeeper:
    """Lets callers on this machine in who know the token, whatever address the server is bound to."""

    def __init__(self, token: str) -> None:
        self._token = token

    def refusal(self, request: Request) -> Response | None:
        caller = request.client.host if request.client else ""
        if caller not in LOOPBACK:
            return json_answer({"error": "the control listens to this machine only"}, 403)
        given = request.headers.get("X-Simulator-Token", "")
        if not self._token or not hmac.compare_digest(given.encode(), self._token.encode()):
            return json_answer({"error": "X-Simulator-Token is missing or wrong; it is SIMULATOR_TOKEN"}, 401)
        return None


def listed_row(market: Market, value: Any) -> int:
    """The listing that a command's ``symbol`` names."""
    symbol = value.get("symbol") if isinstance(value, dict) else None
    row = market.world.listings.index.get(symbol) if isinstance(symbol, str) else None
    if row is None:
        raise CommandError(f"'symbol' is {symbol!r}, which is not listed")
    return row


def number_of(value: Any, name: str, low: float, high: float) -> float:
    number = value.get(name) if isinstance(value, dict) else None
    if not isinstance(number, int | float) or isinstance(number, bool) or not low <= number <= high:
        raise CommandError(f"{name!r} is {number!r}, but must be a number from {low:g} to {high:g}")
    return float(number)
