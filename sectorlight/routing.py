"""The WebSocket addresses."""

from importlib.util import find_spec

from django.urls import URLPattern, path

websocket_urlpatterns: list[URLPattern] = []
if find_spec("sectors.consumers"):
    from sectors.consumers import BoardConsumer

    websocket_urlpatterns.append(path("ws/board/", BoardConsumer.as_asgi()))
