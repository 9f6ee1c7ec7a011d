"""The Celery application. Beat carries one tick a minute (`analysis.schedule`), the slots are rows."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sectorlight.settings.base")

app = Celery("sectorlight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _first_tick(**_: Any) -> None:
    """Ask "is a slot due?" at once, so that a fresh start need not wait for beat's first minute."""
    from analysis.tasks import tick_task

    tick_task.delay()
