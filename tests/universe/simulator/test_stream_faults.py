"""Each fault of the stream, as its readers meet it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError
from websockets.sync.client import ClientConnection, connect

from tests.market import RunningMarket, start_market
from tests.universe.simulator.conftest import SESSION
from tests.universe.simulator.test_stream import Message, listening, receive, receive_kind

pytestmark = pytest.mark.unmeasured


@pytest.fixture(scope="module")
def fast() -> Iterator[RunningMarket]:
    """A minute of this market passes in a second."""
    with start_market(first=f"{SESSION}T10:00", speed=60) as market:
        yield market


@pytest.fixture(autouse=True)
def no_fault_before(fast: RunningMarket) -> None:
    fast.faults_clear()


def end_of(stream: ClientConnection) -> tuple[list[Message], ConnectionClosed]:
    """What came until the connection ended, and how it ended."""
    messages: list[Message] = []
    try:
        while True:
            messages += receive(stream)
    except ConnectionClosed as closed:
        return messages, closed


def data_of(messages: list[Message]) -> list[Message]:
    return [message for message in messages if message["ev"] == "AM"]


def test_a_drop_ends_the_connection_at_once_with_its_code(fast: RunningMarket) -> None:
    with listening(fast, "AM.IWM") as stream:
        fast.fault("socket_drop", code=1012, count=1)
        assert end_of(stream)[1].rcvd.code == 1012
    with listening(fast, "AM.IWM") as stream:
        assert receive_kind(stream, "AM")[0]["sym"] == "IWM"


def test_a_drop_comes_after_as_many_frames_as_it_says(fast: RunningMarket) -> None:
    fast.fault("socket_drop", after=2)
    for _ in range(2):
        with listening(fast, "AM.IWM") as stream:
            messages, closed = end_of(stream)
            assert len(data_of(messages)) == 2
            assert closed.rcvd.code == 1001


def test_an_abrupt_drop_says_no_goodbye(fast: RunningMarket) -> None:
    with listening(fast, "AM.IWM") as stream:
        fast.fault("socket_drop", abrupt=True)
        closed = end_of(stream)[1]
    assert isinstance(closed, ConnectionClosedError)
    assert closed.rcvd is None


@pytest.mark.parametrize("word", ["slow_consumer", "max_connections"])
def test_a_reader_is_told_why_it_is_thrown_out(fast: RunningMarket, word: str) -> None:
    with listening(fast, "AM.IWM") as stream:
        fast.fault(word)
        messages, closed = end_of(stream)
    assert messages[-1]["status"] == word
    assert closed.rcvd.code == 1008


def test_a_new_reader_is_thrown_out_too_until_the_fault_is_cleared(fast: RunningMarket) -> None:
    fast.fault("max_connections")
    with connect(fast.socket_url) as stream:
        stream.send(json.dumps({"action": "auth", "params": "any"}))
        words = [message["status"] for message in end_of(stream)[0]]
    assert words == ["connected", "auth_success", "max_connections"]


def test_a_stalled_stream_answers_and_sends_nothing(fast: RunningMarket) -> None:
    fast.fault("socket_stall")
    with listening(fast, "AM.*") as stream:
        with pytest.raises(TimeoutError):
            stream.recv(timeout=2.5)
        fast.faults_clear()
        assert receive_kind(stream, "AM")


def test_each_frame_comes_twice(fast: RunningMarket) -> None:
    fast.fault("socket_duplicate")
    with listening(fast, "AM.IWM") as stream:
        starts = [receive_kind(stream, "AM")[0]["s"] for _ in range(6)]
    assert starts[-4] == starts[-3] or starts[-3] == starts[-2]
    assert len(set(starts)) in (3, 4)


def test_an_older_minute_comes_after_a_newer_one(fast: RunningMarket) -> None:
    fast.fault("socket_disorder")
    with listening(fast, "AM.IWM") as stream:
        starts = [receive_kind(stream, "AM")[0]["s"] for _ in range(6)]
    assert any(after < before for before, after in itertools.pairwise(starts))
    assert len(set(starts)) == 6


def test_a_frozen_stream_repeats_its_prices_minute_after_minute(fast: RunningMarket) -> None:
    with listening(fast, "AM.IWM") as stream:
        fast.fault("frozen")
        bars = [receive_kind(stream, "AM")[0] for _ in range(4)][1:]
    assert len({(bar["o"], bar["c"], bar["v"], bar["av"]) for bar in bars}) == 1
    assert len({bar["s"] for bar in bars}) == 3
