"""Which time of news and filings was fetched, written down so that a gap is known as a gap."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F

from universe.models import NewsCoverage
from universe.spans import Span


def span_keep(kind: str, span: Span) -> None:
    """``span`` of one list was fetched; it becomes one with those that it touches."""
    with transaction.atomic():
        touching = NewsCoverage.objects.select_for_update().filter(
            kind=kind, first__lte=span.last, last__gte=span.first
        )
        rows = list(touching)
        first = min((span.first, *(row.first for row in rows)))
        last = max((span.last, *(row.last for row in rows)))
        NewsCoverage.objects.filter(pk__in=[row.pk for row in rows]).delete()
        NewsCoverage.objects.create(kind=kind, first=first, last=last)


def spans_trim(before: dt.datetime) -> None:
    """What was fetched of the time ``before`` is gone."""
    NewsCoverage.objects.filter(last__lt=before).delete()
    NewsCoverage.objects.filter(first__lt=before).update(first=before)


def covered_until(kind: str, now: dt.datetime) -> dt.datetime | None:
    """Up to which moment, ``now`` at the latest, something of a list was fetched; None: nothing was."""
    row = NewsCoverage.objects.filter(kind=kind, first__lte=now).order_by(F("last").desc()).first()
    return None if row is None else min(row.last, now)
