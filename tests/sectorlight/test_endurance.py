"""A reader stays logged in and gets pages while Redis or PostgreSQL is away."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.db import OperationalError, connection
from django.db.backends.postgresql import base
from django.http import HttpRequest
from django.test import Client, override_settings
from psycopg_pool import PoolTimeout

from sectorlight import auth
from sectorlight.auth import EnduringBackend
from sectorlight.cache import EnduringRedisCache
from sectorlight.embedded.ports import free_port
from sectorlight.postgresql import base as postgresql
from universe.breaker import Breaker
from universe.postgresql import is_busy

pytestmark = pytest.mark.django_db


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> EnduringRedisCache:
    """A cache on a port where nothing listens."""
    monkeypatch.setattr(EnduringRedisCache, "_away", False)
    return EnduringRedisCache(f"redis://127.0.0.1:{free_port()}/0", {})


def test_a_cache_that_is_away_misses_and_forgets(away: EnduringRedisCache) -> None:
    away.set("a", 1)
    away.set_many({"b": 2})
    away.delete("a")
    away.delete_many(["a"])
    away.clear()
    assert away.get("a", "default") == "default"
    assert away.get_many(["a", "b"]) == {}
    assert (away.add("a", 1), away.touch("a"), away.has_key("a")) == (False, False, False)


def test_the_outage_of_the_cache_is_logged_once_and_so_is_its_end(
    away: EnduringRedisCache, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        away.get("a")
    caches["default"].get("a")
    caches["default"].get("a")
    assert [record.message.split(",")[0] for record in caplog.records] == [
        "The cache is away",
        "The cache is back.",
    ]


def test_a_cache_that_is_there_keeps_what_it_is_given() -> None:
    cache = caches["default"]
    cache.set("a", 1)
    cache.set_many({"b": 2})
    assert (cache.get("a"), cache.get_many(["b"]), cache.has_key("a")) == (1, {"b": 2}, True)
    assert (cache.add("a", 9), cache.touch("a"), cache.delete("a")) == (False, True, True)
    cache.delete_many(["b"])
    assert cache.get("b") is None


def test_a_session_survives_a_dead_redis(client: Client) -> None:
    client.force_login(get_user_model().objects.create_user("trader", password="pw"))
    dead = {**_cache_settings(), "LOCATION": f"redis://127.0.0.1:{free_port()}/0"}
    with override_settings(CACHES={"default": dead}):
        assert client.get("/analysis/preferences/").status_code == 200


def _cache_settings() -> dict[str, object]:
    from django.conf import settings

    return dict(settings.CACHES["default"])


@pytest.fixture
def without_database() -> Iterator[None]:
    with mock.patch.object(auth.User.objects, "select_related", side_effect=OperationalError("gone")):
        yield


@pytest.fixture(autouse=True)
def _nobody_remembered() -> None:
    auth._remembered_at.clear()


@pytest.mark.usefixtures("without_database")
def test_a_user_never_seen_is_unknown_while_the_database_is_away() -> None:
    assert EnduringBackend().get_user(1) is None


def test_a_user_seen_before_stays_logged_in_while_the_database_is_away(client: Client) -> None:
    user = get_user_model().objects.create_user("trader", password="pw", first_name="Alice")
    client.force_login(user)
    assert EnduringBackend().get_user(user.pk) == user
    with mock.patch.object(auth.User.objects, "select_related", side_effect=OperationalError("gone")):
        remembered = EnduringBackend().get_user(user.pk)
    assert remembered is not None
    assert (remembered.username, remembered.first_name, remembered.password) == ("trader", "Alice", "")
    assert remembered.get_session_auth_hash() == user.get_session_auth_hash()


def test_a_user_that_was_deleted_is_gone() -> None:
    assert EnduringBackend().get_user(10**6) is None


@override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=3)
def test_wrong_passwords_pause_that_name_from_that_address(client: Client) -> None:
    get_user_model().objects.create_user("trader", password="right")
    for _ in range(3):
        client.post("/login/", {"username": "trader", "password": "wrong"})
    answer = client.post("/login/", {"username": "trader", "password": "right"})
    assert answer.status_code == 429
    other = client.post("/login/", {"username": "trader", "password": "right"}, REMOTE_ADDR="10.0.0.9")
    assert other.status_code == 302


def test_the_request_of_a_stranger_leads_to_the_log_in(client: Client) -> None:
    answer = client.get("/analysis/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_every_page_carries_the_strict_content_policy(client: Client) -> None:
    policy = client.get("/login/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert isinstance(client.get("/login/").wsgi_request, HttpRequest)


@pytest.fixture
def knocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[mock.Mock]:
    """Every try to connect to PostgreSQL, refused; whoever was left alone before is not any more."""
    monkeypatch.setattr(postgresql, "breaker", Breaker("PostgreSQL", psycopg.OperationalError))
    with mock.patch.object(psycopg, "connect", side_effect=psycopg.OperationalError("refused")) as connect:
        yield connect


def _wrapper() -> postgresql.DatabaseWrapper:
    return postgresql.DatabaseWrapper(connection.settings_dict, "away")


def test_a_postgresql_that_failed_is_left_alone_for_a_moment(knocks: mock.Mock) -> None:
    for words in ("refused", "a moment ago", "a moment ago"):
        with pytest.raises(OperationalError, match=words):
            _wrapper().ensure_connection()
    assert knocks.call_count == 1


@pytest.mark.parametrize("is_there", [True, False])
def test_a_pool_that_is_busy_is_no_reason_to_leave_postgresql_alone(
    knocks: mock.Mock, is_there: bool
) -> None:
    if is_there:
        knocks.side_effect = None
    with (
        mock.patch.object(
            base.DatabaseWrapper, "get_new_connection", side_effect=PoolTimeout("no connection")
        ),
        pytest.raises(OperationalError, match="no connection"),
    ):
        _wrapper().ensure_connection()
    assert postgresql.breaker.is_resting() is not is_there


def test_a_request_waits_for_a_busy_pool_once_and_the_next_one_again(knocks: mock.Mock) -> None:
    knocks.side_effect = None
    wrapper = _wrapper()
    with mock.patch.object(
        base.DatabaseWrapper, "get_new_connection", side_effect=PoolTimeout("no connection")
    ) as waits:
        for _ in range(8):
            with pytest.raises(OperationalError, match="no connection") as caught:
                wrapper.ensure_connection()
            assert is_busy(caught.value)
        assert waits.call_count == 1
        wrapper.close_if_unusable_or_obsolete()
        with pytest.raises(OperationalError, match="no connection"):
            wrapper.ensure_connection()
        assert waits.call_count == 2


def test_a_page_that_needs_postgresql_says_that_it_is_away(client: Client) -> None:
    client.force_login(get_user_model().objects.create_user("mara", password="pw"))
    with mock.patch("analysis.views.runs.runs_page", side_effect=OperationalError("gone")):
        page = client.get("/analysis/")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "PostgreSQL does not answer" in page.content.decode()
    assert "gone" not in page.content.decode()


def test_when_nobody_knows_who_asks_the_page_says_what_is_away(client: Client) -> None:
    client.force_login(get_user_model().objects.create_user("mara", password="pw"))
    with mock.patch(
        "django.contrib.sessions.backends.cached_db.SessionStore.load", side_effect=OperationalError
    ):
        page = client.get("/")
    assert page.status_code == 503
    assert "PostgreSQL does not answer" in page.content.decode()
