"""Finding any listing by what a reader types: symbol, old symbol, beginning, words of the name, near to it.

Each process keeps the listings in memory, and asks before every search whether they are still the same: one
small query, so that all processes answer alike as soon as a new list or universe is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from universe.models import SymbolChange
from universe.selectors.listing_index import Listed, ListingHit, ListingIndex
from universe.sessions import LAST_DAY
from universe.types import Session

FOUND_MAX = 20
NEAR_MAX = 8

#: A stored list is told by its newest moment, and a change of symbol or a universe by its number.
_STATE = """
    SELECT max(id), count(*), max(last_listed_at), (SELECT max(id) FROM universe_symbolchange),
           (SELECT id FROM universe_universesnapshot WHERE session <= %s ORDER BY session DESC LIMIT 1)
    FROM universe_stock
"""
_LISTED = """
    SELECT stock.symbol, stock.name, stock.mic, stock.kind, stock.active, member.tier,
           COALESCE(member.reasons[1], ''), COALESCE(cardinality(member.reasons), 0)
    FROM universe_stock stock
    LEFT JOIN universe_snapshotmember member ON member.symbol = stock.symbol AND member.snapshot_id = %s
"""

_kept: tuple[tuple[Any, ...], ListingIndex] | None = None


def stock_find(query: str, limit: int = FOUND_MAX, *, session: Session = LAST_DAY) -> list[ListingHit]:
    """Listings whose symbol is or begins with ``query``, then those whose name or words of it begin so.

    Here and below with their verdict in the universe in force on ``session``; without one: in the newest.
    """
    return _index(session).find(query, limit)


def stocks_near(query: str, limit: int = NEAR_MAX, *, session: Session = LAST_DAY) -> list[ListingHit]:
    """Listings whose symbol, then those the words of whose name, are one slip away from ``query``."""
    return _index(session).near(query, limit)


def stocks_named(symbols: Sequence[str], *, session: Session = LAST_DAY) -> list[ListingHit]:
    """The listings of exactly these symbols, in this order; what was never listed is absent."""
    return _index(session).named(symbols)


def _index(session: Session) -> ListingIndex:
    global _kept
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [session])
        state = cursor.fetchone()
    kept = _kept
    if kept is None or kept[0] != state:
        # What is read now may be newer than its state: then the next search reads once more.
        kept = _kept = (state, _read(snapshot_id=state[-1]))
    return kept[1]


def _read(snapshot_id: int | None) -> ListingIndex:
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, [snapshot_id])
        rows = [Listed(*row) for row in cursor.fetchall()]
    # The oldest first, so that of two changes of one symbol the newer stays.
    changes = SymbolChange.objects.order_by("session", "pk").values_list("old", "new")
    return ListingIndex(rows, dict(changes))
