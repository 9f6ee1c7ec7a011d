"""A run from claim to end: what it stores, tells and drops."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase
from django.utils import timezone

from analysis.correlations import correlations_stored
from analysis.engine import score_board
from analysis.engine.frames import unpack
from analysis.models import Alert, AnalysisRun, RunInput, RunKind, RunStatus, StockReading
from analysis.services import (
    detail_keep,
    history_complete,
    inputs_prune,
    news_prune_old,
    pass_request,
    run_execute,
)
from sectors.models import BoardSnapshot, SentimentReading
from sectors.selectors import board_current, readings_newest
from sectors.services import weight_revise
from tests.analysis import small_market
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.analysis.small_market import SYMBOLS, et
from tests.universe.vendor import Answer
from universe import clock, keys
from universe.models import MinuteQuote, NewsArticle, StockUniverse, UniverseSnapshot
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
    stages = {"universe", "releases", "catalysts", "prices", "frame", "score", "publish"}
    assert set(run.timings) == stages


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


@pytest.mark.parametrize(
    ("kind", "is_short", "asked"),
    [
        (RunKind.ON_DEMAND, True, ["history"]),
        (RunKind.ON_DEMAND, False, ["correlations"]),
        (RunKind.PASS, False, []),
    ],
)
def test_an_analysis_has_the_correlations_measured_once_the_older_sessions_are_there(
    scene: Scene, monkeypatch, kind: RunKind, is_short: bool, asked: list[str]
) -> None:
    told: list[str] = []
    monkeypatch.setattr("analysis.execution.history_is_short", lambda session: is_short)
    monkeypatch.setattr("analysis.execution.catalysts_are_short", lambda as_of: False)
    for name in ("history", "correlations"):
        monkeypatch.setattr(f"analysis.tasks.{name}_task.delay", lambda name=name: told.append(name))
    scene.run(kind)
    assert told == asked


def test_the_older_sessions_are_measured_when_they_have_come(scene: Scene, monkeypatch) -> None:
    monkeypatch.setattr("analysis.services.history_fetch", lambda session: True)
    history_complete()
    assert len(correlations_stored(small_market.SESSION)) == 8


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
    bars = (small_market.bar(symbol, small_market.SESSION, is_last=False) for symbol in SYMBOLS)
    bars_store(bars, now=evening)
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


def test_minute_prices_of_a_made_up_market_are_dropped_after_a_week(scene: Scene) -> None:
    scene.run()
    before = MinuteQuote.objects.count()
    detail_keep()
    assert MinuteQuote.objects.count() == before > 0
    with clock.override(et(10, 15) + dt.timedelta(days=9)):
        detail_keep()
    assert not MinuteQuote.objects.exists()


def test_news_are_dropped_after_ninety_days(scene: Scene) -> None:
    NewsArticle.objects.create(
        source="polygon", vendor_id="a", published_at=scene.now(), fetched_at=scene.now()
    )
    assert news_prune_old() == 0
    with clock.override(scene.now() + dt.timedelta(days=91)):
        assert news_prune_old() == 1
