"""The Celery application. Beat carries one tick a minute (`analysis.schedule`), the slots are rows."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

import redis
from celery import Celery
from celery.signals import heartbeat_sent, setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sectorlight.settings.base")

#: A page that asks for a run waits this long at most for a broker that takes connections and is silent.
PUBLISH_SECONDS = 1.0


class Application(Celery):
    """Sends with short time-outs; workers and beat go on receiving with long ones."""

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
_beat_at = -HEARTBEAT_EVERY_SECONDS


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Django's settings have configured logging; a receiver here keeps Celery from doing it again."""


@worker_ready.connect
def _first_tick(**_: Any) -> None:
    """Ask "is a slot due?" at once, so that a fresh start need not wait for beat's first minute."""
    from analysis.tasks import tick_task

    tick_task.delay()


@heartbeat_sent.connect
def _worker_is_alive(**_: Any) -> None:
    """Celery's own heart beats every two seconds; every ten we leave the time for `/health/celery`."""
    global _beat_at
    now = time.monotonic()
    if now - _beat_at < HEARTBEAT_EVERY_SECONDS:
        return
    _beat_at = now
    from django.utils import timezone

    from universe import keys
    from universe.redis import patient_client

    try:
        patient_client().set(keys.worker_heartbeat(), timezone.now().isoformat(), ex=HEARTBEAT_KEPT_SECONDS)
    except redis.RedisError as exc:
        logger.warning("The worker's heartbeat was not stored: %s", exc)
