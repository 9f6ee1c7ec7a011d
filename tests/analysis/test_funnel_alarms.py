"""A universe whose funnel jumped: the run that builds it says so, and every board that rests on it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from analysis import preparation
from analysis.context import context_of
from analysis.preparation import universe_ensure
from sectors import context_processors
from sectors.presenters.market import funnel_banner
from sectors.services import sectors_seed
from tests.analysis.page_cast import AS_OF, NOW, TODAY, reader, scored_frame, universe_build
from universe.clock import override
from universe.models import UniverseSnapshot

pytestmark = pytest.mark.django_db

CAP = {"stage": "market cap", "before": 3010, "count": 1204, "change_pct": -60.0, "against": "2026-03-10"}
WORDS = "Funnel: 'market cap' kept 1,204 listings, 3,010 on 10 Mar (−60%)"


@pytest.fixture
def eight_sectors(db: None) -> None:
    sectors_seed()


def unheard(percent: int, words: str) -> None:
    """Nobody listens."""


def test_the_run_that_builds_it_says_so_once(eight_sectors: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(session: dt.date) -> UniverseSnapshot:
        return universe_build(session, alarms=[CAP])

    monkeypatch.setattr(preparation, "_fetch", lambda session, tell: ["Splits are not fresh."])
    monkeypatch.setattr(preparation, "snapshot_build", build)
    told = universe_ensure(TODAY, unheard)
    assert told == ["Splits are not fresh.", f"{WORDS}. The universe is built all the same."]
    assert universe_ensure(TODAY, unheard) == []


def test_every_board_that_rests_on_it_keeps_the_words(eight_sectors: None) -> None:
    frame = scored_frame(AS_OF, count=40)
    assert context_of(frame, [], late=False, failed={})["funnel"] == []
    universe_build(TODAY, alarms=[CAP])
    assert context_of(frame, [], late=False, failed={})["funnel"] == [WORDS]


def test_traders_see_it_above_every_page(
    client: Client, eight_sectors: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(reader())
    told: list[str] = []
    board = {"sectors": {}, "context": {"funnel": told}, "published_at": AS_OF.isoformat()}
    monkeypatch.setattr(context_processors, "board_current", lambda: board)
    with override(NOW):
        assert "UNIVERSE" not in client.get("/alerts/").content.decode()
        told.append(WORDS)
        page = client.get("/alerts/").content.decode()
    assert "<b>UNIVERSE</b>" in page
    assert "kept 1,204 listings" in page


def test_more_than_one_stage_is_counted_in_the_banner() -> None:
    banner = funnel_banner({"funnel": [WORDS, "another"]})
    assert banner is not None
    assert banner.text == f"{WORDS}, and 1 stage more."
    assert funnel_banner({}) is None
