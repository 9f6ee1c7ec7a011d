"""A run that something fails: what it says, what it keeps, what it never does."""

from __future__ import annotations

import pytest
from django.db import InterfaceError, connection
from django.db import OperationalError as DatabaseFault
from django.test import TestCase
from kombu.exceptions import OperationalError

from analysis.lifecycle import RunProgress, runs_dispatch
from analysis.models import Alert, AnalysisRun, RunKind, RunStatus
from analysis.selectors import runs_asked
from analysis.services import run_cancel, run_execute
from sectors.models import BoardSnapshot, SentimentReading
from sectors.presenters import cards_from_payload
from sectors.selectors import board_current, readings_newest
from sectors.types import ViewLimits
from tests.analysis import small_market
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.analysis.page_cast import reader
from tests.analysis.small_market import SYMBOLS, et
from tests.market import free_port
from tests.universe.vendor import Answer
from universe import clock
from universe.models import MinuteQuote, UniverseSnapshot

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]


def test_a_dead_vendor_ends_the_run_with_words_and_carries_the_board_forward(scene: Scene) -> None:
    good = scene.run()
    scene.later(15)
    scene.vendor.on(SNAPSHOT, Answer("gone", status=503))
    failed = scene.run()
    assert failed.status == RunStatus.CARRIED
    assert failed.message.startswith("The price vendor does not answer (")
    assert failed.message.endswith("the newest stored price is of 10:15. The board keeps its last readings.")
    board = board_current()
    assert board is not None
    assert board["run_id"] == good.pk
    assert failed.finished_wall is not None


def test_without_a_snapshot_the_prices_of_the_stream_make_a_partial_run(scene: Scene) -> None:
    scene.run()
    scene.later(15)
    scene.vendor.on(SNAPSHOT, Answer("gone", status=503))
    small_market.trade(small_market.all_at({"Energy": 9.0}), et(10, 29))
    run = scene.run()
    assert run.status == RunStatus.PARTIAL
    assert "prices are those of the minute stream" in run.message
    reading = SentimentReading.objects.get(run_id=run.pk, sector="energy")
    assert reading.flags == ["prices from the minute stream"]


def test_malformed_prices_are_dropped_and_counted_and_the_run_goes_on(scene: Scene) -> None:
    payload = small_market.snapshot(small_market.all_at({"Energy": 2.0}), scene.now())
    rows = {row["ticker"]: row for row in payload["tickers"]}
    rows["ECHO"]["lastTrade"]["p"] = -3
    rows["ALPHA"]["lastTrade"] = rows["ALPHA"]["min"] = rows["ALPHA"]["day"] = None
    payload["tickers"] += ["nonsense", {"ticker": None}]
    scene.vendor.on(SNAPSHOT, Answer(payload))
    run = scene.run()
    assert run.status == RunStatus.COMPLETE
    reasons = {reason: count for reason, count in run.counts["quotes"].items() if "bad_payload" in reason}
    assert sum(reasons.values()) == 3
    assert run.counts["priced"] == 22
    energy = SentimentReading.objects.get(run_id=run.pk, sector="energy")
    assert (energy.valid, energy.members) == (5, 6)


def test_a_sector_without_a_member_is_insufficient_and_not_zero(scene: Scene) -> None:
    run = scene.run()
    states = dict(SentimentReading.objects.filter(run_id=run.pk).values_list("sector", "state"))
    assert states["financial"] == "insufficient"
    assert states["energy"] != "insufficient"


def test_a_sector_with_four_prices_of_today_shows_the_last_session_and_says_so(scene: Scene) -> None:
    quotes = small_market.all_at({"Energy": 7.0})
    for symbol in ("ECHO", "FOX"):
        del quotes[symbol]
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot(quotes, scene.now())))
    reading = SentimentReading.objects.get(run_id=scene.run().pk, sector="energy")
    assert (reading.returns["1d"], reading.frame_notes["1d"]) == (0.0, "last session")
    assert reading.waterfall["premarket"]["valid"] == 4


def test_a_sector_that_lost_its_prices_keeps_its_last_reading_and_says_so(scene: Scene) -> None:
    first = scene.run()
    scene.later(15)
    quotes = small_market.all_at({"Energy": 9.0, "Technology": -4.0})
    for symbol in ("ECHO", "FOX", "GOLF", "QUEBEC"):
        del quotes[symbol]
    MinuteQuote.objects.all().delete()
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot(quotes, scene.now(), volume=600_000.0)))
    run = scene.run()
    assert run.status == RunStatus.PARTIAL
    assert run.message == "Energy could not be judged: 67% of prices missing. Its last reading stays."
    assert SentimentReading.objects.filter(run_id=run.pk).count() == 7
    assert {row.sector: row.run_id for row in readings_newest()}["energy"] == first.pk
    cards = {card.slug: card for card in cards_from_payload(board_current(), scene.now(), ViewLimits())}
    assert (cards["energy"].state, cards["technology"].state) == ("stale", "normal")
    assert cards["energy"].source_left == "Energy input failed at 10:30: 67% of prices missing"


def test_a_first_run_without_a_sectors_prices_shows_a_failed_card(scene: Scene) -> None:
    scene.later(15)
    quotes = {symbol: 10.5 for symbol in SYMBOLS if symbol not in small_market.LABELS["Energy"]}
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot(quotes | {"IWM": 10.0}, scene.now())))
    scene.run()
    cards = {card.slug: card for card in cards_from_payload(board_current(), scene.now(), ViewLimits())}
    assert (cards["energy"].state, cards["energy"].verdict) == ("failed", "Not computed")
    assert cards["energy"].subline == "100% of prices missing"


