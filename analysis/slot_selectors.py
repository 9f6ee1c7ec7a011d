"""Which slots have passed and what came of them: read by the dead-man check, `/health` and the runs page.

A slot is unfilled when no run has brought its result within the patience of its rule: nobody asked for it,
the run waits or works for too long, or it failed and no later board was published. Rows alone decide, so
whoever reads needs no beat, no worker and no Redis.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.models import PUBLISHED, AnalysisRun, Notice, RunStatus, world_in_force
from analysis.schedule import DueSlot, SlotRule, next_slot, patience, slots_of_session
from analysis.selectors import BOARD_KINDS, published_until, rules_enabled, runs_of_world
from universe.clock import wall_since
from universe.sessions import hours, next_session, previous_session, session_of

#: States in which a slot has what it was due for, be it carried forward, covered by a later run, or ended by
#: somebody who did not want it.
FILLED = (
    RunStatus.COMPLETE,
    RunStatus.PARTIAL,
    RunStatus.CARRIED,
    RunStatus.COVERED,
    RunStatus.CANCELLED,
)
#: Sessions to look through for the next one that a slot exists on; early closes do not follow one another.
SESSIONS_AHEAD = 4


@dataclass(frozen=True, slots=True)
class PastSlot:
    """A slot whose moment has passed. ``run`` is None while nothing has asked for it.

    A slot that may still be filled in time is neither filled nor unfilled.
    """

    rule: SlotRule
    scheduled_for: dt.datetime
    run: AnalysisRun | None
    is_filled: bool
    is_unfilled: bool


def slots_begun() -> dt.datetime | None:
    """When the first board of this market was published, market time: slots before it are nobody's loss."""
    boards = runs_of_world().filter(status__in=PUBLISHED, kind__in=BOARD_KINDS, published_at__isnull=False)
    return boards.order_by("id").values_list("published_at", flat=True).first()


def slots_past(now: dt.datetime, rules: Sequence[SlotRule]) -> list[PastSlot]:
    """The slots of ``rules`` in the session of ``now`` and the one before, until ``now``, oldest first.

    Raises ClockUnavailableError while a simulated market does not tell its time.
    """
    begun = slots_begun()
    if begun is None:
        return []
    current = session_of(now)
    span = [hours(previous_session(current)), hours(current)]
    due = [
        slot for one in span for slot in slots_of_session(one, rules) if begun <= slot.scheduled_for <= now
    ]
    if not due:
        return []
    rows = runs_of_world().filter(kind__in=BOARD_KINDS, scheduled_for__gte=span[0].pre_open)
    runs = {(run.kind, run.scheduled_for): run for run in rows}
    # A tick gives every earlier slot its row: one without any is of a rule that is newer than the last tick.
    served = max((slot.scheduled_for for slot in due if slot.key in runs), default=begun)
    # Only what failed is looked for in later boards.
    has_failed = any(run.status == RunStatus.FAILED for run in runs.values())
    board = published_until(now) if has_failed else None
    known = {(str(rule.kind), rule.at): rule for rule in rules}
    return [
        _past(slot, known[slot.kind, slot.scheduled_for.time()], runs.get(slot.key), served, board)
        for slot in due
    ]


def slots_unfilled(now: dt.datetime) -> list[PastSlot]:
    """The slots that should have a result and have none, oldest first; raises as `slots_past` does."""
    return [slot for slot in slots_past(now, rules_enabled()) if slot.is_unfilled]


def slot_next_due(rule: SlotRule, now: dt.datetime) -> dt.datetime | None:
    """When a slot of this rule is due next, market time; None when no session reaches it."""
    sessions = [session_of(now)]
    while len(sessions) <= SESSIONS_AHEAD:
        sessions.append(next_session(sessions[-1]))
    due = next_slot(now, [rule], [hours(session) for session in sessions])
    return due.scheduled_for if due else None


def outage_told() -> Notice | None:
    """The newest notice of the outage that is not over yet; None when none is."""
    told = Notice.objects.filter(
        world=world_in_force(), kind__in=(Notice.Kind.UNFILLED, Notice.Kind.RECOVERED)
    )
    newest = told.order_by("-id").first()
    return newest if newest is not None and newest.kind == Notice.Kind.UNFILLED else None


def outage_begun(told: Notice) -> Notice:
    """The first notice of the outage that ``told`` is of."""
    before = Notice.objects.filter(world=told.world, kind=Notice.Kind.RECOVERED, pk__lt=told.pk)
    ended = before.order_by("-id").values_list("pk", flat=True).first() or 0
    same = Notice.objects.filter(world=told.world, kind=Notice.Kind.UNFILLED, pk__gt=ended)
    return same.order_by("id").first() or told


def _past(
    slot: DueSlot, rule: SlotRule, run: AnalysisRun | None, served: dt.datetime, board: dt.datetime | None
) -> PastSlot:
    """``served`` is the newest slot with a row, ``board`` the newest ``as_of`` of a published one."""
    moment = slot.scheduled_for
    if run is None:
        is_filled, is_due = False, moment > served
    else:
        is_replaced = run.status == RunStatus.FAILED and board is not None and board >= moment
        is_filled, is_due = run.status in FILLED or is_replaced, True
    is_unfilled = is_due and not is_filled and wall_since(moment) >= patience(rule)
    return PastSlot(rule, moment, run, is_filled, is_unfilled)
