"""Runs that somebody or something asks for, and their cancelling: a user, new inputs, a stock that moves.

All of it happens under the lock of the tick, so that two who ask at once get one run, and nobody joins a run
that is being cancelled.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from analysis.errors import KeysSpent, KeyTaken, MarketSilent, RunAtWork, RunLimitReached
from analysis.lifecycle import (
    TICK_LOCK,
    cancelled_values,
    progress_event,
    run_create_now,
    run_enqueue,
    runs_dispatch,
)
from analysis.models import (
    ANALYSIS_KINDS,
    PUBLISHED,
    AnalysisRun,
    RunKind,
    RunRequest,
    RunStatus,
    world_in_force,
)
from analysis.rights import (
    again_check,
    askers_of,
    cancel_check,
    cancel_time_check,
    is_admin,
    is_cancelled,
)
from analysis.selectors import ACTIVE, BOARD_KINDS, runs_asked, runs_of_world
from sectors.broadcast import announce_progress
from universe.clock import ClockUnavailableError, market_now
from universe.services import lock_take
from universe.sessions import session_of

HOUR = dt.timedelta(hours=1)
#: So long the same user with the same key gets the same run.
KEYS_KEPT = dt.timedelta(hours=24)
#: So many keys of one user may lead to one run.
KEYS_MAX = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody who asked for a run got. ``replayed``: the key was used before, and this was its run."""

    run: AnalysisRun
    created: bool
    replayed: bool = False


def run_request(user: AbstractBaseUser) -> tuple[AnalysisRun, bool]:
    """Ask for a full run now. (run, created); as `run_ask`."""
    asked = run_ask(user)
    return asked.run, asked.created


def run_ask(user: AbstractBaseUser, *, key: str = "", again: AnalysisRun | None = None) -> Asked:
    """Ask for a full run now: one that waits or works already is everybody's, and costs nothing.

    ``key`` is the user's own name for this wish: with it the same run is returned for a day, ended or not.
    ``again`` is the run that is wanted again, which stays as it is; of a slot an admin gets a run of the same
    kind, and everybody else a fresh analysis.

    Raises RunRefused with words: RunLimitReached when the user has started as many as an hour allows,
    KeyTaken when the key was used for another wish, KeysSpent when the run has too many of them, RunAtWork
    while a run of theirs has not ended, RunSettled for a run that cannot be wanted again, MarketSilent while
    the clock is away.
    """
    try:
        with transaction.atomic():
            lock_take(TICK_LOCK)
            return _ask(user, key, again)
    except ClockUnavailableError as exc:
        raise MarketSilent from exc


def _ask(user: AbstractBaseUser, key: str, again: AnalysisRun | None) -> Asked:
    known = _run_of_key(user, key, again)
    if known is not None:
        return Asked(known, created=False, replayed=True)
    if again is not None:
        again_check(again)
    kind = _kind_wanted(user, again)
    shared = ANALYSIS_KINDS if kind == RunKind.ON_DEMAND else (kind,)
    active = runs_of_world().filter(status__in=ACTIVE, kind__in=shared, cancel_requested=None)
    run = active.order_by("id").first()
    created = run is None
    if run is None:
        _one_at_a_time_check(user)
        _limit_check(user)
        late_inputs = again is not None and again.completes_inputs and kind == again.kind
        counts = {"completes_inputs": True} if late_inputs else {}
        run = run_create_now(kind, requested_by=user, retry_of=again, counts=counts)
        run_id = run.pk
        transaction.on_commit(lambda: run_enqueue(run_id))
    _note(user, run, key, again)
    return Asked(run, created)


def _run_of_key(user: AbstractBaseUser, key: str, again: AnalysisRun | None) -> AnalysisRun | None:
    """The run that this user got with this key; one that is a day old or of another market is free again.
    KeyTaken when it was another wish."""
    if not key:
        return None
    asked = RunRequest.objects.select_related("run").filter(user_id=user.pk, key=key).first()
    if asked is None:
        return None
    if asked.created_wall > timezone.now() - KEYS_KEPT and asked.run.world == world_in_force():
        if asked.again_id != (again.pk if again else None):
            raise KeyTaken(key, asked.run.pk, asked.again_id)
        return asked.run
    RunRequest.objects.filter(pk=asked.pk).update(key="")
    return None


def _kind_wanted(user: AbstractBaseUser, again: AnalysisRun | None) -> RunKind:
    """A slot's kind for an admin who wants it again within its session, whose work it does."""
    if again is None or not is_admin(user) or again.kind not in BOARD_KINDS:
        return RunKind.ON_DEMAND
    is_same_session = session_of(again.scheduled_for) == session_of(market_now())
    return RunKind(again.kind) if is_same_session else RunKind.ON_DEMAND


