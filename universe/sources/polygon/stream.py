"""Polygon's minute bars over one WebSocket.

1. connect, wait for "connected", send the key, wait for "auth_success" (`Rejected` on "auth_failed")
2. subscribe to all minutes (``AM.*``): symbols are filtered at our side, so the universe may change
3. every message of every frame is read; a bad one is dropped and counted
4. a break, a clean close, or silence while the market is open: connect again after a jittered wait
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

import orjson
from django.utils import timezone
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from universe.errors import BadPayload, Rejected, Unavailable
from universe.gates import Refusal
from universe.sources.base import refusals_of
from universe.sources.polygon.parse import VENDOR, parse_stream_bar
from universe.types import MinuteBar

logger = logging.getLogger(__name__)

BACKOFF_FIRST_SECONDS = 1.0
BACKOFF_MAX_SECONDS = 30.0
STEADY_SECONDS = 60.0
GREETING_SECONDS = 10.0
# Two and a half bars: a minute that comes late, or one in which nothing traded, is no silence.
SILENCE_SECONDS = 150.0
FRAME_MAX_BYTES = 8 * 2**20
REFUSED_MAX = 1000

Broken = (OSError, ConnectionClosed, InvalidHandshake, TimeoutError, Unavailable)


def _always() -> bool:
    return True


def _unheard(_: bool) -> None:
    """Nobody listens to connects and breaks."""


class MinuteStream:
    """``async with aclosing(stream.bars()) as batches``: lists of `MinuteBar`, one list a frame, for ever.

    ``is_open`` says whether silence is suspicious now. ``on_link`` hears True after each successful
    subscription (fill the gap by REST then) and False after each break. Raises `Rejected` when the key is
    refused: only a person can mend that. ``dropped`` counts what could not be read, ``links`` the connects;
    the newest of what could not be read waits for `refused_take`, which one other thread may call.
    """

    def __init__(
        self,
        url: str | Callable[[], str],
        key: str,
        *,
        silence_seconds: float = SILENCE_SECONDS,
        is_open: Callable[[], bool] = _always,
        on_link: Callable[[bool], None] = _unheard,
        backoff_seconds: float = BACKOFF_FIRST_SECONDS,
    ) -> None:
        self._url = url
        self._key = key
        self._silence = silence_seconds
        self._is_open = is_open
        self._on_link = on_link
        self._backoff_first = backoff_seconds
        self._steady = False
        self.dropped: Counter[str] = Counter()
        self._refused: deque[Refusal] = deque(maxlen=REFUSED_MAX)
        self.links = 0

    @property
    def url(self) -> str:
        """The socket's address at the next connect."""
        return self._url if isinstance(self._url, str) else self._url()

    def refused_take(self) -> list[Refusal]:
        """What could not be read since the last call."""
        return [self._refused.popleft() for _ in range(len(self._refused))]

    async def bars(self) -> AsyncGenerator[list[MinuteBar], None]:
        wait = self._backoff_first
        while True:
            try:
                # Closed here and now, with its socket: left to the collector it may outlive its loop.
                async with aclosing(self._linked()) as batches:
                    async for batch in batches:
                        yield batch
            except InvalidURI as exc:
                raise Rejected(f"{self.url} is no WebSocket address.", vendor=VENDOR) from exc
            except Broken as exc:
                logger.warning(
                    "minute stream broke (%s: %s); again in about %.0f s", type(exc).__name__, exc, wait
                )
            self._on_link(False)
            if self._steady:
                wait = self._backoff_first
            await asyncio.sleep(wait * (0.5 + random.random()))
            wait = min(wait * 2, BACKOFF_MAX_SECONDS)

    async def _linked(self) -> AsyncGenerator[list[MinuteBar], None]:
        """One connection, from greeting to break."""
        self._steady = False
        async with connect(self.url, max_size=FRAME_MAX_BYTES, open_timeout=GREETING_SECONDS) as socket:
            await self._greet(socket)
            self.links += 1
            self._on_link(True)
            started = asyncio.get_running_loop().time()
            while True:
                frame = await self._receive(socket)
                batch = self._read(frame)
                if batch:
                    self._steady = asyncio.get_running_loop().time() - started >= STEADY_SECONDS
                    yield batch

    async def _greet(self, socket: ClientConnection) -> None:
        await self._await_status(socket, "connected")
        await socket.send(orjson.dumps({"action": "auth", "params": self._key}).decode())
        await self._await_status(socket, "auth_success")
        await socket.send(orjson.dumps({"action": "subscribe", "params": "AM.*"}).decode())
        await self._await_status(socket, "success")

    async def _await_status(self, socket: ClientConnection, wanted: str) -> None:
        async with asyncio.timeout(GREETING_SECONDS):
            while True:
                for message in _messages(await socket.recv()):
                    status = message.get("status")
                    if status == wanted:
                        return
                    self._heed(message)

    def _heed(self, message: Mapping[str, Any]) -> None:
        """A status that is not the one waited for: refused, in the way, or only a remark."""
        status, words = message.get("status"), str(message.get("message", ""))
        if status == "auth_failed":
            raise Rejected(f"The minute stream refuses the key: {words}", vendor=VENDOR)
        if status in ("error", "auth_timeout", "max_connections", "force_disconnect"):
            raise Unavailable(f"minute stream: {status} {words}", vendor=VENDOR)
        if message.get("ev") == "status":
            logger.info("minute stream: %s %s", status, words)

    async def _receive(self, socket: ClientConnection) -> str | bytes:
        """The next frame. Silence for `silence_seconds` while the market is open breaks the connection."""
        while True:
            try:
                async with asyncio.timeout(self._silence):
                    return await socket.recv()
            except TimeoutError:
                if self._is_open():
                    raise Unavailable(
                        f"minute stream silent for {self._silence:.0f} s of an open market", vendor=VENDOR
                    ) from None

    def _read(self, frame: str | bytes) -> list[MinuteBar]:
        batch: list[MinuteBar] = []
        now = timezone.now()
        for message in _messages(frame):
            if message.get("ev") != "AM":
                self._heed(message)
                continue
            try:
                bar = parse_stream_bar(message, fetched_at=now)
            except BadPayload as exc:
                self.dropped[f"bad_payload:{exc.field}"] += 1
                self._refused.extend(refusals_of(exc, exc.symbol))
                continue
            if bar is not None:
                batch.append(bar)
        return batch


def _messages(frame: str | bytes) -> list[Mapping[str, Any]]:
    """All messages of one frame; a frame that is no JSON array of objects breaks the connection."""
    try:
        messages = orjson.loads(frame)
    except orjson.JSONDecodeError as exc:
        raise Unavailable("minute stream sent a frame that is no JSON", vendor=VENDOR) from exc
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise Unavailable("minute stream sent a frame that is no list of messages", vendor=VENDOR)
    return messages
