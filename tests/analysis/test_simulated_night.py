"""The night and the morning of a simulated market: indices at 4:00, a release at 8:30.

One market and one database for the module, because a cold start takes seconds; the tests follow one another
from 4:00 on. 2 April 2026 is a Thursday with durable goods orders at 8:30.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from analysis.engine.frames import unpack
from analysis.models import AnalysisRun, RunInput, RunKind, RunStatus
from analysis.recomputation import runs_recompute
from analysis.services import run_create_now, run_execute, slots_seed
from sectors.models import SentimentReading
from sectors.selectors import board_current
from tests.market import RunningMarket, start_market
from universe import clock
from universe.benchmarks import WORLD_INDICES
from universe.sources import sources_close

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

DAY = "2026-04-02"
RELEASE = "release: Durable Goods Orders MoM at 8:30"


@pytest.fixture
def _django_db_helper() -> None:
    """In this module the database is the fixture ``market``'s: it is kept from test to test."""


@pytest.fixture(scope="module")
def market(django_db_setup: None, django_db_blocker: Any) -> Iterator[RunningMarket]:
    """A market at 4:00 with an empty committed database, emptied again at the end."""
    patch = pytest.MonkeyPatch()
    with start_market(first=f"{DAY}T04:00", listings=1_000) as running, django_db_blocker.unblock():
        from django.conf import settings

        for name, value in running.settings.items():
            patch.setattr(settings, name, value)
        clock.forget()
        slots_seed()
        yield running
        call_command("flush", interactive=False, verbosity=0)
        patch.undo()
        clock.forget()
        sources_close()


@pytest.fixture(scope="module")
def night(market: RunningMarket) -> AnalysisRun:
    """The run at 4:00."""
    return run(RunKind.OVERNIGHT)


def run(kind: RunKind) -> AnalysisRun:
    asked = run_create_now(kind)
    run_execute(asked.pk)
    asked.refresh_from_db()
    assert asked.status in (RunStatus.COMPLETE, RunStatus.PARTIAL), asked.message
    return asked


def readings(of: AnalysisRun) -> list[SentimentReading]:
    found = list(SentimentReading.objects.filter(run_id=of.pk).order_by("sector"))
    assert len(found) == 8
    return found


def shift_of(market: RunningMarket) -> float:
    """What the market's own words about the four indices make, by the rule of docs/numbers.md."""
    rows = market.get(f"/stable/batch-quote?symbols={','.join(WORLD_INDICES)}".replace("^", "%5E"))
    moves = [100 * (row["price"] / row["previousClose"] - 1) for row in rows]
    assert len(moves) == 4
    return 0.05 * math.tanh(sum(moves) / 4)


def test_the_night_shifts_every_light_by_what_the_market_says_of_the_world(
    night: AnalysisRun, market: RunningMarket
) -> None:
    expected = shift_of(market)
    assert 0 < abs(expected) < 0.05
    lit = [row for row in readings(night) if row.state != "insufficient"]
    assert len(lit) >= 4
    for row in lit:
        assert row.waterfall["parts"]["overnight"] == pytest.approx(expected, abs=1e-9)
    assert night.status == RunStatus.COMPLETE, night.message
    assert night.counts["indices"].keys() == set(WORLD_INDICES.values())
    assert night.counts["overnight_catalysts"] > 0


def test_the_board_says_how_many_lights_stand_on_the_last_close(night: AnalysisRun) -> None:
    board = board_current()
    assert board is not None
    told = board["context"]["night"]
    # A cold start lets a few trade before it asks for prices.
    assert told["prints"] == night.counts["priced"]
    notes = [row.frame_notes.get("1d", "") for row in readings(night) if row.members]
    assert (told["sectors"], told["carried"]) == (len(notes), notes.count("last session"))


def test_the_night_computed_again_from_its_frame_gives_the_same_decimals(night: AnalysisRun) -> None:
    frame = unpack(bytes(RunInput.objects.get(run=night).frame))
    assert len(frame.overnight) == 4
    found = runs_recompute([night.pk])
    assert (found.readings, found.differences) == (8, ())


def test_a_plan_without_batches_tells_the_same_shift(night: AnalysisRun, market: RunningMarket) -> None:
    market.plan("fmp", "starter")
    again = run(RunKind.ON_DEMAND)
    assert [row.waterfall["parts"].get("overnight") for row in readings(again)] == pytest.approx(
        [row.waterfall["parts"].get("overnight") for row in readings(night)], abs=1e-9
    )
    # The four, and the volatility index.
    assert market.asked()["paths"]["/stable/quote"] == 5


def test_a_plan_without_indices_leaves_no_shift_and_the_board_says_so(
    night: AnalysisRun, market: RunningMarket
) -> None:
    market.plan("fmp", "basic")
    refused = run(RunKind.ON_DEMAND)
    assert "indices" not in refused.message
    board = board_current()
    assert board is not None
    assert board["context"]["night"]["in_plan"] == 0
    assert all("overnight" not in row.waterfall["parts"] for row in readings(refused))
    market.plan("fmp", "ultimate")


def test_from_eight_on_a_release_of_the_day_lowers_the_confidence_and_is_named(
    night: AnalysisRun, market: RunningMarket
) -> None:
    shadows = {}
    for moment, kind in (
        ("08:00", RunKind.RELEASE),
        ("08:35", RunKind.RELEASE),
        ("09:01", RunKind.ON_DEMAND),
    ):
        market.control(clock=f"{DAY}T{moment}")
        clock.forget()
        found = run(kind)
        shadows[moment] = {
            (row.waterfall["trust"]["release"], RELEASE in row.cautions) for row in readings(found)
        }
        (named,) = [one for one in found.counts["high_impact"] if one.startswith("Durable Goods Orders")]
        assert (":" in named.removeprefix("Durable Goods Orders MoM at 8:30")) == (moment != "08:00")
        assert all("overnight" not in row.waterfall["parts"] for row in readings(found))
    assert shadows == {"08:00": {(0.8, True)}, "08:35": {(0.8, True)}, "09:01": {(1.0, False)}}
