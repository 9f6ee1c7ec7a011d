"""The Celery application. Beat carries one tick a minute (`analysis.schedule`), the slots are rows."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

import redis
from celery import Celery
from celery.app.amqp import AMQP
from celery.signals import heartbeat_sent, setup_logging, worker_ready
from kombu import Connection
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sectorlight.settings.base")

#: A page that asks for a run waits this long at most for a broker that takes connections and is silent.
PUBLISH_SECONDS = 1.0
#: The longest pause between two tries of a worker to reach a broker that is away.
RECONNECT_SECONDS = 3.0


class QuickConnection(Connection):
    """As kombu's own, whose pauses grow to half a minute: so long a worker would not notice a return."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("interval_max", RECONNECT_SECONDS)
        return super().ensure_connection(*args, **kwargs)


class Brokerage(AMQP):
    Connection = QuickConnection


class Application(Celery):
    """Sends with short time-outs; workers and beat go on receiving with long ones."""

    amqp_cls = "sectorlight.celery:Brokerage"

    def connection_for_write(self, url: str | None = None, **kwargs: Any) -> Any:
        """As Celery's own. Whoever sends handles kombu's OperationalError: what is not sent is sent later."""
        bounds = {
            "socket_timeout": PUBLISH_SECONDS,
            "socket_connect_timeout": PUBLISH_SECONDS,
            "retry_on_timeout": False,
        }
        kwargs["transport_options"] = bounds | (kwargs.get("transport_options") or {})
        kwargs.setdefault("connect_timeout", PUBLISH_SECONDS)
        return super().connection_for_write(url, **kwargs)


app = Application("sectorlight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

logger = logging.getLogger(__name__)

HEARTBEAT_EVERY_SECONDS = 10.0
HEARTBEAT_KEPT_SECONDS = 3600
#: Celery's heart beats every two seconds; after such a silence the worker was cut off.
SILENT_SECONDS = 8.0
_beat_at = -HEARTBEAT_EVERY_SECONDS
_seen_at: float | None = None
_is_cut_off = False
_is_database_away = False


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Django's settings have configured logging; a receiver here keeps Celery from doing it again."""


@worker_ready.connect
def _first_tick(**_: Any) -> None:
    """Ask "is a slot due?" at once, so that a fresh start need not wait for beat's first minute."""
    _tick_now()


@heartbeat_sent.connect
def _worker_is_alive(**_: Any) -> None:
    """Celery's own heart beats every two seconds; every ten we leave the time for `/health/celery` and knock
    at PostgreSQL. Back from an outage of either server the worker ticks at once: what was due meanwhile does
    not wait for beat."""
    global _beat_at, _seen_at, _is_cut_off
    now = time.monotonic()
    is_back = _is_cut_off or (_seen_at is not None and now - _seen_at > SILENT_SECONDS)
    _seen_at = now
    if not is_back and not _is_database_away and now - _beat_at < HEARTBEAT_EVERY_SECONDS:
        return
    _beat_at = now
    is_back = _is_database_back() or is_back
    from django.utils import timezone

    from universe import keys
    from universe.redis import patient_client

    try:
        patient_client().set(keys.worker_heartbeat(), timezone.now().isoformat(), ex=HEARTBEAT_KEPT_SECONDS)
    except redis.RedisError as exc:
        if not _is_cut_off:
            logger.warning("The worker's heartbeat was not stored: %s", exc)
        _is_cut_off = True
        return
    _is_cut_off = False
    if is_back:
        _tick_now()


def _is_database_back() -> bool:
    """Knock, which takes two seconds at most; True when PostgreSQL answers that did not before."""
    global _is_database_away
    from django.db import connection

    from sectorlight.postgresql.patience import answers

    was_away, _is_database_away = _is_database_away, not answers(connection.get_connection_params())
    return was_away and not _is_database_away


def _tick_now() -> None:
    """What the broker does not take in time is sent again with the heart's next beat that is stored."""
    global _is_cut_off
    from analysis.tasks import tick_task

    try:
        tick_task.delay()
    except OperationalError as exc:
        logger.warning("The broker did not take the worker's tick; it is sent again soon: %s", exc)
        _is_cut_off = True
