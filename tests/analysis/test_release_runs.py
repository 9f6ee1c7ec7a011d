"""The runs at 8:00 and 8:35 read the day's economic releases; a high-impact one casts its shadow."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from analysis.models import AnalysisRun, RunKind, RunStatus
from analysis.pages.run_told import told_words
from sectors.models import SentimentReading
from tests.analysis.conftest import Scene
from tests.analysis.small_market import et
from tests.universe.vendor import Answer
from universe import clock

CALENDAR = "/stable/economic-calendar"


def calendar(scene: Scene, *rows: dict[str, Any]) -> None:
    """What the calendar says; each row is American, of 10 March 2026, of high impact unless it says so."""
    known = {"country": "US", "impact": "High", "currency": "USD", "unit": "%"}
    scene.vendor.on(CALENDAR, Answer([known | row | {"date": f"2026-03-10 {row['date']}"} for row in rows]))


CPI = {"date": "12:30:00", "event": "CPI", "previous": 2.9, "estimate": 3.1}
FED = {"date": "18:00:00", "event": "Fed Interest Rate Decision", "previous": 3.75}
STOCKS = {"date": "14:00:00", "event": "Wholesale Inventories", "impact": "Low"}
ABROAD = {"date": "10:00:00", "event": "ZEW", "country": "DE"}


def reading(run: AnalysisRun, sector: str = "healthcare") -> SentimentReading:
    return SentimentReading.objects.get(run_id=run.pk, sector=sector)


def log_in(client: Client) -> None:
    client.force_login(get_user_model().objects.create_user("trader", password="-"))


@pytest.mark.django_db
def test_the_runs_around_a_release_name_it_and_tell_its_figure_once_it_is_out(
    scene: Scene, client: Client
) -> None:
    scene.later(-135)
    calendar(scene, FED, CPI, STOCKS, ABROAD)
    before = scene.run(RunKind.RELEASE)
    assert before.status == RunStatus.COMPLETE, before.message
    decision = "Fed Interest Rate Decision at 14:00, before 3.75%"
    named = ["CPI at 8:30, expected 3.1%, before 2.9%", decision]
    assert (before.counts["releases_today"], before.counts["high_impact"]) == (3, named)

    scene.later(35)
    assert scene.now() == et(8, 35)
    late = scene.run(RunKind.RELEASE)
    assert late.counts["high_impact"][0] == "CPI at 8:30: no figure yet, expected 3.1%, before 2.9%"
    scene.later(1)
    calendar(scene, FED, CPI | {"actual": 3.4}, STOCKS)
    after = scene.run(RunKind.ON_DEMAND)
    assert after.counts["high_impact"][0] == "CPI at 8:30: 3.4%, expected 3.1%, before 2.9%"

    log_in(client)
    with clock.override(scene.now()):
        listed = client.get("/analysis/").content.decode()
    assert (
        f"3 releases today, of high impact: CPI at 8:30: 3.4%, expected 3.1%, before 2.9%; {decision}"
        in listed
    )


@pytest.mark.django_db
def test_a_key_without_a_calendar_tells_that_instead_of_a_day_without_releases(
    scene: Scene, settings: Any
) -> None:
    settings.FMP_API_KEY = ""
    run = scene.run(RunKind.RELEASE)
    assert told_words(run.counts) == ("No economic calendar in the plan",)


@pytest.mark.django_db
def test_a_calendar_that_cannot_be_read_is_a_problem_and_no_day_without_releases(scene: Scene) -> None:
    scene.vendor.on(CALENDAR, Answer("down", 500))
    run = scene.run(RunKind.RELEASE)
    assert run.status == RunStatus.PARTIAL
    assert "The economic calendar is not fresh" in run.message
    assert told_words(run.counts) == ()


@pytest.mark.django_db
def test_from_eight_until_half_an_hour_after_a_release_the_confidence_is_four_fifths(
    scene: Scene, client: Client
) -> None:
    calendar(scene, CPI)
    scene.later(-135)
    before, confidences = scene.now(), dict[str, Any]()
    assert before == et(8, 0)
    for name, minutes in (("8:00", 0), ("9:00", 60), ("9:01", 1)):
        scene.later(minutes)
        scene.prices({"Technology": -4.0, "Healthcare": 4.0})
        found = reading(scene.run(RunKind.RELEASE if name == "8:00" else RunKind.ON_DEMAND))
        confidences[name] = (float(found.confidence_level), "release: CPI at 8:30" in found.cautions)
    assert [badge for _, badge in confidences.values()] == [True, True, False]
    whole = confidences["9:01"][0]
    with clock.override(scene.now()):
        log_in(client)
        shown = client.get("/sectors/healthcare/?at=2026-03-10T09:00:30-04:00").content.decode()
    assert "× 0.8 near a high-impact release" in shown
    assert confidences["9:00"][0] == pytest.approx(0.8 * whole, abs=0.011)
