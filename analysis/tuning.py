"""What admins and users tune: slots and their tick, constants of the score, preferences; all checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from analysis.models import ANALYSIS_KINDS, FreshnessPreference, ParameterRevision, RunKind, Slot
from analysis.schedule import SlotRule, late_after, seed_rules
from analysis.selectors import parameters_from
from analysis.types import ScoringParameters
from sectors.broadcast import announce_preferences
from universe.services import revision_conflict

SLOT_KINDS = tuple(str(kind) for kind in (*ANALYSIS_KINDS, RunKind.PASS) if kind != RunKind.ON_DEMAND)
FIRST_SLOT, LAST_SLOT = dt.time(4, 0), dt.time(20, 0)
#: Seconds that an admin may let a run of a slot take.
CEILING_BOUNDS = (10, 1_800)
PRUNE_SECONDS = 6 * 3600
#: Outcomes are looked for every five minutes of market time, but not more often than every five seconds.
OUTCOMES_MINUTES, OUTCOMES_SECONDS_MIN = 5, 5
#: The least of a constant that something is divided or cut by.
LEAST = 0.01
WEIGHTS_TOLERANCE = 1e-9
#: Advisory lock of PostgreSQL: one revision of the constants at a time.
PARAMETERS_LOCK = 7_310_012


@transaction.atomic
def slots_seed() -> dict[str, int]:
    """The product's slots where there are none, and what beat sends. Slots moved or deleted stay that way.

    Returns how many slots were made and the seconds between ticks.
    """
    made = 0
    if not Slot.objects.exists():
        made = len(Slot.objects.bulk_create(_seed_row(rule) for rule in seed_rules()))
    seconds = tick_seconds()
    _periodic_set("tick", "analysis.tasks.tick_task", seconds)
    _periodic_set("outcomes", "analysis.tasks.outcomes_task", outcomes_seconds())
    _periodic_set("prune", "analysis.tasks.prune_task", PRUNE_SECONDS)
    return {"slots": made, "tick_seconds": seconds}


def slot_check(
    kind: str,
    at: dt.time,
    ceiling_seconds: int | None = None,
    *,
    enabled: bool = True,
    own: int | None = None,
) -> None:
    """Raise ValidationError by field unless the schedule can serve such a slot beside the others.

    ``own`` is the number of the slot itself when it is there already.
    """
    if kind not in SLOT_KINDS:
        raise ValidationError({"kind": f"A slot is of the kind {', '.join(SLOT_KINDS)}, not “{kind}”."})
    if at.second or at.microsecond:
        raise ValidationError({"at": f"{at} is not on the minute; the schedule looks once a minute."})
    if not FIRST_SLOT <= at <= LAST_SLOT:
        raise ValidationError({"at": f"{at:%H:%M} is outside 4:00 to 20:00 New York time."})
    low, high = CEILING_BOUNDS
    if ceiling_seconds is not None and not low <= ceiling_seconds <= high:
        text = f"A run may take {low} to {high} seconds, not {ceiling_seconds}."
        raise ValidationError({"ceiling_seconds": text})
    others = [slot for slot in Slot.objects.filter(at=at) if slot.pk != own]
    if same := [slot.name for slot in others if slot.kind == kind]:
        text = (
            f"At {at:%H:%M} there is “{same[0]}” of this kind already. Change that one or take another time."
        )
        raise ValidationError({"at": text})
    beside = [slot.name for slot in others if slot.enabled]
    if enabled and beside:
        raise ValidationError({"at": doubled_words(at, beside)})


def doubled_words(at: dt.time, names: Sequence[str]) -> str:
    """Why two slots of one minute are refused; ``names`` are those that stand there already."""
    taken = " and ".join(f"“{name}”" for name in names)
    return (
        f"At {at:%H:%M} there is {taken} already. Every run reads the whole board, so an analysis is that "
        "half hour's pass as well, and a second run would read the same market twice. Take another time, or "
        "disable the other first."
    )


def slots_warning() -> str:
    """What the enabled slots leave undone, for whoever has just changed them; empty when nothing."""
    kinds = set(Slot.objects.filter(enabled=True).values_list("kind", flat=True))
    if not kinds:
        return "No slot is enabled: nothing refreshes the board by itself until one is."
    if kinds.isdisjoint(ANALYSIS_KINDS):
        return (
            "No analysis is enabled: passes refresh the lights, but the board grows stale and no universe is "
            "built ahead, until an analysis is enabled or somebody asks for one."
        )
    return ""


def tick_seconds() -> int:
    """Wall seconds between ticks: a minute of market time, at least one second."""
    return max(1, round(60 / float(settings.MARKET_SPEED)))


def outcomes_seconds() -> int:
    """Wall seconds between two looks for outcomes that are due."""
    return max(OUTCOMES_SECONDS_MIN, round(60 * OUTCOMES_MINUTES / float(settings.MARKET_SPEED)))


def late_from() -> dt.timedelta:
    """Market time after which a slot that gets its row is marked late."""
    return late_after(dt.timedelta(seconds=tick_seconds()), float(settings.MARKET_SPEED))


def _seed_row(rule: SlotRule) -> Slot:
    return Slot(kind=rule.kind, at=rule.at, name=rule.name, ceiling_seconds=rule.ceiling_seconds)


def _periodic_set(name: str, task: str, seconds: int) -> None:
    """Beat sends ``task`` every ``seconds``; one that no worker took until the next is dropped."""
    schedule, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.update_or_create(
        name=name, defaults={"task": task, "interval": schedule, "enabled": True, "expire_seconds": seconds}
    )


@transaction.atomic
def preference_set(user: AbstractBaseUser, **values: Any) -> FreshnessPreference:
    """Store some of a user's preferences; the others stay. Raises ValidationError with a dict by field."""
    stored = FreshnessPreference.objects.filter(user_id=user.pk).first()
    preference = stored or FreshnessPreference(user_id=user.pk)
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
    values: dict[str, Any],
    *,
    reason: str,
    author: AbstractBaseUser | AnonymousUser | None,
    expected: int | None = None,
) -> ParameterRevision:
    """Make other constants of the score the active ones; the ones before stay as they were.

    Raises ValidationError when a name, a type or a bound is wrong, or when somebody revised them after the
    author had seen the revision ``expected`` (0: the product's own; None is not checked).
    """
    parameters_check(values)
    parameters_expect(expected)
    ParameterRevision.objects.filter(active=True).update(active=False)
    return ParameterRevision.objects.create(
        values=values, reason=reason, author_id=author.pk if author else None
    )


