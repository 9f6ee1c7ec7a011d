"""Looking up one listing: is it in, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from universe.models import SnapshotMember, Stock, SymbolChange, UniverseSnapshot
from universe.types import Session


@dataclass(frozen=True, slots=True)
class OldSymbol:
    """``session`` is the first under the new one."""

    old: str
    session: Session


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
    was: OldSymbol | None = None
    now: str = ""


def stock_detail(symbol: str) -> StockDetail | None:
    """One listing by its symbol in any case; None when nothing of that name was ever listed. Two queries
    for one that the newest universe has judged."""
    if "\0" in symbol:  # PostgreSQL refuses to be asked for it.
        return None
    rows = _with_changes()
    stock = rows.filter(symbol=symbol).first() or rows.filter(symbol__iexact=symbol).first()
    if stock is None:
        return None
    newest = UniverseSnapshot.objects.order_by("-session")
    judged = SnapshotMember.objects.select_related("snapshot").filter(symbol=stock.symbol)
    verdict = judged.filter(snapshot_id=Subquery(newest.values("pk")[:1])).first()
    return StockDetail(
        stock,
        verdict.snapshot if verdict else newest.first(),
        verdict,
        verdict.tier if verdict else "",
        list(verdict.reasons) if verdict else [],
        was=OldSymbol(stock.old, stock.changed) if stock.active and stock.old else None,
        now=stock.new or "" if not stock.active else "",
    )


def _with_changes() -> QuerySet[Any]:
    """Every listing with its newest change of symbol: ``old`` until ``changed``, and ``new`` of the past."""
    before = SymbolChange.objects.filter(new=OuterRef("symbol"))
    after = SymbolChange.objects.filter(old=OuterRef("symbol"))
    return Stock.objects.annotate(
        old=Subquery(before.values("old")[:1]),
        changed=Subquery(before.values("session")[:1]),
        new=Subquery(after.values("new")[:1]),
    )
