"""What is tried again by itself after a run that gave no reading: a slot's analysis as what it was, while
that does its work, else a pass, so that the board moves on."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from analysis.lifecycle import TICK_LOCK, run_create_now, run_enqueue
from analysis.models import UNPUBLISHED, AnalysisRun, RunKind
from analysis.requests import pass_request
from analysis.selectors import (
    ACTIVE,
    BOARD_KINDS,
    analysis_owed,
    run_active,
    run_failed_since,
    run_newest_board,
    runs_of_world,
)
from universe.services import lock_take

#: A failed run of the board is tried again after a minute, and so often until the next slot comes anyway.
RETRY_AFTER = dt.timedelta(seconds=60)
RETRIES_MAX = 5


def retry_request(now: dt.datetime) -> AnalysisRun | None:
    """Try again, a minute later and five times in a row, what failed before market time ``now``.

    While nothing was ever published, it is tried for ever. None: nothing failed, or it is not time yet.
    """
    if run_active() is not None:
        return None
    board, slot = run_newest_board(), analysis_owed(now)
    if slot is not None:
        tries = runs_of_world().filter(retry_of=slot).order_by("-id")
        newest = tries.first() or slot
        if board is None or tries.count() < RETRIES_MAX:
            return _slot_again(slot) if _is_time(newest) else None
    return pass_request()[0] if _is_pass_due(board) else None


def _slot_again(slot: AnalysisRun) -> AnalysisRun | None:
    """A run of the slot's kind, of this moment; None when somebody has asked for one meanwhile."""
    with transaction.atomic():
        lock_take(TICK_LOCK)
        if runs_of_world().filter(status__in=ACTIVE, kind__in=BOARD_KINDS).exists():
            return None
        run = run_create_now(RunKind(slot.kind), retry_of=slot)
        transaction.on_commit(lambda: run_enqueue(run.pk))
    return run


def _is_pass_due(board: AnalysisRun | None) -> bool:
    failed = run_failed_since(board)
    if failed is None or not _is_time(failed):
        return False
    since = runs_of_world().filter(status__in=UNPUBLISHED, kind__in=BOARD_KINDS)
    if board is not None:
        since = since.filter(finished_wall__gt=board.finished_wall)
    return board is None or since.count() <= RETRIES_MAX


def _is_time(failed: AnalysisRun) -> bool:
    return failed.finished_wall is not None and timezone.now() - failed.finished_wall >= RETRY_AFTER
