"""The ASGI application: pages and static files over HTTP, the socket only for our own pages' users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect


@pytest.fixture
def knock(asgi_server: str) -> Callable[..., Any]:
    """Open the board's socket with the given headers; raises InvalidStatus when refused."""

    def open_socket(*, origin: str | None = None, cookie: str = "") -> Any:
        headers = {"Cookie": cookie} if cookie else {}
        return connect(
            f"{asgi_server.replace('http', 'ws')}/ws/board/",
            origin=asgi_server if origin is None else origin,  # type: ignore[arg-type]
            additional_headers=headers,
        )

    return open_socket


@pytest.fixture
def cookie(transactional_db: None) -> str:
    client = Client()
    client.force_login(get_user_model().objects.create_user("trader", password="pw"))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def test_a_logged_in_user_from_our_own_page_is_let_in(knock: Callable[..., Any], cookie: str) -> None:
    with knock(cookie=cookie) as socket:
        assert socket.response.status_code == 101


def test_a_stranger_is_refused(knock: Callable[..., Any]) -> None:
    with pytest.raises(InvalidStatus) as caught:
        knock()
    assert caught.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_foreign_page_is_refused_even_with_the_users_cookie(
    knock: Callable[..., Any], cookie: str, origin: str
) -> None:
    with pytest.raises(InvalidStatus) as caught:
        knock(origin=origin, cookie=cookie)
    assert caught.value.response.status_code == 403


def test_pages_and_static_files_come_from_one_server(asgi_server: str) -> None:
    assert httpx.get(f"{asgi_server}/login/").status_code == 200
    style = httpx.get(f"{asgi_server}/static/css/tokens.css")
    assert style.headers["Content-Type"].startswith("text/css")
