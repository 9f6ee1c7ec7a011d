"""Real days, where they are at hand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.market import RunningMarket, start_market
from tests.recorded import DATA
from universe import clock
from universe.selectors import members, quotes_newest
from universe.services import (
    bars_refresh,
    facts_refresh,
    listings_refresh,
    quotes_refresh,
    snapshot_build,
    splits_refresh,
)
from universe.sources import sources_close

pytestmark = [pytest.mark.recorded, pytest.mark.django_db, pytest.mark.unmeasured]

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "universe_sessions.json").read_text())["sessions"]


@pytest.fixture(params=["2026-03-31", "2025-10-20", "2025-04-07", "2024-11-15"])
def replayed(request: pytest.FixtureRequest, settings: Any) -> Iterator[tuple[dt.date, RunningMarket]]:
    with start_market(DATA, first=request.param) as market:
        settings.MARKET_WORLD = "replay"
        settings.SIMULATOR_URL = settings.POLYGON_BASE_URL = market.url
        settings.FMP_BASE_URL = f"{market.url}/stable"
        settings.POLYGON_API_KEY = settings.FMP_API_KEY = "simulated"
        clock.forget()
        yield dt.date.fromisoformat(request.param), market
        clock.forget()
        sources_close()


def test_a_real_session_has_the_tiers_that_were_counted_by_hand(
    replayed: tuple[dt.date, RunningMarket],
) -> None:
    session, _ = replayed
    listings_refresh()
    facts_refresh()
    splits_refresh(session)
    bars_refresh(session, sessions=26)
    snapshot = snapshot_build(session)
    expected = GOLDEN[session.isoformat()]
    stages = {stage["name"]: stage["count"] for stage in snapshot.funnel}
    assert (snapshot.core, snapshot.breadth) == (expected["core"], expected["breadth"])
    assert (stages["common stock"], stages["price"]) == (expected["listings"], expected["cap_and_price"])
    assert snapshot.built_from.isoformat() == expected["built_from"]

    report = quotes_refresh(clock.market_now())
    assert report.interpolated
    newest = quotes_newest([row.symbol for row in members(session)], clock.market_now())
    assert newest["price"].notna().mean() > 0.9
