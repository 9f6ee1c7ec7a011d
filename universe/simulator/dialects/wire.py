"""Under the answers: the connection itself, for those who break it, and answers caught before they leave."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

TRANSPORT = "simulator.transport"
FLUSH_SECONDS = 0.05
"""How long what was sent before a reset has to arrive: a reset overtakes what nobody has read yet."""


class WithTransport:
    """Puts the server's connection into the scope. It has to be outermost: what is inside wraps ``send``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            scope[TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope, receive, send)


def reset(scope: Scope) -> None:
    """End the connection with a TCP reset."""
    transport: asyncio.Transport | None = scope.get(TRANSPORT)
    if transport is None:
        raise RuntimeError("no connection is known that could be reset")
    twin = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
    with twin:
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def gone(receive: Receive) -> None:
    """Wait until the server has noticed that the caller is gone."""
    while (await receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
        pass


@dataclass
class Caught:
    """A whole answer."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    @property
    def content_type(self) -> str:
        return dict(self.headers).get(b"content-type", b"").decode("latin-1")


async def catch(app: ASGIApp, scope: Scope, receive: Receive) -> Caught:
    """Let ``app`` answer, and send nothing."""
    caught, parts = Caught(), []

    async def take(message: Message) -> None:
        if message["type"] == "http.response.start":
            caught.status, caught.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(scope, receive, take)
    caught.body = b"".join(parts)
    return caught


async def release(caught: Caught, send: Send, *more: tuple[bytes, bytes]) -> None:
    """Send a caught answer, with ``more`` headers and the length that its body has now."""
    kept = [(name, value) for name, value in caught.headers if name.lower() != b"content-length"]
    length = (b"content-length", str(len(caught.body)).encode())
    await send({"type": "http.response.start", "status": caught.status, "headers": [*kept, length, *more]})
    await send({"type": "http.response.body", "body": caught.body})