def test_a_run_in_which_every_sector_lost_its_prices_carries_the_board_forward(scene: Scene) -> None:
    scene.run()
    scene.later(15)
    MinuteQuote.objects.all().delete()
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot({"ECHO": 10.5, "IWM": 10.0}, scene.now())))
    run = scene.run()
    assert (run.status, run.message) == (
        RunStatus.CARRIED,
        "No sector has enough prices of today. The board keeps its last readings.",
    )
    assert SentimentReading.objects.count() == 8


def test_an_answer_without_a_price_of_today_fails_in_the_regular_session(scene: Scene) -> None:
    yesterday = et(15, 59).replace(day=9)
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot(small_market.all_at({}), yesterday)))
    run = scene.run()
    assert run.status == RunStatus.FAILED
    assert "other session" in run.message


def test_without_any_universe_and_any_vendor_the_run_fails_with_words(scene: Scene) -> None:
    UniverseSnapshot.objects.all().delete()
    with clock.override(et(10, 15).replace(day=11)):
        run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=et(10).replace(day=11))
        assert run_execute(run.pk).status == RunStatus.FAILED
    run.refresh_from_db()
    assert "needs the bars of 2026-03-10" in run.message


def test_a_universe_that_cannot_be_built_leaves_the_one_before_in_force(scene: Scene) -> None:
    tomorrow = et(10, 15).replace(day=11)
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot(small_market.all_at({}), tomorrow)))
    with clock.override(tomorrow):
        run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=tomorrow)
        run_execute(run.pk)
    run.refresh_from_db()
    assert run.status == RunStatus.PARTIAL
    assert "The universe of 2026-03-10 stays in force." in run.message
    reading = SentimentReading.objects.filter(run_id=run.pk).first()
    assert reading is not None
    assert reading.flags == ["the universe of 10 Mar"]


def test_a_fault_of_the_program_ends_the_run_too(scene: Scene, monkeypatch) -> None:
    monkeypatch.setattr("analysis.execution.score_board", lambda frame: 1 / 0)
    run = scene.run()
    assert (run.status, run.finished_wall is not None) == (RunStatus.FAILED, True)
    assert "ZeroDivisionError" in run.message


def fail_at_score(monkeypatch: pytest.MonkeyPatch, faults: list[Exception]) -> None:
    """Have the stage "score" raise these, one each time."""
    real = RunProgress.stage

    def stage(self: RunProgress, name: str, words: str) -> None:
        if name == "score" and faults:
            raise faults.pop()
        real(self, name, words)

    monkeypatch.setattr(RunProgress, "stage", stage)


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_connection_broke_is_queued_and_done_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[int] = []
    monkeypatch.setattr("analysis.lifecycle.run_enqueue", handed.append)

    def break_it(*args: object, **values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as broken:
        broken.setattr("analysis.execution.prices_take", break_it)
        run = scene.run()
    assert (run.status, run.stage, run.percent, run.counts["attempts"]) == (RunStatus.QUEUED, "", 0, 2)
    assert handed == [run.pk]
    assert run_execute(run.pk).status == RunStatus.COMPLETE


def test_after_three_attempts_the_database_has_failed_the_run(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.lifecycle.run_enqueue", lambda run_id: None)
    fail_at_score(monkeypatch, [DatabaseFault("gone"), InterfaceError("gone"), DatabaseFault("gone")])
    run = scene.run()
    run_execute(run.pk)
    assert run_execute(run.pk).status == RunStatus.FAILED
    run.refresh_from_db()
    assert "(OperationalError)" in run.message


def test_a_run_that_was_cancelled_is_not_queued_again_by_the_database(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    mara = reader("mara")

    def cancel_and_fail(*args: object, **values: object) -> None:
        run_cancel(AnalysisRun.objects.get(status=RunStatus.RUNNING), mara)
        raise DatabaseFault("gone")

    monkeypatch.setattr("analysis.execution.prices_take", cancel_and_fail)
    assert scene.run(requested_by=mara).status == RunStatus.CANCELLED


def test_what_a_fault_of_the_program_ended_is_not_of_the_users_hour(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    mara = reader("mara")
    scene.run(requested_by=mara)
    scene.later(1)
    monkeypatch.setattr("analysis.execution.score_board", lambda frame: 1 / 0)
    scene.run(requested_by=mara)
    assert len(runs_asked(mara)) == 1


def test_a_run_that_was_given_to_another_worker_publishes_nothing(scene: Scene, monkeypatch) -> None:
    def lose(*args, **values):
        AnalysisRun.objects.update(status=RunStatus.QUEUED, started_wall=None)
        return ""

    monkeypatch.setattr("analysis.execution.release_near", lose)
    run = scene.run()
    assert run.status == RunStatus.QUEUED
    assert not BoardSnapshot.objects.exists()


def test_a_broker_that_is_away_leaves_the_run_queued(scene: Scene, settings, monkeypatch) -> None:
    def refuse(*args, **values):
        raise OperationalError("no broker")

    monkeypatch.setattr("analysis.tasks.run_task.delay", refuse)
    run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=scene.now())
    assert runs_dispatch() == run.pk
    run.refresh_from_db()
    assert run.status == RunStatus.QUEUED


def test_with_redis_away_movers_are_still_told_once(scene: Scene, settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    scene.prices({}, ECHO=11.8)
    with TestCase.captureOnCommitCallbacks(execute=True):
        first = scene.run()
    scene.later(15)
    scene.prices({}, ECHO=11.9)
    with TestCase.captureOnCommitCallbacks(execute=True):
        second = scene.run()
    assert (first.status, second.status) == (RunStatus.COMPLETE, RunStatus.COMPLETE)
    assert Alert.objects.filter(kind="mover").count() == 1
