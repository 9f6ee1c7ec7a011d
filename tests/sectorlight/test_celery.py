"""The Celery application: what it takes, and the signs of life that it leaves."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
import redis
from django.conf import settings
from django.test import override_settings

from sectorlight import celery
from sectorlight.embedded.ports import free_port
from universe import keys


@pytest.fixture(autouse=True)
def _no_beat_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(celery, "_beat_at", -celery.HEARTBEAT_EVERY_SECONDS)


def test_jobs_are_acknowledged_late_taken_one_by_one_and_plain_json() -> None:
    conf = celery.app.conf
    assert (conf.task_acks_late, conf.worker_prefetch_multiplier, conf.task_ignore_result) == (True, 1, True)
    assert conf.accept_content == ["json"]
    assert conf.timezone == "America/New_York"
    celery.app.loader.import_default_modules()
    assert "analysis.tasks.tick_task" in celery.app.tasks


def test_a_ready_worker_asks_at_once_whether_a_slot_is_due() -> None:
    with mock.patch("analysis.tasks.tick_task.delay") as delay:
        celery._first_tick()
    delay.assert_called_once_with()


def test_a_workers_heart_leaves_the_time_and_not_too_often(redis_server: redis.Redis) -> None:
    celery._worker_is_alive()
    left = redis_server.get(keys.worker_heartbeat())
    assert isinstance(left, bytes)
    assert dt.datetime.fromisoformat(left.decode()).tzinfo is not None
    redis_server.delete(keys.worker_heartbeat())
    celery._worker_is_alive()
    assert redis_server.get(keys.worker_heartbeat()) is None


def test_a_dead_redis_does_not_stop_the_heart(caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0"):
        celery._worker_is_alive()
    assert "heartbeat was not stored" in caplog.text


def test_the_channel_layer_never_gives_up_on_an_idle_socket() -> None:
    (host,) = settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"]
    assert host["socket_timeout"] is None
