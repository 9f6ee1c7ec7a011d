from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from tests.universe.canned import CAST, IWM, SESSION, at, canned_market, listing
from tests.universe.vendor import Answer, Vendor
from universe import clock
from universe.errors import BadPayload, RateLimited, Unavailable
from universe.models import Stock
from universe.selectors import releases_between
from universe.services import (
    bars_refresh,
    details_refresh,
    facts_refresh,
    facts_store,
    listings_refresh,
    releases_refresh,
    snapshot_build,
)
from universe.sources import facts_source, price_source
from universe.types import CompanyFacts

pytestmark = pytest.mark.django_db
LISTINGS = "/v3/reference/tickers"
FLOATS = "/stable/shares-float-all"


@pytest.fixture(autouse=True)
def _ten_o_clock() -> Iterator[None]:
    with clock.override(at(10)):
        yield


def the_list(*symbols: str) -> Answer:
    return Answer({"results": [listing(company) for company in CAST if company.symbol in symbols]})


def test_listings_of_every_kind_are_stored(vendor: Vendor) -> None:
    canned_market(vendor)
    assert listings_refresh() == {"listings": 13, "gone": 0}
    assert Stock.objects.get(symbol="FAY").kind == "ETF"


def test_all_pages_of_the_list_are_read(vendor: Vendor) -> None:
    first, second = [listing(c) for c in CAST[:6]], [listing(c) for c in CAST[6:]]
    vendor.on(LISTINGS, Answer({"results": first, "next_url": "https://api.massive.com/page2?cursor=x"}))
    vendor.on("/page2", Answer({"results": second}))
    assert listings_refresh()["listings"] == 12
    assert vendor.asked[0].query["limit"] == "1000"


