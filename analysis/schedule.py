"""When runs are due: slots as data, judged by the market clock and the exchange calendar.

A slot is a New York time of day. It exists on every exchange session whose extended hours reach it: on an
early close nothing after 17:00 exists. Nothing here reads a clock or a table, so two years of holidays and
clock changes can be checked against an answer file.

What happens to slots that nobody served in time:
1. of the analyses (20:00 of the session before, 4:00, 8:00, 8:35) only the newest is run, marked late;
2. of the passes only the newest is run, unless a published run already looked at a later market;
3. every older slot becomes a row with the state ``covered``, so that no slot is ever without a row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from analysis.models import ANALYSIS_KINDS, RunKind
from universe.sessions import ET
from universe.types import SessionHours

#: Market time after which a slot that gets its row is late: two ticks, so that one may be missed or slow.
LATE_AFTER = dt.timedelta(minutes=2)
#: What a machine may need from a slot's moment to its row, in wall time, however fast the market runs.
LATE_SLACK = dt.timedelta(seconds=10)
#: Wall time that a slot may be without a result before that is told, and what it gets beyond its ceiling.
PATIENCE, PATIENCE_PAST_CEILING = dt.timedelta(minutes=5), dt.timedelta(seconds=60)
#: The half-hourly rhythm of the passes.
PASS_INTERVAL = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class SlotRule:
    """A time of day at which a run is due; ``at`` is New York wall time."""

    kind: str
    at: dt.time
    name: str
    ceiling_seconds: int = 120


@dataclass(frozen=True, slots=True, order=True)
class DueSlot:
    """One slot of one session. ``scheduled_for`` is aware, New York."""

    scheduled_for: dt.datetime
    kind: str
    late: bool = False

    @property
    def key(self) -> tuple[str, dt.datetime]:
        return self.kind, self.scheduled_for


@dataclass(frozen=True, slots=True)
class Decision:
    """What a tick does: ``run`` in the order of starting, ``covered`` only recorded."""

    run: tuple[DueSlot, ...]
    covered: tuple[DueSlot, ...]


def late_after(tick: dt.timedelta, speed: float) -> dt.timedelta:
    """Market time after which a slot is late, in a market of ``speed`` that is looked at each ``tick`` (wall
    time). Two ticks and two market minutes at least; a fast market passes minutes while a machine blinks."""
    return max(LATE_AFTER, max(2 * tick, LATE_SLACK) * speed)


def patience(rule: SlotRule) -> dt.timedelta:
    """Wall time after which a slot of this rule should have its result."""
    return max(PATIENCE, dt.timedelta(seconds=rule.ceiling_seconds) + PATIENCE_PAST_CEILING)


def seed_rules() -> tuple[SlotRule, ...]:
    """The product's slots. 8:00 and 20:00 are analyses and at the same time that half hour's pass."""
    analyses = (
        SlotRule(RunKind.OVERNIGHT, dt.time(4, 0), "Overnight", 180),
        SlotRule(RunKind.RELEASE, dt.time(8, 0), "Before the 8:30 releases", 120),
        SlotRule(RunKind.RELEASE, dt.time(8, 35), "After the 8:30 releases", 120),
        SlotRule(RunKind.COMPREHENSIVE, dt.time(20, 0), "Comprehensive", 300),
    )
    taken = {rule.at for rule in analyses}
    half_hours = (dt.time(minute // 60, minute % 60) for minute in range(4 * 60 + 30, 20 * 60 + 1, 30))
    passes = tuple(SlotRule(RunKind.PASS, at, "Half-hourly pass", 60) for at in half_hours if at not in taken)
    return analyses + passes


def slots_of_session(hours: SessionHours, rules: Iterable[SlotRule]) -> list[DueSlot]:
    """The slots that exist on one session, oldest first."""
    moments = (
        DueSlot(dt.datetime.combine(hours.session, rule.at, tzinfo=ET), str(rule.kind)) for rule in rules
    )
    return sorted(slot for slot in moments if hours.pre_open <= slot.scheduled_for <= hours.post_close)


def slots_due(
    now: dt.datetime,
    rules: Sequence[SlotRule],
    hours: Sequence[SessionHours],
    done: Set[tuple[str, dt.datetime]],
    *,
    since: dt.datetime | None = None,
    covered_until: dt.datetime | None = None,
    late_from: dt.timedelta = LATE_AFTER,
) -> Decision:
    """Decide which slots to start at ``now`` and which to record as covered.

    ``hours`` are the sessions to look at, oldest first; ``done`` the (kind, moment) pairs that have a row in
    any state; ``since`` the first moment to look at; ``covered_until`` the newest ``as_of`` of a published
    run of the whole board; a slot older than ``late_from`` is marked late. All times aware.
    """
    past = [
        slot
        for one in hours
        for slot in slots_of_session(one, rules)
        if slot.scheduled_for <= now and (since is None or slot.scheduled_for >= since)
    ]
    analyses = [slot for slot in past if slot.kind in ANALYSIS_KINDS]
    passes = [slot for slot in past if slot.kind not in ANALYSIS_KINDS]
    run, covered = _newest_only(analyses, done)
    pass_run, pass_covered = _newest_only(passes, done)
    served = [slot for slot in pass_run if covered_until is not None and slot.scheduled_for <= covered_until]
    pass_run = [slot for slot in pass_run if slot not in served]
    return Decision(
        run=tuple(_marked(slot, now, late_from) for slot in run + pass_run),
        covered=tuple(sorted(covered + pass_covered + served)),
    )


def next_slot(now: dt.datetime, rules: Sequence[SlotRule], hours: Sequence[SessionHours]) -> DueSlot | None:
    """The first slot after ``now`` in the given sessions; every slot refreshes the board."""
    for one in hours:
        for slot in slots_of_session(one, rules):
            if slot.scheduled_for > now:
                return slot
    return None


def _newest_only(
    slots: list[DueSlot], done: Set[tuple[str, dt.datetime]]
) -> tuple[list[DueSlot], list[DueSlot]]:
    """Split unserved slots into the newest (only if no later one is served) and the older rest."""
    if not slots:
        return [], []
    open_slots = [slot for slot in slots if slot.key not in done]
    newest = slots[-1]
    if newest.key in done:
        return [], open_slots
    return [newest], [slot for slot in open_slots if slot != newest]


def _marked(slot: DueSlot, now: dt.datetime, late_from: dt.timedelta) -> DueSlot:
    return DueSlot(slot.scheduled_for, slot.kind, late=now - slot.scheduled_for > late_from)
