"""The hand on the market: its clock for everybody, its commands for whoever has the token."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from universe.sessions import ET, SessionError, new_york
from universe.simulator.dialects.answers import Row, json_answer
from universe.simulator.dialects.commands import (
    Command,
    CommandError,
    Commands,
    Doorkeeper,
    listed_row,
    number_of,
)
from universe.simulator.market import Market
from universe.simulator.sectors import SLUGS, rows_of_sector


class Control:
    """``changed`` is called after each command, so that what was done is written down at once; ``more`` are
    commands beside the clock's, moves and halts."""

    def __init__(
        self, market: Market, door: Doorkeeper, changed: Callable[[], None], more: Commands | None = None
    ) -> None:
        self._market = market
        self._door = door
        self._changed = changed
        self._more = dict(more or {})

    def routes(self) -> list[Route]:
        return [
            Route("/simulator/control", self.control, methods=["POST"]),
            Route("/simulator/clock", self.clock),
            Route("/simulator/health", self.health),
        ]

    def health(self, request: Request) -> Response:
        return json_answer({"status": "ok", "market_time": self._market.now().isoformat()})

    def clock(self, request: Request) -> Response:
        return json_answer(self._clock())

    def _clock(self) -> Row:
        world = self._market.world
        anchored = self._market.clock.anchored(time.time())
        return {
            "world": world.kind,
            "market_anchor": anchored.market_anchor.isoformat(),
            "wall_anchor": anchored.wall_anchor,
            "speed": anchored.speed,
            "ended": self._market.has_ended(),
            "interpolated": world.kind == "replay",
            "label": world.label(self._market.session()),
            "last_session": world.last_session.isoformat() if world.last_session else None,
        }

    async def control(self, request: Request) -> Response:
        refusal = self._door.refusal(request)
        if refusal is not None:
            return refusal
        try:
            command = orjson.loads(await request.body())
            done = self._carry_out(command)
        except (CommandError, SessionError) as exc:
            return json_answer({"error": str(exc)}, 400)
        except orjson.JSONDecodeError as exc:
            return json_answer({"error": f"the body is no JSON: {exc}"}, 400)
        self._changed()
        return json_answer(done | {"clock": self._clock()})

    def _carry_out(self, command: Any) -> Row:
        back = isinstance(command, dict) and bool(command.get("back"))
        known: dict[str, Command] = {
            "move": self._move,
            "clock": partial(self._set_clock, back=back),
            "halt": self._halt,
            "resume": self._resume,
            **self._more,
        }
        if not isinstance(command, dict) or not command.keys() & known.keys():
            raise CommandError(f"give one of {', '.join(known)}")
        done: Row = {}
        for name in command:
            if name not in known and name != "back":
                raise CommandError(f"{name!r} is no command; give one of {', '.join(known)}")
        for name, carry_out in known.items():
            if name in command:
                done |= carry_out(command[name])
        return done

    def _move(self, value: Any) -> Row:
        percent = number_of(value, "percent", -99, 1000)
        if "sector" in value and "symbol" in value:
            raise CommandError("give 'symbol' or 'sector' to move, not both")
        if "sector" in value:
            rows = rows_of_sector(self._market.world.listings, str(value["sector"]))
            if not rows:
                raise CommandError(f"'sector' is {value['sector']!r}, but must be one of {', '.join(SLUGS)}")
        else:
            rows = [listed_row(self._market, value)]
        shock = self._market.shock(rows, percent)
        return {"moved": len(rows), "at": shock.at.isoformat()}

    def _set_clock(self, value: Any, *, back: bool) -> Row:
        try:
            moment = dt.datetime.fromisoformat(str(value))
        except ValueError:
            raise CommandError(
                f"'clock' is {value!r}, but must be an ISO time such as 2026-03-31T15:30"
            ) from None
        moment = new_york(moment if moment.tzinfo else moment.replace(tzinfo=ET))
        first = self._market.world.first_session
        if moment.date() <= first:
            raise CommandError(f"'clock' must be after {first}, the world's first session")
        if moment < self._market.now() and not back:
            raise CommandError(
                f"'clock' is before the market's {self._market.now():%Y-%m-%d %H:%M:%S}; "
                'time goes back only with "back": true'
            )
        return {"market_time": self._market.set_clock(moment).isoformat()}

    def _halt(self, value: Any) -> Row:
        row = listed_row(self._market, value)
        minutes = value.get("minutes")
        if minutes is not None and (not isinstance(minutes, int | float) or minutes <= 0):
            raise CommandError(f"'minutes' is {minutes!r}, but must be above 0, or left out")
        halt = self._market.halt(row, minutes)
        return {"halted": value["symbol"], "until": halt.until.isoformat() if halt.until else None}

    def _resume(self, value: Any) -> Row:
        self._market.resume(listed_row(self._market, value))
        return {"resumed": value["symbol"]}
