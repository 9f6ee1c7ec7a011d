from __future__ import annotations

import datetime as dt
import json
import urllib.error
from pathlib import Path
from typing import Any

import pytest

from tests.market import RunningMarket, start_market
from tests.universe.simulator.conftest import OWN_LISTINGS, SESSION

SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"


def price(market: RunningMarket, symbol: str) -> float:
    return float(market.get(f"{SNAPSHOT}/{symbol}")["ticker"]["lastTrade"]["p"])


def refused(market: RunningMarket, token: str | None = None, **command: Any) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as caught:
        market.control(token, **command)
    with caught.value as error:
        return error.code, json.loads(error.read())["error"]


def traded_company(market: RunningMarket, sector: str) -> str:
    rows = market.get(f"/stable/company-screener?sector={sector}&volumeMoreThan=100000&limit=1")
    return str(rows[0]["symbol"])


def test_a_moved_symbol_has_its_new_price_at_once_and_keeps_it(own_market: RunningMarket) -> None:
    symbol = traded_company(own_market, "Energy")
    before = price(own_market, symbol)
    own_market.control(move={"symbol": symbol, "percent": 20})
    assert price(own_market, symbol) == pytest.approx(before * 1.2, rel=0.02)
    own_market.control(clock=f"{SESSION}T15:59:30")
    row = own_market.get(f"{SNAPSHOT}/{symbol}")["ticker"]
    assert row["day"]["h"] >= before * 1.15
    own_market.control(clock="2026-11-24T10:00")
    day = own_market.get(f"/v2/aggs/ticker/{symbol}/range/1/day/{SESSION}/{SESSION}")["results"][0]
    assert day["c"] == pytest.approx(row["day"]["c"], rel=0.02)
    assert day["h"] >= day["c"] >= day["l"]


def test_a_moved_sector_moves_together_and_alone(own_market: RunningMarket) -> None:
    mover, other = traded_company(own_market, "Utilities"), traded_company(own_market, "Energy")
    before = price(own_market, mover), price(own_market, other)
    done = own_market.control(move={"sector": "utilities", "percent": -10})
    assert done["moved"] > 50
    assert price(own_market, mover) == pytest.approx(before[0] * 0.9, rel=0.02)
    assert price(own_market, other) == pytest.approx(before[1], rel=0.02)


def test_a_halted_symbol_stands_until_it_is_resumed(own_market: RunningMarket) -> None:
    symbol = traded_company(own_market, "Technology")
    own_market.control(halt={"symbol": symbol})
    frozen = own_market.get(f"{SNAPSHOT}/{symbol}")["ticker"]
    own_market.control(clock=f"{SESSION}T11:30")
    later = own_market.get(f"{SNAPSHOT}/{symbol}")["ticker"]
    assert frozen["halted"] is later["halted"] is True
    assert later["lastTrade"] == frozen["lastTrade"]
    own_market.control(resume={"symbol": symbol})
    own_market.control(clock=f"{SESSION}T11:40")
    after = own_market.get(f"{SNAPSHOT}/{symbol}")["ticker"]
    assert "halted" not in after
    assert after["lastTrade"]["t"] > frozen["lastTrade"]["t"]


def test_the_clock_goes_forward_and_back_only_when_told_so(own_market: RunningMarket) -> None:
    done = own_market.control(clock="2026-11-21T12:00")
    assert done["market_time"] == "2026-11-23T04:00:00-05:00"
    status, text = refused(own_market, clock=f"{SESSION}T10:00")
    assert status == 400
    assert "before the market's 2026-11-23" in text
    assert own_market.control(clock=f"{SESSION}T10:00", back=True)["market_time"].startswith(
        f"{SESSION}T10:00"
    )


def test_without_the_token_nothing_is_done(market: RunningMarket) -> None:
    assert refused(market, token="wrong", clock=f"{SESSION}T12:00")[0] == 401
    assert refused(market, token="", clock=f"{SESSION}T12:00")[0] == 401


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"move": {"symbol": "ZZZZZ", "percent": 5}}, "'ZZZZZ', which is not listed"),
        ({"move": {"symbol": "IWM", "percent": "much"}}, "a number from -99 to 1000"),
        ({"move": {"symbol": "IWM", "percent": -100}}, "a number from -99 to 1000"),
        ({"move": {"sector": "magic", "percent": 5}}, "'magic', but must be one of technology, healthcare"),
        ({"move": {"sector": "energy", "symbol": "ZZZZZ", "percent": 5}}, "'symbol' or 'sector'"),
        ({"move": {"percent": 5}}, "'symbol' is None"),
        ({"clock": "noon"}, "ISO time"),
        ({"clock": "2018-01-02"}, "the world's first session"),
        ({"halt": {"symbol": "IWM", "minutes": -1}}, "above 0"),
        ({"halt": "IWM"}, "not listed"),
        ({"crash": True}, "move, clock, halt, resume"),
        ({"move": {"symbol": "IWM", "percent": 1}, "crash": 1}, "'crash' is no command"),
        ({}, "give one of"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(
    market: RunningMarket, command: dict[str, Any], words: str
) -> None:
    status, text = refused(market, **command)
    assert status == 400
    assert words in text


def test_the_clock_tells_its_anchor_to_everybody(market: RunningMarket) -> None:
    clock = market.get("/simulator/clock", key=None)
    assert (clock["world"], clock["speed"], clock["ended"], clock["interpolated"]) == (
        "simulated",
        1.0,
        False,
        False,
    )
    assert clock["label"] == "SIMULATED MARKET"
    assert clock["market_anchor"].startswith(SESSION.isoformat())


def test_a_restart_goes_on_with_time_and_prices(tmp_path: Path) -> None:
    state = tmp_path / "market.json"
    with start_market(first=SESSION.isoformat(), state=state, listings=OWN_LISTINGS) as first:
        symbol = traded_company(first, "Energy")
        first.control(move={"symbol": symbol, "percent": 50})
        first.control(halt={"symbol": "IWM"})
        reached = first.control(clock=f"{SESSION}T14:00")["market_time"]
        moved = price(first, symbol)
    with start_market(first=SESSION.isoformat(), state=state, listings=OWN_LISTINGS) as second:
        now = dt.datetime.fromisoformat(second.get("/simulator/clock")["market_anchor"])
        assert now >= dt.datetime.fromisoformat(reached)
        assert price(second, symbol) == pytest.approx(moved, rel=0.03)
        assert second.get(f"{SNAPSHOT}/IWM")["ticker"]["halted"] is True


def test_another_market_does_not_go_on_from_this_ones_state(tmp_path: Path) -> None:
    state = tmp_path / "market.json"
    with start_market(first=SESSION.isoformat(), state=state, listings=OWN_LISTINGS) as first:
        first.control(clock=f"{SESSION}T14:00")
    with start_market(first="2026-11-19", state=state, listings=OWN_LISTINGS) as second:
        assert second.get("/simulator/clock")["market_anchor"].startswith("2026-11-19T10:00")


def test_a_damaged_state_is_passed_over(tmp_path: Path) -> None:
    state = tmp_path / "market.json"
    state.write_text('{"identity": "simulated|20|')
    with start_market(first=SESSION.isoformat(), state=state, listings=OWN_LISTINGS) as market:
        assert market.get("/simulator/clock")["market_anchor"].startswith(f"{SESSION}T10:00")
