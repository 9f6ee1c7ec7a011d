"""Two vendors, one simulated market: what both tell of it is the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, cast

import pytest

from tests.market import RunningMarket, start_market
from universe import clock
from universe.services.market_days import disagreements
from universe.sessions import hours, phase, session_of, session_offset
from universe.sources import facts_source, price_source, sources_close
from universe.sources.base import NewsSource
from universe.sources.fmp.rest import FmpRest
from universe.sources.polygon.rest import PolygonRest

pytestmark = pytest.mark.unmeasured

SESSION = dt.date(2026, 3, 31)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningMarket]:
    with start_market(first=SESSION.isoformat()) as market:
        yield market


@pytest.fixture
def sources(running: RunningMarket, settings: Any) -> Iterator[tuple[PolygonRest, FmpRest]]:
    settings.MARKET_WORLD = "simulated"
    settings.SIMULATOR_URL = settings.POLYGON_BASE_URL = running.url
    settings.FMP_BASE_URL = f"{running.url}/stable"
    settings.POLYGON_API_KEY = settings.FMP_API_KEY = "simulated"
    clock.forget()
    yield cast(PolygonRest, price_source()), cast(FmpRest, facts_source())
    clock.forget()
    sources_close()


@pytest.fixture
def member(sources: tuple[PolygonRest, FmpRest]) -> str:
    """A common stock that both vendors have facts of."""
    return next(row.symbol for row in sources[1].fetch_facts(floats=False).rows if row.sector_label)


def test_both_tell_the_same_articles(sources: tuple[PolygonRest, FmpRest]) -> None:
    since = hours(session_offset(SESSION, -2)).pre_open
    told = []
    for source in cast(tuple[NewsSource, ...], sources):
        rows = source.fetch_headlines(since).rows
        assert all(row.as_of >= since and row.text for row in rows)
        told.append({(row.url, row.published_at.replace(microsecond=0)) for row in rows})
    assert told[0] == told[1] != set()


def test_both_tell_the_same_minutes_of_the_regular_session(
    sources: tuple[PolygonRest, FmpRest], member: str
) -> None:
    ours, theirs = (
        {bar.start: bar.close for bar in s.fetch_minute_bars(member, SESSION).rows} for s in sources
    )
    regular = {start: close for start, close in ours.items() if phase(start) == "regular"}
    shared = regular.keys() & theirs.keys()
    assert len(shared) >= len(regular) - 1
    assert {start: regular[start] for start in shared} == {start: theirs[start] for start in shared}


def test_a_range_of_days_is_what_the_grouped_days_say(
    sources: tuple[PolygonRest, FmpRest], member: str
) -> None:
    first, last = session_offset(SESSION, -3), session_offset(SESSION, -1)
    bars = sources[0].fetch_daily_range(member, first, last).rows
    grouped = [
        next(bar for bar in sources[0].fetch_daily_bars(day).rows if bar.symbol == member)
        for day in (first, session_offset(SESSION, -2), last)
    ]
    assert [(bar.session, bar.close) for bar in bars] == [(bar.session, bar.close) for bar in grouped]


def test_status_and_closed_days_agree_with_the_markets_clock(sources: tuple[PolygonRest, FmpRest]) -> None:
    status = sources[0].fetch_market_status()
    assert (status.phase, session_of(status.as_of)) == ("regular", SESSION)
    days = sources[0].fetch_closed_days().rows
    assert days
    assert list(disagreements(days, after=SESSION)) == []


def test_papers_are_filed_by_companies_on_a_day(sources: tuple[PolygonRest, FmpRest]) -> None:
    filings = sources[0].fetch_filings(session_offset(SESSION, -1), SESSION).rows
    assert {filing.form for filing in filings} <= {"8-K", "424B3", "424B5", "S-3"}
    assert all(filing.symbols and filing.cik for filing in filings)


def test_a_funds_holdings_and_a_companys_profile_are_told(
    sources: tuple[PolygonRest, FmpRest], member: str
) -> None:
    held = sources[1].fetch_holdings("XLK").rows
    profile = sources[1].fetch_profile(member)
    assert profile is not None
    assert (profile.symbol, profile.is_etf) == (member, False)
    assert 99.0 < sum(holding.weight_pct or 0.0 for holding in held) < 101.0
    assert [holding.name for holding in held if not holding.symbol] == ["US DOLLAR"]


def test_the_worlds_indices_are_quoted_in_one_question(sources: tuple[PolygonRest, FmpRest]) -> None:
    world = ["^N225", "^HSI", "^FTSE", "^GDAXI", "^VIX"]
    quotes = sources[1].fetch_context(world).rows
    assert [quote.symbol for quote in quotes] == world
    assert all(session_of(quote.as_of) == SESSION for quote in quotes)
