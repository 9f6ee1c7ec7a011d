"""The limits in force."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from universe.models import CriteriaRevision
from universe.types import UniverseCriteria

TEXT_LISTS = ("exchanges", "kinds")


def criteria_current() -> UniverseCriteria:
    """The active revision over the product's defaults."""
    revision = CriteriaRevision.objects.filter(active=True).first()
    return criteria_from(revision.values) if revision else UniverseCriteria()


def criteria_from(values: dict[str, Any]) -> UniverseCriteria:
    """Stored values as limits; names that are no longer a limit are left out."""
    known: dict[str, Any] = {
        limit.name: values[limit.name] for limit in fields(UniverseCriteria) if limit.name in values
    }
    for name in TEXT_LISTS:
        if name in known:
            known[name] = tuple(known[name])
    return UniverseCriteria(**known)
