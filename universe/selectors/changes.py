"""What changed in the universe since the session before."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from universe.changes import Change, Judged, change_of, new_reasons, reasons_gone
from universe.models import UniverseSnapshot
from universe.selectors.criteria import criteria_from
from universe.types import Candidate, Session, UniverseCriteria

# The verdicts of both, side by side; of one that is listed no more the values of the session before.
_CHANGED = """
    SELECT COALESCE(n.symbol, b.symbol), COALESCE(s.name, n.symbol, b.symbol),
           b.tier, b.reasons, n.tier, n.reasons,
           COALESCE(n.mic, b.mic), COALESCE(n.kind, b.kind),
           COALESCE(n.price, b.price), COALESCE(n.market_cap, b.market_cap),
           COALESCE(n.avg_volume, b.avg_volume), COALESCE(n.float_shares, b.float_shares),
           COALESCE(n.shares_outstanding, b.shares_outstanding),
           b.mic, b.kind, b.price, b.market_cap, b.avg_volume, b.float_shares, b.shares_outstanding
    FROM (SELECT * FROM universe_snapshotmember WHERE snapshot_id = %(now)s) n
    FULL JOIN (SELECT * FROM universe_snapshotmember WHERE snapshot_id = %(before)s) b USING (symbol)
    LEFT JOIN universe_stock s ON s.symbol = COALESCE(n.symbol, b.symbol)
    WHERE n.tier IS DISTINCT FROM b.tier
    ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class ChangedListing:
    """One listing whose tier is not what it was. Tiers: "core", "breadth", "" out, None not listed then.

    ``reasons`` are those that are new, ``gone`` those that fell away. ``values`` are what it was judged by,
    ``values_before`` what it was judged by then: USD and shares, None not known.
    """

    values: Candidate
    name: str
    change: Change
    tier_before: str | None
    tier: str | None
    reasons: tuple[str, ...]
    gone: tuple[str, ...]
    values_before: Candidate

    @property
    def symbol(self) -> str:
        return self.values.symbol


@dataclass(frozen=True, slots=True)
class UniverseChanges:
    """One universe against the newest before it. ``stages`` has that one's count by stage; ``same_limits``
    False: the limits were changed between them, which explains any difference."""

    before: Session
    same_limits: bool
    limits_before: UniverseCriteria
    stages: dict[str, int]
    rows: tuple[ChangedListing, ...]

    def of(self, change: Change) -> tuple[ChangedListing, ...]:
        return tuple(row for row in self.rows if row.change == change)


def universe_before(session: Session) -> UniverseSnapshot | None:
    """The newest universe before that of ``session``: of the session before, unless that was never built."""
    return UniverseSnapshot.objects.filter(session__lt=session).order_by("-session").first()


def universe_changes(snapshot: UniverseSnapshot) -> UniverseChanges | None:
    """What changed against the universe before ``snapshot``, by symbol; None when it is the first."""
    before = universe_before(snapshot.session)
    if before is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"now": snapshot.pk, "before": before.pk})
        rows = cursor.fetchall()
    return UniverseChanges(
        before=before.session,
        same_limits=before.criteria == snapshot.criteria,
        limits_before=criteria_from(before.criteria),
        stages={stage["name"]: stage["count"] for stage in before.funnel},
        rows=tuple(_changed(*row) for row in rows),
    )


def _changed(
    symbol: str,
    name: str,
    tier_before: str | None,
    reasons_before: list[str] | None,
    tier: str | None,
    reasons: list[str] | None,
    *values: object,
) -> ChangedListing:
    before = None if tier_before is None else Judged(tier_before, tuple(reasons_before or ()))
    now = None if tier is None else Judged(tier, tuple(reasons or ()))
    change = change_of(before, now)
    assert change is not None
    return ChangedListing(
        values=_judged_by(symbol, *values[:7]),
        name=name,
        change=change,
        tier_before=tier_before,
        tier=tier,
        reasons=new_reasons(before, now),
        gone=reasons_gone(before, now),
        values_before=_judged_by(symbol, *values[7:]),
    )


def _judged_by(symbol: str, mic: object, kind: object, *figures: object) -> Candidate:
    return Candidate(symbol, mic or None, kind or None, *figures)  # type: ignore[arg-type]
