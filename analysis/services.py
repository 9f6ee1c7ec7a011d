"""Everything that writes about runs, slots and preferences. The run itself is done by `execution`."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

import redis
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from analysis.errors import RunLimitReached
from analysis.execution import run_execute
from analysis.lifecycle import TICK_LOCK, lock_take, run_enqueue, runs_dispatch, runs_reclaim
from analysis.models import (
    ANALYSIS_KINDS,
    AnalysisRun,
    FreshnessPreference,
    ParameterRevision,
    RunInput,
    RunKind,
    RunStatus,
    Slot,
)
from analysis.preparation import history_fetch
from analysis.schedule import DueSlot, seed_rules, slots_due
from analysis.selectors import (
    ACTIVE,
    BOARD_KINDS,
    parameters_from,
    preference_of,
    published_until,
    rules_enabled,
    slots_done,
)
from sectors.broadcast import announce_preferences
from universe import keys
from universe.clock import ClockUnavailableError, market_now
from universe.redis import client
from universe.sessions import hours, previous_session, session_of, sessions_between
from universe.types import SessionHours

__all__ = [
    "history_complete",
    "inputs_prune",
    "mover_request",
    "parameters_revise",
    "pass_request",
    "preference_set",
    "run_create_now",
    "run_execute",
    "run_request",
    "slots_seed",
    "tick",
    "tick_seconds",
]

logger = logging.getLogger(__name__)

#: After a long silence, slots of so many sessions get their row; older ones are forgotten.
CATCH_UP_SESSIONS = 10
HEARTBEAT_KEPT_SECONDS = 24 * 3600
FIRST_SLOT, LAST_SLOT = dt.time(4, 0), dt.time(20, 0)
PRUNE_SECONDS = 6 * 3600
INPUTS_KEPT = dt.timedelta(days=90)
SLOT_KINDS = (*ANALYSIS_KINDS, RunKind.PASS)


@dataclass(frozen=True, slots=True)
class TickReport:
    """What one tick did: rows made to run, rows made as covered, runs taken back, the run handed over."""

    queued: tuple[DueSlot, ...] = ()
    covered: int = 0
    reclaimed: int = 0
    dispatched: int | None = None


# -- the schedule ------------------------------------------------------------------------------------


def tick() -> TickReport:
    """Ask once: is a slot due? Any number of ticks at once make each run once."""
    try:
        now = market_now()
    except ClockUnavailableError as exc:
        logger.warning("no tick: %s", exc)
        return TickReport()
    _heartbeat(keys.tick_heartbeat())
    reclaimed = runs_reclaim()
    with transaction.atomic():
        lock_take(TICK_LOCK)
        queued, covered = _slots_fill(now)
    return TickReport(queued, covered, reclaimed, runs_dispatch())


def _slots_fill(now: dt.datetime) -> tuple[tuple[DueSlot, ...], int]:
    """Give every slot until ``now`` its row: queued, or covered. What already has one is left alone."""
    since, span = _catch_up_span(now)
    decision = slots_due(
        now,
        rules_enabled(),
        span,
        slots_done(since, SLOT_KINDS),
        since=since,
        covered_until=published_until(now),
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
    newest: dt.datetime | None = AnalysisRun.objects.filter(
        world=settings.MARKET_WORLD, kind__in=SLOT_KINDS, scheduled_for__lte=now
    ).aggregate(newest=Max("scheduled_for"))["newest"]
    if newest is None:
        return previous.post_close, [previous, hours(current)]
    days = sessions_between(session_of(newest), current)[-CATCH_UP_SESSIONS:]
    span = [hours(day) for day in days]
    return span[0].pre_open, span


def _slot_row(slot: DueSlot, status: RunStatus) -> AnalysisRun:
    ended = timezone.now() if status == RunStatus.COVERED else None
    return AnalysisRun(
        world=settings.MARKET_WORLD,
        kind=slot.kind,
        scheduled_for=slot.scheduled_for,
        late=slot.late,
        status=status,
        finished_wall=ended,
        message="A later run covered this slot." if ended else "",
    )


def _heartbeat(key: str) -> None:
    try:
        client().set(key, timezone.now().isoformat(), ex=HEARTBEAT_KEPT_SECONDS)
    except redis.RedisError as exc:
        logger.warning("the heartbeat %s was not stored: %s", key, exc)


@transaction.atomic
def slots_seed() -> dict[str, int]:
    """The product's slots and the tick that asks for them, where they are missing. Edited slots stay.

    Returns how many slots were made and the seconds between ticks.
    """
    made = sum(
        Slot.objects.get_or_create(
            kind=rule.kind,
            at=rule.at,
            defaults={"name": rule.name, "ceiling_seconds": rule.ceiling_seconds},
        )[1]
        for rule in seed_rules()
    )
    seconds = tick_seconds()
    _periodic_set("tick", "analysis.tasks.tick_task", seconds)
    _periodic_set("prune", "analysis.tasks.prune_task", PRUNE_SECONDS)
    return {"slots": made, "tick_seconds": seconds}


def slot_check(kind: str, at: dt.time) -> None:
    """Raise ValidationError by field unless the schedule can serve a slot of this kind at this time."""
    if kind not in SLOT_KINDS or kind == RunKind.ON_DEMAND:
        allowed = ", ".join(kind for kind in SLOT_KINDS if kind != RunKind.ON_DEMAND)
        raise ValidationError({"kind": f"A slot is of the kind {allowed}; “{kind}” is not scheduled."})
    if at.second or at.microsecond:
        raise ValidationError({"at": f"{at} is not on the minute; the schedule looks once a minute."})
    if not FIRST_SLOT <= at <= LAST_SLOT:
        raise ValidationError({"at": f"{at:%H:%M} is outside 4:00 to 20:00 New York time."})


def tick_seconds() -> int:
    """Wall seconds between ticks: a minute of market time, at least one second."""
    return max(1, round(60 / float(settings.MARKET_SPEED)))


def _periodic_set(name: str, task: str, seconds: int) -> None:
    """Beat sends ``task`` every ``seconds``; one that no worker took until the next is dropped."""
    schedule, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.update_or_create(
        name=name, defaults={"task": task, "interval": schedule, "enabled": True, "expire_seconds": seconds}
    )


# -- runs that somebody asks for -----------------------------------------------------------------------


def run_request(user: AbstractBaseUser) -> tuple[AnalysisRun, bool]:
    """Ask for a full run now. (run, created): an analysis that waits or works already is returned instead.

    Raises RunLimitReached when the user has started as many as an hour allows.
    """
    with transaction.atomic():
        lock_take(TICK_LOCK)
        active = _active(ANALYSIS_KINDS)
        if active is not None:
            return active, False
        _limit_check(user)
        run = run_create_now(RunKind.ON_DEMAND, requested_by=user)
        transaction.on_commit(lambda: run_enqueue(run.pk))
    return run, True


def pass_request() -> tuple[AnalysisRun, bool]:
    """Ask for a pass outside the half hours, because inputs came that the board does not show yet."""
    with transaction.atomic():
        lock_take(TICK_LOCK)
        waiting = AnalysisRun.objects.filter(
            world=settings.MARKET_WORLD, status=RunStatus.QUEUED, kind__in=BOARD_KINDS
        ).first()
        if waiting is not None:
            return waiting, False
        run = run_create_now(RunKind.PASS)
        transaction.on_commit(lambda: run_enqueue(run.pk))
    return run, True


def mover_request(sector: str, at: dt.datetime) -> tuple[AnalysisRun, bool]:
    """Ask for a run of one sector, because a core stock of it moved at market time ``at``.

    Moves of one minute share one run, and so do moves while such a run still waits.
    """
    minute = at.replace(second=0, microsecond=0)
    with transaction.atomic():
        lock_take(TICK_LOCK)
        waiting = AnalysisRun.objects.filter(
            world=settings.MARKET_WORLD, kind=RunKind.MOVER, sector=sector, status=RunStatus.QUEUED
        ).first()
        if waiting is not None:
            return waiting, False
        run, created = AnalysisRun.objects.get_or_create(
            world=settings.MARKET_WORLD, kind=RunKind.MOVER, scheduled_for=minute, sector=sector
        )
        if created:
            transaction.on_commit(lambda: run_enqueue(run.pk))
    return run, created


def _active(kinds: tuple[str, ...]) -> AnalysisRun | None:
    rows = AnalysisRun.objects.filter(world=settings.MARKET_WORLD, status__in=ACTIVE, kind__in=kinds)
    return rows.order_by("id").first()


def _limit_check(user: AbstractBaseUser) -> None:
    allowed = int(getattr(settings, "RUNS_PER_USER_PER_HOUR", 6))
    hour = dt.timedelta(hours=1)
    asked = AnalysisRun.objects.filter(
        kind=RunKind.ON_DEMAND, requested_by_id=user.pk, created_wall__gt=timezone.now() - hour
    )
    moments = list(asked.order_by("-created_wall").values_list("created_wall", flat=True)[:allowed])
    if len(moments) >= allowed:
        raise RunLimitReached(allowed, timezone.localtime(moments[-1] + hour))


def run_create_now(kind: RunKind, *, requested_by: AbstractBaseUser | None = None) -> AnalysisRun:
    """A run of this very moment; a market clock that stands still gets moments of a microsecond apart."""
    moment = market_now()
    taken = AnalysisRun.objects.filter(world=settings.MARKET_WORLD, kind=kind, scheduled_for__gte=moment)
    newest = taken.aggregate(newest=Max("scheduled_for"))["newest"]
    if newest is not None:
        moment = newest + dt.timedelta(microseconds=1)
    return AnalysisRun.objects.create(
        world=settings.MARKET_WORLD,
        kind=kind,
        scheduled_for=moment,
        requested_by_id=requested_by.pk if requested_by else None,
    )


# -- what comes after a run ----------------------------------------------------------------------------


def history_complete() -> AnalysisRun | None:
    """Fetch the older sessions that the first board did not wait for; then show what they add."""
    if not history_fetch(session_of(market_now())):
        return None
    return pass_request()[0]


def inputs_prune() -> int:
    """Drop input frames older than 90 days; scores, factors and ranks stay for ever."""
    old = RunInput.objects.filter(run__created_wall__lt=timezone.now() - INPUTS_KEPT)
    return old.delete()[0]


# -- preferences and constants ---------------------------------------------------------------------------


@transaction.atomic
def preference_set(user: AbstractBaseUser, **values: Any) -> FreshnessPreference:
    """Store some of a user's preferences; the others stay. Raises ValidationError with a dict by field."""
    preference = preference_of(user)
    known = {field.name for field in FreshnessPreference._meta.fields} - {"id", "user", "updated_at"}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValidationError({"__all__": f"No such preference: {', '.join(unknown)}."})
    for name, value in values.items():
        setattr(preference, name, value)
    preference.full_clean(exclude=["user"])
    preference_check(preference.fresh_minutes, preference.stale_minutes, preference.time_zone)
    preference.save()
    transaction.on_commit(lambda: announce_preferences(int(user.pk)))
    return preference


