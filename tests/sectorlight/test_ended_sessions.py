"""A session that was ended stays ended, whatever Redis has lost or come back with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import pytest
import redis
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sectorlight import sessions
from sectorlight.auth import User
from sectorlight.cache import EnduringRedisCache

pytestmark = pytest.mark.django_db

PAGE = "/analysis/preferences/"


@pytest.fixture
def mara(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_user("mara", password="pw"))
    assert client.get(PAGE).status_code == 200
    return client


@pytest.fixture
def same_cookie(mara: Client) -> Client:
    """The browser of somebody who has copied the cookie."""
    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = mara.cookies[settings.SESSION_COOKIE_NAME].value
    return other


@contextmanager
def redis_hears_nothing() -> Iterator[None]:
    with mock.patch.object(
        EnduringRedisCache, "_enduring", side_effect=lambda _call, otherwise, *_: otherwise
    ):
        yield


@contextmanager
def in_another_process() -> Iterator[None]:
    """What this process remembers of sessions is not there."""
    sessions.kept.clear()
    sessions._ended.clear()
    yield


@contextmanager
def postgresql_away() -> Iterator[None]:
    with mock.patch.object(User.objects, "select_related", side_effect=OperationalError("gone")):
        yield


def is_logged_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def test_also_when_redis_was_stopped_during_the_log_out(mara: Client, same_cookie: Client) -> None:
    with redis_hears_nothing():
        mara.post("/logout/")
    with in_another_process():
        assert not is_logged_in(same_cookie)


def test_also_when_redis_comes_back_with_a_state_from_before(
    mara: Client, same_cookie: Client, redis_server: redis.Redis
) -> None:
    old = {
        name: redis_server.dump(name) for name in redis_server.scan_iter(match=f"{settings.REDIS_PREFIX}*")
    }
    mara.post("/logout/")
    for name, body in old.items():
        redis_server.restore(name, 0, body, replace=True)
    with in_another_process():
        assert not is_logged_in(same_cookie)


def test_what_redis_still_had_of_it_is_dropped(
    mara: Client, same_cookie: Client, redis_server: redis.Redis
) -> None:
    with redis_hears_nothing():
        mara.post("/logout/")
    with in_another_process():
        same_cookie.get(PAGE)
    own = redis_server.scan_iter(match=f"{settings.REDIS_PREFIX}*")
    assert [name for name in own if b"cached_db" in name] == []


def test_without_postgresql_where_the_log_out_was_seen(mara: Client, same_cookie: Client) -> None:
    with redis_hears_nothing():
        mara.post("/logout/")
    with postgresql_away():
        assert not is_logged_in(same_cookie)


def test_a_session_that_stands_costs_the_query_for_the_user_alone(mara: Client) -> None:
    mara.get("/health/live")
    with CaptureQueriesContext(connection) as queries:
        assert is_logged_in(mara)
    assert len([query for query in queries if "django_session" in query["sql"]]) == 1


def test_one_browser_that_logs_in_again_is_logged_in(mara: Client) -> None:
    mara.post("/logout/")
    mara.post("/login/", {"username": "mara", "password": "pw"})
    assert is_logged_in(mara)
