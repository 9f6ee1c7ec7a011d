"""What followed a reading is written once, from stored prices, and stays as it was written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django_celery_beat.models import PeriodicTask

from analysis import outcomes, tasks
from analysis.inputs import FROZEN
from analysis.models import AnalysisRun, Outcome, RunInput, RunKind
from analysis.outcomes import SETTLE, outcomes_measure, outcomes_write
from analysis.services import detail_keep, slots_seed
from sectors.models import SentimentReading
from tests.analysis.conftest import Scene
from tests.analysis.followed import ENERGY, TECHNOLOGY, alike, closed, et, priced, published, told
from universe import clock
from universe.clock import ClockUnavailableError
from universe.models import MinuteQuote, QuarantinedPrice
from universe.services import splits_store
from universe.sessions import next_session, session_offset
from universe.types import Split

pytestmark = pytest.mark.django_db

#: A Tuesday in March without anything odd around it.
TEN = et("2026-03-10T10:00")
TWO, CLOSE = et("2026-03-10T14:00"), et("2026-03-10T16:00")
SECOND = dt.timedelta(seconds=1)
TODAY = TEN.date()
TOMORROW = next_session(TODAY)
EVENING = et("2026-03-10T21:00")


def test_four_hours_later_each_member_counts_alike_and_the_row_says_what_it_is_of() -> None:
    run = published(TEN, start={"ECHO": 20.0})
    priced({"ECHO": 2.0}, TWO, of=20.0)
    priced({"FOX": 1.0, "GOLF": 1.0, "QUEBEC": -1.0, "ROMEO": 4.0, "SIERRA": 29.0}, TWO)
    priced(alike(-0.5, TECHNOLOGY), TWO)
    priced({"IWM": 0.25}, TWO, of=200.0)
    assert outcomes_measure(TWO + SETTLE) == 1
    # SIERRA is cut at +25: (2 + 1 + 1 - 1 + 4 + 25) / 6.
    assert told() == ("measured", "5.3333", 6, {})
    assert told("technology") == ("measured", "-0.5000", 5, {})

    row = Outcome.objects.get(sector="energy")
    reading = SentimentReading.objects.get(run_id=run.pk, sector="energy")
    assert (row.run_id, row.timestamp, row.as_of, row.world) == (run.pk, reading.timestamp, TEN, run.world)
    assert (row.score, row.colour) == (reading.sentiment_score, reading.color_classification)
    assert (row.reading_state, row.members) == (reading.state, 6)
    assert (row.due_at, row.measured_at, row.carried_over) == (TWO, TWO + SETTLE, False)
    assert row.benchmark_pct == Decimal("0.2500")


def test_nothing_is_written_before_late_prices_have_come() -> None:
    published(TEN)
    priced(alike(1.0), TWO)
    assert outcomes_measure(TWO + SETTLE - SECOND) == 0
    assert outcomes_measure(TWO + SETTLE) == 1


def test_the_same_call_again_writes_nothing_and_a_finished_run_is_looked_at_no_more() -> None:
    run = published(TEN)
    priced(alike(1.0), TWO)
    closed(alike(2.0), TODAY)
    assert [outcomes_measure(EVENING) for _ in range(2)] == [2, 0]
    assert Outcome.objects.count() == 4
    run.refresh_from_db()
    assert not run.outcomes_open


def test_a_member_without_a_fresh_price_at_the_horizon_is_left_out_and_counted() -> None:
    published(TEN, unpriced={"ALPHA"})
    priced({"ECHO": 9.0}, TWO - dt.timedelta(minutes=36))
    priced({"FOX": 9.0}, TWO + dt.timedelta(minutes=6))
    priced({"GOLF": 3.0}, TWO - dt.timedelta(minutes=35))
    priced(alike(1.0, ("QUEBEC", "ROMEO", "SIERRA", *TECHNOLOGY)), TWO)
    outcomes_measure(TWO + SETTLE)
    assert told() == ("insufficient", None, 4, {"carried_forward": 1, "no_price": 1})
    assert told("technology") == ("insufficient", None, 4, {"no_price": 1})


@pytest.mark.parametrize("before", ["13:30:02", "13:30:20"])
def test_without_a_stream_the_pass_at_the_horizon_counts_whatever_its_seconds(before: str) -> None:
    """The horizon of 10:00:05 ends at 14:00:05; passes are half an hour apart, some seconds more or less."""
    published(et("2026-03-10T10:00:05"))
    for change, at in ((1.0, et(f"2026-03-10T{before}")), (5.0, et("2026-03-10T14:00:38"))):
        priced(alike(change), at)
        priced({"IWM": change}, at, of=200.0)
    outcomes_measure(EVENING)
    assert told() == ("measured", "5.0000", 6, {})
    assert Outcome.objects.get(sector="energy", horizon="4h").benchmark_pct == Decimal("5.0000")


@pytest.mark.parametrize("before", ["13:30:02", "13:30:20"])
def test_where_that_pass_failed_the_one_before_counts_whatever_its_seconds(before: str) -> None:
    published(et("2026-03-10T10:00:05"))
    priced(alike(1.0), et(f"2026-03-10T{before}"))
    priced(alike(9.0), et("2026-03-10T14:30"))
    outcomes_measure(EVENING)
    assert told() == ("measured", "1.0000", 6, {})


def test_a_move_from_before_the_reading_is_not_what_followed_it() -> None:
    """ECHO's newest price at 10:00 was of 4:30, FOX's an hour old, and when GOLF's was made nobody knows."""
    hour = dt.timedelta(hours=1)
    published(TEN, ages={"ECHO": 5.5 * hour, "FOX": hour, "GOLF": None, "ALPHA": hour + SECOND})
    priced(alike(20.0, ["ECHO", "GOLF", "ALPHA"]), TWO)
    priced(alike(1.0, [*ENERGY[1:2], *ENERGY[3:], *TECHNOLOGY[1:]]), TWO)
    outcomes_measure(TWO + SETTLE)
    assert told() == ("insufficient", None, 4, {"stale_start": 2})
    assert told("technology") == ("insufficient", None, 4, {"stale_start": 1})


