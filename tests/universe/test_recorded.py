"""Real days, where they are at hand."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Case, F, FloatField, Q, When
from django.db.models.functions import Coalesce

from tests.market import RunningMarket, start_market
from tests.recorded import DATA
from universe import clock
from universe.models import Stock, UniverseSnapshot
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


def reasons_counted(snapshot: UniverseSnapshot) -> dict[str, int]:
    """Every reason counted by PostgreSQL from the stored values, each by its own sentence."""
    stored = snapshot.members.annotate(
        shares=Coalesce("float_shares", "shares_outstanding", F("market_cap") / F("price")),
        over=Case(When(market_cap__gte=300e6, then=10e6), default=5e6, output_field=FloatField()),
    )
    sentences = {
        "exchange_not_allowed": ~Q(mic__in=["XNAS", "XNYS", "XASE", ""]),
        "data_missing:exchange": Q(mic=""),
        "not_common_stock": ~Q(kind__in=["CS", "ADRC", "OS", "NYRS", ""]),
        "data_missing:kind": Q(kind=""),
        "market_cap_below": Q(market_cap__lt=10e6),
        "market_cap_above": Q(market_cap__gt=2e9),
        "data_missing:market_cap": Q(market_cap=None),
        "price_below": Q(price__lt=2),
        "price_above": Q(price__gt=100),
        "data_missing:price": Q(price=None),
        "float_below": Q(shares__lte=F("over")),
        "data_missing:float": Q(shares=None),
        "volume_below": Q(avg_volume__lt=1e6),
        "data_missing:avg_volume": Q(avg_volume=None),
    }
    counts = {reason: stored.filter(sentence).count() for reason, sentence in sentences.items()}
    return {reason: count for reason, count in counts.items() if count}


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
    rows = list(snapshot.members.all())
    assert len(rows) == snapshot.listings == Stock.objects.filter(active=True).count()
    assert all(bool(row.tier == "core") == (not row.reasons) for row in rows)
    assert Counter(reason for row in rows for reason in row.reasons) == reasons_counted(snapshot)

    report = quotes_refresh(clock.market_now())
    assert report.interpolated
    newest = quotes_newest([row.symbol for row in members(session)], clock.market_now())
    assert newest["price"].notna().mean() > 0.9
