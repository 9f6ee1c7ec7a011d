"""The board's push: events of the channel layer in, JSON frames for `static/js/socket.js` out.

Frames, all with ``kind``:

    clock         world, now (market time, ms), speed, version, day, outages   on connect, every few seconds,
                  and at once when a server goes away or is back: outages is the HTML of the banners, empty
                  while all is well; with the first of each day windows, the hours of the sessions around it
    cards         version, cards [{sector, version, html}], strip, glance   the cards that are newer
    progress      id, status, percent, word, headline           a run moves or ends
    alerts        -                                             the rail has something new
    preferences   theme, palette, time zone, limits             the user saved other preferences

Close codes: 4401, the user has logged out, maybe elsewhere; 4503, the channel layer does not answer.
The page tries again in both cases, and the handshake lets in who still has a session.

The page sends nothing. It names the version and the view that it shows when it connects
(``?version=&view=``), and gets what was published between its rendering and its connection. A card older than
the shown one is dropped by the page.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, cast
from urllib.parse import parse_qs

import redis
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from sectors.broadcast import layer_outage
from sectors.live import BOARD_VIEW, VIEWS
from sectors.push import (
    board_frame,
    clock_frame,
    outages_html,
    preferences_frame,
    progress_frame,
    version_newest,
)
from universe import keys

CLOCK_SECONDS = 10.0
#: So often a connection looks whether a server is away; the look is one for all (`sectors.away`).
LOOK_SECONDS = 2.0
#: Close codes of RFC 6455's private range.
CLOSE_LOGGED_OUT, CLOSE_NO_LAYER = 4401, 4503


class BoardConsumer(AsyncJsonWebsocketConsumer):
    """One open page. Origin and log-in have been checked before a connection comes here (`routing`)."""

    clock: asyncio.Task[None] | None = None
    groups_joined: tuple[str, ...] = ()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One connection from its beginning to its end; however it ends, nothing of it stays behind."""
        try:
            await super().__call__(scope, receive, send)
        except redis.RedisError as exc:
            layer_outage.failed(exc)
            await send({"type": "websocket.close", "code": CLOSE_NO_LAYER})
        finally:
            await self._leave()

    async def connect(self) -> None:
        self.user_id = int(cast(Any, self.scope)["user"].pk)
        query = self.scope.get("query_string", b"")
        self.shown, self.view = _version(query), _view(query)
        self.sending = asyncio.Lock()
        self.groups_joined = (keys.BOARD_GROUP, keys.user_group(self.user_id))
        await self.accept()
        for group in self.groups_joined:
            await self.channel_layer.group_add(group, self.channel_name)
        layer_outage.answered()
        # Joined first, read second: what is published in between arrives twice rather than never.
        await self._send_board()
        self.clock = asyncio.create_task(self._tick())

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """The page has nothing to say here; what it wants it asks by HTTP."""

    async def readings_changed(self, event: dict[str, Any]) -> None:
        await self._send_board()

    async def run_progress(self, event: dict[str, Any]) -> None:
        await self.send_json(progress_frame(event))

    async def alerts_raised(self, event: dict[str, Any]) -> None:
        await self.send_json({"kind": "alerts"})

    async def preferences_changed(self, event: dict[str, Any]) -> None:
        frame = await database_sync_to_async(preferences_frame)(self.user_id)
        await self.send_json(frame)

    async def session_ended(self, event: dict[str, Any]) -> None:
        # Left first: nothing may be sent behind a close.
        await self._leave()
        await self.close(code=CLOSE_LOGGED_OUT)
        raise StopConsumer

    async def _leave(self) -> None:
        if self.clock is not None:
            self.clock.cancel()
        for group in self.groups_joined:
            with contextlib.suppress(redis.RedisError, OSError):
                await self.channel_layer.group_discard(group, self.channel_name)
        if self.clock is not None:
            # Last: it may have ended before, on a connection that was cut, or by a fault, which is told here.
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await self.clock

    async def _send_board(self) -> None:
        """The cards that are newer than the shown ones, if there are any. One after the other: what an event
        and the clock notice at once is sent once."""
        async with self.sending:
            frame = await database_sync_to_async(board_frame)(self.user_id, self.shown, self.view)
            if frame is not None:
                self.shown = max(self.shown, frame["version"])
                await self.send_json(frame)

    async def _tick(self) -> None:
        """Say that the connection lives, keep the page's clock on the market's, and tell of an outage and of
        its end. What a server's absence, or a push that was lost, kept from the page follows."""
        day, told, due = "", "", 0.0
        while True:
            outages = await database_sync_to_async(outages_html, thread_sensitive=False)()
            if outages != told or time.monotonic() >= due:
                frame = await sync_to_async(clock_frame, thread_sensitive=False)(self.shown, day)
                day, due = frame["day"], time.monotonic() + CLOCK_SECONDS
                await self.send_json(frame | {"outages": outages})
                newest = await sync_to_async(version_newest, thread_sensitive=False)()
                if told not in ("", outages) or newest > self.shown:
                    await self._send_board()
                told = outages
            await asyncio.sleep(min(LOOK_SECONDS, CLOCK_SECONDS))


def _version(query: bytes) -> int:
    """The version that the page shows; 0 for none and for nonsense."""
    given = _asked(query, "version")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= 16 else 0


def _view(query: bytes) -> str:
    """The view that the page shows; the board for none and for nonsense."""
    given = _asked(query, "view")
    return given if given in VIEWS else BOARD_VIEW


def _asked(query: bytes, name: str) -> str:
    return parse_qs(query.decode("latin-1")).get(name, [""])[0]
