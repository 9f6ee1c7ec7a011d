"""A Redis that takes connections and never answers costs one time-out, not one for each question."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from unittest import mock

import pytest
import redis
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.test import Client, override_settings
from kombu.exceptions import OperationalError

from analysis.models import AnalysisRun
from sectorlight.cache import EnduringRedisCache
from sectorlight.celery import Application
from sectors import board_cache
from universe import breaker as breaking
from universe import redis as ours

pytestmark = pytest.mark.django_db


class Silent:
    """A listener whose backlog takes connections; nobody ever reads them."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.url = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"

    def connections(self) -> int:
        """How many have come since this was asked last."""
        count = 0
        with suppress(BlockingIOError):
            while True:
                self._listener.accept()[0].close()
                count += 1
        return count


@pytest.fixture
def silent() -> Iterator[Silent]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        listener.setblocking(False)
        yield Silent(listener)


@pytest.fixture
def hung(silent: Silent, monkeypatch: pytest.MonkeyPatch) -> Iterator[Silent]:
    """The product's settings point at it: client, cache and channel layer. A rest outlives any test."""
    monkeypatch.setattr(ours.breaker(silent.url), "_rest_seconds", 3600.0)
    cache = {"default": {"BACKEND": "sectorlight.cache.EnduringRedisCache", "LOCATION": silent.url}}
    layers = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": silent.url, "socket_timeout": None}]},
        }
    }
    with override_settings(REDIS_URL=silent.url, CACHES=cache, CHANNEL_LAYERS=layers, MARKET_WORLD="live"):
        yield silent


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_user("trader", password="pw"))
    return client


def test_the_first_question_times_out_and_the_next_ones_are_not_asked(hung: Silent) -> None:
    with pytest.raises(redis.TimeoutError):
        ours.client().get("a")
    assert ours.resting()
    assert hung.connections() == 1
    for _ in range(10):
        with pytest.raises(redis.ConnectionError, match="a moment ago"):
            ours.client().get("a")
        with pytest.raises(redis.ConnectionError, match="a moment ago"):
            ours.client().pipeline().set("a", 1).execute()
    assert hung.connections() == 0


def test_client_and_cache_of_one_server_rest_together(hung: Silent) -> None:
    assert caches["default"].get("a", "default") == "default"
    assert ours.resting()
    assert hung.connections() == 1
    assert board_cache.board_fetch() is None
    assert hung.connections() == 0


def test_after_the_rest_one_caller_asks_and_the_others_go_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    breaker = ours.breaker("redis://nobody")
    now = 1000.0
    monkeypatch.setattr(breaking.time, "monotonic", lambda: now)
    with pytest.raises(redis.TimeoutError), breaker.asking():
        raise redis.TimeoutError
    assert breaker.is_resting()
    now += breaking.REST_SECONDS + 0.1
    with breaker.asking(), pytest.raises(redis.ConnectionError), breaker.asking():
        raise AssertionError("must not be asked")
    assert not breaker.is_resting()


def test_a_redis_that_answers_again_ends_the_rest(redis_server: redis.Redis) -> None:
    breaker = ours.breaker(_url())
    breaker._rests_until = time.monotonic() - 0.1
    assert ours.client().ping()
    assert not ours.resting()
    assert breaker._rests_until == 0.0


def _url() -> str:
    from django.conf import settings

    return str(settings.REDIS_URL)


def test_a_connection_that_redis_has_closed_is_replaced_without_a_word(redis_server: redis.Redis) -> None:
    redis_server.client_kill_filter(_id=ours.client().client_id())
    assert ours.client().ping()
    assert not ours.resting()


def test_the_board_is_written_also_during_a_rest() -> None:
    breaker = ours.breaker(_url())
    breaker._rests_until = time.monotonic() + 60
    try:
        with pytest.raises(redis.ConnectionError):
            ours.client().ping()
        assert board_cache.board_store({"version": 1, "world": "simulated"}, [])
    finally:
        breaker.forget()


def test_the_board_page_asks_a_silent_redis_once(reader: Client, hung: Silent) -> None:
    page = reader.get("/")
    assert page.status_code == 200
    assert "Redis does not answer" in page.content.decode()
    assert hung.connections() == 1
    assert reader.get("/").status_code == 200
    assert hung.connections() == 0


def test_health_says_that_a_silent_redis_is_down_and_asks_it_once(client: Client, hung: Silent) -> None:
    assert client.get("/health").json()["checks"]["redis"]["status"] == "down"
    assert hung.connections() == 1


def test_the_sign_of_life_asks_nobody(
    reader: Client, hung: Silent, django_assert_num_queries: object
) -> None:
    with (
        mock.patch.object(EnduringRedisCache, "_enduring", side_effect=AssertionError),
        mock.patch.object(ours, "client", side_effect=AssertionError),
        django_assert_num_queries(0),  # type: ignore[operator]
    ):
        assert reader.get("/health/live").status_code == 200


def _application(url: str) -> Application:
    from django.conf import settings

    app = Application("silent", broker=url, set_as_current=False)
    app.conf.task_publish_retry_policy = settings.CELERY_TASK_PUBLISH_RETRY_POLICY
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    return app


def test_a_job_for_a_silent_broker_is_given_up(silent: Silent) -> None:
    app = _application(silent.url)
    with pytest.raises(OperationalError):
        app.send_task("analysis.tasks.tick_task")


def test_a_run_asked_for_while_the_broker_is_silent_stays_queued(reader: Client, hung: Silent) -> None:
    broker = _application(hung.url)
    with mock.patch("analysis.tasks.run_task.delay", side_effect=lambda run: broker.send_task("r", [run])):
        answer = reader.post("/analysis/run/")
    assert answer.status_code < 400
    assert AnalysisRun.objects.get().status == "queued"