def test_a_listing_that_is_no_longer_named_becomes_inactive(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    vendor.on(LISTINGS, Answer({"results": [listing(company) for company in CAST]}))
    assert listings_refresh() == {"listings": 12, "gone": 1}
    assert not Stock.objects.get(symbol="IWM").active


def test_a_list_that_lost_a_fifth_is_not_believed(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    vendor.on(LISTINGS, the_list("ANNE", "BEA"))
    with pytest.raises(BadPayload, match="names 2 listings where 13 are known"):
        listings_refresh()
    assert Stock.objects.filter(active=True).count() == 13


def test_an_empty_list_is_not_believed(vendor: Vendor) -> None:
    vendor.on(LISTINGS, Answer({"status": "OK"}))
    with pytest.raises(BadPayload, match="names 0 listings"):
        listings_refresh()


def test_a_symbol_that_no_page_could_show_is_left_out_and_counted(vendor: Vendor) -> None:
    odd = ("A B", "..", ".", "A?B", "-", "A" * 17)
    rows = [listing(CAST[0]), *(listing(CAST[1]) | {"ticker": symbol} for symbol in odd)]
    vendor.on(LISTINGS, Answer({"results": [*rows, listing(CAST[2]) | {"ticker": "BRK/B"}]}))
    assert listings_refresh() == {"listings": 2, "gone": 0, "bad_symbol": 6}
    assert set(Stock.objects.values_list("symbol", flat=True)) == {CAST[0].symbol, "BRK.B"}


def test_a_listing_keeps_its_facts_when_the_list_comes_again(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    facts_refresh()
    listings_refresh()
    assert Stock.objects.get(symbol="ANNE").sector_label == "Healthcare"


def test_facts_of_both_answers_meet_in_one_stock(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    facts_refresh()
    anne = Stock.objects.get(symbol="ANNE")
    assert (anne.market_cap_usd, anne.shares_outstanding, anne.float_shares) == (500e6, 50e6, 40e6)
    assert (anne.facts_source, anne.country) == ("fmp", "US")


def test_a_fact_that_is_not_told_again_stays_known(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    facts_refresh()
    vendor.on(FLOATS, Answer([]))
    cache.clear()
    facts_refresh()
    assert Stock.objects.get(symbol="ANNE").float_shares == 40e6


def test_facts_of_symbols_that_nobody_lists_are_ignored(vendor: Vendor, settings: Any) -> None:
    canned_market(vendor)
    listings_refresh()
    stamp = Stock.objects.get(symbol="ANNE").last_listed_at
    assert facts_store([CompanyFacts("NOBODY", "fmp", stamp, float_shares=1.0)]) == 0


def test_a_symbol_that_no_table_holds_costs_nobody_elses_facts(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    endless = "ANNE" * 5
    vendor.on(FLOATS, Answer([{"symbol": endless, "floatShares": 1}, {"symbol": "ANNE", "floatShares": 7}]))
    rows = [
        {"ticker": ticker, "settlement_date": "2026-03-13", "short_interest": 5e6}
        for ticker in (endless, "ANNE")
    ]
    vendor.on("/stocks/v1/short-interest", Answer({"results": rows}))
    facts_refresh()
    anne = Stock.objects.get(symbol="ANNE")
    assert (anne.float_shares, anne.short_interest) == (7, 5e6)


def test_shares_that_no_bulk_answer_told_are_asked_for_one_by_one(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    vendor.on("/stable/company-screener", Answer([]))
    vendor.on(FLOATS, Answer([]))
    vendor.on(f"{LISTINGS}/JOE", Answer({"results": {"ticker": "JOE", "weighted_shares_outstanding": 7e6}}))
    counts = facts_refresh()
    assert counts["details"] == 1
    assert Stock.objects.get(symbol="JOE").shares_outstanding == 7e6
    assert f"{LISTINGS}/FAY" not in vendor.paths()


def test_floats_are_asked_for_in_bulk_once_a_week_and_between_for_newcomers(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    facts_refresh()
    newcomer = listing(CAST[0]) | {"ticker": "NEW"}
    vendor.on(LISTINGS, Answer({"results": [*map(listing, (*CAST, IWM)), newcomer]}))
    vendor.on("/stable/shares-float", Answer([{"symbol": "NEW", "floatShares": 3e6}]))
    listings_refresh()
    facts_refresh()
    with clock.override(at(10) + dt.timedelta(days=7)):
        facts_refresh()
    assert vendor.paths().count(FLOATS) == 2
    assert [asked.query for asked in vendor.asked if asked.path == "/stable/shares-float"] == [
        {"symbol": "NEW"}
    ]
    assert Stock.objects.get(symbol="NEW").float_shares == 3e6


def test_tables_without_a_float_ask_for_all_whatever_the_cache_remembers(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    facts_refresh()
    Stock.objects.update(float_shares=None)
    facts_refresh()
    assert Stock.objects.get(symbol="ANNE").float_shares == 40e6


def test_newcomers_whose_floats_are_refused_are_counted(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    facts_refresh()
    Stock.objects.filter(symbol="ANNE").update(
        facts_fetched_at=None, shares_outstanding=None, market_cap_usd=None
    )
    vendor.on("/stable/shares-float", Answer("Restricted Endpoint", 402))
    assert facts_refresh()["floats_failed"] == 1


def test_of_a_few_unknown_names_three_are_asked_about_a_day_the_newest_first(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    canned_market(vendor)
    bars_refresh(SESSION)
    monkeypatch.setattr("universe.services.facts.START_SHARE", 0.5)
    names = [f"NEW{number}" for number in range(5)]
    listed = [
        *(listing(company) for company in CAST),
        *(listing(CAST[0]) | {"ticker": name} for name in names),
    ]
    vendor.on(LISTINGS, Answer({"results": listed}))
    listings_refresh()
    snapshot_build(SESSION)
    counts = facts_refresh()
    first = {path.rpartition("/")[2] for path in vendor.paths() if path.startswith(f"{LISTINGS}/")}
    assert counts["details_later"] == 2
    assert first == {"NEW4", "NEW3", "NEW2"}
    facts_refresh()
    asked = [path.rpartition("/")[2] for path in vendor.paths() if path.startswith(f"{LISTINGS}/")]
    assert sorted(asked) == sorted(names)


def test_a_plan_without_floats_is_counted_and_costs_nothing_else(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    vendor.on(FLOATS, Answer("Restricted Endpoint: not in your plan", 402))
    counts = facts_refresh()
    assert counts["not_entitled:/shares-float-all"] == 1
    assert Stock.objects.get(symbol="ANNE").market_cap_usd == 500e6


def test_a_dead_facts_vendor_is_an_error(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    vendor.on("/stable/company-screener", Answer("", 500))
    with pytest.raises(Unavailable):
        facts_refresh()


def test_without_an_fmp_key_the_price_vendor_tells_ratios_and_floats(vendor: Vendor, settings: Any) -> None:
    settings.FMP_API_KEY = ""
    canned_market(vendor)
    listings_refresh()
    vendor.on(
        "/stocks/financials/v1/ratios",
        Answer({"results": [{"ticker": "ANNE", "price": 10, "market_cap": 5e8, "date": "2026-03-30"}]}),
    )
    vendor.on("/stocks/vX/float", Answer({"results": [{"ticker": "ANNE", "free_float": 3e7}]}))
    facts_refresh()
    anne = Stock.objects.get(symbol="ANNE")
    assert (anne.shares_outstanding, anne.float_shares, anne.facts_source) == (50e6, 30e6, "polygon")


def test_short_interest_is_not_asked_for_before_a_newer_one_can_be_out(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    row = {"ticker": "ANNE", "settlement_date": "2026-03-13", "short_interest": 5e6}
    vendor.on("/stocks/v1/short-interest", Answer({"results": [row]}))
    facts_refresh()
    facts_refresh()
    assert vendor.paths().count("/stocks/v1/short-interest") == 1


def test_short_interest_is_of_the_newest_settlement_before_today(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    rows = [
        {"ticker": "ANNE", "settlement_date": day, "short_interest": shares, "days_to_cover": 2.0}
        for day, shares in (("2026-03-13", 5e6), ("2026-02-27", 4e6), ("2026-03-31", 9e9))
    ]
    vendor.on("/stocks/v1/short-interest", Answer({"results": rows}))
    facts_refresh()
    assert Stock.objects.get(symbol="ANNE").short_interest == 5e6


def test_an_error_object_with_status_200_is_an_error(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    vendor.on("/stable/company-screener", Answer({"Error Message": "Something odd"}))
    with pytest.raises(BadPayload, match="answered 200: Something odd"):
        facts_refresh()


def test_an_error_object_that_repeats_the_key_does_not_tell_it(vendor: Vendor) -> None:
    vendor.on("/stable/company-screener", Answer({"Error Message": "fmp-secret is not valid"}))
    with pytest.raises(BadPayload) as caught:
        facts_refresh()
    assert "fmp-secret" not in str(caught.value)


def test_a_plan_without_short_interest_and_details_is_counted(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    vendor.on("/stocks/v1/short-interest", Answer("", 500))
    vendor.on("/stable/company-screener", Answer([]))
    vendor.on(FLOATS, Answer([]))
    vendor.on(f"{LISTINGS}/JOE", Answer({"message": "not your plan"}, 403))
    counts = facts_refresh()
    assert (counts["short_interest_failed"], counts["details_failed:NotEntitled"]) == (1, 1)


def test_an_outage_ends_the_asking_for_details(vendor: Vendor) -> None:
    vendor.on(f"{LISTINGS}/ANNE", Answer({"error": "too many"}, 429))
    symbols = ["ANNE", *(f"S{number}" for number in range(200))]
    counts = details_refresh(symbols)
    assert counts["details_failed:RateLimited"] == 1
    assert len(vendor.asked) < len(symbols)


def test_a_vendor_that_says_limit_reached_with_status_200_is_rate_limited(vendor: Vendor) -> None:
    vendor.on("/stable/company-screener", Answer({"Error Message": "Limit Reach . Please upgrade"}))
    with pytest.raises(RateLimited):
        facts_refresh()


def test_releases_of_two_days_are_stored_once_and_new_figures_replace_the_old(vendor: Vendor) -> None:
    release = {"date": "2026-03-31 12:30:00", "country": "US", "event": "PPI", "impact": "High"}
    abroad = {"date": "2026-03-31 09:00:00", "country": "DE", "event": "CPI", "impact": "High"}
    vendor.on("/stable/economic-calendar", Answer([release, abroad]))
    assert releases_refresh(SESSION) == {"releases": 1}
    assert vendor.asked[0].query == {"from": "2026-03-31", "to": "2026-04-01"}
    vendor.on("/stable/economic-calendar", Answer([release | {"actual": 0.4}]))
    releases_refresh(SESSION)
    stored = releases_between(at(8), at(9))
    assert [(row.event, row.actual, row.at) for row in stored] == [("PPI", 0.4, at(8, 30))]


def test_the_price_vendor_alone_has_neither_releases_nor_indices(vendor: Vendor, settings: Any) -> None:
    settings.FMP_API_KEY = ""
    assert releases_refresh(SESSION) == {"releases": 0, "not_entitled": 1}
    assert facts_source().fetch_context(["^VIX"]).rows == []


def test_headlines_are_fetched_since_a_moment(vendor: Vendor) -> None:
    article = {"id": "a", "title": "T", "published_utc": "2026-03-31T12:00:00Z", "tickers": ["ANNE"]}
    vendor.on("/v2/reference/news", Answer({"results": [article, {"id": "b"}]}))
    parsed = price_source().fetch_headlines(at(8))
    assert ([row.id for row in parsed.rows], parsed.dropped) == (["a"], {"bad_payload:published_utc": 1})
    assert vendor.asked[0].query["published_utc.gte"] == "2026-03-31T12:00:00Z"


def test_an_unknown_symbol_has_no_details(vendor: Vendor) -> None:
    assert price_source().fetch_details("NOBODY") is None


def test_a_dead_redis_does_not_stop_a_call(vendor: Vendor, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    canned_market(vendor)
    assert listings_refresh()["listings"] == 13


RATIOS = "/stocks/financials/v1/ratios"
RESTRICTED = Answer(
    "Restricted Endpoint: This endpoint is not available under your current subscription", 402
)


def test_ratios_stand_in_for_a_screener_that_the_plan_lacks(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    vendor.on("/stable/company-screener", RESTRICTED)
    vendor.on(RATIOS, Answer({"results": [{"ticker": "JOE", "market_cap": 6e8, "price": 12.0}]}))
    vendor.on("/stocks/vX/float", Answer({"results": [{"ticker": "KAY", "free_float": 1000}]}))
    facts_refresh()
    stocks = {stock.symbol: stock for stock in Stock.objects.all()}
    assert (stocks["JOE"].market_cap_usd, stocks["JOE"].shares_outstanding) == (600_000_000, 50_000_000)
    assert (stocks["KAY"].float_shares, stocks["ANNE"].float_shares) == (1000, 40_000_000)


def test_what_fmp_tells_goes_before_what_stands_in(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    vendor.on("/stable/company-screener", RESTRICTED)
    vendor.on("/stocks/vX/float", Answer({"results": [{"ticker": "ANNE", "free_float": 1}]}))
    facts_refresh()
    assert Stock.objects.get(symbol="ANNE").float_shares == 40_000_000


def test_a_second_vendor_that_fails_is_counted_and_missed(vendor: Vendor) -> None:
    canned_market(vendor)
    listings_refresh()
    vendor.on("/stable/company-screener", RESTRICTED)
    vendor.on(RATIOS, Answer("", 500))
    counts = facts_refresh()
    assert counts["other_facts_failed"] == 1
    assert Stock.objects.get(symbol="ANNE").float_shares == 40_000_000
