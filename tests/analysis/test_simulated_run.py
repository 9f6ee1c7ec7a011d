"""The whole way on a simulated market: a cold start, the lights, the stream, a mover, and an outage.

One market and one database for the module, because a cold start takes seconds; the tests follow one another.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command

from analysis.engine import score_board
from analysis.engine.frames import unpack
from analysis.listener import StreamListener
from analysis.models import Alert, AnalysisRun, RunInput, RunKind, RunStatus
from analysis.services import history_complete, run_create_now, run_execute, slots_seed, tick
from sectors.models import BoardSnapshot, SentimentReading
from sectors.selectors import board_current, readings_newest
from tests.market import RunningMarket, free_port, start_market
from universe import clock, keys
from universe.models import MinuteQuote, StockUniverse
from universe.redis import client
from universe.selectors import universe_current
from universe.sessions import session_of
from universe.sources import sources_close

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

#: Market minutes per second: the stream's minutes come once a second or two.
SPEED = 20.0
#: Two pages of listings, and some 200 in the universe: filling a gap asks for each of them by itself.
LISTINGS = 1_100
PATIENCE_SECONDS = 180.0
#: How questions about single names are folded into one.
SINGLES = "/v3/reference/tickers/*"


@pytest.fixture
def _django_db_helper() -> None:
    """In this module the database is the fixture ``market``'s: it is kept from test to test."""


@pytest.fixture(scope="module")
def market(django_db_setup: None, django_db_blocker: Any) -> Iterator[RunningMarket]:
    """A market at 10:00 of 31 March 2026 and an empty committed database, emptied again at the end."""
    patch = pytest.MonkeyPatch()
    with (
        start_market(first="2026-03-31", speed=SPEED, listings=LISTINGS) as running,
        django_db_blocker.unblock(),
    ):
        from django.conf import settings

        for name, value in {
            "MARKET_WORLD": "simulated",
            "MARKET_SPEED": SPEED,
            "SIMULATOR_URL": running.url,
            "POLYGON_BASE_URL": running.url,
            "FMP_BASE_URL": f"{running.url}/stable",
            "POLYGON_WS_URL": running.socket_url,
        }.items():
            patch.setattr(settings, name, value)
        clock.forget()
        slots_seed()
        yield running
        call_command("flush", interactive=False, verbosity=0)
        patch.undo()
        clock.forget()
        sources_close()


@pytest.fixture(scope="module")
def first_run(market: RunningMarket) -> AnalysisRun:
    """What a first tick asks for, done: the analysis, and the pass of the hour that waited for it."""
    report = tick()
    started = time.monotonic()
    assert report.queued[0].kind == RunKind.RELEASE
    run = AnalysisRun.objects.get(kind=RunKind.RELEASE, status=RunStatus.QUEUED)
    run_execute(run.pk)
    run.refresh_from_db()
    print(f"cold run: {time.monotonic() - started:.1f} s, {run.timings}")
    for waiting in AnalysisRun.objects.filter(status=RunStatus.QUEUED):
        run_execute(waiting.pk)
    return run


def wait_until(is_true: Callable[[], Any], what: str) -> Any:
    """Ask again and again until it is so."""
    pause, until = threading.Event(), time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        found = is_true()
        if found:
            return found
        pause.wait(0.1)
    raise AssertionError(f"{what} did not happen within {PATIENCE_SECONDS:.0f} s")


def run_now(kind: RunKind = RunKind.ON_DEMAND) -> AnalysisRun:
    run = run_create_now(kind)
    run_execute(run.pk)
    run.refresh_from_db()
    return run


def test_a_cold_start_ends_with_eight_lights(first_run: AnalysisRun) -> None:
    assert (first_run.status, first_run.late, first_run.message) == (RunStatus.COMPLETE, True, "")
    readings = SentimentReading.objects.filter(run_id=first_run.pk)
    assert readings.count() == 8
    assert "insufficient" not in set(readings.values_list("state", flat=True))
    assert BoardSnapshot.objects.filter(run_id=first_run.pk).count() == 1


def test_the_pass_of_the_hour_is_covered_by_the_first_run(first_run: AnalysisRun) -> None:
    hourly = AnalysisRun.objects.filter(kind=RunKind.PASS, scheduled_for__lt=first_run.as_of)
    assert set(hourly.values_list("status", flat=True)) == {RunStatus.COVERED}


def test_the_tables_and_keys_that_others_rely_on_are_filled(first_run: AnalysisRun) -> None:
    session = session_of(clock.market_now())
    snapshot = universe_current(session)
    assert snapshot is not None
    assert StockUniverse.objects.count() == snapshot.breadth
    assert StockUniverse.objects.exclude(sector="").count() > 0.9 * snapshot.breadth


