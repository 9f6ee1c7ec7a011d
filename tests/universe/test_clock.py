from __future__ import annotations

import datetime as dt
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import redis

from tests.market import free_port
from universe import clock, keys
from universe.sessions import ET

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=ET)


class Teller:
    """A server that tells a clock, as the simulator does; ``answer`` may be replaced or broken."""

    def __init__(self) -> None:
        self.answer: bytes = b""
        self.asked = threading.Semaphore(0)
        teller = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                assert self.path == "/simulator/clock"
                self.send_response(200)
                self.end_headers()
                self.wfile.write(teller.answer)
                teller.asked.release()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.tell(NOON)

    def tell(self, moment: dt.datetime, **more: Any) -> None:
        anchor = {"world": "simulated", "market_anchor": moment.isoformat(), "wall_anchor": time.time(),
                  "speed": 1.0, "ended": False, "interpolated": False, "label": "SIMULATED MARKET",
                  "last_session": None}  # fmt: skip
        self.answer = json.dumps(anchor | more).encode()


@pytest.fixture
def teller(settings: Any) -> Iterator[Teller]:
    teller = Teller()
    serving = threading.Thread(target=teller.server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    settings.MARKET_WORLD = "simulated"
    settings.SIMULATOR_URL = teller.url
    clock.forget()
    yield teller
    teller.server.shutdown()
    serving.join()
    teller.server.server_close()
    # A question beside the call may still be under way; its answer belongs to this test.
    for thread in threading.enumerate():
        if thread.name == "market-clock":
            thread.join(10)
    clock.forget()


@pytest.fixture
def away(settings: Any) -> Iterator[None]:
    """A simulated world whose simulator does not answer."""
    settings.MARKET_WORLD = "simulated"
    settings.MARKET_SPEED = 5.0
    settings.SIMULATOR_URL = f"http://127.0.0.1:{free_port()}"
    clock.forget()
    yield
    clock.forget()


def test_a_live_market_has_the_real_time_in_new_york(settings: Any) -> None:
    settings.MARKET_WORLD = "live"
    now = clock.market_now()
    assert now.tzinfo is ET
    assert abs((dt.datetime.now(dt.UTC) - now).total_seconds()) < 5
    assert clock.clock_state() == clock.ClockState("live", False, 1.0, False, "")


def test_a_simulated_market_has_the_simulators_time(teller: Teller) -> None:
    assert dt.timedelta() <= clock.market_now() - NOON < dt.timedelta(seconds=20)
    assert clock.clock_state() == clock.ClockState("simulated", False, 1.0, False, "SIMULATED MARKET")


def test_time_runs_on_with_the_speed_between_two_questions(teller: Teller) -> None:
    teller.tell(NOON, speed=60.0, wall_anchor=time.time() - 10)
    assert dt.timedelta(minutes=10) <= clock.market_now() - NOON < dt.timedelta(minutes=30)


def test_a_replay_says_its_day_and_that_it_has_ended(teller: Teller) -> None:
    teller.tell(dt.datetime(2026, 3, 31, 20, tzinfo=ET), world="replay", interpolated=True,
                label="REPLAY of 2026-03-31", last_session="2026-03-31")  # fmt: skip
    assert clock.market_now() == dt.datetime(2026, 3, 31, 20, tzinfo=ET)
    assert clock.clock_state() == clock.ClockState("replay", True, 1.0, True, "REPLAY of 2026-03-31")


def test_refresh_sees_a_moved_clock_at_once(teller: Teller) -> None:
    clock.market_now()
    teller.tell(NOON + dt.timedelta(hours=3))
    clock.refresh()
    assert clock.market_now() >= NOON + dt.timedelta(hours=3)


def test_an_old_anchor_is_asked_for_again_beside_the_call(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.market_now()
    assert teller.asked.acquire(timeout=5)
    monkeypatch.setattr(clock, "REFRESH_SECONDS", 0.0)
    clock.market_now()
    assert teller.asked.acquire(timeout=5)


def test_the_last_anchor_goes_on_while_the_simulator_is_broken(
    teller: Teller, caplog: pytest.LogCaptureFixture
) -> None:
    before = clock.market_now()
    teller.answer = b"<html>"
    with caplog.at_level(logging.WARNING, "universe.clock"):
        for _ in range(3):
            with pytest.raises(clock.ClockUnavailableError):
                clock.refresh()
    assert clock.market_now() >= before
    assert len([record for record in caplog.records if record.name == "universe.clock"]) == 1
    teller.tell(NOON)
    clock.refresh()
    assert "tells its time again" in caplog.text


def test_an_answer_that_breaks_off_is_no_answer(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.MARKET_WORLD = "simulated"
        settings.SIMULATOR_URL = f"http://127.0.0.1:{server.getsockname()[1]}"
        clock.forget()

        def answer() -> None:
            with server.accept()[0] as caller:
                caller.recv(4096)
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{")

        answering = threading.Thread(target=answer)
        answering.start()
        with pytest.raises(clock.ClockUnavailableError):
            clock.market_now()
        answering.join()
        clock.forget()


def test_a_newcomer_takes_the_copy_in_redis(teller: Teller, settings: Any) -> None:
    clock.market_now()
    settings.SIMULATOR_URL = f"http://127.0.0.1:{free_port()}"
    clock.forget()
    assert clock.market_now() >= NOON


@pytest.mark.usefixtures("away")
def test_without_simulator_and_copy_the_time_is_refused_and_the_banner_stays() -> None:
    with pytest.raises(clock.ClockUnavailableError, match=r"manage.py simulate_market"):
        clock.market_now()
    assert clock.clock_state() == clock.ClockState("simulated", False, 5.0, False, "SIMULATED MARKET")


@pytest.mark.usefixtures("away")
def test_a_spoiled_copy_and_a_dead_redis_are_no_more_than_no_copy(
    redis_server: redis.Redis, settings: Any
) -> None:
    redis_server.set(keys.market_clock(), "nonsense")
    with pytest.raises(clock.ClockUnavailableError):
        clock.market_now()
    clock.forget()
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    with pytest.raises(clock.ClockUnavailableError):
        clock.market_now()


@pytest.mark.usefixtures("away")
def test_a_replay_without_its_simulator_still_says_it_is_one(settings: Any) -> None:
    settings.MARKET_WORLD = "replay"
    assert clock.clock_state() == clock.ClockState("replay", True, 5.0, False, "REPLAY")


def test_a_dead_redis_does_not_keep_the_time_away(teller: Teller, settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert clock.market_now() >= NOON


@pytest.mark.usefixtures("away")
def test_override_stops_the_clock_and_gives_it_back() -> None:
    with clock.override(dt.datetime(2026, 3, 31, 14, 0, tzinfo=dt.UTC)):
        assert clock.market_now() == dt.datetime(2026, 3, 31, 10, 0, tzinfo=ET)
        with clock.override(NOON):
            assert clock.market_now() == NOON
        assert clock.market_now().hour == 10
    with pytest.raises(clock.ClockUnavailableError):
        clock.market_now()


def test_wall_time_since_a_market_moment_is_what_a_live_clock_shows(settings: Any) -> None:
    settings.MARKET_WORLD = "live"
    before = clock.market_now() - dt.timedelta(minutes=5)
    assert dt.timedelta(minutes=5) <= clock.wall_since(before) < dt.timedelta(minutes=6)


def test_wall_time_since_a_market_moment_is_shorter_in_a_fast_market(teller: Teller) -> None:
    teller.tell(NOON, speed=60.0, wall_anchor=time.time() - 10)
    assert dt.timedelta(seconds=10) <= clock.wall_since(NOON) < dt.timedelta(seconds=40)
    assert clock.wall_since(NOON + dt.timedelta(days=5)) == dt.timedelta()


def test_while_the_clock_stands_wall_time_is_market_time_over_a_clock_change_too() -> None:
    with clock.override(dt.datetime(2026, 3, 9, 4, 0, tzinfo=ET)):
        assert clock.wall_since(dt.datetime(2026, 3, 8, 0, 0, tzinfo=ET)) == dt.timedelta(hours=27)
