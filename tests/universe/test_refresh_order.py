"""Who is asked about first where a pass asks in chunks or one by one: gap-prone core names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from tests.universe.canned import SESSION, SNAPSHOT, at
from tests.universe.vendor import Answer, Vendor
from universe import clock
from universe.benchmarks import FUNDS
from universe.models import DailyBar, SnapshotMember, UniverseSnapshot
from universe.selectors import members_in_order
from universe.services import asking, quotes_backfill, quotes_refresh, refresh_order, tracked_symbols
from universe.services.confirmations import moves_confirm
from universe.sessions import previous_session

pytestmark = pytest.mark.django_db

#: Tier, share of openings of 5 % and of 10 %; the names are the order that is wanted.
CAST: dict[str, tuple[str, float | None, float | None]] = {
    "C1": ("core", 0.30, 0.10),
    "C2": ("core", 0.30, 0.05),
    "C3": ("core", 0.10, 0.10),
    "C4": ("core", 0.0, 0.0),
    "C5": ("core", None, None),
    "D1": ("breadth", 0.50, 0.40),
    "D2": ("breadth", 0.50, 0.10),
}
OUT = ("", 0.9, 0.9)


@pytest.fixture
def universe(vendor: Vendor) -> Iterator[Vendor]:
    """Seven members, stored in another order than the one that is wanted, and one that is out."""
    snapshot = UniverseSnapshot.objects.create(
        session=SESSION, built_from=previous_session(SESSION), built_at=at(4), listings=8, core=5, breadth=7
    )
    for symbol, (tier, five, ten) in sorted({**CAST, "A0": OUT}.items(), key=lambda row: row[0][::-1]):
        SnapshotMember.objects.create(
            snapshot=snapshot, symbol=symbol, tier=tier, gap_share=five, gap_share_10=ten
        )
    with clock.override(at(10, 30)):
        yield vendor


def test_members_come_core_first_then_by_gaps_of_five_and_of_ten_percent(universe: Vendor) -> None:
    assert members_in_order(SESSION) == list(CAST)
    assert refresh_order(SESSION) == [*FUNDS, *CAST]
    assert set(refresh_order(SESSION)) == tracked_symbols(SESSION)


def test_without_a_universe_the_funds_alone_are_asked_for(db: None) -> None:
    assert refresh_order(SESSION) == list(FUNDS)


def asked_in_batches(vendor: Vendor) -> list[str]:
    batches = [one.query["symbols"] for one in vendor.asked if one.path == "/stable/batch-quote"]
    return [symbol for batch in batches for symbol in batch.split(",") if symbol in CAST]


def test_a_plan_without_a_snapshot_is_asked_in_that_order(universe: Vendor) -> None:
    universe.on(SNAPSHOT, Answer({"message": "not your plan"}, 403))
    universe.on("/stable/batch-quote", Answer([]))
    quotes_refresh(at(10, 30))
    assert asked_in_batches(universe) == list(CAST)


def test_minutes_one_by_one_are_asked_for_in_that_order(
    universe: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "IN_FLIGHT", 1)
    universe.on_all(Answer({"results": []}))
    quotes_backfill(SESSION, refresh_order(SESSION))
    asked = [path.split("/")[4] for path in universe.paths() if path.startswith("/v2/aggs/ticker/")]
    assert asked == [*FUNDS, *CAST]


def close(symbol: str) -> DailyBar:
    values: dict[str, Any] = {"close": 10.0, "source": "polygon", "fetched_at": at(4)}
    return DailyBar(session=previous_session(SESSION), symbol=symbol, **values)


def test_large_moves_of_gap_prone_core_names_are_confirmed_first(universe: Vendor) -> None:
    universe.on("/stable/batch-quote", Answer([]))
    prices = {"D1": 90.0, "C4": 14.0, "C1": 15.0, "XX": 80.0, "YY": 95.0}
    DailyBar.objects.bulk_create(map(close, prices))
    moves_confirm(SESSION, prices, now=at(10, 30) + dt.timedelta(minutes=1), priced_by="polygon")
    (asked,) = [one.query["symbols"] for one in universe.asked if one.path == "/stable/batch-quote"]
    assert asked == "C1,C4,D1,YY,XX"