@transaction.atomic
def parameters_undo(
    *, author: AbstractBaseUser | AnonymousUser | None, expected: int | None = None
) -> ParameterRevision:
    """Put the constants before those in force back, as a new revision; before the first were the defaults.

    Raises ValidationError when nothing was ever revised, or as `parameters_revise` does.
    """
    parameters_expect(expected)
    revisions = list(ParameterRevision.objects.order_by("-created_at", "-pk")[:2])
    if not revisions:
        raise ValidationError("The constants are the product's own; there is nothing to undo.")
    standing, *earlier = revisions
    before = f"those of revision {earlier[0].pk}" if earlier else "the product's own"
    reason = f"Undo of revision {standing.pk} ({standing.reason[:200]}): back to {before}."
    return parameters_revise(earlier[0].values if earlier else {}, reason=reason, author=author)


def parameters_expect(expected: int | None) -> None:
    """Raise ValidationError unless ``expected`` is the revision in force; None is not checked.

    Inside a transaction no other revision comes before its end.
    """
    conflict = revision_conflict(ParameterRevision, expected, lock=PARAMETERS_LOCK, what="the constants")
    if conflict:
        raise ValidationError(conflict, code="conflict")


def parameters_check(values: dict[str, Any], *, together: bool = True) -> None:
    """Raise ValidationError unless ``values`` name constants of the score with usable numbers, and unless
    these fit ``together`` with all others."""
    if not isinstance(values, dict):
        raise ValidationError({"values": 'Must be an object such as {"winsor_pct": 25}.'})
    defaults = asdict(ScoringParameters())
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
    if together:
        _together_check(parameters_from(values))


def _together_check(found: ScoringParameters) -> None:
    """Raise ValidationError for constants that are numbers each and no score together."""
    if found.relative_volume_min >= found.relative_volume_max:
        raise ValidationError({"values": "The least relative volume must be less than the most."})
    total = sum(found.weights.values())
    if abs(total - 1.0) > WEIGHTS_TOLERANCE:
        raise ValidationError({"values": f"The weights of the four frames add up to {total:g}, not to 1."})


def _number_check(name: str, number: object) -> None:
    """A constant is a number, 0 to 1000; scales and windows may not be 0."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValidationError({"values": f"{name} takes a number, not {number!r}."})
    if not 0 <= number <= 1000:
        raise ValidationError({"values": f"{name} is {number}; it may be 0 to 1000."})
    divides = name.endswith("scale") or name in ("scales", "winsor_pct", "relative_volume_min")
    if divides and number < LEAST:
        words = f"{name} divides or bounds something: it must be {LEAST} at least, not {number}."
        raise ValidationError({"values": words})
