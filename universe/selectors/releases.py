"""Economic releases."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from universe.models import EconomicEvent


def releases_between(
    first: dt.datetime, last: dt.datetime, *, impact: str = "High"
) -> QuerySet[EconomicEvent]:
    """Releases of one impact ("": of any) in [first, last], earliest first."""
    found = EconomicEvent.objects.filter(at__gte=first, at__lte=last)
    return (found.filter(impact=impact) if impact else found).order_by("at", "event")
