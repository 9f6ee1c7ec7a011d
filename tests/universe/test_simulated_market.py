"""The whole way from the vendors' dialects to the tables, against a simulated market over HTTP."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from tests import coroutines
from tests.market import RunningMarket, start_market
from universe import clock
from universe.models import Stock, VendorCall
from universe.selectors import (
    MemberRow,
    benchmarks,
    members,
    price_frame,
    quotes_newest,
    releases_between,
)
from universe.services import (
    bars_refresh,
    facts_refresh,
    listings_refresh,
    quotes_backfill,
    quotes_refresh,
    releases_refresh,
    snapshot_build,
    splits_refresh,
)
from universe.sessions import hours, session_of
from universe.sources import minute_stream, sources_close
from universe.types import MinuteBar

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]
SESSIONS = 26


@pytest.fixture(scope="module")
def running() -> Iterator[RunningMarket]:
    with start_market(first="2026-03-31", speed=60, listings=None) as market:
        yield market


@pytest.fixture
def simulated(running: RunningMarket, settings: Any) -> Iterator[RunningMarket]:
    settings.MARKET_WORLD = "simulated"
    settings.SIMULATOR_URL = settings.POLYGON_BASE_URL = running.url
    settings.FMP_BASE_URL = f"{running.url}/stable"
    settings.POLYGON_WS_URL = running.socket_url
    settings.POLYGON_API_KEY = settings.FMP_API_KEY = "simulated"
    clock.forget()
    yield running
    clock.forget()
    sources_close()


def test_a_cold_start_ends_with_a_universe_and_its_prices(simulated: RunningMarket) -> None:
    session = session_of(clock.market_now())
    assert listings_refresh()["listings"] == 8000
    assert facts_refresh()["facts"] > 5000
    splits_refresh(session)
    assert bars_refresh(session, sessions=SESSIONS)["fetched"] == SESSIONS
    snapshot = snapshot_build(session)
    rows = members(session)
    assert snapshot.breadth == len(rows) > snapshot.core > 0
    assert Stock.objects.exclude(sector_label="").count() > snapshot.breadth

    report = quotes_refresh(clock.market_now())
    assert report.stored > 0.95 * report.wanted
    check_prices([row.symbol for row in rows])
    assert {"IWM", "SPY", "QQQ", "^VIX"} <= set(benchmarks())
    check_returns_are_plausible(rows)
    check_minutes_and_releases([row.symbol for row in rows[:5]])


def test_prices_after_a_jump_of_the_markets_clock_are_not_from_the_future(simulated: RunningMarket) -> None:
    asked_at = clock.market_now()
    simulated.control(clock=(asked_at + dt.timedelta(hours=2)).isoformat())
    report = quotes_refresh(asked_at)
    assert report.stored > 0.9 * report.wanted > 0
    assert "from_the_future" not in report.dropped
    assert clock.market_now() - asked_at >= dt.timedelta(hours=2)


def test_the_calls_that_are_kept_are_those_that_the_market_was_asked(simulated: RunningMarket) -> None:
    simulated.asked_reset()
    quotes_refresh(clock.market_now())
    asked = simulated.asked()
    assert asked["total"] == sum(VendorCall.objects.values_list("asked", flat=True)) > 0
    told = {call.path.partition("?")[0] for call in VendorCall.objects.all()}
    assert told == {path.removeprefix("/stable") for path in asked["paths"]}


def check_prices(symbols: list[str]) -> None:
    newest = quotes_newest(symbols, clock.market_now())
    assert newest["price"].notna().mean() > 0.95
    assert newest["day_volume"].gt(0).mean() > 0.95


def check_returns_are_plausible(rows: list[MemberRow]) -> None:
    """Splits are adjusted for: no member moves tenfold from one close to the next."""
    frame = price_frame([row.symbol for row in rows], clock.market_now(), SESSIONS)
    assert frame.close.shape == (SESSIONS, len(rows))
    moves = frame.close.iloc[1:].to_numpy() / frame.close.iloc[:-1].to_numpy()
    assert moves[moves == moves].min() > 0.1
    assert moves[moves == moves].max() < 10


def check_minutes_and_releases(symbols: list[str]) -> None:
    session = session_of(clock.market_now())
    filled = quotes_backfill(session, symbols)
    assert filled["symbols"] == len(symbols)
    assert filled["minutes"] > 0
    releases_refresh(session)
    day = hours(session)
    assert all(release.country == "US" for release in releases_between(day.pre_open, day.post_close))


def test_the_stream_gives_minutes_of_the_markets_now(simulated: RunningMarket) -> None:
    async def first_minutes() -> list[MinuteBar]:
        stream = minute_stream(is_open=lambda: True, on_link=lambda linked: None)
        async with asyncio.timeout(30), aclosing(stream.bars()) as batches:
            return await anext(batches)

    bars = coroutines.run(first_minutes())
    assert bars[0].close > 0
    assert session_of(bars[0].start) == session_of(clock.market_now())
