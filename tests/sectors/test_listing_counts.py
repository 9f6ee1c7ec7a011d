"""Behind every figure of the funnel stands a list with exactly as many listings."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import asdict

import pytest

from sectors.listing_query import ALONE, STAGES, ListingQuery
from sectors.listing_selectors import listing_values
from tests.analysis.page_cast import TODAY, universe_build
from universe.criteria import CRITERION_OF, select
from universe.models import SnapshotMember, UniverseSnapshot
from universe.types import Candidate, Selection, UniverseCriteria

pytestmark = pytest.mark.django_db


def a_market(count: int) -> list[Candidate]:
    """Listings of which each fails few criteria, so that every figure counts somebody."""
    dice = random.Random(7)
    good = (("XNAS",), ("CS",), (5.0, 50.0), (50e6, 1e9), (2e6, 3e5), (2e7, 3e7))
    bad = (
        ("ARCX", None),
        ("ETF", None),
        (1.0, 200.0, None),
        (5e6, 5e9, None),
        (5e4, None),
        (1e6, 9e6, None),
    )
    rows = []
    for number in range(count):
        fails = set(dice.sample(range(6), dice.choice((0, 1, 1, 2, 4))))
        values = [dice.choice(bad[at] if at in fails else good[at]) for at in range(6)]
        exchange, kind, price, cap, volume, free = values
        rows.append(Candidate(f"S{number:03}", exchange, kind, price, cap, volume, free, None))  # type: ignore[arg-type]
    return rows


@pytest.fixture
def stored(db: None) -> tuple[UniverseSnapshot, Selection]:
    market, criteria = a_market(400), UniverseCriteria()
    selection = select(market, criteria)
    snapshot = universe_build(TODAY, criteria=asdict(criteria), listings=len(market))
    SnapshotMember.objects.bulk_create(
        SnapshotMember(
            snapshot=snapshot,
            symbol=row.symbol,
            tier=str(verdict.tier or ""),
            reasons=list(verdict.reasons),
            price=row.price,
            market_cap=row.market_cap,
            avg_volume=row.avg_volume,
            float_shares=row.float_shares,
        )
        for row, verdict in zip(market, selection.verdicts, strict=True)
    )
    return snapshot, selection


def listed(snapshot: UniverseSnapshot, **asked: str) -> int:
    return listing_values(snapshot, None, ListingQuery(**asked)).count()  # type: ignore[arg-type]


def test_as_many_fall_out_at_a_stage_as_its_list_has(stored: tuple[UniverseSnapshot, Selection]) -> None:
    snapshot, selection = stored
    counts = [stage.count for stage in selection.funnel]
    lost = {name: before - now for name, before, now in zip(STAGES, counts[:-1], counts[1:], strict=True)}
    assert {stage: listed(snapshot, stage=stage) for stage in STAGES} == lost
    assert all(lost.values())


def test_as_many_are_kept_out_by_one_criterion_as_its_list_has(
    stored: tuple[UniverseSnapshot, Selection],
) -> None:
    snapshot, selection = stored
    assert {name: listed(snapshot, alone=name) for name in ALONE} == selection.relaxing


def test_as_many_have_a_reason_as_its_list_has(stored: tuple[UniverseSnapshot, Selection]) -> None:
    snapshot, selection = stored
    out = [verdict for verdict in selection.verdicts if verdict.tier is None]
    counts = Counter(reason for verdict in out for reason in verdict.reasons)
    assert {reason: listed(snapshot, tier="out", reason=reason) for reason in CRITERION_OF} == counts


def test_as_many_are_in_a_tier_as_its_list_has(stored: tuple[UniverseSnapshot, Selection]) -> None:
    snapshot, selection = stored
    assert listed(snapshot, tier="core") == selection.core > 0
    assert listed(snapshot, tier="in") == selection.breadth
    assert listed(snapshot, tier="out") + selection.breadth == listed(snapshot) == 400
