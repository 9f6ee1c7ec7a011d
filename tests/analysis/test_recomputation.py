"""A stored run, computed again from its stored frame, says what it said: decimal for decimal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from analysis.catalysts import Catalyst, CatalystKind
from analysis.engine import score_board
from analysis.engine.frames import digest, pack
from analysis.execution import Result, _publish
from analysis.inputs import Findings
from analysis.lifecycle import RunProgress, run_claim
from analysis.models import AnalysisRun, RunInput, RunKind, StockReading
from analysis.recomputation import runs_recompute, runs_with_frames
from analysis.types import InputFrame
from sectors.models import SentimentReading
from sectors.services import sectors_seed
from tests.analysis.conftest import Scene
from tests.analysis.engine.cast import AS_OF, random_frame
from universe import clock

#: 125 boards of eight lights are 1,000 readings.
BOARDS = 125
PHASES = (("regular", 1.0), ("pre", 0.1), ("post", 0.9), ("regular", 0.6))


def frame_number(number: int) -> InputFrame:
    """A seeded market that differs from its neighbours in size, holes, prints, phase and surroundings."""
    phase, printed = PHASES[number % len(PHASES)]
    frame = random_frame(40 + 3 * number, seed=number, missing=0.04 * (number % 6), printed=printed)
    overnight = (0.4, math.nan, -1.3, 0.2) if number % 5 == 0 else ()
    return dataclasses.replace(
        frame,
        as_of=AS_OF + dt.timedelta(minutes=number),
        phase=phase,
        overnight=overnight,
        release="release: CPI at 8:30" if number % 7 == 0 else "",
        degraded=("a feed that looks frozen",) if number % 9 == 0 else (),
        benchmark=None if number % 11 == 0 else frame.benchmark,
        catalysts=tuple(told(symbol, frame) for symbol in frame.members.symbol[::3].tolist()),
        dilution=dict.fromkeys(frame.members.symbol[::7].tolist(), ("shelf",)),
    )


def told(symbol: str, frame: InputFrame) -> Catalyst:
    at = frame.as_of - dt.timedelta(hours=int(symbol[1:]) % 30)
    return Catalyst(
        symbol=symbol,
        kind=list(CatalystKind)[int(symbol[1:]) % len(CatalystKind)],
        at=at,
        tone=(-1.0, 0.0, 1.0)[int(symbol[1:]) % 3],
        relevance=0.8,
        title=f"{symbol} in the news",
        url="https://news.example/",
        publisher="Wire Daily",
        source="polygon",
        fetched_at=at,
        key=f"news:polygon:{symbol}",
        rule="fda.approved",
    )


def publish(frame: InputFrame) -> AnalysisRun:
    """The frame scored and published as a run of its own."""
    run = run_claim(AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=frame.as_of).pk)
    assert run is not None
    with clock.override(frame.as_of):
        _publish(run, RunProgress(run), Result(frame, score_board(frame), Findings(), lineage={}))
    return run


@pytest.fixture
def published(db: None) -> list[int]:
    sectors_seed()
    return [publish(frame_number(number)).pk for number in range(BOARDS)]


@pytest.mark.unmeasured
def test_a_thousand_stored_readings_are_computed_again_to_the_same_decimals(published: list[int]) -> None:
    report = runs_recompute(runs_with_frames(1_000))
    assert (report.runs, report.readings) == (BOARDS, 8 * BOARDS)
    assert report.ranks == StockReading.objects.count() > 1_000
    assert [str(difference) for difference in report.differences] == []


@pytest.fixture
def run(db: None) -> AnalysisRun:
    sectors_seed()
    return publish(frame_number(3))


def test_a_changed_score_is_found(run: AnalysisRun) -> None:
    stored = SentimentReading.objects.get(run_id=run.pk, sector="energy").sentiment_score
    SentimentReading.objects.filter(run_id=run.pk, sector="energy").update(
        sentiment_score=stored + Decimal("0.001")
    )
    found = runs_recompute([run.pk]).differences
    assert [(one.sector, one.field, one.computed) for one in found] == [("energy", "score", stored)]


def test_a_changed_part_of_the_waterfall_is_found(run: AnalysisRun) -> None:
    reading = SentimentReading.objects.get(run_id=run.pk, sector="energy")
    SentimentReading.objects.filter(run_id=run.pk, sector="energy").update(
        waterfall=reading.waterfall | {"base": 0.5}
    )
    assert [one.field for one in runs_recompute([run.pk]).differences] == ["waterfall.base"]


def test_a_changed_rank_is_found(run: AnalysisRun) -> None:
    symbol = StockReading.objects.filter(run_id=run.pk).first().symbol  # type: ignore[union-attr]
    StockReading.objects.filter(run_id=run.pk, symbol=symbol).update(rank=11.0)
    assert [(one.sector, one.stored) for one in runs_recompute([run.pk]).differences] == [(symbol, 11.0)]


def test_a_changed_cause_is_found(run: AnalysisRun) -> None:
    row = StockReading.objects.exclude(parts__cause=None).filter(run_id=run.pk).first()
    assert row is not None
    changed = row.parts | {"cause": row.parts["cause"] | {"tag": "Rumour"}}
    StockReading.objects.filter(run_id=run.pk, symbol=row.symbol).update(parts=changed)
    assert [(one.sector, one.field) for one in runs_recompute([run.pk]).differences] == [
        (row.symbol, "parts.cause")
    ]


def test_a_frame_that_does_not_fit_its_digest_is_found(run: AnalysisRun) -> None:
    packed = pack(frame_number(4))
    RunInput.objects.filter(run=run).update(frame=packed)
    (found,) = runs_recompute([run.pk]).differences
    assert (found.field, found.computed) == ("frame", digest(packed))


def test_a_frame_that_cannot_be_read_is_named(run: AnalysisRun) -> None:
    RunInput.objects.filter(run=run).update(frame=b"broken", sha256=digest(b"broken"))
    (found,) = runs_recompute([run.pk]).differences
    assert str(found).startswith(
        f"run {run.pk}: frame is stored as a frame, computed as 6 bytes are no packed"
    )


def test_the_command_says_that_every_decimal_is_the_stored_one(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    run = scene.run()
    call_command("recompute", "--run", str(run.pk))
    assert "8 readings and 23 ranks of 1 runs: every decimal is the stored one." in capsys.readouterr().out


def test_the_command_fails_with_every_difference_named(
    run: AnalysisRun, capsys: pytest.CaptureFixture[str]
) -> None:
    SentimentReading.objects.filter(run_id=run.pk, sector="energy").update(color_classification="none")
    with pytest.raises(CommandError, match="1 differences in 8 readings"):
        call_command("recompute")
    assert f"run {run.pk}, energy: colour is stored as none" in capsys.readouterr().err


def test_the_command_says_when_no_frame_is_kept(db: None) -> None:
    with pytest.raises(CommandError, match="kept for 90 days"):
        call_command("recompute", "--run", "1")
