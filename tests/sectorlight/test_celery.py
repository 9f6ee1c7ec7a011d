"""The Celery application: what it takes, and the signs of life that it leaves."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import kombu
import pytest
import redis
from django.conf import settings
from django.db import OperationalError
from django.test import override_settings

from analysis.tasks import tick_task
from sectorlight import celery
from sectorlight.embedded.ports import free_port
from tests.sectors.test_readings import refusing_database
from universe import keys

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_beat_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(celery, "_beat_at", -celery.HEARTBEAT_EVERY_SECONDS)
    monkeypatch.setattr(celery, "_seen_at", None)
    monkeypatch.setattr(celery, "_is_cut_off", False)
    monkeypatch.setattr(celery, "_is_database_away", False)


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


def test_a_tick_that_the_broker_did_not_take_is_sent_again(caplog: pytest.LogCaptureFixture) -> None:
    refused = kombu.exceptions.OperationalError("Timeout reading from socket")
    with mock.patch("analysis.tasks.tick_task.delay", side_effect=[refused, refused, None]) as delay:
        celery._first_tick()
        for _ in range(4):
            celery._worker_is_alive()
    assert delay.call_count == 3
    assert "did not take the worker's tick" in caplog.text


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


def test_a_worker_whose_redis_is_back_ticks_at_once() -> None:
    with mock.patch("analysis.tasks.tick_task.delay") as delay:
        with override_settings(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0"):
            celery._worker_is_alive()
        celery._worker_is_alive()
        celery._worker_is_alive()
    delay.assert_called_once_with()


def test_a_worker_whose_postgresql_is_back_ticks_at_once() -> None:
    with mock.patch("analysis.tasks.tick_task.delay") as delay:
        with refusing_database():
            celery._worker_is_alive()
            celery._worker_is_alive()
        delay.assert_not_called()
        celery._worker_is_alive()
        celery._worker_is_alive()
    delay.assert_called_once_with()


def test_a_worker_whose_servers_come_back_one_after_the_other_ticks_when_both_are_there() -> None:
    with mock.patch("analysis.tasks.tick_task.delay") as delay:
        with override_settings(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0"):
            with refusing_database():
                celery._worker_is_alive()
            celery._worker_is_alive()
            delay.assert_not_called()
        celery._worker_is_alive()
    delay.assert_called_once_with()


def test_a_worker_that_was_cut_off_from_its_broker_ticks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock.patch("analysis.tasks.tick_task.delay") as delay:
        celery._worker_is_alive()
        delay.assert_not_called()
        monkeypatch.setattr(celery, "_seen_at", celery._seen_at - celery.SILENT_SECONDS - 1)
        celery._worker_is_alive()
    delay.assert_called_once_with()


def test_a_worker_looks_for_a_broker_that_is_away_every_few_seconds() -> None:
    pauses: list[float] = []
    connection = celery.app.connection_for_read(f"redis://127.0.0.1:{free_port()}/0")
    with mock.patch("kombu.utils.functional.sleep"), pytest.raises(kombu.exceptions.OperationalError):
        connection.ensure_connection(lambda exc, pause: pauses.append(pause), max_retries=6)
    assert len(pauses) >= 5
    assert max(pauses) <= celery.RECONNECT_SECONDS


def test_a_tick_that_meets_an_outage_of_postgresql_is_tried_again() -> None:
    with mock.patch("analysis.services.tick", side_effect=[OperationalError("gone"), None]) as tick:
        tick_task.apply().get()
    assert tick.call_count == 2


def test_a_beat_s_tick_survives_a_connection_that_redis_has_closed(redis_server: redis.Redis) -> None:
    """As beat sends: over one producer, again and again."""
    app = celery.Application("closed", broker=str(settings.REDIS_URL), set_as_current=False)
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with app.connection_for_write() as connection, app.amqp.Producer(connection) as producer:
        app.send_task("nobody.does_this", producer=producer, queue="nobody")
        connection.default_channel.client.connection_pool.disconnect()
        connection.collect()
        app.send_task("nobody.does_this", producer=producer, queue="nobody")
    assert redis_server.llen(f"{settings.REDIS_PREFIX}celery:nobody") == 2
