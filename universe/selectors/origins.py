"""Where stored market data came from: whose it is, when it was fetched, by which calls."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import Count, Max, Min, OuterRef, Q, Subquery

from universe.models import Stock, StockSplit, VendorCall
from universe.selectors.prices import NEWEST_CORRECTIONS
from universe.types import Session

_BARS = f"""
    SELECT bar.session, COALESCE(newest.source, bar.source), count(*),
           min(COALESCE(newest.fetched_at, bar.fetched_at)), max(COALESCE(newest.fetched_at, bar.fetched_at))
    FROM universe_dailybar AS bar
    LEFT JOIN ({NEWEST_CORRECTIONS}) AS newest USING (session, symbol)
    WHERE bar.session = ANY(%s) AND bar.symbol = ANY(%s)
    GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """``rows`` rows of one input: their vendors, and when the oldest and the newest were fetched."""

    sources: tuple[str, ...] = ()
    rows: int = 0
    oldest: dt.datetime | None = None
    newest: dt.datetime | None = None


def bar_origins(sessions: Sequence[Session], symbols: Sequence[str]) -> dict[Session, Origin]:
    """The daily bars of each session, or what corrected them; one without any is absent."""
    if not sessions:
        return {}
    found: dict[Session, Origin] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BARS, [min(sessions), max(sessions), list(sessions), list(symbols)])
        for session, source, count, oldest, newest in cursor.fetchall():
            found[session] = _joined(found.get(session, Origin()), Origin((source,), count, oldest, newest))
    return found


def fact_origin(symbols: Sequence[str]) -> Origin:
    """The slow facts of the listings that have any."""
    rows = Stock.objects.filter(symbol__in=list(symbols), facts_fetched_at__isnull=False).order_by()
    total = Origin()
    for sources, count, oldest, newest in rows.values_list("facts_source").annotate(
        Count("pk"), Min("facts_fetched_at"), Max("facts_fetched_at")
    ):
        total = _joined(total, Origin(tuple(sources.split(",")), count, oldest, newest))
    return total


def _joined(one: Origin, other: Origin) -> Origin:
    oldest = [moment for moment in (one.oldest, other.oldest) if moment]
    newest = [moment for moment in (one.newest, other.newest) if moment]
    return replace(
        one,
        sources=tuple(sorted({*one.sources, *other.sources} - {""})),
        rows=one.rows + other.rows,
        oldest=min(oldest, default=None),
        newest=max(newest, default=None),
    )


def splits_count(first: Session, last: Session, symbols: Sequence[str]) -> int:
    """How many listed splits of these symbols fall on the sessions ``first`` to ``last``."""
    return StockSplit.objects.filter(session__range=(first, last), symbol__in=list(symbols)).count()


def calls_by_subject(purposes: Iterable[str], subjects: Iterable[object]) -> dict[str, list[VendorCall]]:
    """The newest batch of calls of each purpose and subject, under "purpose subject", in their order."""
    wanted = Q(purpose__in=list(purposes), subject__in=[str(subject) for subject in subjects])
    newest = VendorCall.objects.filter(purpose=OuterRef("purpose"), subject=OuterRef("subject"))
    moment = Subquery(newest.order_by("-kept_at").values("kept_at")[:1])
    found: defaultdict[str, list[VendorCall]] = defaultdict(list)
    for call in VendorCall.objects.filter(wanted, kept_at=moment).order_by("pk"):
        found[f"{call.purpose} {call.subject}"].append(call)
    return dict(found)


def calls_newest(purposes: Iterable[str]) -> dict[str, list[VendorCall]]:
    """The newest batch of calls of each purpose, whatever it was about, in their order."""
    newest = VendorCall.objects.filter(purpose=OuterRef("purpose")).order_by("-kept_at")
    moment = Subquery(newest.values("kept_at")[:1])
    found: defaultdict[str, list[VendorCall]] = defaultdict(list)
    for call in VendorCall.objects.filter(purpose__in=list(purposes), kept_at=moment).order_by("pk"):
        found[call.purpose].append(call)
    return dict(found)


def calls_between(purpose: str, first: dt.datetime, last: dt.datetime) -> list[VendorCall]:
    """The calls of a purpose that were answered from ``first`` to ``last`` (wall clock), in that order."""
    rows = VendorCall.objects.filter(purpose=purpose, received_at__gte=first, received_at__lte=last)
    return list(rows.order_by("received_at", "pk"))


def calls_named(ids: Iterable[int]) -> list[VendorCall]:
    """The calls with these ids that are still kept, in the order in which they were kept."""
    return list(VendorCall.objects.filter(pk__in=list(ids)).order_by("pk"))