def test_the_nearer_the_horizon_the_younger_a_start_must_be() -> None:
    published(et("2026-03-10T15:40"), ages={"ECHO": 301 * SECOND, "FOX": 300 * SECOND})
    priced(alike(20.0, ["ECHO"]), CLOSE)
    closed(alike(1.0, ENERGY[1:]), TODAY)
    outcomes_measure(et("2026-03-11T21:00"))
    assert told(horizon="close") == ("measured", "1.0000", 5, {"stale_start": 1})


def test_a_benchmark_that_had_long_not_traded_tells_nothing() -> None:
    published(TEN)
    priced({"IWM": 0.0}, TEN - dt.timedelta(minutes=61), of=200.0)
    priced(alike(1.0), TWO)
    priced({"IWM": 1.0}, TWO, of=200.0)
    outcomes_measure(TWO + SETTLE)
    assert Outcome.objects.get(sector="energy").benchmark_pct is None


def test_without_a_bar_no_price_from_before_the_reading_is_taken_for_the_close() -> None:
    published(et("2026-03-10T15:45"))
    priced(alike(5.0), et("2026-03-10T15:44"))
    outcomes_measure(et("2026-03-11T21:00"))
    assert told(horizon="close") == ("insufficient", None, 0, {"no_price": 6})


def test_the_close_is_that_of_the_daily_bar_and_without_one_the_last_regular_price() -> None:
    published(TEN)
    priced(alike(5.0), CLOSE - dt.timedelta(minutes=5))
    priced(alike(9.0), CLOSE + dt.timedelta(minutes=1))
    closed(alike(2.0, ENERGY[:5]), TODAY)
    outcomes_measure(EVENING)
    # (5 * 2 + 5) / 6: SIERRA has no bar.
    assert told(horizon="close") == ("measured", "2.5000", 6, {})
    assert told("technology", "close") == ("measured", "5.0000", 5, {})


def test_the_bars_of_a_session_are_waited_for_until_the_next_one_opens() -> None:
    published(TEN)
    priced(alike(5.0), CLOSE)
    opened = et("2026-03-11T09:30")
    outcomes_measure(opened - SECOND)
    assert not Outcome.objects.filter(horizon="close").exists()
    outcomes_measure(opened)
    assert told(horizon="close") == ("measured", "5.0000", 6, {})


def test_a_reading_of_the_evening_is_measured_the_next_morning_and_marked() -> None:
    published(et("2026-03-10T18:00"))
    priced(alike(7.0), et("2026-03-10T20:00"))
    priced(alike(3.0), et("2026-03-11T06:00"))
    closed(alike(1.0), TODAY)
    closed(alike(-2.0), TOMORROW)
    outcomes_measure(et("2026-03-11T21:00"))
    rows = Outcome.objects.filter(sector="energy").order_by("horizon")
    assert [(row.horizon, row.value_pct, row.carried_over) for row in rows] == [
        ("4h", Decimal("3.0000"), True),
        ("close", Decimal("-2.0000"), True),
    ]
    assert [row.due_at for row in rows] == [et("2026-03-11T06:00"), et("2026-03-11T16:00")]


def test_a_split_between_reading_and_horizon_changes_nothing() -> None:
    published(et("2026-03-10T18:00"))
    splits_store([Split("ECHO", TOMORROW, 10.0, 1.0, "polygon"), Split("FOX", TOMORROW, 1.0, 2.0, "polygon")])
    morning = et("2026-03-11T06:00")
    priced({"ECHO": 3.0}, morning, of=100.0)
    priced({"FOX": 3.0}, morning, of=5.0)
    priced(alike(3.0, ENERGY[2:]), morning)
    outcomes_measure(morning + SETTLE)
    assert told() == ("measured", "3.0000", 6, {})


