"""Every listing of one universe with its verdict, filtered and in order: for the page, its file and the API.

Verdicts and the values that decided them are those of the session. Name and sector are today's: a listing
mostly keeps them, and neither decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from sectors.listing_query import ANY, UNKNOWN, ListingQuery
from sectors.models import Classification
from universe.changes import Change
from universe.criteria import CRITERION_OF, FUNNEL_STAGES, VOLUME_BELOW, float_bound
from universe.models import SnapshotMember, Stock, UniverseSnapshot
from universe.selectors import criteria_from
from universe.types import Candidate

Rows = QuerySet[SnapshotMember, dict[str, Any]]
VALUES = (
    *("symbol", "tier", "cap_tier", "reasons", "price", "market_cap", "avg_volume", "float_shares"),
    *("shares_outstanding", "mic", "kind", "gap_share", "gap_share_10", "name", "sector", "was", "gone"),
)
TIER_PLACE = Case(When(tier="core", then=Value(0)), When(tier="breadth", then=Value(1)), default=Value(2))
ORDER: Mapping[str, Any] = {
    "symbol": F("symbol"),
    "name": F("name"),
    "tier": TIER_PLACE,
    "price": F("price"),
    "cap": F("market_cap"),
    "volume": F("avg_volume"),
    "float": Coalesce("float_shares", "shares_outstanding"),
    "gap": F("gap_share"),
    "sector": F("sector"),
}
#: What a listing's tier was and is by the kind of change; "in" is either tier.
MOVES: Mapping[Change, tuple[str, str]] = {
    Change.INTO_CORE: ("", "core"),
    Change.INTO_BREADTH: ("", "breadth"),
    Change.UP: ("breadth", "core"),
    Change.DOWN: ("core", "breadth"),
}


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One listing's verdict. USD and shares; None not known. ``tier`` "" is out; ``was`` the tier in the
    universe before, None when it was not listed then, or there is none. ``shares`` are the free float, or
    with ``is_bound`` what bounds it from above.

    ``tier`` None: listed no more, so there is no verdict and no reason; the values are those of before.
    """

    values: Candidate
    name: str
    tier: str | None
    cap_tier: str
    reasons: tuple[str, ...]
    shares: float | None
    is_bound: bool
    gap_share: float | None
    gap_share_10: float | None
    sector: str | None
    was: str | None


def listing_values(snapshot: UniverseSnapshot, before: UniverseSnapshot | None, query: ListingQuery) -> Rows:
    """The rows of ``query`` in its order, as plain values for `listing_row`; ``before`` is the universe that
    changes are told against. Those that are listed no more come from there: filters and order ask about
    their verdict of then."""
    told = before if query.changed == Change.UNLISTED and before else snapshot
    sectors = Classification.objects.filter(symbol=OuterRef("symbol"), excluded=False)
    names = Stock.objects.filter(symbol=OuterRef("symbol"))
    earlier = SnapshotMember.objects.filter(snapshot=before, symbol=OuterRef("symbol"))
    rows = SnapshotMember.objects.filter(_filters(snapshot, query), _changed(snapshot, before, query.changed))
    found: Rows = (
        rows.filter(snapshot=told)
        .annotate(
            name=Coalesce(Subquery(names.values("name")[:1]), F("symbol")),
            sector=Subquery(sectors.values("sector_id")[:1]),
            was=Subquery(earlier.values("tier")[:1]),
            gone=Value(told is not snapshot),
        )
        .order_by(*_order(query.sort))
        .values(*VALUES)
    )
    return found


def listing_row(values: Mapping[str, Any]) -> ListingRow:
    candidate = Candidate(
        symbol=values["symbol"],
        exchange=values["mic"] or None,
        kind=values["kind"] or None,
        price=values["price"],
        market_cap=values["market_cap"],
        avg_volume=values["avg_volume"],
        float_shares=values["float_shares"],
        shares_outstanding=values["shares_outstanding"],
    )
    shares, is_bound = float_bound(candidate)
    return ListingRow(
        values=candidate,
        name=values["name"],
        tier=None if values["gone"] else values["tier"],
        cap_tier="" if values["gone"] else values["cap_tier"],
        reasons=() if values["gone"] else tuple(values["reasons"]),
        shares=shares,
        is_bound=is_bound,
        gap_share=values["gap_share"],
        gap_share_10=values["gap_share_10"],
        sector=values["sector"],
        was=values["was"],
    )


