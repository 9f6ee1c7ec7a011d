"""How many calls a day of the vendors takes, counted on the wire against a simulated market.

The whole market's first universe costs most, so that it is built once: the tests that ask for it follow one
another from day to day. Those of a small market come before them, while the database is empty.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction

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


@contextmanager
def connected(listings: int | None, fmp_key: str) -> Iterator[RunningMarket]:
    """A market at 10:00 of the first day that the product asks, with or without the facts vendor's key."""
    from django.conf import settings

    with (
        start_market(first=FIRST.isoformat(), listings=listings) as running,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in {
            "MARKET_WORLD": "simulated",
            "SIMULATOR_URL": running.url,
            "POLYGON_BASE_URL": running.url,
            "FMP_BASE_URL": f"{running.url}/stable",
            "POLYGON_API_KEY": "simulated",
            "FMP_API_KEY": fmp_key,
        }.items():
            patch.setattr(settings, name, value)
        clock.forget()
        sources_close()
        yield running
    clock.forget()
    sources_close()


@pytest.fixture
def _django_db_helper() -> None:
    """In this module the database is a market's: the whole one's is kept from test to test."""


@pytest.fixture(scope="module")
def whole_market(django_db_setup: None, django_db_blocker: Any) -> Iterator[RunningMarket]:
    """The whole market with its first universe and both vendors' keys; the database is emptied at the end."""
    with django_db_blocker.unblock(), connected(None, "simulated") as running:
        assert universe_ensure(FIRST, unheard) == []
        yield running
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def small_market(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[RunningMarket]:
    """A market of 1,600 without a universe, with the named key of the facts vendor; nothing of it is kept."""
    with django_db_blocker.unblock(), connected(1_600, request.param) as running, transaction.atomic():
        yield running
        transaction.set_rollback(True)


def tomorrow_at_ten(market: RunningMarket) -> dt.date:
    session = next_session(session_of(clock.market_now()))
    market.control(clock=f"{session.isoformat()}T10:00")
    clock.refresh()
    return session


def unheard(percent: int, words: str) -> None:
    """Nobody listens."""


def day_and_pass(market: RunningMarket) -> Counter[str]:
    """The next day's universe and a pass at ten o'clock, within what they may cost. Gives the day's calls."""
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
    assert warm.total() <= DAILY_MAX
    assert intraday.total() <= PASS_MAX
    return warm


@pytest.mark.parametrize("small_market", [""], indirect=True, ids=["one key"])
def test_a_first_universe_needs_no_key_of_the_facts_vendor(small_market: RunningMarket) -> None:
    with counted() as cold:
        assert universe_ensure(FIRST, unheard) == []
    assert not [path for path in cold if path.startswith("/stable")]
    day_and_pass(small_market)
    assert Stock.objects.filter(active=True).count() == 1_600


@pytest.mark.parametrize("small_market", ["simulated"], indirect=True, ids=["both keys"])
def test_a_universe_whose_bars_are_not_out_yet_costs_one_call(small_market: RunningMarket) -> None:
    universe_ensure(FIRST, unheard)
    with counted() as asked:
        problems = universe_ensure(next_session(FIRST), unheard)
    # A market that was slow to start leaves the plan unknown, and its probe is asked once more.
    del asked[SNAPSHOT]
    assert asked.total() == 1
    assert problems[-1].endswith("The universe of 2026-03-31 stays in force.")


def test_a_day_takes_at_most_twenty_calls_and_a_pass_at_most_five(whole_market: RunningMarket) -> None:
    assert day_and_pass(whole_market).total() > 0
    assert Stock.objects.filter(active=True).count() == 8000


def test_a_day_on_which_floats_holdings_and_short_interest_are_due_stays_below_twenty_calls(
    whole_market: RunningMarket,
) -> None:
    cache.clear()
    FundHolding.objects.update(fetched_on=FIRST - dt.timedelta(days=7))
    session = tomorrow_at_ten(whole_market)
    with counted() as warm:
        universe_ensure(session, unheard)
    assert (warm["/stable/shares-float-all"], warm["/stocks/v1/short-interest"]) == (2, 1)
    assert warm["/stable/etf/holdings"] == 2
    assert warm.total() <= DAILY_MAX


def test_a_day_without_the_facts_vendors_key_stays_below_them_too(
    whole_market: RunningMarket, settings: Any
) -> None:
    settings.FMP_API_KEY = ""
    sources_close()
    asked = day_and_pass(whole_market)
    assert not [path for path in asked if path.startswith("/stable")]
    assert Stock.objects.filter(active=True).count() == 8000
