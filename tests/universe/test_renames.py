"""A listing under a new symbol keeps its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from sectorlight.models import User
from tests.market import start_market
from tests.universe.canned import SESSION, at
from universe import clock
from universe.models import DailyBar, Stock, SymbolChange
from universe.services import bars_store, facts_store, listings_refresh, listings_store, splits_store
from universe.sessions import next_session, previous_session
from universe.sources import sources_close
from universe.types import Bar, CompanyFacts, Listing, Split

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]
NOW = dt.datetime(2026, 3, 31, 14, tzinfo=dt.UTC)
YESTERDAY = previous_session(SESSION)


@pytest.fixture(autouse=True)
def _ten_o_clock() -> Iterator[None]:
    with clock.override(at(10)):
        yield


def listing(symbol: str, figi: str | None) -> Listing:
    return Listing(symbol, f"{symbol} Inc.", "XNAS", "CS", None, True, "polygon", NOW, figi)


def bar(symbol: str, session: dt.date, close: float) -> Bar:
    return Bar(symbol, session, None, None, None, close, 1e6, "polygon", NOW)


@pytest.fixture
def old_name() -> None:
    """OLD with a bar, a split and facts, among nine others that stay."""
    others = [listing(f"S{number}", f"BBG{number:09d}") for number in range(9)]
    listings_store([listing("OLD", "BBG00OLDNAME"), *others])
    bars_store([bar("OLD", YESTERDAY, 10.0), bar("S1", YESTERDAY, 5.0)])
    splits_store([Split("OLD", YESTERDAY, 1.0, 2.0, "polygon")])
    facts_store([CompanyFacts("OLD", "fmp", NOW, shares_outstanding=5e7, sector_label="Energy")])


def tomorrow(*more: Listing) -> dict[str, int]:
    others = [listing(f"S{number}", f"BBG{number:09d}") for number in range(9)]
    return listings_store([*others, *more])


def closes(symbol: str) -> list[tuple[dt.date, float]]:
    return list(DailyBar.objects.filter(symbol=symbol).values_list("session", "close"))


def test_a_listing_under_a_new_symbol_keeps_bars_splits_and_facts(old_name: None) -> None:
    assert tomorrow(listing("NEW", "BBG00OLDNAME"))["renamed"] == 1
    stock = Stock.objects.get(symbol="NEW")
    assert (stock.shares_outstanding, stock.sector_label) == (50_000_000, "Energy")
    assert closes("NEW") == closes("OLD") == [(YESTERDAY, 10.0)]
    change = SymbolChange.objects.get()
    assert (str(change), change.session) == ("OLD is NEW", SESSION)


def test_a_day_that_the_new_symbol_has_already_stays(old_name: None) -> None:
    bars_store([bar("NEW", YESTERDAY, 10.5)])
    tomorrow(listing("NEW", "BBG00OLDNAME"))
    assert closes("NEW") == [(YESTERDAY, 10.5)]


@pytest.mark.parametrize(
    "came",
    [
        [listing("NEW", "BBG00ANOTHER")],
        [listing("NEW", None)],
        [listing("NEW", "BBG00OLDNAME"), listing("NEW.WS", "BBG00OLDNAME")],
        [listing("OLD", "BBG00OLDNAME"), listing("NEW", "BBG00OLDNAME")],
    ],
    ids=["another number", "no number", "one number for two", "the old one stays"],
)
def test_without_proof_nobody_is_taken_for_somebody_else(old_name: None, came: list[Listing]) -> None:
    assert "renamed" not in tomorrow(*came)
    assert (closes("NEW"), SymbolChange.objects.count()) == ([], 0)


def test_the_old_symbol_leads_to_the_page_of_the_new_one(old_name: None) -> None:
    tomorrow(listing("NEW", "BBG00OLDNAME"))
    client = Client()
    client.force_login(User.objects.create_user("mara", password="pw"))
    answer = client.get("/stocks/OLD/", follow=True)
    assert answer.redirect_chain == [("/stocks/NEW/", 302)]
    assert "OLD until " in answer.content.decode()


def test_a_rename_of_the_simulated_market_is_followed(settings: Any) -> None:
    with start_market(first=SESSION.isoformat()) as market:
        settings.POLYGON_BASE_URL = market.url
        listings_refresh()
        symbol = Stock.objects.filter(kind="CS").exclude(figi="").order_by("symbol")[5].symbol
        bars_store([bar(symbol, YESTERDAY, 7.0)])
        market.rename(symbol, "WXYZQ")
        market.control(clock=f"{next_session(SESSION).isoformat()}T10:00")
        assert listings_refresh()["renamed"] == 1
    sources_close()
    assert closes("WXYZQ") == [(YESTERDAY, 7.0)]
