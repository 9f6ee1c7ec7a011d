"""Slots without a result, late ones and the end of an outage, in words for mails and the runs page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from analysis.models import RunStatus
from analysis.slot_selectors import PastSlot, slots_unfilled
from sectors import figures
from universe.clock import ClockUnavailableError
from universe.sessions import ET

KEPT = "The board keeps what it shows, and tells its age."
MEND = "It is caught up by itself once that is mended; admins see at Operations which part is away."


def slot_words(slot: PastSlot) -> str:
    """“Before the 8:30 releases” of Tue 10 Mar, 8:00"""
    return f"“{slot.rule.name}” of {moment_words(slot.scheduled_for)}"


def moment_words(moment: dt.datetime) -> str:
    """Tue 10 Mar, 8:00: with its day, since a mail may be read another day."""
    local = moment.astimezone(ET)
    return f"{local:%a} {local.day} {local:%b}, {figures.clock(local)}"


def outage_now(now: dt.datetime) -> str:
    """What is to be told of slots without a result; empty when all have theirs, or nobody knows the time."""
    try:
        unfilled = slots_unfilled(now)
    except ClockUnavailableError:
        return ""
    return outage_words(unfilled) if unfilled else ""


def outage_words(unfilled: Sequence[PastSlot]) -> str:
    """Which slot has no result, why, what that means; the oldest stands for all."""
    first, *more = unfilled
    others = f" {_count(len(more))} after it {'waits' if len(more) == 1 else 'wait'} too." if more else ""
    return f"{slot_words(first)}, has no result: {_cause(first)}.{others} {KEPT} {MEND}"


def still_words(unfilled: Sequence[PastSlot]) -> str:
    """The hourly word while an outage goes on."""
    first, newest = unfilled[0], unfilled[-1]
    return (
        f"Still no result: {_count(len(unfilled))} since {moment_words(first.scheduled_for)}, the newest "
        f"{slot_words(newest)}: {_cause(newest)}. {KEPT} {MEND}"
    )


def late_words(caught_up: Sequence[PastSlot]) -> str:
    """Slots that nobody asked for in time and what came of them, oldest first."""
    first, newest = caught_up[0], caught_up[-1]
    if first is newest:
        return f"{slot_words(first)}, was late: nothing asked for it in time. {_outcome(first)}"
    span = f"from {moment_words(first.scheduled_for)} to {moment_words(newest.scheduled_for)}"
    passed = f"{_count(len(caught_up))} {span} went by: nothing asked for them in time."
    return f"{passed} {_shares(caught_up)}"


def recovered_words(since: dt.datetime, served: Sequence[PastSlot], now: dt.datetime) -> str:
    """The end of an outage at market time ``now``; ``served`` are the slots from its first on."""
    over = f"The slots have results again at {moment_words(now)}, after none since {moment_words(since)}."
    return f"{over} {_shares(served)}" if len(served) > 1 else over


def _cause(slot: PastSlot) -> str:
    run = slot.run
    if run is None:
        return "nothing asked for it, so beat or the worker, which look each minute, are away"
    if run.status == RunStatus.QUEUED:
        return f"its run {run.pk} waits and no worker takes it"
    if run.status == RunStatus.RUNNING:
        return f"its run {run.pk} works for longer than it should"
    return f"its run {run.pk} failed, and the list of runs says why"


def _outcome(slot: PastSlot) -> str:
    run = slot.run
    if run is not None and run.published_at is not None:
        return f"It was caught up and published at {figures.clock(run.published_at)}."
    return f"It ended as {run.get_status_display()}." if run is not None else ""


def _shares(slots: Sequence[PastSlot]) -> str:
    covered = sum(slot.run is not None and slot.run.status == RunStatus.COVERED for slot in slots)
    if not covered:
        return "Each has had its run."
    verb = "is" if covered == 1 else "are"
    return f"{len(slots) - covered} had a run, {covered} {verb} covered by a later one: none is missing."


def _count(number: int) -> str:
    return "1 slot" if number == 1 else f"{number} slots"
