"""What is usual for a sector, from the sessions before today."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from django.core.cache import cache

from analysis.frames import frame_build
from sectors.services import weight_revise
from sectors.types import WeightSetting
from tests.analysis import small_market
from tests.analysis.small_market import LABELS, SESSION, SYMBOLS, WALL, et
from universe.models import DailyBar, StockUniverse
from universe.services import stock_universe_replace
from universe.sessions import session_offset

pytestmark = pytest.mark.django_db
SESSIONS = 61


@pytest.fixture(autouse=True)
def _market(db: None) -> None:
    """61 sessions in which technology moves three times as much as all others, up and down."""
    small_market.build()
    DailyBar.objects.all().delete()
    DailyBar.objects.bulk_create(
        DailyBar(
            session=session_offset(SESSION, -back),
            symbol=symbol,
            close=10.0 if back % 2 else 10.0 * (1.03 if symbol in LABELS["Technology"] else 1.01),
            volume=1e6,
            source="polygon",
            fetched_at=WALL,
        )
        for back in range(1, SESSIONS + 1)
        for symbol in SYMBOLS
    )


def realised() -> dict[str, float]:
    return {sector.slug: sector.realised for sector in frame_build(et(10)).sectors}


def test_realised_volatility_is_against_all_members_of_the_same_sessions() -> None:
    found = realised()
    # 3 % of a quarter of all members and 1 % of the rest are 1.5 % of the whole.
    assert found["technology"] == pytest.approx(2.0, rel=0.02)
    assert found["energy"] == pytest.approx(2 / 3, rel=0.02)
    assert math.isnan(found["materials"])


def test_a_dynamic_weight_is_the_measure_and_a_hybrid_one_lies_between() -> None:
    weight_revise("energy", WeightSetting(Decimal("1.20"), "dynamic"), reason="measure", author=None)
    weight_revise("utilities", WeightSetting(Decimal("1.50"), "hybrid"), reason="blend", author=None)
    weight_revise("materials", WeightSetting(Decimal("1.10"), "dynamic"), reason="no members", author=None)
    used = {sector.slug: sector.weight for sector in frame_build(et(10)).sectors}
    assert used["energy"] == pytest.approx(0.67, abs=0.01)
    assert used["utilities"] == pytest.approx((1.50 + used["energy"]) / 2, abs=0.01)
    assert (used["materials"], used["healthcare"]) == (1.10, 1.50)


def test_no_price_of_the_session_itself_or_later_is_in_the_measure() -> None:
    before = realised()
    cache.clear()
    DailyBar.objects.bulk_create(
        DailyBar(
            session=session_offset(SESSION, ahead), symbol=symbol, close=99.0, source="x", fetched_at=WALL
        )
        for ahead in (0, 1)
        for symbol in SYMBOLS
    )
    assert realised() == pytest.approx(before, nan_ok=True)


def test_the_table_of_the_universe_has_the_weight_that_is_used() -> None:
    from analysis.preparation import _classes

    weight_revise("energy", WeightSetting(Decimal("1.20"), "dynamic"), reason="measure", author=None)
    stock_universe_replace(SESSION, _classes(SESSION, list(SYMBOLS)))
    row = StockUniverse.objects.get(symbol=LABELS["Energy"][0])
    assert (row.sector, row.volatility_multiplier) == ("energy", Decimal("0.67"))