def preference_check(fresh_minutes: int | None, stale_minutes: int | None, time_zone: str) -> None:
    """Raise ValidationError by field when the limits contradict each other or the zone does not exist."""
    if fresh_minutes is not None and stale_minutes is not None and fresh_minutes >= stale_minutes:
        text = f"Must be more than “fresh until”, {fresh_minutes} minutes."
        raise ValidationError({"stale_minutes": text})
    if time_zone and time_zone not in available_timezones():
        raise ValidationError({"time_zone": f"“{time_zone}” is no time zone; try Europe/Berlin."})


@transaction.atomic
def parameters_revise(
    values: dict[str, Any], *, reason: str, author: AbstractBaseUser | None
) -> ParameterRevision:
    """Make other constants of the score the active ones; the ones before stay as they were.

    Raises ValidationError when a name, a type or a bound is wrong.
    """
    parameters_check(values)
    ParameterRevision.objects.select_for_update().filter(active=True).update(active=False)
    return ParameterRevision.objects.create(
        values=values, reason=reason, author_id=author.pk if author else None
    )


def parameters_check(values: dict[str, Any]) -> None:
    """Raise ValidationError unless ``values`` name constants of the score with usable numbers."""
    if not isinstance(values, dict):
        raise ValidationError({"values": 'Must be an object such as {"winsor_pct": 25}.'})
    defaults = {name: getattr(parameters_from({}), name) for name in parameters_from({}).__slots__}
    for name, value in values.items():
        if name not in defaults:
            allowed = ", ".join(sorted(defaults))
            raise ValidationError({"values": f"“{name}” is no constant of the score; there are {allowed}."})
        table = defaults[name] if isinstance(defaults[name], dict) else None
        if table is not None and not (isinstance(value, dict) and set(value) <= set(table)):
            raise ValidationError({"values": f"{name} takes an object with keys of {', '.join(table)}."})
        numbers = value.values() if table is not None else [value]
        for number in numbers:
            _number_check(name, number)


def _number_check(name: str, number: object) -> None:
    """A constant is a number, 0 to 1000; scales and windows may not be 0."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValidationError({"values": f"{name} takes a number, not {number!r}."})
    if not 0 <= number <= 1000:
        raise ValidationError({"values": f"{name} is {number}; it may be 0 to 1000."})
    if number == 0 and (name.endswith("scale") or name in ("scales", "winsor_pct", "relative_volume_min")):
        raise ValidationError({"values": f"{name} divides or bounds something and may not be 0."})
