"""Celery's doors to the services: load nothing, decide nothing, call one service."""

from __future__ import annotations

from celery import shared_task
from django.db import InterfaceError, OperationalError

from analysis import services

#: While PostgreSQL is away a tick is tried again until the next one takes over, and so is a run.
AWAY = (OperationalError, InterfaceError)
AGAIN = {"countdown": 5, "max_retries": 11}


@shared_task(ignore_result=True, autoretry_for=AWAY, retry_kwargs=AGAIN)
def tick_task() -> None:
    """Ask once whether a slot is due; again every few seconds while PostgreSQL is away."""
    services.tick()


@shared_task(ignore_result=True, autoretry_for=AWAY, retry_kwargs=AGAIN)
def run_task(run_id: int) -> None:
    """Do one run, if it is still to be done; again when PostgreSQL went away meanwhile."""
    services.run_execute(run_id)


@shared_task(ignore_result=True)
def history_task() -> None:
    """Fetch the older sessions that the first board did not wait for."""
    services.history_complete()


@shared_task(ignore_result=True)
def correlations_task() -> None:
    """Measure which funds the sectors move with, before a page asks for it."""
    services.correlations_measure()


@shared_task(ignore_result=True)
def outcomes_task() -> None:
    """Write down what followed the readings whose horizon has ended."""
    services.outcomes_write()


@shared_task(ignore_result=True)
def prune_task() -> None:
    """Drop frames, market detail, news, vendors' calls and what was kept apart past their 90 days, callers'
    keys past their day; compress market detail."""
    services.inputs_prune()
    services.calls_prune()
    services.detail_keep()
    services.quarantine_prune_old()
    services.news_prune_old()
    services.keys_prune()
