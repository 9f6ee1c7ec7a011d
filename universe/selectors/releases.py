"""Economic releases."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from universe.models import EconomicEvent


def releases_between(
    first: dt.datetime, last: dt.datetime, *, impact: str = "High"
) -> QuerySet[EconomicEvent]:
    """Releases of one impact in [first, last], earliest first."""
    return EconomicEvent.objects.filter(at__gte=first, at__lte=last, impact=impact).order_by("at")