def _one_at_a_time_check(user: AbstractBaseUser) -> None:
    own = runs_of_world().filter(status__in=ACTIVE, kind__in=BOARD_KINDS, requested_by_id=user.pk).first()
    if own is None:
        return
    doing = "is being cancelled" if own.cancel_requested else "has not ended yet"
    raise RunAtWork(
        f"Your run {own.pk} {doing}, and everyone has one at a time. Ask again when it has ended."
    )


def _limit_check(user: AbstractBaseUser) -> None:
    allowed = int(settings.USER_RUNS_PER_HOUR)
    moments = runs_asked(user)[:allowed]
    if len(moments) >= allowed:
        raise RunLimitReached(allowed, moments[-1] + HOUR - timezone.now())


def _note(user: AbstractBaseUser, run: AnalysisRun, key: str, again: AnalysisRun | None) -> None:
    """Who got the run; once each, but for keys, each of which has to lead back to it."""
    asked = RunRequest.objects.filter(user_id=user.pk, run=run)
    if key and asked.exclude(key="").count() >= KEYS_MAX:
        raise KeysSpent(run.pk, KEYS_MAX)
    if key or not asked.exists():
        RunRequest.objects.create(user_id=user.pk, run=run, key=key, again=again if key else None)


def keys_prune() -> int:
    """Forget callers' keys that are a day old; who asked for which run stays, once each."""
    past = RunRequest.objects.filter(created_wall__lt=timezone.now() - KEYS_KEPT)
    forgotten = past.exclude(key="").update(key="", again=None)
    same = RunRequest.objects.filter(user_id=OuterRef("user_id"), run_id=OuterRef("run_id"))
    past.filter(Exists(same.filter(pk__lt=OuterRef("pk"))), key="").delete()
    return forgotten


# -- cancelling ----------------------------------------------------------------------------------------


def run_cancel(run: AnalysisRun, user: AbstractBaseUser) -> AnalysisRun:
    """Cancel a run that waits, at once, or one that works, with its next step; the row as it is then.

    A run that is cancelled already is returned as it is. Raises RunForbidden when it is not this user's alone
    to cancel, RunSettled when it has ended otherwise or is being published.
    """
    with transaction.atomic():
        lock_take(TICK_LOCK)
        # The row's lock decides against its worker: whoever writes first is right.
        row = (
            AnalysisRun.objects.select_for_update(of=("self",)).select_related("requested_by").get(pk=run.pk)
        )
        cancel_check(row, user, askers_of([row]).get(row.pk, []))
        if is_cancelled(row):
            return row
        cancel_time_check(row)
        if row.status == RunStatus.QUEUED:
            changes = cancelled_values(row, by=user)
        else:
            changes = {"cancel_requested": timezone.now(), "cancelled_by": user}
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(update_fields=[*changes])
        transaction.on_commit(lambda: _cancelled(row))
    return row


def _cancelled(run: AnalysisRun) -> None:
    """Tell the open pages; whoever waited behind a run that waited is next."""
    announce_progress(progress_event(run))
    runs_dispatch()


# -- runs that nobody presses a button for --------------------------------------------------------------


def pass_request(*, completes_inputs: bool = False) -> tuple[AnalysisRun, bool]:
    """Ask for a pass outside the half hours, because inputs came that the board does not show yet.

    ``completes_inputs``: they are older ones, so a light that turns by them is no news. A run that waits
    already is returned as it is.
    """
    with transaction.atomic():
        lock_take(TICK_LOCK)
        waiting = runs_of_world().filter(status=RunStatus.QUEUED, kind__in=BOARD_KINDS).first()
        if waiting is not None:
            return waiting, False
        run = run_create_now(RunKind.PASS, counts={"completes_inputs": True} if completes_inputs else {})
        transaction.on_commit(lambda: run_enqueue(run.pk))
    return run, True


def mover_request(sector: str, at: dt.datetime) -> tuple[AnalysisRun, bool]:
    """Ask for a run of one sector, because a core stock of it moved at market time ``at``.

    Moves of one moment share one run, and so do moves while such a run still waits. One of this moment that
    was cancelled or failed serves nobody: the new one stands a microsecond later. Else the moment is kept as
    it is: a board that was read earlier within the minute does not know the move.
    """
    with transaction.atomic():
        lock_take(TICK_LOCK)
        movers = runs_of_world().filter(kind=RunKind.MOVER, sector=sector)
        same = Q(scheduled_for=at, status__in=(RunStatus.RUNNING, RunStatus.COVERED, *PUBLISHED))
        serving = movers.filter(Q(status=RunStatus.QUEUED) | same, cancel_requested=None)
        shared = serving.order_by("id").first()
        if shared is not None:
            return shared, False
        while movers.filter(scheduled_for=at).exists():
            at += dt.timedelta(microseconds=1)
        run = AnalysisRun.objects.create(kind=RunKind.MOVER, scheduled_for=at, sector=sector)
        transaction.on_commit(lambda: run_enqueue(run.pk))
    return run, True
