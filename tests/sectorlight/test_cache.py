"""The cache in the ASGI server: one pool of connections for all requests."""

from __future__ import annotations

from unittest import mock

import httpx
import pytest
import redis
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client


@pytest.mark.django_db(transaction=True)
def test_requests_one_after_the_other_share_a_connection_to_redis(asgi_server: str) -> None:
    mara = Client()
    mara.force_login(get_user_model().objects.create_user("mara", password="pw"))
    name = settings.SESSION_COOKIE_NAME
    with httpx.Client(base_url=asgi_server, cookies={name: mara.cookies[name].value}) as browser:
        assert browser.get("/analysis/").status_code == 200
        with mock.patch.object(redis.Connection, "_connect", autospec=True) as connect:
            connect.side_effect = AssertionError("a request made a connection of its own")
            for _ in range(3):
                assert browser.get("/analysis/").status_code == 200
