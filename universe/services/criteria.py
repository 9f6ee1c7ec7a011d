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
from universe.types import UniverseCriteria


def criteria_revise(
    values: dict[str, Any], *, reason: str, author: AbstractBaseUser | None
) -> CriteriaRevision:
    """Make ``values`` (only what differs from the defaults) the limits of the next build.

    Raises `CriteriaError` naming the limit, its value and its bound. A universe that is already built stays.
    """
    if not reason.strip():
        raise CriteriaError("A change of the limits needs a reason; say in one sentence why.")
    cleaned = criteria_check(values)
    with transaction.atomic():
        # An UPDATE that waited for another revision would not see the row which that one made active.
        CriteriaRevision.objects.select_for_update().filter(active=True).first()
        CriteriaRevision.objects.filter(active=True).update(active=False)
        return CriteriaRevision.objects.create(
            values=cleaned, reason=reason.strip(), author_id=author.pk if author else None
        )


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
