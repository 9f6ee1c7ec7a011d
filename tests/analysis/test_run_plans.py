"""Runs with the plans that people have: delayed prices, no snapshot, no prices within the session at all."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from analysis.engine.frames import unpack
from analysis.models import RunInput, RunStatus
from sectorlight.models import User
from sectors.models import SentimentReading
from sectors.selectors import board_current
from tests.analysis import small_market
from tests.analysis.conftest import NOW, SNAPSHOT, Scene
from tests.analysis.small_market import et
from tests.universe.vendor import Answer
from universe import clock
from universe.sessions import hours, previous_session
from universe.sources import plan_of, vendor_status

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

NO = Answer({"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."}, 403)
RESTRICTED = Answer(
    "Restricted Endpoint: This endpoint is not available under your current subscription", 402
)
CHANGE = {"Technology": -4.0, "Healthcare": 4.0, "Energy": 2.0, "Utilities": 0.0}


def board_page(scene: Scene) -> str:
    client = Client()
    client.force_login(User.objects.create_user("mara", password="pw"))
    with clock.override(scene.now()):
        return client.get("/").content.decode()


def delayed(scene: Scene, minutes: int) -> None:
    """The vendor's market of so many minutes ago."""
    at = scene.now() - dt.timedelta(minutes=minutes)
    volume = 500_000.0 + 1_000 * scene.minutes
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot(small_market.all_at(CHANGE), at, volume=volume)))


def fmp_quotes(at: dt.datetime) -> Answer:
    prices = small_market.all_at(CHANGE)
    rows = [
        {"symbol": name, "price": price, "timestamp": int(at.timestamp()), "volume": 5e5, "open": 10.0}
        for name, price in prices.items()
    ]
    return Answer(rows)


def test_a_delayed_plan_is_judged_at_the_vendors_time_and_says_so(scene: Scene) -> None:
    delayed(scene, 15)
    run = scene.run()
    assert run.status == RunStatus.COMPLETE
    assert run.as_of == scene.now() - dt.timedelta(minutes=15)
    reading = SentimentReading.objects.filter(sector="technology").get()
    assert reading.source == "Polygon, 15 min late"
    shown = board_page(scene)
    assert "DELAYED 15 MIN" in shown
    assert "Measured lag of the feed: 15 m 00 s." in shown


def test_a_delay_costs_no_confidence(scene: Scene) -> None:
    scene.run()
    before = SentimentReading.objects.get(sector="technology").confidence_level
    scene.later(15)
    delayed(scene, 15)
    scene.run()
    newest = SentimentReading.objects.filter(sector="technology").latest("timestamp")
    assert (newest.confidence_level, newest.flags) == (before, [])


def test_the_half_hour_of_a_delayed_plan_is_one_of_the_vendors_half_hours(scene: Scene) -> None:
    small_market.trade({"ALPHA": 9.0}, et(9, 31))
    small_market.trade({"ALPHA": 12.0}, et(9, 59))
    scene.later(2)
    delayed(scene, 15)
    run = scene.run()
    frame = unpack(bytes(RunInput.objects.get(run=run).frame))
    place = frame.members.symbol.tolist().index("ALPHA")
    assert frame.members.ref_30min[place] == 9.0


@pytest.mark.parametrize(("seconds", "banner"), [(5, False), (119, False), (121, True)])
def test_prices_on_their_way_are_no_delay(scene: Scene, seconds: int, banner: bool) -> None:
    at = scene.now() - dt.timedelta(seconds=seconds)
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot(small_market.all_at(CHANGE), at)))
    scene.run()
    assert vendor_status("polygon")["lag"]["seconds"] == seconds
    assert ("DELAYED" in board_page(scene)) is banner


def test_without_a_snapshot_in_the_plan_the_other_vendor_prices(scene: Scene) -> None:
    scene.vendor.on(SNAPSHOT, NO)
    scene.vendor.on("/stable/batch-quote", fmp_quotes(scene.now()))
    run = scene.run()
    assert run.status == RunStatus.COMPLETE
    assert set(SentimentReading.objects.values_list("source", flat=True)) == {"FMP"}
    assert plan_of("polygon").plan() == "Basic"
    scene.later(30)
    scene.vendor.on("/stable/batch-quote", fmp_quotes(scene.now()))
    scene.run()
    assert scene.vendor.paths().count(SNAPSHOT) == 1


@pytest.mark.parametrize("other", ["no key", "no batch, no quote"])
def test_plans_without_prices_of_the_session_give_the_last_close_and_say_so(
    scene: Scene, settings: Any, other: str
) -> None:
    scene.vendor.on(SNAPSHOT, NO)
    scene.vendor.on("/stable/batch-quote", RESTRICTED)
    scene.vendor.on("/stable/quote", RESTRICTED)
    if other == "no key":
        settings.FMP_API_KEY = ""
    run = scene.run()
    assert run.status == RunStatus.PARTIAL
    assert run.message.startswith("Neither key's plan has prices within the session")
    reading = SentimentReading.objects.filter(sector="technology").get()
    assert reading.source.endswith(", end of day")
    assert reading.returns["30min"] is None
    assert reading.oldest_input_at == hours(previous_session(NOW.date())).close
    html = board_page(scene)
    assert "END OF DAY" in html
    assert "Past your limit of 4 h; data of Mon 16:00" in html, "a close is no price of now"


def test_a_board_of_live_prices_has_no_such_banner(scene: Scene) -> None:
    scene.run()
    board = board_current()
    assert board is not None
    assert (board["context"]["lag_seconds"], board["context"]["end_of_day"]) == (None, False)
    assert 'data-kind="delayed"' not in board_page(scene)


def test_an_empty_answer_of_the_other_vendor_is_no_end_of_the_day(scene: Scene) -> None:
    scene.run()
    scene.later(15)
    scene.vendor.on(SNAPSHOT, NO)
    scene.vendor.on("/stable/batch-quote", Answer([]))
    plan_of("polygon").forget()
    run = scene.run()
    assert run.status == RunStatus.CARRIED
    assert "without one usable price of today" in run.message


def test_a_delayed_board_is_overdue_by_its_arrival(scene: Scene) -> None:
    delayed(scene, 15)
    scene.run()
    scene.later(44)
    assert "OVERDUE" not in board_page(scene)
    scene.later(2)
    User.objects.all().delete()
    assert "OVERDUE" in board_page(scene)
