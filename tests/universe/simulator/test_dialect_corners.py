"""The rest of both dialects: filings, events, funds' holdings, late trades, bulk text."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.market import RunningMarket, start_market
from tests.universe.simulator.conftest import SESSION
from tests.universe.simulator.test_control import traded_company
from tests.universe.simulator.wire import fetch

INDICES = ("^GSPC", "^VIX", "^N225", "^HSI", "^FTSE", "^GDAXI")


def test_disclosures_of_the_day_are_tagged_and_name_their_company(market: RunningMarket) -> None:
    answer = market.get(f"/stocks/filings/8-K/vX/disclosures?filing_date={SESSION}&limit=1000")
    row = answer["results"][0]
    assert row["filing_date"] == SESSION.isoformat()
    assert row["primary_category"]
    assert row["supporting_text"]
    only = market.get(f"/stocks/filings/8-K/vX/disclosures?tickers.any_of={row['tickers'][0]}")["results"]
    assert {ticker for row in only for ticker in row["tickers"]} == set(row["tickers"])


def test_every_category_of_a_disclosure_is_in_the_taxonomy(market: RunningMarket) -> None:
    known = {row["tertiary_category"] for row in market.get("/stocks/taxonomies/vX/disclosures")["results"]}
    rows = market.get("/stocks/filings/8-K/vX/disclosures?limit=1000")["results"]
    assert {row["tertiary_category"] for row in rows} <= known
    assert len({row["primary_category"] for row in rows}) > 2


def test_the_index_has_prospectuses_beside_the_8k(market: RunningMarket) -> None:
    rows = market.get("/stocks/filings/vX/index")["results"]
    text = market.get("/stocks/filings/8-K/vX/text")["results"][0]
    assert {row["form_type"] for row in rows} >= {"8-K", "424B5", "S-3"}
    assert text["items_text"].startswith("Item 8.01")


def test_fmp_has_the_same_filings_with_the_time_of_acceptance(market: RunningMarket) -> None:
    day = f"from={SESSION}&to={SESSION}"
    latest = market.get(f"/stable/sec-filings-8k?{day}&limit=1000")
    first = latest[0]
    own = market.get(f"/stable/sec-filings-search/symbol?symbol={first['symbol']}&{day}")
    assert first["acceptedDate"] > first["filingDate"]
    assert first["acceptedDate"] >= latest[-1]["acceptedDate"]
    assert {row["symbol"] for row in own} == {first["symbol"]}
    assert "'from' is required" in market.refusal("/stable/sec-filings-search/symbol?symbol=IWM")[1]


def test_a_listing_has_its_figi_in_the_list_and_in_its_details(market: RunningMarket) -> None:
    row = market.get("/v3/reference/tickers?ticker=IWM")["results"][0]
    details = market.get("/v3/reference/tickers/IWM")["results"]
    assert row["composite_figi"] == details["composite_figi"]
    assert (len(row["composite_figi"]), row["composite_figi"][:3]) == (12, "BBG")
    rows = market.get("/v3/reference/tickers?limit=1000")["results"]
    assert len({row["composite_figi"] for row in rows}) == 1000


def test_a_rename_is_an_event_at_polygon_and_a_row_at_fmp(own_market: RunningMarket) -> None:
    symbol = traded_company(own_market, "Energy")
    own_market.rename(symbol, "WXYZQ")
    assert own_market.get("/stable/symbol-change") == []
    own_market.control(clock="2026-11-23T10:00")
    events = own_market.get("/vX/reference/tickers/WXYZQ/events")["results"]
    changes = [(event["date"], event["ticker_change"]["ticker"]) for event in events["events"]]
    assert changes == [("2026-11-23", "WXYZQ"), ("2003-09-10", symbol)]
    assert own_market.get(f"/vX/reference/tickers/{events['composite_figi']}/events")["results"] == events
    row = own_market.get("/stable/symbol-change")[0]
    assert (row["date"], row["oldSymbol"], row["newSymbol"]) == ("2026-11-23", symbol, "WXYZQ")


def test_nobody_pays_dividends_and_peers_share_an_industry(market: RunningMarket) -> None:
    assert market.get("/stocks/v1/dividends")["results"] == []
    symbol = traded_company(market, "Technology")
    peers = market.get(f"/v1/related-companies/{symbol}")
    assert peers["stock_symbol"] == symbol
    assert 0 < len(peers["results"]) <= 10


@pytest.mark.parametrize("fund", ["PSCH", "XLE", "IWM"])
def test_a_funds_holdings_are_its_sectors_largest_and_cash(market: RunningMarket, fund: str) -> None:
    rows = market.get(f"/stable/etf/holdings?symbol={fund}")
    assert sum(row["weightPercentage"] for row in rows) == pytest.approx(100.0, abs=0.1)
    assert (rows[-1]["asset"], rows[-1]["name"]) == (" ", "US DOLLAR")
    assert rows[0]["weightPercentage"] >= rows[1]["weightPercentage"]
    assert all(row["isin"] == "" and row["sharesNumber"] > 0 for row in rows)


def test_sector_weightings_have_a_row_of_cash(market: RunningMarket) -> None:
    rows = {
        row["sector"]: row["weightPercentage"]
        for row in market.get("/stable/etf/sector-weightings?symbol=XLE")
    }
    assert sum(rows.values()) == pytest.approx(100.0, abs=0.01)
    assert rows["Energy"] > 90
    assert 0 < rows["Cash & Others"] < 10
    assert market.get("/stable/etf/sector-weightings?symbol=ZZZZZ") == []


def test_late_trades_and_quotes_come_in_milliseconds_before_the_open() -> None:
    with start_market(first=f"{SESSION}T08:30") as market:
        trade = market.get("/stable/aftermarket-trade?symbol=SPY")[0]
        trades = market.get("/stable/batch-aftermarket-trade?symbols=SPY,IWM,ZZZZZ")
        quote = market.get("/stable/batch-aftermarket-quote?symbols=SPY")[0]
        regular = market.get("/stable/quote?symbol=SPY")[0]
    assert trade["timestamp"] > 1000 * regular["timestamp"]
    assert [row["symbol"] for row in trades] == ["SPY", "IWM"]
    assert quote["bidPrice"] < trade["price"] < quote["askPrice"]
    assert quote["volume"] > 0


def test_world_indices_answer_in_batch_and_in_bulk(market: RunningMarket) -> None:
    rows = market.get(f"/stable/batch-quote?symbols={','.join(INDICES)},IWM".replace("^", "%5E"))
    assert [row["symbol"] for row in rows] == [*INDICES, "IWM"]
    short = market.get("/stable/batch-index-quotes")
    assert set(INDICES) <= {row["symbol"] for row in short}
    assert short[0].keys() == {"symbol", "price", "change", "volume"}
    assert "previousClose" in market.get("/stable/batch-index-quotes?short=false")[0]


def test_results_to_come_have_no_figure_yet(market: RunningMarket) -> None:
    rows = market.get("/stable/earnings-calendar?from=2026-11-18&to=2026-11-24")
    assert {row["date"] for row in rows} == {
        "2026-11-18",
        "2026-11-19",
        "2026-11-20",
        "2026-11-23",
        "2026-11-24",
    }
    assert all((row["epsActual"] is None) == (row["date"] >= "2026-11-20") for row in rows)
    assert market.refusal("/stable/earnings-calendar?from=2026-01-01&to=2026-11-20")[0] == 400


def test_the_calendar_of_splits_is_polygons_list(market: RunningMarket) -> None:
    rows = market.get("/stable/splits-calendar?from=2026-09-01&to=2026-11-24")
    listed = market.get(
        "/stocks/v1/splits?execution_date.gte=2026-09-01&execution_date.lte=2026-11-24&limit=5000"
    )
    assert [row["date"] for row in rows] == [row["execution_date"] for row in listed["results"]]
    assert rows[0]["numerator"] == listed["results"][0]["split_to"]


def test_bulk_profiles_are_text_in_four_parts(market: RunningMarket) -> None:
    answers = [fetch(market, f"/stable/profile-bulk?part={part}") for part in range(5)]
    rows = [row for answer in answers[:4] for row in csv.DictReader(io.StringIO(answer.text))]
    assert {answer.headers["content-type"] for answer in answers} == {"text/csv; charset=utf-8"}
    assert answers[4].body == b""
    assert len({row["symbol"] for row in rows}) == len(rows) > 7900
    iwm = next(row for row in rows if row["symbol"] == "IWM")
    assert (iwm["isEtf"], iwm["beta"], float(iwm["price"]) > 0) == ("true", "", True)
    wrong = fetch(market, "/stable/profile-bulk")
    assert (wrong.status, "'part'" in json.loads(wrong.body)["Error Message"]) == (400, True)
