"""A Redis that answers and takes no writing is an outage like another: told, and no error on any page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from sectorlight.cache import EnduringRedisCache
from sectors import away
from sectors.services import sectors_seed
from tests.analysis.page_cast import NOW, board_publish, reader
from universe import clock

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "Redis takes no writing"


@pytest.fixture
def mara(client: Client) -> Iterator[Client]:
    sectors_seed()
    client.force_login(reader("mara"))
    with clock.override(NOW):
        board_publish(2118)
        yield client


@pytest.fixture
def full(redis_server: redis.Redis) -> Iterator[None]:
    redis_server.config_set("maxmemory-policy", "noeviction")
    redis_server.config_set("maxmemory", "1")
    away.forget()
    yield
    redis_server.config_set("maxmemory", "0")


@pytest.mark.usefixtures("full")
def test_the_cache_loses_what_it_is_given_and_goes_on() -> None:
    cache.set("a", 1)
    assert cache.get("a", "default") == "default"
    assert not cache.add("a", 1)


def test_the_log_tells_once_that_it_takes_no_writing_and_once_that_it_does_again(
    redis_server: redis.Redis, full: None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EnduringRedisCache, "_refuses", False)
    for _ in range(2):
        cache.set("a", 1)
        cache.get("a")
    redis_server.config_set("maxmemory", "0")
    cache.set("a", 1)
    assert [record.message.split(",")[0] for record in caplog.records] == [
        "The cache takes no writing",
        "The cache takes writing again.",
    ]


@pytest.mark.parametrize("path", ["/", "/sectors/technology/", "/analysis/", "/alerts/", "/universe/"])
def test_every_page_opens_and_tells_it(mara: Client, full: None, path: str) -> None:
    answer = mara.get(path)
    assert answer.status_code == 200
    assert WORDS in answer.content.decode()


def test_the_banner_goes_when_redis_takes_writing_again(mara: Client, redis_server: redis.Redis) -> None:
    redis_server.config_set("maxmemory", "1")
    try:
        assert WORDS in mara.get("/").content.decode()
    finally:
        redis_server.config_set("maxmemory", "0")
    assert WORDS not in mara.get("/").content.decode()


@pytest.mark.usefixtures("full")
def test_logging_in_and_out_works(client: Client) -> None:
    get_user_model().objects.create_user("nils", password="pw")
    assert client.post("/login/", {"username": "nils", "password": "pw"}).status_code == 302
    assert client.get("/analysis/preferences/").status_code == 200
    assert client.post("/logout/").status_code == 302
    assert client.get("/analysis/preferences/").status_code == 302


def test_a_run_asked_for_is_stored(mara: Client, full: None) -> None:
    assert mara.post("/analysis/run/").status_code < 400


def test_health_says_degraded_and_why(client: Client, full: None) -> None:
    answer = client.get("/health/redis")
    told = answer.json()["checks"]["redis"]
    assert (answer.status_code, told["status"]) == (200, "degraded")
    assert WORDS in told["detail"]
    assert client.get("/health").json()["checks"]["redis"]["status"] == "degraded"
