"""The stream listener: never waits for the database, asks for prices without a socket, ends when told."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any

import pytest
import redis
from django.db import OperationalError, connection
from django.test import TestCase, override_settings

from analysis import listener as listening
from analysis.engine.frames import pack
from analysis.frames import frame_build
from analysis.listener import BatchQueue, StreamListener, board_lacks_half_hour, gap_fill
from analysis.models import Alert, AnalysisRun, RunInput, RunKind, RunStatus
from analysis.movers import MoverWatch
from analysis.services import mover_request, run_execute
from sectorlight.embedded.ports import free_port
from sectors.outages import OutageLog
from tests.analysis import small_market
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.analysis.small_market import et
from tests.universe.vendor import Answer
from universe import clock
from universe.errors import Rejected
from universe.models import MinuteQuote
from universe.types import MinuteBar

pytestmark = pytest.mark.django_db


def minute(symbol: str, price: float, end: dt.datetime) -> MinuteBar:
    return MinuteBar(symbol, end - dt.timedelta(minutes=1), price, 100_000.0, "polygon")


def test_a_full_queue_lets_the_oldest_go_instead_of_waiting() -> None:
    batches = BatchQueue(size=2)
    for price in (1.0, 2.0, 3.0):
        batches.put([minute("ECHO", price, et(10))])
    assert [bar.close for bar in batches.take(timeout=0.01)] == [2.0, 3.0]
    assert batches.lost == 1


def test_an_empty_queue_gives_nothing_after_its_time() -> None:
    assert BatchQueue().take(timeout=0.01) == []


def test_a_core_stock_past_15_percent_asks_for_its_sector_once(scene: Scene) -> None:
    watch = MoverWatch()
    assert [alert.symbol for alert in watch.look({"ECHO": 11.6, "FOX": 10.2}, et(10, 16))] == ["ECHO"]
    assert watch.look({"ECHO": 11.7}, et(10, 17)) == []
    run = AnalysisRun.objects.get()
    assert (run.kind, run.sector, run.status) == (RunKind.MOVER, "energy", RunStatus.QUEUED)


def test_a_breadth_stock_is_not_told(scene: Scene) -> None:
    assert MoverWatch().look({"SLEEPY": 13.0}, et(10, 16)) == []


def test_a_stock_that_fell_back_under_12_percent_is_told_again(scene: Scene) -> None:
    watch = MoverWatch()
    for turn, price in enumerate((11.6, 11.1, 11.7)):
        with TestCase.captureOnCommitCallbacks(execute=True):  # latches are kept on commit
            watch.look({"ECHO": price}, et(10, 16 + turn))
    assert Alert.objects.filter(symbol="ECHO", level=15).count() == 2


def test_a_board_that_was_read_before_a_move_does_not_cover_its_run(scene: Scene) -> None:
    scene.run()
    asked, _ = mover_request("energy", et(10, 15, 40))
    with clock.override(et(10, 15, 45)):
        assert run_execute(asked.pk).status == RunStatus.COMPLETE


def test_the_watch_reads_the_core_stocks_anew_when_the_session_turns(scene: Scene) -> None:
    watch = MoverWatch()
    watch.look({"ECHO": 11.6}, et(10, 16))
    watch.look({"ECHO": 10.0}, et(10, 16).replace(day=11))
    assert (watch.session, watch.near) == (dt.date(2026, 3, 11), set())


def test_without_a_board_there_is_no_gap_to_fill_yet(scene: Scene) -> None:
    assert gap_fill(et(10, 15)) is False


def test_members_without_a_price_of_half_an_hour_ago_get_their_minutes(scene: Scene) -> None:
    scene.run()
    bars = [{"t": int(et(9, 44).timestamp() * 1000), "c": 10.5, "v": 1000}]
    for symbol in (*small_market.SYMBOLS, "IWM"):
        span = f"{int(et(9, 35).timestamp() * 1000)}/{int(et(20).timestamp() * 1000)}"
        path = f"/v2/aggs/ticker/{symbol}/range/1/minute/{span}"
        scene.vendor.on(path, Answer({"status": "OK", "results": bars}))
    assert gap_fill(et(10, 15)) is True
    assert MinuteQuote.objects.filter(as_of=et(9, 45), price=10.5).count() == 25
    asked = AnalysisRun.objects.get(kind=RunKind.PASS, status=RunStatus.QUEUED)
    assert asked.completes_inputs


def test_a_gap_that_is_none_asks_the_vendor_nothing(scene: Scene) -> None:
    small_market.trade(small_market.all_at({}), et(9, 40))
    scene.run()
    asked = len(scene.vendor.asked)
    assert gap_fill(et(10, 15)) is True
    # Benchmarks and sector funds have no minutes, but most of what is tracked has.
    assert len(scene.vendor.asked) - asked <= 25


def test_a_listener_that_stops_ends_the_filling_of_its_gap(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.run()
    listener = StreamListener(poll_seconds=60)
    went_on: list[bool] = []

    def stopped_midway(session: dt.date, symbols: list[str], *, since: Any, go_on: Any) -> dict[str, int]:
        went_on.append(go_on())
        listener.stop()
        went_on.append(go_on())
        return {}

    monkeypatch.setattr(listening, "quotes_backfill", stopped_midway)
    listener._on_link(True)
    listener._fill_gap()
    assert went_on == [True, False]
    assert not AnalysisRun.objects.filter(kind=RunKind.PASS).exists()


def test_a_board_knows_whether_it_had_prices_of_half_an_hour_ago(scene: Scene) -> None:
    run = scene.run()
    assert board_lacks_half_hour()
    small_market.trade(small_market.all_at({}), et(9, 40))
    RunInput.objects.filter(run=run).update(frame=pack(frame_build(et(10, 15))))
    assert not board_lacks_half_hour()


class Stream:
    """Gives what it was told to, then waits until it is cancelled."""

    def __init__(self, steps: list[Any], on_link: Callable[[bool], None]) -> None:
        self.steps, self.on_link = steps, on_link

    def refused_take(self) -> list[Any]:
        return []

    async def bars(self) -> AsyncGenerator[list[MinuteBar], None]:
        import asyncio

        for step in self.steps:
            if isinstance(step, bool):
                self.on_link(step)
            elif isinstance(step, Exception):
                raise step
            else:
                yield step
            await asyncio.sleep(0)
        await asyncio.Event().wait()


def wait_until(is_true: Callable[[], Any]) -> bool:
    pause, until = threading.Event(), time.monotonic() + 20
    while not is_true() and time.monotonic() < until:
        pause.wait(0.05)
    return bool(is_true())


@pytest.fixture
def run_listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[str]]]:
    """Run a listener over a scripted stream; what its storing thread did is remembered, not stored."""
    done: list[str] = []
    started: list[tuple[StreamListener, threading.Thread]] = []
    monkeypatch.setattr(StreamListener, "_store", lambda self, bars: done.append(f"stored {len(bars)}"))
    monkeypatch.setattr(listening, "gap_fill", lambda now, go_on: done.append("gap filled") or True)
    monkeypatch.setattr(
        StreamListener, "_poll", lambda self: done.append("polled") or self._stopping.wait(0.05)
    )
    monkeypatch.setattr(connection, "close", lambda: None)

    def run(*steps: Any) -> list[str]:
        listener = StreamListener(lambda is_open, on_link: Stream(list(steps), on_link), poll_seconds=0.05)
        thread = threading.Thread(target=listener.run)
        started.append((listener, thread))
        thread.start()
        return done

    with clock.override(et(10, 15)):
        yield run
        for listener, thread in started:
            listener.stop()
            thread.join(10)
            assert not thread.is_alive()


def test_a_connected_stream_fills_its_gap_and_stores(run_listener: Callable[..., list[str]]) -> None:
    done = run_listener(True, [minute("ECHO", 10.0, et(10))])
    assert wait_until(lambda: {"gap filled", "stored 1"} <= set(done))
    assert "polled" not in done


def test_each_new_connect_fills_its_own_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    filled: list[dt.datetime] = []
    monkeypatch.setattr(listening, "gap_fill", lambda now, go_on: filled.append(now) or True)
    monkeypatch.setattr(BatchQueue, "take", lambda self, timeout: [])
    listener = StreamListener(poll_seconds=60)
    with clock.override(et(10, 15)):
        for is_linked in (True, False, True):
            listener._on_link(is_linked)
            listener._turn()
            listener._turn()
    assert len(filled) == 2


def test_the_slots_are_watched_while_the_storing_thread_is_busy(
    monkeypatch: pytest.MonkeyPatch, run_listener: Callable[..., list[str]]
) -> None:
    watching, looked = threading.Event(), threading.Event()

    def watch(stopping: threading.Event) -> None:
        watching.set()
        if stopping.wait(30):
            looked.set()

    monkeypatch.setattr(listening, "watch_forever", watch)
    monkeypatch.setattr(listening, "gap_fill", lambda now, go_on: watching.wait(10))
    done = run_listener(True, [minute("ECHO", 10.0, et(10))])
    assert wait_until(lambda: "stored 1" in done)
    assert watching.is_set()
    assert not looked.is_set()


def test_after_three_failed_connects_prices_are_asked_for(run_listener: Callable[..., list[str]]) -> None:
    done = run_listener(False, False, False)
    assert wait_until(lambda: "polled" in done)


def test_two_failed_connects_are_not_yet_an_outage(run_listener: Callable[..., list[str]]) -> None:
    done = run_listener(False, False, [minute("ECHO", 10.0, et(10))])
    assert wait_until(lambda: "stored 1" in done)
    assert "polled" not in done


def test_a_refused_key_is_answered_by_asking_for_prices(run_listener: Callable[..., list[str]]) -> None:
    done = run_listener(Rejected("no stream in this plan", vendor="polygon"))
    assert wait_until(lambda: "polled" in done)


def test_a_connect_while_a_gap_is_filled_is_not_forgotten(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = StreamListener(poll_seconds=60)
    filled: list[int] = []

    def broken_once(now: dt.datetime, go_on: Callable[[], bool]) -> bool:
        filled.append(1)
        if len(filled) == 1:
            listener._on_link(False)
            listener._on_link(True)
        return True

    monkeypatch.setattr(listening, "gap_fill", broken_once)
    listener._on_link(True)
    for _ in range(3):
        listener._turn()
    assert len(filled) == 2


def test_polling_stores_a_snapshot_and_looks_for_movers(scene: Scene) -> None:
    listener = StreamListener(poll_seconds=60)
    scene.prices({}, ECHO=11.8)
    listener._poll()
    listener._poll()
    assert Alert.objects.get().symbol == "ECHO"
    assert [asked.path for asked in scene.vendor.asked].count(SNAPSHOT) == 1


def test_minutes_that_come_while_postgresql_is_away_are_stored_when_it_is_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.run()
    listener = StreamListener(lambda **_: None)
    listener._gap_from_link = False
    with monkeypatch.context() as outage:
        outage.setattr(listening, "tracked_symbols", away)
        listener._queue.put([minute("ECHO", 10.7, et(10, 16))])
        with pytest.raises(OperationalError):
            listener._turn()
    listener._queue.put([minute("ECHO", 10.8, et(10, 17))])
    with clock.override(et(10, 17, 5)):
        listener._turn()
    stored = MinuteQuote.objects.filter(symbol="ECHO", as_of__gte=et(10, 16)).order_by("as_of")
    assert list(stored.values_list("price", flat=True)) == [10.7, 10.8]


def away(*_: Any) -> Any:
    raise OperationalError("the server closed the connection unexpectedly")


def test_of_an_outage_of_hours_the_newest_minutes_are_kept_and_the_gap_is_fetched(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "KEPT_BARS", 2)
    listener = StreamListener(lambda **_: None)
    listener._gap_from_link = False
    listener._queue.put([minute("ECHO", 10.0 + turn, et(10, 16 + turn)) for turn in range(3)])
    monkeypatch.setattr(listener, "_store", away)
    with pytest.raises(OperationalError):
        listener._turn()
    assert [bar.close for bar in listener._unstored] == [11.0, 12.0]
    assert listener._gap_from_link


def test_a_turn_that_needs_no_server_does_not_tell_that_they_are_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    outage = OutageLog(listening.logger, "PostgreSQL or Redis", "")
    monkeypatch.setattr(listening, "storage_outage", outage)
    listener = StreamListener(lambda **_: None)
    listener._gap_from_link, listener._beat_at = False, time.monotonic() + 60
    outage.failed(OperationalError("gone"))
    with override_settings(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0"), pytest.raises(redis.RedisError):
        listener._turn()
    listener._turn()
