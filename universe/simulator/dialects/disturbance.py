"""The stream on a bad day: what the faults in force do to messages and to connections."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import orjson
from starlette.websockets import WebSocket

from universe.simulator.dialects import wire
from universe.simulator.dialects.answers import Row
from universe.simulator.faults import FAREWELLS, Fault, Faults
from universe.simulator.plans import Plans
from universe.simulator.sight import Sight

GOING_AWAY = 1001
POLICY = 1008
WORDS = {
    "slow_consumer": "you read too slowly",
    "max_connections": "Maximum number of websocket connections exceeded",
}


def status(word: str, message: str) -> bytes:
    return orjson.dumps([{"ev": "status", "status": word, "message": message}])


class Disturbance:
    """What the stream asks before it sends. Without faults, and with the dearest plan, everything passes as
    it is."""

    def __init__(self, faults: Faults, plans: Plans) -> None:
        self._faults = faults
        self._plans = plans
        self._held: dict[str, list[Row]] = {}

    def sight(self) -> Sight:
        """How the stream sees the market: as its plan does, frozen if a fault says so."""
        usual, fault = self._plans.stream_sight(), self._faults.on_socket("frozen")
        return usual if fault is None else replace(usual, frozen_at=fault.since)

    @property
    def channels(self) -> tuple[str, ...]:
        """Those that the plan has; none: it has no stream."""
        return self._plans.of("polygon").channels

    def messages(self, channel: str, fresh: list[Row]) -> list[list[Row]]:
        """What leaves for ``channel`` in place of ``fresh``, group after group: nothing while it stalls;
        out of order, the newer minute before the older one; what was held back comes when that ends."""
        if self._faults.on_socket("socket_stall"):
            return []
        held = self._held.pop(channel, None)
        if not self._faults.on_socket("socket_disorder"):
            groups = [held, fresh] if held else [fresh]
        elif held is None:
            self._held[channel] = fresh
            return []
        else:
            groups = [fresh[::-1], held[::-1]]
        return [group for group in groups for _ in range(self._copies())]

    def _copies(self) -> int:
        return 2 if self._faults.on_socket("socket_duplicate") else 1

    def farewell(self, sent: int) -> Fault | None:
        """The fault that ends a connection which has had ``sent`` frames of data; it is counted."""
        for kind in FAREWELLS:
            fault = self._faults.on_socket(kind)
            if fault is not None and sent >= fault.how.get("after", 0):
                self._faults.count_socket(fault)
                return fault
        return None


async def part(socket: WebSocket, fault: Fault) -> None:
    """End the connection as ``fault`` wants it: with a word, with a code, or by a reset."""
    if fault.kind in WORDS:
        await socket.send_bytes(status(fault.kind, WORDS[fault.kind]))
        await socket.close(POLICY)
    elif fault.how.get("abrupt"):
        wire.reset(socket.scope)
        # The reader's task notices that the connection is gone and ends this one.
        await asyncio.sleep(wire.FLUSH_SECONDS)
    else:
        await socket.close(fault.how.get("code", GOING_AWAY))
