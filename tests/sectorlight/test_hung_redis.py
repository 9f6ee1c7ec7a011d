"""A Redis that takes connections and never answers costs one time-out, not one for each question."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
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
from universe import redis as ours

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A listener whose backlog takes connections; nobody ever reads them."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


@pytest.fixture
def hung(silent_url: str) -> Iterator[str]:
    """The product's settings point at it: client, cache and channel layer."""
    cache = {"default": {"BACKEND": "sectorlight.cache.EnduringRedisCache", "LOCATION": silent_url}}
    layers = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": silent_url, "socket_timeout": None}]},
        }
    }
    with override_settings(REDIS_URL=silent_url, CACHES=cache, CHANNEL_LAYERS=layers, MARKET_WORLD="live"):
        yield silent_url


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_user("trader", password="pw"))
    return client


class Clock:
    def __enter__(self) -> Clock:
        self.began = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self.began


def _seconds(call: object) -> float:
    with Clock() as clock:
        call()  # type: ignore[operator]
    return clock.seconds


def test_the_first_question_times_out_and_the_next_ones_fail_at_once(hung: str) -> None:
    with pytest.raises(redis.TimeoutError), Clock() as first:
        ours.client().get("a")
    assert 0.5 < first.seconds < 2
    assert ours.resting()
    with Clock() as next_ones:
        for _ in range(10):
            with pytest.raises(redis.ConnectionError, match="a moment ago"):
                ours.client().get("a")
            with pytest.raises(redis.ConnectionError, match="a moment ago"):
                ours.client().pipeline().set("a", 1).execute()
    assert next_ones.seconds < 0.1


def test_client_and_cache_of_one_server_rest_together(hung: str) -> None:
    assert caches["default"].get("a", "default") == "default"
    assert ours.resting()
    assert _seconds(lambda: board_cache.board_fetch()) < 0.1


def test_after_the_rest_one_caller_asks_and_the_others_go_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    breaker = ours.Breaker()
    now = 1000.0
    monkeypatch.setattr(ours.time, "monotonic", lambda: now)
    with pytest.raises(redis.TimeoutError), breaker.asking():
        raise redis.TimeoutError
    assert breaker.is_resting()
    now += ours.REST_SECONDS + 0.1
    with breaker.asking(), pytest.raises(redis.ConnectionError), breaker.asking():
        raise AssertionError("must not be asked")
    assert not breaker.is_resting()


def test_a_redis_that_answers_again_ends_the_rest(redis_server: redis.Redis) -> None:
    breaker = ours.breaker(str(_url()))
    breaker._rests_until = time.monotonic() - 0.1
    assert ours.client().ping()
    assert not ours.resting()
    assert breaker._rests_until == 0.0


def _url() -> str:
    from django.conf import settings

    return str(settings.REDIS_URL)


def test_a_connection_that_redis_has_closed_is_replaced_without_a_word(redis_server: redis.Redis) -> None:
    ours.client().ping()
    redis_server.client_kill_filter(_type="normal", skipme=True)
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
        breaker._rests_until = 0.0


def test_the_board_page_waits_once_for_a_silent_redis(reader: Client, hung: str) -> None:
    with Clock() as first:
        page = reader.get("/")
    assert page.status_code == 200
    assert "Redis does not answer" in page.content.decode()
    assert first.seconds < 3
    assert _seconds(lambda: reader.get("/")) < 1


def test_the_health_of_everything_is_told_in_time(client: Client, hung: str) -> None:
    with Clock() as clock:
        body = client.get("/health").json()
    assert body["checks"]["redis"]["status"] == "down"
    assert clock.seconds < 3


def test_the_sign_of_life_asks_nobody(reader: Client, hung: str, django_assert_num_queries: object) -> None:
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


def test_a_job_for_a_silent_broker_is_given_up_within_seconds(silent_url: str) -> None:
    app = _application(silent_url)
    with pytest.raises(OperationalError), Clock() as clock:
        app.send_task("analysis.tasks.tick_task")
    assert clock.seconds < 5


def test_a_run_asked_for_while_the_broker_is_silent_stays_queued(reader: Client, hung: str) -> None:
    silent = _application(hung)
    with (
        mock.patch("analysis.tasks.run_task.delay", side_effect=lambda run: silent.send_task("r", [run])),
        Clock() as clock,
    ):
        answer = reader.post("/analysis/run/")
    assert answer.status_code < 400
    assert clock.seconds < 8
    assert AnalysisRun.objects.get().status == "queued"
