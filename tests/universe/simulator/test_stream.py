from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.market import RunningMarket, start_market
from tests.universe.simulator.conftest import SESSION
from universe.sessions import ET

Message = dict[str, Any]


def receive(stream: ClientConnection) -> list[Message]:
    frame = json.loads(stream.recv(timeout=30))
    assert isinstance(frame, list)
    return frame


def receive_kind(stream: ClientConnection, kind: str) -> list[Message]:
    """The next frame with data of a kind."""
    while True:
        frame = receive(stream)
        if frame[0]["ev"] == kind:
            return frame


@contextmanager
def listening(market: RunningMarket, *channels: str) -> Iterator[ClientConnection]:
    with connect(market.socket_url, max_size=None) as stream:
        assert receive(stream)[0]["status"] == "connected"
        stream.send(json.dumps({"action": "auth", "params": "any"}))
        assert receive(stream)[0]["status"] == "auth_success"
        stream.send(json.dumps({"action": "subscribe", "params": ",".join(channels)}))
        answers = receive(stream)
        assert [answer["message"] for answer in answers] == [f"subscribed to: {name}" for name in channels]
        yield stream


@pytest.fixture(scope="module")
def fast_market() -> Iterator[RunningMarket]:
    """A minute of this market passes in a second."""
    with start_market(first=f"{SESSION}T10:00", speed=60) as market:
        yield market


def test_minute_bars_of_everybody_come_in_frames_of_arrays(fast_market: RunningMarket) -> None:
    with listening(fast_market, "AM.*") as stream:
        bars = receive_kind(stream, "AM")
        assert 0 < len(bars) <= 400
        bar = bars[0]
        assert bar["e"] - bar["s"] == 60_000
        assert bar["l"] <= min(bar["o"], bar["c"]) <= max(bar["o"], bar["c"]) <= bar["h"]
        assert bar["av"] >= bar["v"] > 0
        assert bar["op"] > 0
        assert "interpolated" not in bar


def test_a_list_of_symbols_gets_only_those_and_each_minute_once(fast_market: RunningMarket) -> None:
    with listening(fast_market, "AM.IWM", "AM.SPY") as stream:
        bars = [bar for _ in range(4) for bar in receive_kind(stream, "AM")]
        starts = [bar["s"] for bar in bars if bar["sym"] == "IWM"]
        assert {bar["sym"] for bar in bars} <= {"IWM", "SPY"}
        assert starts == sorted(set(starts))


def test_a_streamed_bar_is_the_one_that_rest_gives(fast_market: RunningMarket) -> None:
    with listening(fast_market, "AM.IWM") as stream:
        bar = receive_kind(stream, "AM")[0]
    path = f"/v2/aggs/ticker/IWM/range/1/minute/{SESSION}/{SESSION}?limit=50000"
    served = next(row for row in fast_market.get(path)["results"] if row["t"] == bar["s"])
    assert (served["o"], served["c"]) == (bar["o"], bar["c"])


def test_a_minute_leaves_about_two_market_seconds_after_its_end() -> None:
    with start_market(first=f"{SESSION}T10:00") as market, listening(market, "AM.IWM") as stream:
        market.control(clock=f"{SESSION}T10:00:57")
        ends = dt.datetime.combine(SESSION, dt.time(10, 1), tzinfo=ET).timestamp() * 1000
        while receive_kind(stream, "AM")[0]["e"] != ends:
            pass
        now = market.get("/simulator/clock")["market_anchor"]
        assert f"{SESSION}T10:01:01" < now < f"{SESSION}T10:01:30"


def test_seconds_and_trades_come_for_whom_they_are_wanted(fast_market: RunningMarket) -> None:
    with listening(fast_market, "A.SPY") as stream:
        assert receive_kind(stream, "A")[0]["sym"] == "SPY"
    with listening(fast_market, "T.SPY") as stream:
        trade = receive_kind(stream, "T")[0]
        assert trade["p"] > 0
        assert trade["t"] > 1e12


def test_after_unsubscribing_nothing_more_comes(fast_market: RunningMarket) -> None:
    with listening(fast_market, "AM.IWM") as stream:
        receive_kind(stream, "AM")
        stream.send(json.dumps({"action": "unsubscribe", "params": "AM.IWM"}))
        assert receive_kind(stream, "status")[0]["message"] == "unsubscribed to: AM.IWM"
        with pytest.raises(TimeoutError):
            stream.recv(timeout=2.5)


def test_an_unknown_channel_or_action_is_answered_and_the_connection_stays(market: RunningMarket) -> None:
    with listening(market, "AM.IWM") as stream:
        stream.send(json.dumps({"action": "subscribe", "params": "Q.IWM"}))
        assert receive(stream)[0]["message"] == "not authorized for Q.IWM"
        stream.send("no json")
        assert receive(stream)[0]["status"] == "error"
        stream.send(json.dumps({"action": "subscribe", "params": "AM.SPY"}))
        assert receive(stream)[0]["status"] == "success"


def test_a_wrong_key_is_told_and_the_connection_closed() -> None:
    with start_market(keys="right") as market, connect(market.socket_url) as stream:
        receive(stream)
        stream.send(json.dumps({"action": "auth", "params": "wrong"}))
        assert receive(stream)[0]["status"] == "auth_failed"
        with pytest.raises(ConnectionClosed):
            stream.recv(timeout=5)