def test_a_split_of_the_readings_own_session_is_in_its_price_already() -> None:
    splits_store([Split("ECHO", TODAY, 10.0, 1.0, "polygon")])
    published(TEN)
    priced(alike(3.0), TWO)
    outcomes_measure(TWO + SETTLE)
    assert told() == ("measured", "3.0000", 6, {})


def test_a_member_whose_price_is_held_takes_no_part() -> None:
    """ECHO's shares were put together overnight, and nobody listed it: the gate holds the new price."""
    published(et("2026-03-10T18:00"))
    closed(alike(0.0), TODAY)
    morning = et("2026-03-11T06:00")
    priced({"ECHO": 0.0}, morning, of=300.0)
    priced(alike(3.0, ENERGY[1:]), morning)
    closed(alike(1.0, ENERGY[1:]) | {"ECHO": 2900.0}, TOMORROW)
    outcomes_measure(et("2026-03-11T21:00"))
    assert QuarantinedPrice.objects.get().symbol == "ECHO"
    assert told() == ("measured", "3.0000", 5, {"quarantined": 1})
    assert told(horizon="close") == ("measured", "1.0000", 5, {"quarantined": 1})


def test_a_price_that_was_drawn_takes_no_part() -> None:
    published(TEN)
    priced(alike(8.0, ENERGY[:1]), TWO, interpolated=True)
    priced(alike(3.0, ENERGY[1:]), TWO)
    outcomes_measure(TWO + SETTLE)
    assert told() == ("measured", "3.0000", 5, {"interpolated": 1})


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"interpolated": True}, "interpolated"),
        ({"flags": ("closes in place of prices",)}, "carried_forward"),
    ],
)
def test_a_reading_that_stands_on_no_real_prices_is_counted_and_has_no_value(
    facts: dict[str, Any], reason: str
) -> None:
    published(TEN, **facts)
    priced(alike(3.0), TWO)
    outcomes_measure(TWO + SETTLE)
    assert told() == (f"left_out:{reason}", None, 0, {reason: 6})


def test_while_the_feed_is_frozen_at_the_horizon_nothing_is_measured_there() -> None:
    published(TEN)
    published(TWO + dt.timedelta(minutes=10), flags=(FROZEN,))
    priced(alike(3.0), TWO)
    closed(alike(1.0), TODAY)
    outcomes_measure(EVENING)
    rows = Outcome.objects.filter(as_of=TEN, sector="energy").order_by("horizon")
    assert [row.state for row in rows] == ["left_out:carried_forward", "measured"]


def test_a_run_of_one_sector_is_followed_and_a_new_weight_is_not() -> None:
    published(TEN, kind=RunKind.MOVER, only="energy")
    published(TEN + dt.timedelta(minutes=1), kind=RunKind.REWEIGHT, only="energy")
    priced(alike(3.0), TWO)
    outcomes_measure(et("2026-03-10T15:00"))
    assert [(row.sector, row.as_of) for row in Outcome.objects.all()] == [("energy", TEN)]


def test_what_was_published_before_the_record_began_is_not_followed() -> None:
    published(TEN)
    AnalysisRun.objects.update(outcomes_open=False)
    priced(alike(3.0), TWO)
    assert outcomes_measure(TWO + SETTLE) == 0


def test_each_world_has_its_own_record(settings: Any) -> None:
    settings.MARKET_WORLD = "live"
    live = published(TEN)
    priced(alike(3.0), TWO)
    settings.MARKET_WORLD = "simulated"
    assert outcomes_measure(TWO + SETTLE) == 0
    simulated = published(TEN + SECOND)
    assert outcomes_measure(TWO + SETTLE + dt.timedelta(minutes=1)) == 1
    settings.MARKET_WORLD = "live"
    assert outcomes_measure(TWO + SETTLE) == 1
    found = Outcome.objects.filter(sector="energy").values_list("world", "run_id")
    assert set(found) == {("live", live.pk), ("simulated", simulated.pk)}


# -- prices that go away -----------------------------------------------------------------------------------


def test_what_is_due_is_written_before_its_minutes_are_dropped() -> None:
    """Thursday 2 July, 18:00; Friday is a holiday, so the four hours end on Monday, 6:00."""
    published(et("2026-07-02T18:00"))
    priced(alike(3.0), et("2026-07-06T06:00"))
    with clock.override(et("2026-07-20T05:00")):
        detail_keep()
    assert not MinuteQuote.objects.exists()
    assert told() == ("measured", "3.0000", 6, {})


