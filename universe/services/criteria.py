"""Changing the limits of the universe: a change is a new revision, the old ones stay."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from universe.criteria import validate
from universe.errors import CriteriaError
from universe.models import CriteriaRevision
from universe.selectors.criteria import TEXT_LISTS
from universe.services.revisions import revision_conflict
from universe.types import UniverseCriteria

#: Advisory lock of PostgreSQL: one revision of the limits at a time.
CRITERIA_LOCK = 7_310_011


def criteria_revise(
    values: dict[str, Any], *, reason: str, author: AbstractBaseUser | None, expected: int | None = None
) -> CriteriaRevision:
    """Make ``values`` (only what differs from the defaults) the limits of the next build.

    Raises `CriteriaError` naming the limit, its value and its bound, or who revised them after the author had
    seen the revision ``expected`` (0: the defaults; None is not checked). A universe that is built stays.
    """
    if not reason.strip():
        raise CriteriaError("A change of the limits needs a reason; say in one sentence why.")
    cleaned = criteria_check(values)
    with transaction.atomic():
        criteria_expect(expected)
        CriteriaRevision.objects.filter(active=True).update(active=False)
        return CriteriaRevision.objects.create(
            values=cleaned, reason=reason.strip(), author_id=author.pk if author else None
        )


def criteria_undo(*, author: AbstractBaseUser | None, expected: int | None = None) -> CriteriaRevision:
    """Put the limits before those in force back, as a new revision: before the first one stood the defaults.

    Raises `CriteriaError` when nothing was ever revised, or as `criteria_revise` does.
    """
    with transaction.atomic():
        criteria_expect(expected)
        revisions = list(CriteriaRevision.objects.order_by("-created_at", "-pk")[:2])
        if not revisions:
            raise CriteriaError("The limits are the product's own; there is nothing to undo.")
        standing, *earlier = revisions
        before = f"those of revision {earlier[0].pk}" if earlier else "the product's own"
        return criteria_revise(
            earlier[0].values if earlier else {},
            reason=f"Undo of revision {standing.pk} ({standing.reason[:200]}): back to {before}.",
            author=author,
        )


def criteria_expect(expected: int | None) -> None:
    """Raise `CriteriaError` unless ``expected`` is the revision in force, 0 for the product's own limits.

    None is not checked. Inside a transaction no other revision comes before its end.
    """
    conflict = revision_conflict(CriteriaRevision, expected, lock=CRITERIA_LOCK, what="the limits")
    if conflict:
        raise CriteriaError(conflict)


def criteria_check(values: dict[str, Any]) -> dict[str, Any]:
    """The values that differ from the defaults, of the right kind. Raises `CriteriaError`."""
    defaults = UniverseCriteria()
    names = {limit.name for limit in fields(UniverseCriteria)}
    if not isinstance(values, dict):
        raise CriteriaError(f"The limits are a JSON object of name and value, not {type(values).__name__}.")
    unknown = sorted(set(values) - names)
    if unknown:
        raise CriteriaError(f"{unknown[0]} is no limit; the limits are {', '.join(sorted(names))}.")
    given = {name: _typed(name, value, getattr(defaults, name)) for name, value in values.items()}
    validate(replace(defaults, **given))
    return {
        name: list(value) if name in TEXT_LISTS else value
        for name, value in given.items()
        if value != getattr(defaults, name)
    }


def _typed(name: str, value: Any, default: Any) -> Any:
    if name in TEXT_LISTS:
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
            raise CriteriaError(f"{name} is {value!r}; it must be a list of codes such as {list(default)}.")
        return tuple(value)
    if type(value) not in (int, float):
        raise CriteriaError(f"{name} is {value!r}; it must be a number such as {default}.")
    if isinstance(default, int) and isinstance(value, float) and not value.is_integer():
        raise CriteriaError(f"{name} is {value!r}; it must be a whole number such as {default}.")
    return int(value) if isinstance(default, int) else float(value)
