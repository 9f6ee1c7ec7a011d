"""Looking up one listing: is it in, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from universe.models import SnapshotMember, Stock, SymbolChange, UniverseSnapshot
from universe.sessions import LAST_DAY
from universe.types import Session


@dataclass(frozen=True, slots=True)
class OldSymbol:
    """``session`` is the first under the new one."""

    old: str
    session: Session


@dataclass(frozen=True, slots=True)
class StockDetail:
    """One listing and its verdict in the universe that was asked for. ``verdict`` None: not judged there.
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


def stock_detail(symbol: str, session: Session = LAST_DAY) -> StockDetail | None:
    """One listing by its symbol in any case, with its verdict in the universe in force on ``session``
    (without one: in the newest); None when nothing of that name was ever listed. Two queries for one that it
    judged."""
    if "\0" in symbol:  # PostgreSQL refuses to be asked for it.
        return None
    rows = _with_changes()
    stock = rows.filter(symbol=symbol).first() or rows.filter(symbol__iexact=symbol).first()
    if stock is None:
        return None
    newest = UniverseSnapshot.objects.filter(session__lte=session).order_by("-session")
    judged = SnapshotMember.objects.select_related("snapshot").filter(symbol=stock.symbol)
    verdict = judged.filter(snapshot_id=Subquery(newest.values("pk")[:1])).first()
    return StockDetail(
        stock,
        verdict.snapshot if verdict else newest.first(),
        verdict,
        verdict.tier if verdict else "",
        list(verdict.reasons) if verdict else [],
        was=OldSymbol(stock.old, stock.changed) if stock.active and stock.old else None,
        now="" if stock.active else _symbol_today(stock),
    )


def _symbol_today(stock: Any) -> str:
    """The active listing that one of the past goes under today; "" where its changes of symbol lead to
    none."""
    seen, symbol = {stock.symbol}, stock.new
    while symbol and symbol not in seen:
        seen.add(symbol)
        row = _with_changes().filter(symbol=symbol).first()
        if row is None or row.active:
            return symbol if row is not None else ""
        symbol = row.new
    return ""


def _with_changes() -> QuerySet[Any]:
    """Every listing with its newest change of symbol: ``old`` until ``changed``, and ``new`` of the past."""
    before = SymbolChange.objects.filter(new=OuterRef("symbol"))
    after = SymbolChange.objects.filter(old=OuterRef("symbol"))
    return Stock.objects.annotate(
        old=Subquery(before.values("old")[:1]),
        changed=Subquery(before.values("session")[:1]),
        new=Subquery(after.values("new")[:1]),
    )
