"""Polygon's stock stream: statuses, authentication, subscriptions, minute and second bars, trades.

One task watches the market's minutes. Two market seconds after a minute has ended it draws the minute's
bars once, cuts them into frames and hands the frames to every connection, each of which sends at its own
pace from a bounded queue: a reader that falls behind is told so and cut, and holds up nobody.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from universe.sessions import hours, session_of
from universe.simulator import sight
from universe.simulator.dialects import ticks
from universe.simulator.dialects.answers import Row
from universe.simulator.dialects.disturbance import Disturbance, part
from universe.simulator.dialects.disturbance import status as _status
from universe.simulator.market import Market
from universe.simulator.world import minute_of

FRAME_MESSAGES = 400
QUEUE_FRAMES = 400
AUTH_SECONDS = 10.0
LATE_SECONDS = 2.0
CHANNELS = ("AM", "A", "T")
NO_STREAM = "Your plan doesn't include websocket access. Visit https://polygon.io/pricing to upgrade."


@dataclass(eq=False)
class Connection:
    """One reader. ``wants`` holds symbols or ``*`` per channel; the queue holds frames and whether they are
    data; an empty frame is not sent, it only wakes the sender. ``sent`` counts frames of data."""

    socket: WebSocket
    queue: asyncio.Queue[tuple[bytes, bool]] = field(default_factory=lambda: asyncio.Queue(QUEUE_FRAMES))
    wants: dict[str, set[str]] = field(default_factory=lambda: {channel: set() for channel in CHANNELS})
    is_slow: bool = False
    sent: int = 0

    def offer(self, frame: bytes, *, is_data: bool = False) -> None:
        try:
            self.queue.put_nowait((frame, is_data))
        except asyncio.QueueFull:
            self.is_slow = True


class Stream:
    """The stream of one market. ``is_known`` decides about keys, ``disturbance`` knows the faults."""

    def __init__(self, market: Market, is_known: Callable[[str], bool], disturbance: Disturbance) -> None:
        self._market = market
        self._is_known = is_known
        self._disturbance = disturbance
        self._readers: set[Connection] = set()

    def notice(self) -> None:
        """Look at the faults now, not at the next frame. From the event loop."""
        for reader in tuple(self._readers):
            reader.offer(b"")

    async def serve(self, socket: WebSocket) -> None:
        """One connection from hello to goodbye."""
        await socket.accept()
        await socket.send_bytes(_status("connected", "Connected Successfully"))
        try:
            if await self._authenticate(socket):
                await self._converse(socket)
        except (WebSocketDisconnect, RuntimeError):
            return

    async def _authenticate(self, socket: WebSocket) -> bool:
        try:
            message = await asyncio.wait_for(socket.receive_text(), AUTH_SECONDS)
        except TimeoutError:
            await socket.send_bytes(_status("auth_timeout", "authentication timed out"))
            await socket.close(1008)
            return False
        request = _request(message)
        if request.get("action") == "auth" and self._is_known(str(request.get("params", ""))):
            if self._disturbance.channels:
                await socket.send_bytes(_status("auth_success", "authenticated"))
                return True
            await socket.send_bytes(_status("auth_failed", NO_STREAM))
            await socket.close(1008)
            return False
        await socket.send_bytes(_status("auth_failed", "authentication failed"))
        await socket.close(1008)
        return False

    async def _converse(self, socket: WebSocket) -> None:
        reader = Connection(socket)
        self._readers.add(reader)
        reader.offer(b"")
        sender = asyncio.create_task(self._send(reader))
        try:
            while True:
                self._obey(reader, _request(await socket.receive_text()))
        finally:
            self._readers.discard(reader)
            sender.cancel()

    async def _send(self, reader: Connection) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                frame, is_data = await reader.queue.get()
                if frame:
                    await reader.socket.send_bytes(frame)
                    reader.sent += is_data
                fault = self._disturbance.farewell(reader.sent)
                if fault is not None:
                    await part(reader.socket, fault)
                    return
                if reader.is_slow:
                    await reader.socket.send_bytes(_status("slow_consumer", "you read too slowly"))
                    await reader.socket.close(1008)
                    return

    def _obey(self, reader: Connection, request: dict[str, Any]) -> None:
        action, params = request.get("action"), str(request.get("params", ""))
        if action not in ("subscribe", "unsubscribe"):
            reader.offer(_status("error", f"unknown action {action!r}"))
            return
        answers = [self._channel(reader, action, name.strip()) for name in params.split(",") if name.strip()]
        reader.offer(orjson.dumps(answers))

    def _channel(self, reader: Connection, action: str, name: str) -> Row:
        channel, _, symbol = name.partition(".")
        if channel not in self._disturbance.channels or not symbol:
            return {"ev": "status", "status": "error", "message": f"not authorized for {name}"}
        if action == "subscribe":
            reader.wants[channel].add(symbol)
            return {"ev": "status", "status": "success", "message": f"subscribed to: {name}"}
        reader.wants[channel].discard(symbol)
        return {"ev": "status", "status": "success", "message": f"unsubscribed to: {name}"}

    # What is sent

    async def run(self) -> None:
        """Watch the market until cancelled: minutes as they end, seconds as they pass."""
        await asyncio.gather(self._run_minutes(), self._run_seconds())

    async def _run_minutes(self) -> None:
        sent = self._finished_minute()
        while True:
            await asyncio.sleep(min(0.5, 1.0 / self._market.clock.speed))
            newest = self._finished_minute()
            if newest == sent:
                continue
            await self._send_minute(newest)
            sent = newest

    def _finished_minute(self) -> tuple[dt.date, int]:
        """The newest minute that has ended two market seconds ago; -1 before the first of a session."""
        with sight.seen(self._disturbance.sight()):
            moment = self._market.now() - dt.timedelta(seconds=LATE_SECONDS)
        session = session_of(moment)
        return session, minute_of(moment, hours(session)) - 1

    async def _send_minute(self, minute: tuple[dt.date, int]) -> None:
        if minute[1] < 0 or not any(reader.wants["AM"] for reader in self._readers):
            return
        with sight.seen(self._disturbance.sight()):
            bars = await asyncio.to_thread(ticks.minute_bars, self._market, *minute)
        self._hand_out("AM", bars)

    async def _run_seconds(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            for channel, draw in (("A", ticks.second_bars), ("T", ticks.trades)):
                wanted = self._wanted(channel)
                if not wanted:
                    continue
                with sight.seen(self._disturbance.sight()):
                    messages = await asyncio.to_thread(draw, self._market, wanted)
                self._hand_out(channel, messages)

    def _wanted(self, channel: str) -> frozenset[str]:
        return frozenset(symbol for reader in self._readers for symbol in reader.wants[channel])

    def _hand_out(self, channel: str, messages: list[Row]) -> None:
        for group in self._disturbance.messages(channel, messages):
            self._send_out(channel, group)

    def _send_out(self, channel: str, messages: list[Row]) -> None:
        whole: list[bytes] | None = None
        for reader in tuple(self._readers):
            wants = reader.wants[channel]
            if "*" in wants:
                whole = whole if whole is not None else list(_frames(messages))
                frames: Iterable[bytes] = whole
            elif wants:
                frames = _frames([message for message in messages if message["sym"] in wants])
            else:
                continue
            for frame in frames:
                reader.offer(frame, is_data=True)


def _frames(messages: list[Row]) -> Iterable[bytes]:
    for start in range(0, len(messages), FRAME_MESSAGES):
        yield orjson.dumps(messages[start : start + FRAME_MESSAGES])


def _request(text: str) -> dict[str, Any]:
    try:
        request = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return request if isinstance(request, dict) else {}
