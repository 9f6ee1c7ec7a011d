"""The listings that every process keeps in memory follow the stored ones."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.analysis.page_cast import TODAY, listing, universe_build
from universe.models import Stock, SymbolChange
from universe.selectors import stock_find, stocks_named

pytestmark = pytest.mark.django_db


def names(query: str) -> list[str]:
    return [hit.symbol for hit in stock_find(query)]


def test_a_search_among_known_listings_is_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    listing("SOUN", universe_build())
    stock_find("soun")
    with django_assert_num_queries(1):
        assert names("soun") == ["SOUN"]


def test_a_new_list_is_found_at_once() -> None:
    listing("SOUN", None)
    assert names("so") == ["SOUN"]
    listing("SOLV", None)
    assert names("so") == ["SOLV", "SOUN"]
    later = Stock.objects.get(symbol="SOUN").last_listed_at + dt.timedelta(days=1)
    Stock.objects.filter(symbol="SOUN").update(name="Renamed Corp.", last_listed_at=later)
    assert names("renamed") == ["SOUN"]


def test_a_change_of_symbol_is_followed_at_once() -> None:
    listing("META", None)
    assert names("fb") == []
    SymbolChange.objects.create(old="FB", new="META", session=TODAY, figi="BBG000MM2P62")
    assert names("fb") == ["META"]


def test_the_verdict_is_that_of_the_newest_universe() -> None:
    listing("SOUN", universe_build(TODAY - dt.timedelta(days=1)))
    assert [hit.listed.tier for hit in stock_find("soun")] == ["core"]
    newer = universe_build(TODAY)
    assert [hit.listed.tier for hit in stock_find("soun")] == [None]
    out = {"tier": "", "reasons": ["price_below", "float_below"]}
    listing("OCUL", newer, verdict=out)
    found = stocks_named(["OCUL"])[0].listed
    assert (found.tier, found.reason, found.reasons) == ("", "price_below", 2)
