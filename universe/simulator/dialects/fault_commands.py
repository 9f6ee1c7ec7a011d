"""The control's commands over faults and counts, and the two pages that show them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from universe.simulator.dialects.answers import Row, json_answer
from universe.simulator.dialects.asked import Asked
from universe.simulator.dialects.commands import CommandError, Commands, Doorkeeper
from universe.simulator.faults import FaultError, Faults, read_fault
from universe.simulator.market import Market


class FaultCommands:
    """``notice`` is called when the faults changed, so that the stream looks at them at once."""

    def __init__(self, market: Market, faults: Faults, asked: Asked, notice: Callable[[], None]) -> None:
        self._market = market
        self._faults = faults
        self._asked = asked
        self._notice = notice

    def commands(self) -> Commands:
        return {"fault": self._set, "faults": self._clear, "asked": self._reset}

    def routes(self, door: Doorkeeper) -> list[Route]:
        def faults(request: Request) -> Response:
            return door.refusal(request) or json_answer({"faults": self._faults.rows()})

        def asked(request: Request) -> Response:
            return door.refusal(request) or json_answer(self._asked.row())

        return [Route("/simulator/faults", faults), Route("/simulator/asked", asked)]

    def _set(self, value: Any) -> Row:
        try:
            fault = read_fault(value, self._market.now())
        except FaultError as exc:
            raise CommandError(str(exc)) from exc
        number = self._faults.add(fault)
        self._notice()
        return {"fault": number}

    def _clear(self, value: Any) -> Row:
        if value != "clear":
            raise CommandError(f"'faults' is {value!r}, but must be \"clear\"")
        cleared = self._faults.clear()
        self._notice()
        return {"cleared": cleared}

    def _reset(self, value: Any) -> Row:
        if value != "reset":
            raise CommandError(f"'asked' is {value!r}, but must be \"reset\"")
        self._asked.reset()
        return {"asked": self._asked.row()}
