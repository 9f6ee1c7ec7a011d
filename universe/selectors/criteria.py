"""The limits in force and before, and the codes that they may name."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.db.models import Count

from universe.models import CriteriaRevision, Stock
from universe.types import UniverseCriteria

TEXT_LISTS = ("exchanges", "kinds")


def criteria_current() -> UniverseCriteria:
    """The active revision over the product's defaults."""
    revision = CriteriaRevision.objects.filter(active=True).first()
    return criteria_from(revision.values) if revision else UniverseCriteria()


def criteria_revisions(limit: int | None = None) -> list[CriteriaRevision]:
    """The revisions of the limits with their authors, the newest first."""
    rows = (
        CriteriaRevision.objects.select_related("author")
        .defer("author__password")
        .order_by("-created_at", "-pk")
    )
    return list(rows[:limit])


def criteria_changes(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """(limit, value before, value after) of what differs between two stored revisions."""
    before, after = criteria_from(old), criteria_from(new)
    pairs = (
        (limit.name, getattr(before, limit.name), getattr(after, limit.name)) for limit in fields(before)
    )
    return [(name, one, other) for name, one, other in pairs if one != other]


def listed_codes() -> tuple[dict[str, int], dict[str, int]]:
    """How many active listings there are by exchange (MIC) and by the vendor's type; "" is not known."""
    rows = Stock.objects.filter(active=True).order_by()
    by_mic = dict(rows.values_list("mic").annotate(Count("pk")))
    return by_mic, dict(rows.values_list("kind").annotate(Count("pk")))


def criteria_from(values: dict[str, Any]) -> UniverseCriteria:
    """Stored values as limits; names that are no longer a limit are left out."""
    known: dict[str, Any] = {
        limit.name: values[limit.name] for limit in fields(UniverseCriteria) if limit.name in values
    }
    for name in TEXT_LISTS:
        if name in known:
            known[name] = tuple(known[name])
    return UniverseCriteria(**known)
