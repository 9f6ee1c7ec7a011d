"""The dead-man check: the owner is told when a slot passes without a result, was late, or is filled again.

It runs in a thread of the stream's process and needs neither beat nor worker, whose deaths it tells. Rows
make it tell once, however many processes look:
1. an outage is told at its first slot and, while more slots follow, once an hour;
2. its end is told once, with what was caught up; slots that were late without an outage are told alone;
3. a watch that has just begun, or that slept itself, first gives everybody the time to catch up.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Sequence

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Max
from django.utils import timezone

from analysis.models import Notice, RunStatus, world_in_force
from analysis.notice_mail import notices_mail
from analysis.schedule import SlotRule, patience
from analysis.selectors import rules_enabled
from analysis.slot_selectors import PastSlot, outage_begun, outage_told, slots_past
from analysis.slot_words import late_words, outage_words, recovered_words, still_words
from universe.clock import ClockUnavailableError, market_now, wall_since

logger = logging.getLogger(__name__)

WATCH_SECONDS = 15.0
#: A watch that did not look for so long has slept, as the rest of its machine may have.
SLEPT = dt.timedelta(minutes=2)
SUMMARY_AFTER = dt.timedelta(hours=1)
#: A late row that is older than this is history.
LATE_KEPT = dt.timedelta(hours=2)
#: One tick makes its rows within this time.
ONE_TICK = dt.timedelta(seconds=10)

RuleKey = tuple[str, dt.time]


class SlotWatch:
    """Looks at the slots again and again; one for each process that watches."""

    def __init__(self) -> None:
        self._looked_at: dt.datetime | None = None
        self._began = dt.datetime.max.replace(tzinfo=dt.UTC)
        self._known: dict[RuleKey, dt.datetime] = {}

    def look(self) -> None:
        """Tell what is new. Raises ClockUnavailableError, and DatabaseError while PostgreSQL is away."""
        now, rules = market_now(), rules_enabled()
        self._learn(rules, now)
        past = slots_past(now, rules)
        blamed = [slot for slot in past if slot.is_unfilled and self._has_waited(slot)]
        told = outage_told()
        if told is None and blamed:
            _tell(Notice.Kind.UNFILLED, blamed[0], blamed[-1].scheduled_for, now, outage_words(blamed))
        elif told is None:
            self._tell_late(past, now)
        elif not any(slot.is_unfilled for slot in past):
            _tell_recovered(told, past, now)
        elif blamed and blamed[-1].scheduled_for > told.until and wall_since(told.at) >= SUMMARY_AFTER:
            _tell(Notice.Kind.UNFILLED, blamed[-1], blamed[-1].scheduled_for, now, still_words(blamed))

    def _learn(self, rules: Sequence[SlotRule], now: dt.datetime) -> None:
        """Note since when each rule is known: a slot counts from then on, if it is older."""
        if self._looked_at is None or wall_since(self._looked_at) > SLEPT:
            self._known, self._began = {}, now
        self._known = {key: self._known.get(key, now) for key in map(_key, rules)}
        self._looked_at = now

    def _has_waited(self, slot: PastSlot) -> bool:
        since = max(slot.scheduled_for, self._known[_key(slot.rule)])
        return wall_since(since) >= patience(slot.rule)

    def _tell_late(self, past: Sequence[PastSlot], now: dt.datetime) -> None:
        """One notice for all that one catch-up brought, once all of it is done."""
        newest = Notice.objects.filter(world=world_in_force()).aggregate(newest=Max("until"))["newest"]
        late = [
            slot
            for slot in past
            if slot.run is not None
            and slot.run.late
            and slot.run.created_wall > timezone.now() - LATE_KEPT
            and (newest is None or slot.scheduled_for > newest)
            and not self._is_new(slot)
        ]
        if not late or not all(slot.is_filled for slot in late):
            return
        _tell(Notice.Kind.LATE, late[-1], late[-1].scheduled_for, now, late_words(_caught_up(past, late[-1])))

    def _is_new(self, slot: PastSlot) -> bool:
        """Whether its rule came after the slot, under our eyes: then nobody was late."""
        known = self._known[_key(slot.rule)]
        return known > self._began and slot.scheduled_for < known


def watch_forever(stopping: threading.Event) -> None:
    """Look and mail until ``stopping`` is set. What is away is logged, and the next look tries again."""
    watch = SlotWatch()
    try:
        while not stopping.wait(WATCH_SECONDS):
            try:
                watch.look()
                notices_mail()
            except (DatabaseError, InterfaceError, ClockUnavailableError) as exc:
                logger.warning("the slots are looked at again soon: %s", exc)
                connection.close()
            except Exception:
                # The supervisor of the watch: nobody else would miss one that a fault of ours has ended.
                logger.exception("a look at the slots failed by a fault of the program")
    finally:
        connection.close()


def _tell(kind: Notice.Kind, slot: PastSlot, until: dt.datetime, now: dt.datetime, words: str) -> None:
    _keep(kind, (str(slot.rule.kind), slot.scheduled_for), until, now, words)


def _tell_recovered(told: Notice, past: Sequence[PastSlot], now: dt.datetime) -> None:
    first = outage_begun(told)
    served = [slot for slot in past if slot.run is not None and slot.scheduled_for >= first.scheduled_for]
    until = max([told.until, *(slot.scheduled_for for slot in served)])
    words = recovered_words(first.scheduled_for, served, now)
    _keep(Notice.Kind.RECOVERED, (first.slot_kind, first.scheduled_for), until, now, words)


def _keep(
    kind: Notice.Kind, slot: tuple[str, dt.datetime], until: dt.datetime, now: dt.datetime, words: str
) -> None:
    """Store a notice, unless another process has told it already."""
    _, made = Notice.objects.get_or_create(
        world=world_in_force(),
        kind=kind,
        slot_kind=slot[0],
        scheduled_for=slot[1],
        defaults={"until": until, "at": now, "words": words},
    )
    if made:
        logger.warning("%s", words)


def _caught_up(past: Sequence[PastSlot], newest: PastSlot) -> list[PastSlot]:
    """A late slot and those before it that were passed by with it, oldest first."""
    found: list[PastSlot] = []
    for slot in reversed(past[: past.index(newest) + 1]):
        if (
            slot.run is None
            or newest.run is None
            or not (slot.run.late or slot.run.status == RunStatus.COVERED)
        ):
            break
        if abs(slot.run.created_wall - newest.run.created_wall) > ONE_TICK:
            break
        found.append(slot)
    return found[::-1]


def _key(rule: SlotRule) -> RuleKey:
    return str(rule.kind), rule.at
