"""What the sources ask, how often, and what they make of pages, repeats and refusals."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import pytest

from tests.universe.vendor import Answer, Asked, Vendor
from universe.errors import BadPayload, NotEntitled, NotFound
from universe.sources import facts_source, price_source
from universe.sources.fmp.rest import FmpRest
from universe.sources.polygon.rest import DISCLOSURES, FILINGS, LISTINGS, SNAPSHOT, PolygonRest

DAY = dt.date(2026, 3, 31)
NOON = dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC)
WORLD = ("^N225", "^HSI", "^FTSE", "^GDAXI", "^VIX")


def polygon() -> PolygonRest:
    return cast(PolygonRest, price_source())


def fmp() -> FmpRest:
    return cast(FmpRest, facts_source())


def a_quote(symbol: str, price: float = 5.0) -> dict[str, Any]:
    return {"symbol": symbol, "price": price, "timestamp": 1774967405}


def quotes_of(asked: Asked) -> Answer:
    return Answer([a_quote(symbol) for symbol in asked.query["symbols"].split(",")])


def test_a_listing_told_twice_is_one_and_the_last_one_holds(vendor: Vendor) -> None:
    rows = [{"ticker": "ANNE", "name": name} for name in ("Old", "New")]
    vendor.on(LISTINGS, Answer({"results": [*rows, 7]}))
    parsed = polygon().fetch_listings()
    assert [listing.name for listing in parsed.rows] == ["New"]
    assert parsed.dropped == {"duplicate": 1, "bad_payload:row": 1}


def test_a_price_told_twice_is_counted_once(vendor: Vendor) -> None:
    row = {"ticker": "ANNE", "lastTrade": {"p": 5.0, "t": 1774967405123456789}}
    vendor.on(SNAPSHOT, Answer({"tickers": [row, row, {"ticker": "BEA", "error": "NOT_FOUND"}]}))
    parsed = polygon().fetch_quotes()
    assert (len(parsed.rows), parsed.dropped) == (1, {"duplicate": 1, "no_price": 1})


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", '"5.0"', "null"])
def test_a_number_that_is_none_costs_its_own_datum_and_not_the_market(vendor: Vendor, number: str) -> None:
    row = '{"ticker": "%s", "lastTrade": {"p": %s, "t": 1774967405123456789}}'
    rows = ", ".join([row % ("ANNE", number), row % ("BEA", "5.0")])
    vendor.on(SNAPSHOT, Answer(f'{{"tickers": [{rows}]}}'))
    parsed = polygon().fetch_quotes()
    assert [(quote.symbol, quote.price) for quote in parsed.rows] == [("BEA", 5.0)]
    assert parsed.dropped.total() == 1


@pytest.mark.parametrize(
    "body",
    ["NaN and more", '{"tickers": [NaN', "<html>Infinity</html>", "[" * 100_000],
    ids=["words", "cut off", "a page", "endless brackets"],
)
def test_a_text_that_is_no_json_is_refused_whatever_is_in_it(vendor: Vendor, body: str) -> None:
    vendor.on(SNAPSHOT, Answer(body))
    with pytest.raises(BadPayload, match="without JSON"):
        polygon().fetch_quotes()


def test_a_paper_and_what_it_discloses_are_one_filing(vendor: Vendor) -> None:
    paper = {"accession_number": "1", "filing_date": "2026-03-31", "cik": "9"}
    vendor.on(
        DISCLOSURES,
        Answer(
            {
                "results": [
                    paper | {"primary_category": "deals", "supporting_text": "One.", "tickers": ["ANNE"]},
                    paper | {"primary_category": "results", "supporting_text": "Two.", "tickers": ["ANNE"]},
                ]
            }
        ),
    )
    rows = [paper | {"form_type": "8-K", "ticker": "ANNE.A"}, paper | {"accession_number": "2"}]
    vendor.on(FILINGS, Answer({"results": rows}))
    parsed = polygon().fetch_filings(DAY, DAY)
    assert len(vendor.asked) == 2
    assert "S-1" in vendor.asked[1].query["form_type.any_of"].split(",")
    (filing,) = parsed.rows
    assert (filing.categories, filing.text) == (("deals", "results"), "One.\nTwo.")
    assert (filing.symbols, parsed.dropped) == (("ANNE", "ANNE.A"), {"bad_payload:form_type": 1})


def test_a_plan_without_filings_has_none(vendor: Vendor) -> None:
    for path in (DISCLOSURES, FILINGS):
        vendor.on(path, Answer({"message": "not your plan"}, 403))
    parsed = polygon().fetch_filings(DAY, DAY)
    assert (parsed.rows, parsed.dropped.total()) == ([], 2)


def test_one_symbols_days_are_a_range_and_an_unknown_one_has_none(vendor: Vendor) -> None:
    path = "/v2/aggs/ticker/ANNE/range/1/day/2026-03-31/2026-03-31"
    vendor.on(path, Answer({"results": [{"t": 1774929600000, "c": 5.0, "v": 4.5755041e07}]}))
    (bar,) = polygon().fetch_daily_range("ANNE", DAY, DAY).rows
    assert (bar.session, bar.volume, vendor.asked[0].query["adjusted"]) == (DAY, 45755041.0, "false")
    assert polygon().fetch_daily_range("NOBODY", DAY, DAY).rows == []


def test_a_symbol_that_nobody_knows_never_changed(vendor: Vendor) -> None:
    assert polygon().fetch_symbol_events("NOBODY").rows == []


def test_closed_days_that_are_no_list_are_refused(vendor: Vendor) -> None:
    vendor.on("/v1/marketstatus/upcoming", Answer({"status": "OK"}))
    with pytest.raises(BadPayload, match="no list"):
        polygon().fetch_closed_days()


def test_floats_of_a_few_names_are_one_question(vendor: Vendor) -> None:
    vendor.on("/stocks/vX/float", Answer({"results": [{"ticker": "ANNE", "free_float": 5}]}))
    assert len(polygon().fetch_floats(["ANNE", "BEA"]).rows) == 1
    assert [asked.query["ticker.any_of"] for asked in vendor.asked] == ["ANNE,BEA"]


def test_quotes_are_asked_for_a_hundred_at_a_time(vendor: Vendor) -> None:
    vendor.on("/stable/batch-quote", quotes_of)
    symbols = [f"S{number}" for number in range(150)]
    assert len(fmp().fetch_quotes(symbols).rows) == 150
    assert [asked.query["symbols"].count(",") + 1 for asked in vendor.asked] == [100, 50]


def test_a_plan_without_batches_is_asked_for_one_quote_after_another(vendor: Vendor) -> None:
    vendor.on("/stable/batch-quote", Answer("Restricted Endpoint", 402))
    vendor.on(
        "/stable/quote",
        lambda asked: (
            Answer("Premium Query Parameter", 402)
            if asked.query["symbol"] == "BEA"
            else Answer([a_quote(asked.query["symbol"])])
        ),
    )
    parsed = fmp().fetch_quotes(["ANNE", "BEA", "BRK.B"])
    assert [quote.symbol for quote in parsed.rows] == ["ANNE", "BRK.B"]
    assert parsed.dropped == {"not_entitled:/quote": 1}


def test_a_plan_without_any_quote_says_so(vendor: Vendor) -> None:
    for path in ("batch-quote", "quote"):
        vendor.on(f"/stable/{path}", Answer("Restricted Endpoint", 402))
    with pytest.raises(NotEntitled):
        fmp().fetch_quotes(["ANNE"])


def test_the_worlds_indices_are_one_question(vendor: Vendor) -> None:
    vendor.on("/stable/batch-quote", quotes_of)
    parsed = fmp().fetch_context(WORLD)
    assert [quote.symbol for quote in parsed.rows] == list(WORLD)
    assert len(vendor.asked) == 1


def article(number: int, minute: int, symbol: str = "ANNE") -> dict[str, Any]:
    return {
        "symbol": symbol,
        "publishedDate": f"2026-03-31 12:{minute:02}:00",
        "title": f"Deadline {number}",
        "url": f"https://news.example/{number}",
        "text": "Investors who lost may join.",
    }


def test_news_is_read_back_to_a_moment_and_an_article_of_two_symbols_is_one(vendor: Vendor) -> None:
    newest = [article(number, 59) for number in range(249)] + [article(0, 59, "BRK-B")]
    vendor.on("/stable/news/stock-latest", [Answer(newest), Answer([article(900, 5), article(901, 0)])])
    parsed = fmp().fetch_headlines(NOON + dt.timedelta(minutes=5))
    assert [asked.query["page"] for asked in vendor.asked] == ["0", "1"]
    assert len(parsed.rows) == 250
    assert (parsed.rows[0].symbols, parsed.rows[0].tone) == (("ANNE", "BRK.B"), {})
    assert parsed.rows[0].text == "Investors who lost may join."


def paper(number: int) -> dict[str, Any]:
    return {
        "symbol": "ANNE",
        "filingDate": "2026-03-31 00:00:00",
        "acceptedDate": "2026-03-31 08:30:00",
        "formType": "8-K",
        "link": f"https://sec.example/0000000001-26-{number:06}-index.htm",
    }


def test_a_page_of_a_round_number_of_rows_is_not_the_last(vendor: Vendor) -> None:
    pages = [[paper(number) for number in range(first, first + 100)] for first in (0, 100)]
    vendor.on("/stable/sec-filings-8k", [Answer(pages[0]), Answer(pages[1]), Answer([paper(200)])])
    assert len(fmp().fetch_filings(DAY, DAY).rows) == 201
    assert vendor.asked[0].query["from"] == "2026-03-31"


def test_a_vendor_that_sends_one_page_for_ever_is_asked_twice(vendor: Vendor) -> None:
    vendor.on("/stable/sec-filings-8k", Answer([paper(number) for number in range(100)]))
    parsed = fmp().fetch_filings(DAY, DAY)
    assert (len(parsed.rows), len(vendor.asked)) == (100, 2)
    assert parsed.dropped == {"same_page_again:/sec-filings-8k": 1}


def test_a_profile_nobody_has_is_none(vendor: Vendor) -> None:
    vendor.on("/stable/profile", Answer([]))
    assert fmp().fetch_profile("NOBODY") is None


def test_all_profiles_are_four_downloads(vendor: Vendor) -> None:
    parts = ['"symbol","isAdr"\n"ANNE",true\n', '"isAdr","symbol"\n,"BEA"\n', '"symbol"\n"X.TO"\n', ""]
    vendor.on("/stable/profile-bulk", [Answer(part) for part in parts])
    parsed = fmp().fetch_profiles()
    assert [(profile.symbol, profile.is_adr) for profile in parsed.rows] == [("ANNE", True), ("BEA", None)]
    assert [asked.query["part"] for asked in vendor.asked] == ["0", "1", "2", "3"]


def test_a_plan_without_bulk_answers_is_told_apart(vendor: Vendor) -> None:
    vendor.on("/stable/profile-bulk", Answer("Restricted Endpoint", 402))
    with pytest.raises(NotEntitled):
        fmp().fetch_profiles()


def test_floats_of_names_that_nobody_knows_are_an_error(vendor: Vendor) -> None:
    with pytest.raises(NotFound):
        fmp().fetch_floats(["NOBODY"])


def test_minutes_from_a_moment_on_are_those_after_it(vendor: Vendor) -> None:
    rows = [{"date": f"2026-03-31 12:0{minute}:00", "close": 5.0} for minute in range(3)]
    vendor.on("/stable/historical-chart/1min", Answer(rows[::-1]))
    parsed = fmp().fetch_minute_bars("BRK.B", DAY, since=NOON + dt.timedelta(minutes=1))
    assert [bar.start.minute for bar in parsed.rows] == [1, 2]
    assert vendor.asked[0].query == {"symbol": "BRK-B", "from": "2026-03-31", "to": "2026-03-31"}
