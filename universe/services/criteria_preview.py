"""What other limits would make of the newest universe, before anybody puts them in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from universe.criteria import select
from universe.models import UniverseSnapshot
from universe.selectors.criteria import criteria_current, criteria_from
from universe.services.criteria import criteria_check
from universe.services.snapshot import candidates_again
from universe.types import Candidate, Selection, Session, Tier, UniverseCriteria

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Moved:
    """Names that would come or go: how many, and those of them that are traded most."""

    count: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CriteriaPreview:
    """``stages`` has (name, listings left by the limits in force, by the others) in the order of the funnel,
    the last two being the tiers. ``came`` and ``left`` are of the members of both tiers, ``core_…`` of core.
    """

    session: Session
    stages: tuple[tuple[str, int, int], ...]
    came: Moved
    left: Moved
    core_came: Moved
    core_left: Moved


def criteria_preview(values: dict[str, Any]) -> CriteriaPreview | None:
    """The newest universe under ``values`` beside the limits in force, both judged by the facts of now, as a
    build does. None before the first universe.

    Raises `CriteriaError` as `criteria_revise` does, and `NotEnoughData` where the bars do not reach.
    """
    asked = criteria_from(criteria_check(values))
    snapshot = UniverseSnapshot.objects.order_by("-session").first()
    if snapshot is None:
        return None
    now, now_judged = _judged(snapshot, criteria_current())
    then, then_judged = _judged(snapshot, asked)
    traded = {row.symbol: (row.price or 0.0) * (row.avg_volume or 0.0) for row in (*now, *then)}
    members, core = (Tier.CORE, Tier.BREADTH), (Tier.CORE,)
    return CriteriaPreview(
        session=snapshot.session,
        stages=tuple(
            (before.name, before.count, after.count)
            for before, after in zip(now_judged.funnel, then_judged.funnel, strict=True)
        ),
        came=_moved(_in(then_judged, members) - _in(now_judged, members), traded),
        left=_moved(_in(now_judged, members) - _in(then_judged, members), traded),
        core_came=_moved(_in(then_judged, core) - _in(now_judged, core), traded),
        core_left=_moved(_in(now_judged, core) - _in(then_judged, core), traded),
    )


def _judged(snapshot: UniverseSnapshot, criteria: UniverseCriteria) -> tuple[list[Candidate], Selection]:
    candidates = candidates_again(snapshot, criteria)
    return candidates, select(candidates, criteria)


def _in(selection: Selection, tiers: Sequence[Tier]) -> set[str]:
    return {verdict.symbol for verdict in selection.verdicts if verdict.tier in tiers}


def _moved(symbols: set[str], traded: dict[str, float]) -> Moved:
    ranked = sorted(symbols, key=lambda symbol: (-traded[symbol], symbol))
    return Moved(len(ranked), tuple(ranked[:SHOWN]))
