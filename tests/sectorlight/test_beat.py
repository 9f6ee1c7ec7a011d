"""Beat goes on ticking while PostgreSQL is away, and begins when it comes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django_celery_beat import schedulers
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from sectorlight import beat
from sectorlight.celery import app

pytestmark = pytest.mark.django_db(transaction=True)
READ = "django_celery_beat.schedulers.DatabaseScheduler.enabled_models"


@pytest.fixture(autouse=True)
def _a_tick() -> None:
    every = IntervalSchedule.objects.create(every=60, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name="tick", task="analysis.tasks.tick_task", interval=every)


def gone(*_: Any) -> None:
    raise OperationalError("the server closed the connection unexpectedly")


def test_a_timetable_that_cannot_be_read_anew_stays_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    scheduler = beat.EnduringScheduler(app=app)
    assert "tick" in scheduler.schedule
    scheduler._last_full_sync -= dt.timedelta(seconds=schedulers.SCHEDULE_SYNC_MAX_INTERVAL)
    with mock.patch(READ, gone):
        assert "tick" in scheduler.schedule
    assert "PostgreSQL does not answer" in caplog.text


def test_a_beat_that_begins_without_postgresql_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beat, "AGAIN_SECONDS", 0.01)
    whole = schedulers.DatabaseScheduler.enabled_models
    tries: list[int] = []

    def third_time(self: Any) -> Any:
        tries.append(1)
        return whole(self) if len(tries) > 2 else gone()

    monkeypatch.setattr(schedulers.DatabaseScheduler, "enabled_models", third_time)
    assert "tick" in beat.EnduringScheduler(app=app, lazy=True).schedule
    assert len(tries) == 3
