"""Classes of stocks beside the newest universe, and which of them want a human eye. Nothing here writes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from sectors.models import Classification, Sector, VolatilityWeight
from sectors.overrides import BY_HAND
from universe.models import SnapshotMember, Stock, UniverseSnapshot

#: A class below this confidence wants to be looked at.
SURE_ENOUGH = Decimal("0.60")
SET_BY_HAND = Q(evidence__contains=[{"kind": BY_HAND}])
_DOUBTFUL = Q(confidence__lt=SURE_ENOUGH) | Q(disputed=True) | Q(sector=None)


def with_membership(rows: QuerySet[Classification]) -> QuerySet[Any]:
    """Each class with ``stock_name``, and of the newest universe ``tier`` ("core", "breadth", "" is out) and
    ``dollar_volume`` (USD a day: price times average volume); None: not judged there, not known."""
    verdict = SnapshotMember.objects.filter(snapshot=_newest(), symbol=OuterRef("symbol"))
    traded = verdict.annotate(usd=F("price") * F("avg_volume"))
    return rows.annotate(
        stock_name=Subquery(Stock.objects.filter(symbol=OuterRef("symbol")).values("name")[:1]),
        tier=Subquery(verdict.values("tier")[:1]),
        dollar_volume=Subquery(traded.values("usd")[:1]),
    )


def members_only(rows: QuerySet[Any], *tiers: str) -> QuerySet[Any]:
    """Those of ``rows`` that stand in these tiers of the newest universe."""
    members = SnapshotMember.objects.filter(snapshot=_newest(), tier__in=tiers)
    return rows.filter(symbol__in=members.values("symbol"))


def to_review(rows: QuerySet[Any], *tiers: str) -> QuerySet[Any]:
    """Members whose class is unknown, disputed or not sure, and which nobody has set by hand."""
    return members_only(rows, *tiers).filter(_DOUBTFUL, excluded=False).exclude(SET_BY_HAND)


def review_counts() -> dict[str, int]:
    """How many members of each tier are to be reviewed, and how many of both."""
    rows = Classification.objects.order_by()
    core = members_only(Classification.objects.order_by(), "core").values("pk")
    counts = to_review(rows, "core", "breadth").aggregate(
        members=Count("pk"), core=Count("pk", filter=Q(pk__in=core))
    )
    return {**counts, "breadth": counts["members"] - counts["core"]}


def core_by_sector(rows: QuerySet[Sector]) -> QuerySet[Any]:
    """Each sector with ``core_members`` of the newest universe, ``weight_in_force`` and ``weight_id``."""
    weight = VolatilityWeight.objects.filter(sector=OuterRef("pk"), active=True)
    core = SnapshotMember.objects.filter(snapshot=_newest(), tier="core").values("symbol")
    counted = Q(classification__symbol__in=core, classification__excluded=False)
    return rows.annotate(
        core_members=Count("classification", filter=counted),
        weight_in_force=Subquery(weight.values("weight")[:1]),
        weight_id=Subquery(weight.values("pk")[:1]),
    )


def _newest() -> int | None:
    return UniverseSnapshot.objects.order_by("-session").values_list("pk", flat=True).first()