def test_an_on_demand_run_says_what_it_used(first_run: AnalysisRun) -> None:
    run = run_now()
    assert run.status == RunStatus.COMPLETE
    assert run.counts["priced"] > 0.9 * run.counts["members"]
    stored = json.loads(client().get(keys.sector_sentiment("technology")))  # type: ignore[arg-type]
    assert stored["run_id"] == run.pk


def test_the_stored_frame_of_a_whole_market_gives_the_same_decimals(first_run: AnalysisRun) -> None:
    again = {
        score.slug: score
        for score in score_board(unpack(bytes(RunInput.objects.get(run=first_run).frame))).sectors
    }
    for reading in SentimentReading.objects.filter(run_id=first_run.pk):
        assert again[reading.sector].score == reading.sentiment_score
        assert again[reading.sector].confidence == reading.confidence_level


def test_the_lineage_of_a_cold_start_names_the_calls_that_the_market_was_asked(
    first_run: AnalysisRun, market: RunningMarket
) -> None:
    lineage = RunInput.objects.get(run=first_run).lineage
    told = {call["path"].partition("?")[0] for call in lineage["calls"]}
    paths = {path.removeprefix("/stable") for path in market.asked()["paths"]}
    assert {re.sub(r"/(\d{4}-\d{2}-\d{2})$", "/{date}", path) for path in told} <= paths | {SINGLES}
    calls = {one["name"]: one.get("calls", []) for one in lineage["inputs"]}
    for name in ("last_prices", "close_1", "close_6", "splits", "facts", "short_interest", "releases"):
        assert calls[name], name
    print(f"lineage: {len(json.dumps(lineage)):,} characters, {len(lineage['calls'])} calls")


def test_the_older_sessions_bring_the_volume_factor(first_run: AnalysisRun) -> None:
    asked = history_complete()
    assert asked is not None
    run_execute(asked.pk)
    factors = SentimentReading.objects.get(run_id=asked.pk, sector="technology").waterfall["factors"]
    assert next(factor for factor in factors if factor["name"] == "volume")["known"]


@pytest.fixture
def listening(first_run: AnalysisRun) -> Iterator[None]:
    """The stream listener at work in a thread."""
    listener = StreamListener()
    thread = threading.Thread(target=listener.run, name="listener")
    thread.start()
    try:
        yield
    finally:
        listener.stop()
        thread.join(15)
    assert not thread.is_alive()


@pytest.fixture
def late_start(first_run: AnalysisRun) -> None:
    """A board that was read just now, from the first prices there are: none of half an hour ago."""
    MinuteQuote.objects.all().delete()
    run_now()


def test_the_stream_fills_the_gap_of_a_late_start(late_start: None, listening: None) -> None:
    queued = AnalysisRun.objects.filter(kind=RunKind.PASS, status=RunStatus.QUEUED)
    asked = wait_until(queued.first, "a pass after the gap")
    run_execute(asked.pk)
    readings = SentimentReading.objects.filter(run_id=asked.pk)
    assert all(reading.returns["30min"] is not None for reading in readings)
    assert client().get(keys.stream_heartbeat())


def test_a_move_of_the_market_is_told_at_once_and_its_sector_read_again(
    market: RunningMarket, listening: None
) -> None:
    symbol = (
        StockUniverse.objects.filter(tier="core", sector="energy").order_by("-avg_daily_volume")[0].symbol
    )
    market.control(move={"symbol": symbol, "percent": 40})
    alert = wait_until(Alert.objects.filter(symbol=symbol, kind="mover").first, "the mover's alert")
    assert (alert.sector, abs(alert.level) >= 15) == ("energy", True)
    asked = AnalysisRun.objects.filter(kind=RunKind.MOVER, sector="energy", status=RunStatus.QUEUED)
    mover = wait_until(asked.first, "the run of its sector")
    run_execute(mover.pk)
    mover.refresh_from_db()
    assert mover.status == RunStatus.COMPLETE
    assert [row.sector for row in readings_newest() if row.run_id == mover.pk] == ["energy"]


def test_when_the_vendor_is_gone_the_run_fails_with_words_and_the_board_stays(
    first_run: AnalysisRun, settings: Any
) -> None:
    before = board_current()
    MinuteQuote.objects.all().delete()
    settings.POLYGON_BASE_URL = f"http://127.0.0.1:{free_port()}"
    run = run_now(RunKind.PASS)
    assert run.status == RunStatus.CARRIED
    assert run.message.startswith("The price vendor does not answer")
    assert board_current() == before