def _order(sort: str) -> tuple[Any, ...]:
    """What is not known comes last either way; ties by symbol."""
    by = ORDER[sort.removeprefix("-")]
    turned = by.desc(nulls_last=True) if sort.startswith("-") else by.asc(nulls_last=True)
    return (turned, "symbol")


def _filters(snapshot: UniverseSnapshot, query: ListingQuery) -> Q:
    found = Q()
    if query.q:
        named = Stock.objects.filter(name__icontains=query.q)
        found &= Q(symbol__istartswith=query.q) | Q(symbol__in=named.values("symbol"))
    if query.tier:
        found &= ~Q(tier="") if query.tier == "in" else Q(tier="" if query.tier == "out" else query.tier)
    if query.reason:
        found &= Q(reasons__contains=[query.reason])
    if query.stage:
        found &= _out_at(query.stage)
    if query.alone:
        found &= _alone(query.alone, criteria_from(snapshot.criteria).breadth_volume_min)
    if query.sector:
        placed = Classification.objects.filter(sector__isnull=False, excluded=False)
        if query.sector == UNKNOWN:
            found &= ~Q(symbol__in=placed.values("symbol"))
        else:
            found &= Q(symbol__in=placed.filter(sector_id=query.sector).values("symbol"))
    return found


def _reasons_of(stages: Iterable[str]) -> list[str]:
    wanted = set(stages)
    return [reason for reason, stage in CRITERION_OF.items() if stage in wanted]


def _out_at(stage: str) -> Q:
    """Those that ``stage`` took out of the funnel: they passed every stage before it. The last two stages are
    the tiers themselves."""
    if stage == FUNNEL_STAGES[-1]:
        return Q(tier="breadth")
    earlier = ~Q(reasons__overlap=_reasons_of(FUNNEL_STAGES[: FUNNEL_STAGES.index(stage)]))
    if stage == FUNNEL_STAGES[-2]:
        return earlier & Q(tier="")
    return earlier & Q(reasons__overlap=_reasons_of([stage]))


def _alone(criterion: str, breadth_volume: float) -> Q:
    """Those out that ``criterion`` alone keeps out of the breadth tier."""
    too_thin = Q(avg_volume__lt=breadth_volume) | Q(avg_volume__isnull=True)
    own = [*_reasons_of([criterion]), VOLUME_BELOW]
    only = Q(tier="", reasons__contained_by=own)
    if criterion == FUNNEL_STAGES[-2]:
        return only & too_thin
    return only & Q(reasons__overlap=_reasons_of([criterion])) & ~too_thin


def _changed(snapshot: UniverseSnapshot, before: UniverseSnapshot | None, changed: str) -> Q:
    """Those whose tier is not what it was; nobody without a universe before."""
    if not changed:
        return Q()
    if before is None:
        return Q(pk__in=[])
    if changed == Change.UNLISTED:
        now = SnapshotMember.objects.filter(snapshot=snapshot)
        return ~Q(symbol__in=now.values("symbol"))
    earlier = SnapshotMember.objects.filter(snapshot=before)
    if changed == ANY:
        return Q(~Exists(earlier.filter(symbol=OuterRef("symbol"), tier=OuterRef("tier"))))
    listed = ~Q(symbol__in=earlier.values("symbol"))
    left = Q(tier="", symbol__in=earlier.exclude(tier="").values("symbol"))
    moved = {
        change: Q(tier=now, symbol__in=earlier.filter(tier=was).values("symbol"))
        for change, (was, now) in MOVES.items()
    }
    kinds = {Change.LISTED: listed, Change.LEFT: left, **moved}
    return kinds[Change(changed)]
