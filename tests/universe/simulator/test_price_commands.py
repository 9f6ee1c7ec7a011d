"""Bad prints, splits and other names: what a test of prices asks of the market."""

from __future__ import annotations

import json
import urllib.error
from pathlib import Path
from typing import Any

import pytest

from tests.market import RunningMarket, start_market
from tests.universe.simulator.conftest import OWN_LISTINGS, SESSION
from tests.universe.simulator.test_control import price, traded_company
from tests.universe.simulator.test_stream import listening, receive_kind

SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
NEXT = "2026-11-23"


def snapshot(market: RunningMarket, symbol: str) -> dict[str, Any]:
    return dict(market.get(f"{SNAPSHOT}/{symbol}")["ticker"])


def day(market: RunningMarket, symbol: str, session: str, adjusted: str = "false") -> dict[str, Any]:
    path = f"/v2/aggs/ticker/{symbol}/range/1/day/{session}/{session}?adjusted={adjusted}"
    return dict(market.get(path)["results"][0])


def test_a_bad_print_shows_for_a_minute_and_is_a_single_one(own_market: RunningMarket) -> None:
    before = price(own_market, "IWM")
    done = own_market.print("IWM", 1000)
    row = snapshot(own_market, "IWM")
    assert row["lastTrade"]["p"] == row["min"]["c"] == done["price"] == pytest.approx(11 * before, rel=0.01)
    assert (row["min"]["n"], row["min"]["v"]) == (1, 100)
    own_market.control(clock=f"{SESSION}T10:33")
    assert price(own_market, "IWM") == pytest.approx(before, rel=0.02)


def test_a_bad_print_is_polygons_alone(own_market: RunningMarket) -> None:
    before = own_market.get("/stable/quote?symbol=IWM")[0]["price"]
    own_market.print("IWM", 1000)
    assert own_market.get("/stable/quote?symbol=IWM")[0]["price"] == pytest.approx(before, rel=0.02)


def test_a_bad_print_is_the_bar_of_its_minute_in_the_stream_and_afterwards() -> None:
    with start_market(first=f"{SESSION}T10:00", speed=60) as market, listening(market, "AM.IWM") as stream:
        receive_kind(stream, "AM")
        wrong = market.print("IWM", -50)["price"]
        bars = [receive_kind(stream, "AM")[0] for _ in range(3)]
        bar = next(bar for bar in bars if bar["c"] == wrong)
        path = f"/v2/aggs/ticker/IWM/range/1/minute/{SESSION}/{SESSION}?limit=50000"
        served = next(row for row in market.get(path)["results"] if row["t"] == bar["s"])
    assert (bar["h"], bar["l"], bar["v"]) == (wrong, wrong, 100)
    assert (served["c"], served["n"]) == (wrong, 1)
    assert sum(other["c"] == wrong for other in bars) == 1


def test_a_split_begins_with_the_next_session(own_market: RunningMarket) -> None:
    symbol = traded_company(own_market, "Energy")
    details = own_market.get(f"/v3/reference/tickers/{symbol}")["results"]
    today = price(own_market, symbol)
    assert own_market.split(symbol, 30, 1)["session"] == NEXT
    assert price(own_market, symbol) == pytest.approx(today, rel=0.03)
    own_market.control(clock=f"{NEXT}T10:30")
    row = snapshot(own_market, symbol)
    assert row["lastTrade"]["p"] == pytest.approx(30 * today, rel=0.5)
    assert row["todaysChangePerc"] > 1000
    own_market.control(clock=f"{NEXT}T17:00")
    later = own_market.get(f"/v3/reference/tickers/{symbol}")["results"]
    assert later["share_class_shares_outstanding"] == pytest.approx(
        details["share_class_shares_outstanding"] / 30, abs=1
    )


def test_a_listed_split_is_named_and_adjusted_for_and_another_is_not(own_market: RunningMarket) -> None:
    listed, hidden = traded_company(own_market, "Energy"), traded_company(own_market, "Technology")
    own_market.split(listed, 10, 1)
    own_market.split(hidden, 10, 1, listed=False)
    own_market.control(clock=f"{NEXT}T17:00")
    rows = own_market.get(f"/stocks/v1/splits?execution_date={NEXT}")["results"]
    names = {row["ticker"]: (row["split_from"], row["split_to"]) for row in rows}
    assert names[listed] == (10, 1)
    assert hidden not in names
    session = SESSION.isoformat()
    raw, adjusted = day(own_market, listed, session), day(own_market, listed, session, "true")
    assert adjusted["c"] == pytest.approx(10 * raw["c"], rel=0.001)
    assert day(own_market, hidden, session, "true") == day(own_market, hidden, session)


