"""A run from claim to end: what it stores, what it says when something is missing, what it never does."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase
from django.utils import timezone
from kombu.exceptions import OperationalError

from analysis.engine import score_board
from analysis.engine.frames import unpack
from analysis.lifecycle import runs_dispatch
from analysis.models import Alert, AnalysisRun, RunInput, RunKind, RunStatus, StockReading
from analysis.services import history_complete, inputs_prune, pass_request, prices_prune, run_execute
from sectors.models import BoardSnapshot, SentimentReading
from sectors.presenters import cards_from_payload
from sectors.selectors import board_current, readings_newest
from sectors.services import weight_revise
from sectors.types import ViewLimits
from tests.analysis import small_market
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.analysis.small_market import SYMBOLS, et
from tests.market import free_port
from tests.universe.vendor import Answer
from universe import clock, keys
from universe.models import MinuteQuote, StockUniverse, UniverseSnapshot
from universe.services import bars_store

pytestmark = pytest.mark.django_db


def lights() -> dict[str, tuple[Decimal, str]]:
    return {row.sector: (row.sentiment_score, row.color_classification) for row in readings_newest()}


def test_a_complete_run_stores_eight_readings_one_board_its_frame_and_every_core_rank(scene: Scene) -> None:
    run = scene.run()
    assert (run.status, run.percent, run.message) == (RunStatus.COMPLETE, 100, "")
    assert SentimentReading.objects.filter(run_id=run.pk).count() == 8
    assert BoardSnapshot.objects.get().run_id == run.pk
    assert StockReading.objects.filter(run_id=run.pk).count() == 23
    assert (run.as_of, run.counts["members"], run.counts["core"]) == (et(10, 15), 24, 23)
    assert set(run.timings) == {"universe", "releases", "prices", "frame", "score", "publish"}


def test_the_lights_follow_the_prices(scene: Scene) -> None:
    scene.run()
    scores = {sector: score for sector, (score, _) in lights().items()}
    assert scores["technology"] < Decimal("-0.2")
    assert scores["healthcare"] > Decimal("0.2")
    assert scores["energy"] > 0


def test_after_the_commit_redis_holds_the_board_and_the_sectors(scene: Scene, redis_server) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        run = scene.run()
    stored = json.loads(redis_server.get(keys.sector_sentiment("energy")))
    assert stored["run_id"] == run.pk
    assert json.loads(redis_server.get(keys.board()))["run_id"] == run.pk
    assert redis_server.exists(keys.sector_top_stocks("energy"))


def test_the_stored_frame_gives_the_stored_scores_again(scene: Scene) -> None:
    run = scene.run()
    stored = RunInput.objects.get(run=run)
    assert hashlib.sha256(bytes(stored.frame)).hexdigest() == stored.sha256
    again = {score.slug: score for score in score_board(unpack(bytes(stored.frame))).sectors}
    for reading in SentimentReading.objects.filter(run_id=run.pk):
        assert again[reading.sector].score == reading.sentiment_score
        assert again[reading.sector].confidence == reading.confidence_level


def test_a_changed_weight_changes_that_light_at_the_next_run_and_no_other(scene: Scene) -> None:
    scene.run()
    before = lights()
    weight_revise("energy", Decimal("2.00"), reason="a test", author=None)
    scene.later(0)
    with clock.override(scene.now()):
        run = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=et(10, 16))
        run_execute(run.pk)
    after = lights()
    changed = {sector for sector in after if after[sector] != before[sector]}
    assert changed == {"energy"}
    assert abs(after["energy"][0]) > abs(before["energy"][0])
    waterfall = SentimentReading.objects.get(run_id=run.pk, sector="energy").waterfall
    assert next(f["value"] for f in waterfall["factors"] if f["name"] == "volatility") == 2.0


def test_the_parts_of_the_waterfall_multiply_to_the_stored_score(scene: Scene) -> None:
    run = scene.run()
    for reading in SentimentReading.objects.filter(run_id=run.pk):
        product = sum(reading.waterfall["parts"].values())
        for factor in reading.waterfall["factors"]:
            product *= factor["value"]
        assert product == pytest.approx(reading.waterfall["unclamped"], abs=1e-9)
        assert float(reading.sentiment_score) == pytest.approx(max(-1, min(1, product)), abs=0.0005001)


def test_a_run_is_done_once_however_often_it_is_delivered(scene: Scene) -> None:
    run = scene.run()
    assert run_execute(run.pk).status == RunStatus.COMPLETE
    assert BoardSnapshot.objects.count() == 1


def test_a_dead_vendor_fails_the_run_with_words_and_keeps_the_board(scene: Scene) -> None:
    good = scene.run()
    scene.later(15)
    scene.vendor.on(SNAPSHOT, Answer("gone", status=503))
    failed = scene.run()
    assert failed.status == RunStatus.FAILED
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
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot(quotes, scene.now())))
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


def test_a_run_in_which_every_sector_lost_its_prices_fails_and_keeps_the_board(scene: Scene) -> None:
    scene.run()
    scene.later(15)
    MinuteQuote.objects.all().delete()
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot({"ECHO": 10.5, "IWM": 10.0}, scene.now())))
    run = scene.run()
    assert (run.status, run.message) == (
        RunStatus.FAILED,
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


def test_a_pass_that_was_overtaken_while_it_waited_is_covered(scene: Scene) -> None:
    scene.run()
    with clock.override(scene.now()):
        late = AnalysisRun.objects.create(kind=RunKind.PASS, scheduled_for=et(10, 0))
        assert run_execute(late.pk).status == RunStatus.COVERED
    assert BoardSnapshot.objects.count() == 1


def test_a_movers_run_reads_its_sector_alone_and_the_board_keeps_the_others(scene: Scene) -> None:
    full = scene.run()
    scene.later(3)
    scene.prices({"Technology": -4.0, "Healthcare": 4.0, "Energy": 12.0})
    mover = scene.run(RunKind.MOVER, sector="energy")
    assert list(SentimentReading.objects.filter(run_id=mover.pk).values_list("sector", flat=True)) == [
        "energy"
    ]
    assert {row.run_id for row in readings_newest()} == {full.pk, mover.pk}
    assert set(StockReading.objects.filter(run_id=mover.pk).values_list("sector", flat=True)) == {"energy"}
    board = board_current()
    assert board is not None
    assert len(board["sectors"]) == 8


def test_a_light_that_turns_raises_one_alert(scene: Scene) -> None:
    scene.run()
    assert not Alert.objects.filter(kind="colour").exists()
    scene.later(30)
    scene.prices({"Technology": -4.0, "Healthcare": -9.0, "Energy": 2.0})
    run = scene.run()
    alert = Alert.objects.get(kind="colour", sector="healthcare")
    assert (alert.new, alert.run_id) == ("dark_red", run.pk)
    assert alert.old in ("light_green", "dark_green")
    assert alert.new_score is not None
    assert alert.old_score is not None
    assert alert.new_score < alert.old_score


def test_a_run_that_completes_inputs_tells_movers_and_no_turned_light(scene: Scene) -> None:
    scene.run()
    scene.later(3)
    scene.prices({"Technology": -4.0, "Healthcare": -9.0, "Energy": 2.0}, ECHO=11.8)
    with clock.override(scene.now()):
        run, _ = pass_request(completes_inputs=True)
        run_execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.completes_inputs) == (RunStatus.COMPLETE, True)
    assert lights()["healthcare"][1] == "dark_red"
    assert [(alert.kind, alert.symbol) for alert in Alert.objects.all()] == [("mover", "ECHO")]


def test_the_older_sessions_ask_for_a_run_that_completes_inputs(scene: Scene, monkeypatch) -> None:
    monkeypatch.setattr("analysis.services.history_fetch", lambda session: True)
    asked = history_complete()
    assert asked is not None
    assert asked.completes_inputs


def test_a_core_stock_beyond_15_percent_raises_one_alert_over_several_runs(scene: Scene) -> None:
    scene.prices({}, ECHO=11.8, SLEEPY=13.0)
    with TestCase.captureOnCommitCallbacks(execute=True):
        scene.run()
    scene.later(30)
    scene.prices({}, ECHO=11.6)
    with TestCase.captureOnCommitCallbacks(execute=True):
        scene.run()
    movers = Alert.objects.filter(kind="mover")
    assert [(alert.symbol, alert.level, alert.sector, alert.change_pct) for alert in movers] == [
        ("ECHO", 15, "energy", 18.0)
    ]


def test_publish_times_rise_although_the_market_clock_stands(scene: Scene) -> None:
    first = scene.run()
    with clock.override(scene.now()):
        second = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=et(10, 15, 1))
        run_execute(second.pk)
    second.refresh_from_db()
    assert first.published_at is not None
    assert second.published_at is not None
    assert second.published_at > first.published_at


def test_a_high_impact_release_of_the_morning_is_named_as_a_caution(scene: Scene) -> None:
    scene.vendor.on(
        "/stable/economic-calendar",
        Answer(
            [
                {
                    "date": "2026-03-10 14:00:00",
                    "country": "US",
                    "event": "CPI",
                    "impact": "High",
                    "currency": "USD",
                }
            ]
        ),
    )
    run = scene.run()
    cautions = SentimentReading.objects.get(run_id=run.pk, sector="utilities").cautions
    assert "release: CPI at 10:00" in cautions


def test_the_evening_run_builds_the_universe_of_the_next_session(scene: Scene) -> None:
    evening = et(20, 0, 5)
    tomorrow = small_market.SESSION + dt.timedelta(days=1)
    bars_store(small_market.bar(symbol, small_market.SESSION, is_last=False) for symbol in SYMBOLS)
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot(small_market.all_at({}), et(19, 59))))
    with clock.override(evening):
        run = AnalysisRun.objects.create(kind=RunKind.COMPREHENSIVE, scheduled_for=et(20))
        run_execute(run.pk)
    run.refresh_from_db()
    assert UniverseSnapshot.objects.get(session=tomorrow).built_from == small_market.SESSION
    # The vendor of this scene has no listings, and the run says so; the board is published all the same.
    assert run.status == RunStatus.PARTIAL
    assert "Listings are not fresh" in run.message
    assert StockUniverse.objects.count() == 24
    assert run.as_of == evening


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


def test_the_command_runs_now_and_prints_the_lights(scene: Scene, capsys) -> None:
    call_command("run_analysis")
    printed = capsys.readouterr().out
    assert "is complete, as of 2026-03-10 10:15:00" in printed
    assert "healthcare" in printed
    assert "Stages: " in printed


def test_the_command_says_why_a_run_failed(scene: Scene) -> None:
    scene.vendor.on(SNAPSHOT, Answer("gone", status=503))
    with pytest.raises(CommandError, match="The price vendor does not answer"):
        call_command("run_analysis", "--pass")


def test_input_frames_are_dropped_after_ninety_days_and_the_rest_is_kept(scene: Scene) -> None:
    run = scene.run()
    assert inputs_prune() == 0
    AnalysisRun.objects.update(created_wall=timezone.now() - dt.timedelta(days=91))
    assert inputs_prune() == 1
    assert not RunInput.objects.exists()
    assert StockReading.objects.filter(run_id=run.pk).exists()


def test_minute_prices_are_dropped_after_three_sessions(scene: Scene) -> None:
    scene.run()
    assert prices_prune() == 0
    with clock.override(et(10, 15) + dt.timedelta(days=7)):
        assert prices_prune() > 0
    assert not MinuteQuote.objects.exists()
