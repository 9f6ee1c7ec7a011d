"""The WebSocket address, and who may connect: a logged-in user, from our own pages."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from channels.auth import AuthMiddlewareStack
from channels.middleware import BaseMiddleware
from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.urls import path

from sectors.consumers import BoardConsumer


class SameOrigin(BaseMiddleware):
    """Refuses a handshake whose Origin is not the host that it was sent to, or that has none.

    Browsers send a site's cookies with a foreign page's WebSocket too; only the Origin tells them apart.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        headers = {name: value.decode("latin1") for name, value in scope.get("headers", [])}
        origin = urlsplit(headers.get(b"origin", ""))
        if origin.scheme in ("http", "https") and origin.netloc == headers.get(b"host"):
            inner: Any = self.inner
            return await inner(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)


class LoggedIn(BaseMiddleware):
    """Refuses a handshake without a logged-in user."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        if scope["user"].is_authenticated:
            inner: Any = self.inner
            return await inner(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)


_addresses = [path("ws/board/", cast(Any, BoardConsumer.as_asgi()))]
websocket_application = SameOrigin(AuthMiddlewareStack(LoggedIn(URLRouter(_addresses))))
