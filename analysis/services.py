"""Everything that writes about runs, slots and preferences. The run itself is done by `execution`."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from analysis.catalyst_services import catalysts_backfill, catalysts_prune
from analysis.correlations import correlations_measure
from analysis.execution import run_execute
from analysis.lifecycle import (
    TICK_LOCK,
    run_create_now,
    runs_dispatch,
    runs_reclaim,
)
from analysis.models import AnalysisRun, RunInput, RunStatus
from analysis.outcomes import outcomes_finish, outcomes_write
from analysis.preparation import history_fetch
from analysis.requests import (
    keys_prune,
    mover_request,
    pass_request,
    run_ask,
    run_cancel,
    run_request,
)
from analysis.retries import retry_request
from analysis.schedule import DueSlot, slots_due
from analysis.selectors import (
    BOARD_KINDS,
    published_until,
    rules_enabled,
    runs_of_world,
    slots_done,
)
from analysis.tuning import (
    late_from,
    parameters_check,
    parameters_expect,
    parameters_revise,
    parameters_undo,
    preference_check,
    preference_set,
    slot_check,
    slots_seed,
)
from sectors.services import board_mend
from universe import keys
from universe.clock import ClockUnavailableError, market_now
from universe.errors import SourceError
from universe.redis import client
from universe.services import (
    Kept,
    calls_prune,
    corrections_prune,
    lock_take,
    news_prune,
    quarantine_prune,
    series_keep,
    stock_universe_mend,
)
from universe.sessions import hours, previous_session, session_of, sessions_between
from universe.types import SessionHours

__all__ = [
    "calls_prune",
    "correlations_measure",
    "detail_keep",
    "history_complete",
    "inputs_prune",
    "keys_prune",
    "mover_request",
    "news_prune_old",
    "outcomes_write",
    "parameters_check",
    "parameters_expect",
    "parameters_revise",
    "parameters_undo",
    "pass_request",
    "preference_check",
    "preference_set",
    "quarantine_prune_old",
    "run_ask",
    "run_cancel",
    "run_create_now",
    "run_execute",
    "run_request",
    "slot_check",
    "slots_seed",
    "tick",
]

logger = logging.getLogger(__name__)

#: After a long silence, slots of so many sessions get their row; older ones are forgotten.
CATCH_UP_SESSIONS = 10
HEARTBEAT_KEPT_SECONDS = 24 * 3600
INPUTS_KEPT = dt.timedelta(days=90)


@dataclass(frozen=True, slots=True)
class TickReport:
    """What one tick did: slots that got a row to run, and how many got one as covered."""

    queued: tuple[DueSlot, ...] = ()
    covered: int = 0


# -- the schedule ------------------------------------------------------------------------------------


def tick() -> TickReport:
    """Ask once: is a slot due? Any number of ticks at once make each run once."""
    try:
        now = market_now()
    except ClockUnavailableError as exc:
        logger.warning("no tick: %s", exc)
        return TickReport()
    _heartbeat()
    runs_reclaim()
    with transaction.atomic():
        lock_take(TICK_LOCK)
        queued, covered = _slots_fill(now)
    if not queued:
        retry_request(now)
    runs_dispatch()
    board_mend()
    stock_universe_mend()
    return TickReport(queued, covered)


def _slots_fill(now: dt.datetime) -> tuple[tuple[DueSlot, ...], int]:
    """Give every slot until ``now`` its row: queued, or covered. What already has one is left alone."""
    since, span = _catch_up_span(now)
    decision = slots_due(
        now,
        rules_enabled(),
        span,
        slots_done(since, BOARD_KINDS),
        since=since,
        covered_until=published_until(now),
        late_from=late_from(),
    )
    rows = [_slot_row(slot, RunStatus.QUEUED) for slot in decision.run]
    rows += [_slot_row(slot, RunStatus.COVERED) for slot in decision.covered]
    AnalysisRun.objects.bulk_create(rows, ignore_conflicts=True)
    return decision.run, len(decision.covered)


def _catch_up_span(now: dt.datetime) -> tuple[dt.datetime, list[SessionHours]]:
    """From which moment on slots are looked at, and the sessions to look at.

    From the session of the newest row on; on an empty table from the last slot of the session before on.
    """
    current = session_of(now)
    previous = hours(previous_session(current))
    rows = runs_of_world().filter(kind__in=BOARD_KINDS, scheduled_for__lte=now)
    newest: dt.datetime | None = rows.aggregate(newest=Max("scheduled_for"))["newest"]
    if newest is None:
        return previous.post_close, [previous, hours(current)]
    days = sessions_between(session_of(newest), current)[-CATCH_UP_SESSIONS:]
    span = [hours(day) for day in days]
    return span[0].pre_open, span


def _slot_row(slot: DueSlot, status: RunStatus) -> AnalysisRun:
    ended = timezone.now() if status == RunStatus.COVERED else None
    return AnalysisRun(
        kind=slot.kind,
        scheduled_for=slot.scheduled_for,
        late=slot.late,
        status=status,
        finished_wall=ended,
        message="A later run covered this slot." if ended else "",
    )


def _heartbeat() -> None:
    try:
        client().set(keys.tick_heartbeat(), timezone.now().isoformat(), ex=HEARTBEAT_KEPT_SECONDS)
    except redis.RedisError as exc:
        logger.warning("the heartbeat of the tick was not stored: %s", exc)


# -- what comes after a run ----------------------------------------------------------------------------


def history_complete() -> AnalysisRun | None:
    """Fetch the older sessions and news that the first board did not wait for; then show what they add, and
    measure what stands on them.

    While vendor or clock do not answer nothing is asked for; the next analysis tries again.
    """
    try:
        now = market_now()
        has_come = history_fetch(session_of(now))
        has_come |= _news_complete(now)
    except (SourceError, ClockUnavailableError) as exc:
        logger.warning("the older sessions are not fetched yet: %s", exc)
        return None
    asked = pass_request(completes_inputs=True)[0] if has_come else None
    correlations_measure()
    return asked


def _news_complete(now: dt.datetime) -> bool:
    """Whether news or filings of the last 20 sessions were missing and have come."""
    try:
        return catalysts_backfill(now)
    except SourceError as exc:
        logger.warning("the older news are not fetched yet: %s", exc)
        return False


def detail_keep() -> list[Kept]:
    """Drop market detail that is past its time and compress what is a week old, where the database does not
    do it by itself: what a run used is in its frame, and what followed it is written down first."""
    try:
        now = market_now()
    except ClockUnavailableError as exc:
        logger.warning("no market detail is dropped: %s", exc)
        return []
    outcomes_finish(now)
    kept = series_keep(now, world=settings.MARKET_WORLD)
    corrections_prune()
    return kept


def quarantine_prune_old() -> int:
    """Drop what was kept apart, and confirmed moves, past their 90 days."""
    try:
        return quarantine_prune(market_now())
    except ClockUnavailableError as exc:
        logger.warning("nothing that is kept apart is dropped: %s", exc)
        return 0


def news_prune_old() -> int:
    """Drop news and filings past their 90 days; papers about new shares, and catalysts, past three years."""
    try:
        now = market_now()
        return news_prune(now) + catalysts_prune(now)
    except ClockUnavailableError as exc:
        logger.warning("no news are dropped: %s", exc)
        return 0


def inputs_prune() -> int:
    """Drop input frames older than 90 days; scores and factors stay for ever."""
    old = RunInput.objects.filter(run__created_wall__lt=timezone.now() - INPUTS_KEPT)
    return old.delete()[0]