def test_a_reading_whose_prices_are_gone_is_counted_once_and_let_be() -> None:
    published(TEN)
    later = et("2026-03-20T10:00")
    outcomes_measure(later)
    assert told() == ("left_out:prices_gone", None, 0, {"prices_gone": 6})
    # The bars of the sessions in between may still come: with them come those of today.
    assert not Outcome.objects.filter(horizon="close").exists()
    closed(alike(1.0), session_offset(later.date(), -1))
    outcomes_measure(later)
    assert told(horizon="close")[0] == "left_out:prices_gone"
    assert outcomes_measure(later) == 0


def test_a_close_is_measured_from_its_bar_long_after_the_minutes_are_gone() -> None:
    published(TEN)
    closed(alike(1.0), TODAY)
    outcomes_measure(et("2026-03-20T10:00"))
    assert told(horizon="close") == ("measured", "1.0000", 6, {})


@pytest.mark.parametrize("packed", [None, b"no frame"])
def test_a_reading_whose_inputs_are_gone_is_counted(packed: bytes | None) -> None:
    published(TEN)
    priced(alike(1.0), TWO)
    RunInput.objects.update(frame=packed) if packed else RunInput.objects.all().delete()
    outcomes_measure(TWO + SETTLE)
    assert told() == ("left_out:frame_gone", None, 0, {"frame_gone": 6})


def test_a_run_that_cannot_be_measured_keeps_no_other_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = published(TEN), published(TEN + dt.timedelta(minutes=1))
    priced(alike(1.0), TWO)
    readings_of_run = outcomes.readings_of_run

    def failing(run_id: int) -> Any:
        if run_id == broken.pk:
            raise ZeroDivisionError
        return readings_of_run(run_id)

    monkeypatch.setattr(outcomes, "readings_of_run", failing)
    assert outcomes_measure(et("2026-03-10T15:00")) == 1
    assert set(Outcome.objects.values_list("run_id", flat=True)) == {sound.pk}
    monkeypatch.undo()
    assert outcomes_measure(et("2026-03-10T15:00")) == 1


# -- the task ----------------------------------------------------------------------------------------------


def test_one_call_writes_no_more_than_its_share_and_the_oldest_first() -> None:
    for minute in range(3):
        published(TEN + dt.timedelta(minutes=minute))
    priced(alike(1.0), TWO)
    assert outcomes_measure(et("2026-03-10T15:00"), most=2) == 2
    assert Outcome.objects.filter(as_of__lte=TEN + dt.timedelta(minutes=1)).count() == 4
    assert outcomes_measure(et("2026-03-10T15:00"), most=2) == 1


def test_without_clock_or_database_the_task_does_nothing_and_raises_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for error in (ClockUnavailableError("silent"), OperationalError("gone")):

        def away(error: Exception = error) -> dt.datetime:
            raise error

        monkeypatch.setattr(outcomes, "market_now", away)
        assert outcomes_write() == 0
        tasks.outcomes_task()


def test_beat_asks_every_five_market_minutes_but_not_more_often_than_every_five_seconds(
    settings: Any,
) -> None:
    for speed, seconds in ((1, 300), (10, 30), (60, 5)):
        settings.MARKET_SPEED = speed
        slots_seed()
        task = PeriodicTask.objects.get(name="outcomes")
        assert (task.task, task.interval.every, task.expire_seconds) == (
            "analysis.tasks.outcomes_task",
            seconds,
            seconds,
        )


def test_the_outcome_of_a_real_run_is_written_by_the_task(scene: Scene) -> None:
    run = scene.run()
    scene.later(240)
    scene.prices({"Technology": -4.0, "Healthcare": 4.0, "Energy": 5.06, "Utilities": 0.0}, benchmark=1.0)
    scene.run()
    with clock.override(scene.now() + SETTLE):
        tasks.outcomes_task()
    rows = {row.sector: row for row in Outcome.objects.filter(run_id=run.pk)}
    # Energy rose from +2 to +5.06 percent, its other members a little less above their start.
    assert rows["energy"].value_pct == pytest.approx(Decimal("3.0"), abs=Decimal("0.01"))
    assert (rows["energy"].state, rows["energy"].used) == ("measured", 6)
    assert rows["technology"].value_pct == Decimal("0.0000")
    assert rows["energy"].benchmark_pct == Decimal("1.0000")
    assert rows["financial"].state == "insufficient"


# -- what is written stays ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE analysis_outcome SET value_pct = 9 WHERE sector = 'energy'",
        "UPDATE analysis_outcome SET state = state",
        "DELETE FROM analysis_outcome",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_outcome(statement: str) -> None:
    published(TEN)
    priced(alike(1.0), TWO)
    outcomes_measure(TWO + SETTLE)
    before = list(Outcome.objects.values())
    with (
        pytest.raises(IntegrityError, match="An outcome is never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(Outcome.objects.values()) == before