def test_a_split_multiplies_the_volume_by_the_new_shares(own_market: RunningMarket) -> None:
    symbol = traded_company(own_market, "Energy")
    own_market.split(symbol, 1, 4)
    own_market.control(clock=f"{NEXT}T17:00")
    with start_market(first=f"{NEXT}T17:00", listings=OWN_LISTINGS) as untouched:
        usual = day(untouched, symbol, NEXT)
    assert day(own_market, symbol, NEXT)["v"] == pytest.approx(4 * usual["v"], abs=4)
    assert day(own_market, symbol, NEXT)["c"] == pytest.approx(usual["c"] / 4, abs=0.01)


def test_a_renamed_listing_keeps_its_identity_and_loses_its_name(own_market: RunningMarket) -> None:
    symbol = traded_company(own_market, "Energy")
    figi = own_market.get(f"/v3/reference/tickers/{symbol}")["results"]["composite_figi"]
    own_market.rename(symbol, "WXYZQ")
    assert snapshot(own_market, symbol)["ticker"] == symbol
    own_market.control(clock=f"{NEXT}T10:30")
    renamed = own_market.get("/v3/reference/tickers?ticker=WXYZQ")["results"]
    assert [row["composite_figi"] for row in renamed] == [figi]
    assert own_market.get(f"/v3/reference/tickers?ticker={symbol}")["results"] == []
    assert own_market.refusal(f"/v3/reference/tickers/{symbol}")[0] == 404
    assert own_market.refusal(f"{SNAPSHOT}/{symbol}")[0] == 404
    assert snapshot(own_market, "WXYZQ")["prevDay"]["c"] > 0
    assert [row["symbol"] for row in own_market.get(f"/stable/batch-quote?symbols=WXYZQ,{symbol}")] == [
        "WXYZQ"
    ]


def test_days_before_a_rename_have_the_old_name(own_market: RunningMarket) -> None:
    symbol = traded_company(own_market, "Energy")
    own_market.rename(symbol, "WXYZQ")
    own_market.control(clock=f"{NEXT}T17:00")
    for session, name in ((SESSION.isoformat(), symbol), (NEXT, "WXYZQ")):
        grouped = own_market.get(f"/v2/aggs/grouped/locale/us/market/stocks/{session}")["results"]
        assert {symbol, "WXYZQ"} & {row["T"] for row in grouped} == {name}
        assert day(own_market, name, session)["c"] > 0


def test_all_three_survive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "market.json"
    with start_market(first=SESSION.isoformat(), state=state, listings=OWN_LISTINGS) as first:
        symbol = traded_company(first, "Energy")
        first.rename(symbol, "WXYZQ")
        first.split("IWM", 1, 2)
        before = price(first, "SPY")
        wrong = first.print("SPY", 300, seconds=3600)["price"]
    with start_market(first=SESSION.isoformat(), state=state, listings=OWN_LISTINGS) as second:
        assert price(second, "SPY") == wrong > 3 * before
        before = price(second, "IWM")
        second.control(clock=f"{NEXT}T10:00")
        assert price(second, "IWM") == pytest.approx(before / 2, rel=0.1)
        assert snapshot(second, "WXYZQ")["ticker"] == "WXYZQ"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"print": {"symbol": "ZZZZZ", "percent": 5}}, "'ZZZZZ', which is not listed"),
        ({"print": {"symbol": "IWM"}}, "'percent' is None, but must be a number from -99 to 100000"),
        ({"split": {"symbol": "IWM", "from": 30}}, "'to' is None"),
        ({"split": {"symbol": "IWM", "from": 2, "to": 2}}, "'from' and 'to' are the same"),
        ({"split": {"symbol": "IWM", "from": 2, "to": 1, "listed": 1}}, "must be true or false"),
        ({"rename": {"symbol": "IWM", "to": "SPY"}}, "'SPY', which is listed already"),
        ({"rename": {"symbol": "IWM", "to": "much too long"}}, "must be a ticker such as"),
    ],
)
def test_a_command_that_makes_no_sense_says_why(
    market: RunningMarket, command: dict[str, Any], words: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        market.control(**command)
    with caught.value as error:
        assert error.code == 400
        assert words in json.loads(error.read())["error"]
