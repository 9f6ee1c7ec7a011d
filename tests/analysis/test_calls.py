"""How many calls a day of the vendors takes, counted on the wire against a simulated market."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.core.cache import cache

from analysis.preparation import universe_ensure
from tests.market import RunningMarket, start_market
from universe import clock
from universe.models import FundHolding, Stock
from universe.services import quotes_refresh, splits_today
from universe.sessions import next_session, session_of
from universe.sources import sources_close

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

FIRST = dt.date(2026, 3, 31)
DAILY_MAX, PASS_MAX = 20, 5
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Every request that leaves for a vendor, also a repeated one, by its path."""
    asked: Counter[str] = Counter()
    send = httpx.Client.send

    def telling(self: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        if not request.url.path.startswith("/simulator"):
            asked[request.url.path] += 1
        return send(self, request, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.Client, "send", telling)
        yield asked


@pytest.fixture
def market(settings: Any, request: pytest.FixtureRequest) -> Iterator[RunningMarket]:
    """A market at 10:00, with both vendors' keys, or with the price vendor's alone; whole or of a size."""
    key, *size = str(request.param).split(":")
    with start_market(first=FIRST.isoformat(), listings=int(size[0]) if size else None) as running:
        settings.MARKET_WORLD = "simulated"
        settings.SIMULATOR_URL = settings.POLYGON_BASE_URL = running.url
        settings.FMP_BASE_URL = f"{running.url}/stable"
        settings.POLYGON_API_KEY = "simulated"
        settings.FMP_API_KEY = key
        clock.forget()
        yield running
        clock.forget()
        sources_close()


def tomorrow_at_ten(market: RunningMarket) -> dt.date:
    session = next_session(session_of(clock.market_now()))
    market.control(clock=f"{session.isoformat()}T10:00")
    clock.refresh()
    return session


def unheard(percent: int, words: str) -> None:
    """Nobody listens."""


@pytest.mark.parametrize("market", ["simulated", ""], indirect=True, ids=["both keys", "one key"])
def test_a_day_takes_at_most_twenty_calls_and_a_pass_at_most_five(market: RunningMarket) -> None:
    assert universe_ensure(FIRST, unheard) == []
    session = tomorrow_at_ten(market)
    with counted() as warm:
        assert universe_ensure(session, unheard) == []
    with counted() as intraday:
        assert splits_today(session)
        quotes_refresh(clock.market_now())
    with counted() as again:
        assert not splits_today(session)
    assert again.total() == 0
    print(f"a day: {warm.total()} calls {dict(warm)}; a pass: {intraday.total()} calls {dict(intraday)}")
    assert Stock.objects.filter(active=True).count() == 8000
    assert warm.total() <= DAILY_MAX
    assert intraday.total() <= PASS_MAX


@pytest.mark.parametrize("market", ["simulated"], indirect=True)
def test_a_day_on_which_floats_holdings_and_short_interest_are_due_stays_below_twenty_calls(
    market: RunningMarket,
) -> None:
    universe_ensure(FIRST, unheard)
    cache.clear()
    FundHolding.objects.update(fetched_on=FIRST - dt.timedelta(days=7))
    session = tomorrow_at_ten(market)
    with counted() as warm:
        universe_ensure(session, unheard)
    assert (warm["/stable/shares-float-all"], warm["/stocks/v1/short-interest"]) == (2, 1)
    assert warm["/stable/etf/holdings"] == 2
    assert warm.total() <= DAILY_MAX


@pytest.mark.parametrize("market", ["simulated:1600"], indirect=True, ids=["both keys"])
def test_a_universe_whose_bars_are_not_out_yet_costs_one_call(market: RunningMarket) -> None:
    universe_ensure(FIRST, unheard)
    with counted() as asked:
        problems = universe_ensure(next_session(FIRST), unheard)
    # A market that was slow to start leaves the plan unknown, and its probe is asked once more.
    del asked[SNAPSHOT]
    assert asked.total() == 1
    assert problems[-1].endswith("The universe of 2026-03-31 stays in force.")
