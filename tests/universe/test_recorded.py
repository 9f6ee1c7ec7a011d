"""Real days and real answers of the vendors, where they are at hand."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
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
from universe.sources.base import parse_each
from universe.sources.fmp import parse as fmp
from universe.sources.polygon import parse as polygon

pytestmark = [pytest.mark.recorded, pytest.mark.django_db]

FIXTURES = DATA.parent / "vendors" / "fixtures"
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "universe_sessions.json").read_text())["sessions"]
NOW = dt.datetime(2026, 3, 31, 15, tzinfo=dt.UTC)


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


def recorded(vendor: str, name: str) -> Any:
    return json.loads((FIXTURES / vendor / name).read_text())


@pytest.mark.parametrize(
    ("name", "key", "parse"),
    [
        (
            "grouped_daily_2019-02-01_600_of_8374.json",
            "results",
            partial(polygon.parse_bar, session=dt.date(2019, 2, 1), fetched_at=NOW),
        ),
        ("tickers_page1.json", "results", partial(polygon.parse_listing, fetched_at=NOW)),
        ("snapshot_all_one_ticker.json", "tickers", partial(polygon.parse_quote, fetched_at=NOW)),
        ("snapshot_gainers.json", "tickers", partial(polygon.parse_quote, fetched_at=NOW)),
        ("doc_snapshot_all.json", "tickers", partial(polygon.parse_quote, fetched_at=NOW)),
        ("doc_splits_v1.json", "results", polygon.parse_split),
        ("doc_ratios.json", "results", partial(polygon.parse_ratios, fetched_at=NOW)),
        ("doc_float.json", "results", partial(polygon.parse_float, fetched_at=NOW)),
        ("doc_short_interest.json", "results", polygon.parse_short_interest),
        ("news_AAPL_insights_2025.json", "results", polygon.parse_headline),
        ("news_NFLX_no_insights.json", "results", polygon.parse_headline),
    ],
)
def test_every_recorded_polygon_row_is_read(name: str, key: str, parse: Any) -> None:
    rows = recorded("polygon", name)[key]
    parsed = parse_each(rows, parse)
    assert parsed.dropped == Counter()
    assert len(parsed.rows) == len(rows) > 0


@pytest.mark.parametrize(
    ("name", "parse", "kept"),
    [
        ("batch_quote_2.json", partial(fmp.parse_quote, fetched_at=NOW), 2),
        ("quote_index_SPX.json", partial(fmp.parse_quote, fetched_at=NOW), 1),
        ("shares_float_AAPL.json", partial(fmp.parse_float, fetched_at=NOW), 1),
        ("company_screener_foreign.json", partial(fmp.parse_screener, fetched_at=NOW), 0),
        ("economic_calendar_2024-01-08_15.json", fmp.parse_release, None),
    ],
)
def test_every_recorded_fmp_row_is_read(name: str, parse: Any, kept: int | None) -> None:
    rows = recorded("fmp", name)
    parsed = parse_each(rows, parse)
    assert parsed.dropped == Counter()
    assert len(parsed.rows) == (len(rows) if kept is None else kept)


def test_recorded_details_and_minutes_are_read() -> None:
    details = polygon.parse_details(
        recorded("polygon", "ticker_details_AAPL.json")["results"], fetched_at=NOW
    )
    assert details.symbol == "AAPL"
    assert details.shares_outstanding is not None
    bar = polygon.parse_stream_bar(recorded("polygon", "ws_stock_messages.json")["samples"]["/stocks/AM"])
    assert bar is not None
    assert (bar.symbol, bar.day_volume) == ("GTE", 9470157)
