"""Who is in the universe of a session, and how the market narrowed down to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, F, Value, When

from universe.models import SnapshotMember, UniverseSnapshot
from universe.selectors.criteria import criteria_from
from universe.types import Session, Tier

_MEMBERS = """
    SELECT m.symbol, COALESCE(s.name, m.symbol), m.tier, m.cap_tier, m.price, m.market_cap, m.avg_volume,
           s.float_shares, m.float_estimated, s.shares_outstanding, s.short_interest, s.days_to_cover,
           m.gap_share
    FROM universe_snapshotmember m
    LEFT JOIN universe_stock s ON s.symbol = m.symbol
    WHERE m.snapshot_id = %s AND m.tier <> ''
    ORDER BY m.symbol
"""
_REASONS = """
    SELECT reason, count(*)
    FROM universe_snapshotmember, unnest(reasons) AS reason
    WHERE snapshot_id = %s AND tier = ''
    GROUP BY reason
    ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member of a universe. USD and shares; ``gap_share`` is a fraction of sessions. None: not known.

    ``price`` and ``avg_volume`` are as traded up to the session before: the figures of the membership. For a
    ratio to today's volume take the mean of `price_frame`, which is adjusted for splits.
    """

    symbol: str
    name: str
    tier: Tier
    cap_tier: str
    price: float | None
    market_cap: float | None
    avg_volume: float | None
    float_shares: float | None
    float_estimated: bool
    shares_outstanding: float | None
    short_interest: float | None
    days_to_cover: float | None
    gap_share: float | None

    @property
    def is_core(self) -> bool:
        return self.tier == Tier.CORE


@dataclass(frozen=True, slots=True)
class Funnel:
    """How one session's universe came about. ``reasons`` counts every reason of every listing that is out,
    ``alarms`` are those of `universe.changes.funnel_alarms` when it was built."""

    session: Session
    built_from: Session
    built_at: str
    listings: int
    core: int
    breadth: int
    target: int
    stages: list[dict[str, Any]]
    relaxing: dict[str, int]
    reasons: dict[str, int]
    alarms: list[dict[str, Any]]


def universe_current(session: Session) -> UniverseSnapshot | None:
    """The universe in force on ``session``: its own, or while that is not built the newest before it."""
    return UniverseSnapshot.objects.filter(session__lte=session).order_by("-session").first()


def snapshot_of(session: Session) -> UniverseSnapshot | None:
    """The universe of exactly ``session``; None when it was not built."""
    return UniverseSnapshot.objects.filter(session=session).first()


def snapshots_stored(limit: int) -> list[Session]:
    """The sessions whose universes are stored, the newest ``limit`` of them first."""
    return list(UniverseSnapshot.objects.order_by("-session").values_list("session", flat=True)[:limit])


def members(session: Session) -> list[MemberRow]:
    """Core and breadth members in force on ``session``, by symbol; empty before the first build."""
    snapshot = universe_current(session)
    if snapshot is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, [snapshot.pk])
        return [MemberRow(row[0], row[1], Tier(row[2]), *row[3:]) for row in cursor.fetchall()]


def member_symbols(session: Session) -> set[str]:
    """The symbols of `members`."""
    snapshot = universe_current(session)
    if snapshot is None:
        return set()
    return set(
        SnapshotMember.objects.filter(snapshot=snapshot).exclude(tier="").values_list("symbol", flat=True)
    )


def members_in_order(session: Session) -> list[str]:
    """The symbols of `members` in the order of their refresh: core before breadth, of each those first that
    open away from their close most often (by 5 %, then by 10 %; not known last)."""
    snapshot = universe_current(session)
    if snapshot is None:
        return []
    rows = SnapshotMember.objects.filter(snapshot=snapshot).exclude(tier="")
    order = (
        Case(When(tier=Tier.CORE, then=Value(0)), default=Value(1)),
        F("gap_share").desc(nulls_last=True),
        F("gap_share_10").desc(nulls_last=True),
        "symbol",
    )
    return list(rows.order_by(*order).values_list("symbol", flat=True))


def members_past(sessions: Iterable[Session]) -> dict[Session, set[str]]:
    """The symbols of the members of each of ``sessions`` whose own universe was built; others are absent."""
    rows = SnapshotMember.objects.filter(snapshot__session__in=list(sessions)).exclude(tier="")
    found: dict[Session, set[str]] = {}
    for session, symbol in rows.values_list("snapshot__session", "symbol").iterator(10_000):
        found.setdefault(session, set()).add(symbol)
    return found


def funnel(session: Session) -> Funnel | None:
    """The funnel of exactly ``session``; None when its universe was not built."""
    snapshot = snapshot_of(session)
    if snapshot is None:
        return None
    return Funnel(
        session=snapshot.session,
        built_from=snapshot.built_from,
        built_at=snapshot.built_at.isoformat(),
        listings=snapshot.listings,
        core=snapshot.core,
        breadth=snapshot.breadth,
        target=criteria_from(snapshot.criteria).target_names,
        stages=snapshot.funnel,
        relaxing=snapshot.relaxing,
        reasons=_reason_counts(snapshot),
        alarms=snapshot.alarms,
    )


def _reason_counts(snapshot: UniverseSnapshot) -> dict[str, int]:
    """How often each reason keeps a listing out of both tiers, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(_REASONS, [snapshot.pk])
        return dict(cursor.fetchall())
