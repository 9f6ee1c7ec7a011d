"""Looking up one listing: is it in, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from universe.models import SnapshotMember, Stock, SymbolChange, UniverseSnapshot

FOUND_MAX = 20


@dataclass(frozen=True, slots=True)
class StockDetail:
    """One listing and its verdict in the universe of the newest session. ``verdict`` None: not judged yet.
    ``was`` is its newest change of symbol, ``now`` the symbol that a listing of the past goes under today.

    ``reasons``: of one that is out, every reason; of a breadth member, why it is not core.
    """

    stock: Stock
    snapshot: UniverseSnapshot | None
    verdict: SnapshotMember | None
    tier: str = ""
    reasons: list[str] = field(default_factory=list)
    was: SymbolChange | None = None
    now: str = ""


def stock_find(query: str, limit: int = FOUND_MAX) -> QuerySet[Stock]:
    """Listings whose symbol is or starts with ``query``, then those whose name has it; listed ones first."""
    wanted = query.strip()
    if not wanted or "\0" in wanted:
        return Stock.objects.none()
    nearness = Case(
        When(symbol__iexact=wanted, then=Value(0)),
        When(symbol__istartswith=wanted, then=Value(1)),
        When(name__istartswith=wanted, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    found = Stock.objects.filter(Q(symbol__istartswith=wanted) | Q(name__icontains=wanted))
    return found.annotate(nearness=nearness).order_by("nearness", "-active", "symbol")[:limit]


def stock_detail(symbol: str) -> StockDetail | None:
    """One listing by its symbol in any case; None when nothing of that name was ever listed."""
    if "\0" in symbol:  # PostgreSQL refuses to be asked for it.
        return None
    stock = Stock.objects.filter(symbol=symbol).first() or Stock.objects.filter(symbol__iexact=symbol).first()
    if stock is None:
        return None
    snapshot = UniverseSnapshot.objects.order_by("-session").first()
    verdict = SnapshotMember.objects.filter(snapshot=snapshot, symbol=stock.symbol).first()
    past = SymbolChange.objects.filter(new=stock.symbol).first() if stock.active else None
    today = None if stock.active else SymbolChange.objects.filter(old=stock.symbol).first()
    return StockDetail(
        stock,
        snapshot,
        verdict,
        verdict.tier if verdict else "",
        list(verdict.reasons) if verdict else [],
        was=past,
        now=today.new if today else "",
    )
