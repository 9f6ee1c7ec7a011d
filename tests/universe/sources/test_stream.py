from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests import coroutines
from universe.errors import Rejected
from universe.sources import minute_stream
from universe.sources.polygon.stream import SILENCE_SECONDS, MinuteStream
from universe.types import MinuteBar

START_MS = 1774967340000
Script = Callable[[ServerConnection], Awaitable[None]]


def minute(symbol: str, **changes: Any) -> dict[str, Any]:
    return {"ev": "AM", "sym": symbol, "s": START_MS, "e": START_MS + 60_000, "c": 10.5, "av": 900, **changes}


def status(word: str, message: str = "") -> dict[str, Any]:
    return {"ev": "status", "status": word, "message": message}


async def say(socket: ServerConnection, *messages: dict[str, Any]) -> None:
    await socket.send(json.dumps(list(messages)))


async def welcome(socket: ServerConnection) -> list[dict[str, Any]]:
    """The vendor's greeting; gives what the client sent."""
    await say(socket, status("connected", "Connected Successfully"))
    auth = json.loads(await socket.recv())
    await say(socket, status("auth_success", "authenticated"))
    subscribe = json.loads(await socket.recv())
    await say(socket, status("success", "subscribed to: AM.*"))
    return [auth, subscribe]


@asynccontextmanager
async def vendor(*scripts: Script) -> AsyncIterator[str]:
    """A WebSocket server that plays one script a connection, the last for ever."""
    turn = iter(range(10_000))

    async def play(socket: ServerConnection) -> None:
        await scripts[min(next(turn), len(scripts) - 1)](socket)

    async with serve(play, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/stocks"


def listen(*scripts: Script, batches: int, **options: Any) -> tuple[list[list[MinuteBar]], MinuteStream]:
    """Play the scripts to a stream until it gave ``batches`` lists."""

    async def drive() -> tuple[list[list[MinuteBar]], MinuteStream]:
        got: list[list[MinuteBar]] = []
        async with vendor(*scripts) as url, asyncio.timeout(20):
            stream = MinuteStream(url, "secret", backoff_seconds=0.01, **options)
            async with aclosing(stream.bars()) as bars:
                async for batch in bars:
                    got.append(batch)
                    if len(got) == batches:
                        break
        return got, stream

    return coroutines.run(drive())


async def two_minutes_then_quiet(socket: ServerConnection) -> None:
    await welcome(socket)
    await say(socket, minute("ANNE"), minute("BEA", c=20.0))
    await socket.wait_closed()


def test_it_greets_authenticates_and_subscribes_to_all_minutes() -> None:
    heard: list[dict[str, Any]] = []

    async def script(socket: ServerConnection) -> None:
        heard.extend(await welcome(socket))
        await say(socket, minute("ANNE"))
        await socket.wait_closed()

    listen(script, batches=1)
    assert heard == [
        {"action": "auth", "params": "secret"},
        {"action": "subscribe", "params": "AM.*"},
    ]


def test_every_message_of_a_frame_is_read() -> None:
    (batch,), stream = listen(two_minutes_then_quiet, batches=1)
    assert [(bar.symbol, bar.close) for bar in batch] == [("ANNE", 10.5), ("BEA", 20.0)]
    assert stream.links == 1


def test_a_bad_message_is_dropped_and_counted_and_others_are_no_bars() -> None:
    async def script(socket: ServerConnection) -> None:
        await welcome(socket)
        await say(
            socket, minute("ANNE", c=None), status("slow_consumer"), minute("OTCX", otc=True), minute("BEA")
        )
        await socket.wait_closed()

    (batch,), stream = listen(script, batches=1)
    assert [bar.symbol for bar in batch] == ["BEA"]
    assert stream.dropped == {"bad_payload:c": 1}
    assert [(one.symbol, one.field) for one in stream.refused_take()] == [("ANNE", "c")]
    assert stream.refused_take() == []


@pytest.mark.parametrize("code", [1000, 1011])
def test_a_closed_connection_is_made_again(code: int) -> None:
    links: list[bool] = []

    async def script(socket: ServerConnection) -> None:
        await welcome(socket)
        await say(socket, minute("ANNE"))
        await socket.close(code)

    got, stream = listen(script, two_minutes_then_quiet, batches=2, on_link=links.append)
    assert [len(batch) for batch in got] == [1, 2]
    assert links == [True, False, True]
    assert stream.links == 2


@pytest.mark.parametrize("frame", ["not json", '{"ev": "AM"}', "[1]"])
def test_a_frame_that_is_no_list_of_messages_breaks_the_connection_and_it_is_made_again(frame: str) -> None:
    async def script(socket: ServerConnection) -> None:
        await welcome(socket)
        await socket.send(frame)
        await socket.wait_closed()

    _, stream = listen(script, two_minutes_then_quiet, batches=1)
    assert stream.links == 2


@pytest.mark.parametrize("word", ["max_connections", "force_disconnect", "error"])
def test_being_thrown_out_is_a_break(word: str) -> None:
    async def script(socket: ServerConnection) -> None:
        await welcome(socket)
        await say(socket, status(word))
        await socket.wait_closed()

    _, stream = listen(script, two_minutes_then_quiet, batches=1)
    assert stream.links == 2


def test_silence_of_an_open_market_breaks_the_connection() -> None:
    async def silent(socket: ServerConnection) -> None:
        await welcome(socket)
        await socket.wait_closed()

    _, stream = listen(silent, two_minutes_then_quiet, batches=1, silence_seconds=0.05)
    assert stream.links == 2


def test_bars_a_minute_apart_that_come_late_are_no_silence() -> None:
    compressed = 240

    async def an_ordinary_day(socket: ServerConnection) -> None:
        await welcome(socket)
        for seconds in (0, 61.5, 58, 72, 60, 49, 60.5):
            await asyncio.sleep(seconds / compressed)
            await say(socket, minute("ANNE"))
        await socket.wait_closed()

    _, stream = listen(an_ordinary_day, batches=7, silence_seconds=SILENCE_SECONDS / compressed)
    assert stream.links == 1


def test_the_stream_of_the_product_has_the_same_patience() -> None:
    stream = minute_stream(is_open=lambda: True, on_link=lambda linked: None)
    assert stream._silence == SILENCE_SECONDS == 150.0


def test_silence_of_a_closed_market_is_waited_out() -> None:
    asked: list[bool] = []

    def is_open() -> bool:
        asked.append(False)
        return False

    async def late(socket: ServerConnection) -> None:
        await welcome(socket)
        while len(asked) < 3:
            await asyncio.sleep(0.01)
        await say(socket, minute("ANNE"))
        await socket.wait_closed()

    _, stream = listen(late, batches=1, silence_seconds=0.03, is_open=is_open)
    assert stream.links == 1


def test_a_stream_that_is_left_closes_its_connection_itself() -> None:
    left_to_the_collector: list[Any] = []

    async def drive() -> None:
        sys.set_asyncgen_hooks(finalizer=left_to_the_collector.append)
        async with (
            vendor(two_minutes_then_quiet) as url,
            asyncio.timeout(20),
            aclosing(MinuteStream(url, "secret").bars()) as bars,
        ):
            await anext(bars)

    coroutines.run(drive())
    assert left_to_the_collector == []


def test_a_refused_key_stops_the_stream() -> None:
    async def refuse(socket: ServerConnection) -> None:
        await say(socket, status("connected"))
        await socket.recv()
        await say(socket, status("auth_failed", "authentication failed"))
        await socket.wait_closed()

    with pytest.raises(Rejected, match="refuses the key: authentication failed"):
        listen(refuse, batches=1)


def test_an_auth_that_times_out_is_tried_again() -> None:
    async def late(socket: ServerConnection) -> None:
        await say(socket, status("connected"))
        await socket.recv()
        await say(socket, status("auth_timeout"))
        await socket.wait_closed()

    _, stream = listen(late, two_minutes_then_quiet, batches=1)
    assert stream.links == 1


def test_a_host_that_refuses_the_handshake_is_tried_again() -> None:
    async def drive() -> int:
        stream = MinuteStream("ws://127.0.0.1:1/stocks", "secret", backoff_seconds=0.01)
        breaks: list[bool] = []
        done = asyncio.Event()

        def heard(linked: bool) -> None:
            breaks.append(linked)
            if len(breaks) == 2:
                done.set()

        stream._on_link = heard
        task = asyncio.create_task(anext(stream.bars()))
        await asyncio.wait_for(done.wait(), 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return stream.links

    assert coroutines.run(drive()) == 0


def test_an_address_that_is_none_is_refused() -> None:
    async def drive() -> None:
        await anext(MinuteStream("nonsense", "secret").bars())

    with pytest.raises(Rejected, match="nonsense is no WebSocket address"):
        coroutines.run(drive())
