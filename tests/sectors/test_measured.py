"""What is measured of a sector, beside what its source says: funds it moves with, and gaps at the open."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from sectors import ties
from sectors.pages.measured import gaps_panel, strength_words, ties_panel
from sectors.selectors import sector_gaps
from sectors.services import readings_record
from sectors.types import FundTie, SectorGaps
from tests.analysis.page_cast import classified, listing, universe_build
from tests.sectors.market import at, eight, stamp
from universe import clock

TODAY = dt.date(2026, 3, 10)
SMALL = FundTie("PSCT", "small", 0.871, 0.792, 0.921, 60)
LARGE = FundTie("XLK", "large", 0.712, 0.561, 0.817, 60)
MARKET = FundTie("IWM", "market", 0.934, 0.891, 0.96, 60)


def test_a_tie_is_told_with_its_interval_sessions_and_what_the_fund_holds() -> None:
    small, large, market = ties_panel([SMALL, LARGE, MARKET], TODAY).rows
    assert (small.r, small.interval, small.sessions) == ("+0.87", "+0.79 to +0.92", "60 of 60")
    assert (small.words, large.words) == ("very closely", "closely")
    assert "S&P SmallCap 600" in small.holds
    assert large.holds == "S&P 500 companies: context, no check of small caps"
    assert "yardstick" in market.holds


def test_the_note_names_the_fund_that_comes_nearest() -> None:
    assert "most with IWM: with small caps as a whole" in ties_panel([SMALL, LARGE, MARKET], TODAY).note
    assert ties_panel([SMALL, LARGE], TODAY).note.endswith("It moves most with PSCT.")
    assert "moves most" not in ties_panel([SMALL], TODAY).note


@pytest.mark.parametrize(
    ("sessions", "words"), [(12, "not enough sessions: 30 are needed"), (60, "one of the two did not move")]
)
def test_a_tie_that_is_not_known_says_why(sessions: int, words: str) -> None:
    (row,) = ties_panel([FundTie("PSCF", "small", None, None, None, sessions)], TODAY).rows
    assert (row.r, row.interval, row.words) == ("–", "–", words)
    assert row.sessions == f"{sessions} of 60"


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ((0.85, 0.76, 0.91), "very closely"),
        ((0.84, 0.74, 0.90), "closely"),
        ((0.55, 0.34, 0.71), "partly"),
        ((0.3, 0.05, 0.52), "loosely"),
        ((0.2, -0.06, 0.43), "no tie beyond chance"),
        ((-0.5, -0.67, -0.28), "partly, the other way"),
    ],
)
def test_how_closely_is_told_in_words(figures: tuple[float, float, float], words: str) -> None:
    assert strength_words(*figures) == words


def test_gaps_are_told_beside_the_sources_class() -> None:
    panel = gaps_panel(SectorGaps(TODAY, 204, 200, 0.0291), "technology")
    assert (panel.measured, panel.source, panel.note) == ("high", "high", "Measured and source agree.")
    facts = dict(panel.facts)
    assert facts["Mean share of sessions"] == "2.9%"
    assert facts["A mean member"] == "1.7 of 60 sessions"
    assert facts["Counted"] == "200 members, 4 too new"


@pytest.mark.parametrize(
    ("share", "slug", "note"),
    [
        (0.008, "energy", "Measured 2 classes below the source."),
        (0.0234, "industrials", "Measured 1 class above the source."),
    ],
)
def test_a_measured_class_that_differs_says_how_far(share: float, slug: str, note: str) -> None:
    assert gaps_panel(SectorGaps(TODAY, 50, 50, share), slug).note == note


def test_gaps_that_are_not_known_say_why_and_leave_the_sources_class() -> None:
    nobody = gaps_panel(None, "utilities")
    assert (nobody.measured, nobody.source) == ("", "very low")
    assert nobody.note == "No universe with members of this sector is built yet."
    new = gaps_panel(SectorGaps(TODAY, 1, 0, None), "utilities")
    assert (new.measured, new.note) == ("", "None of 1 member has openings of 15 sessions yet.")


@pytest.fixture
def members(eight_sectors: None) -> None:
    """Yesterday one technology stock of 6 gaps in 60; today two, of 3 and of none, one too new, and others
    who do not count."""
    yesterday, today = universe_build(dt.date(2026, 3, 9)), universe_build(TODAY)
    for symbol, share in (("OLD", 0.1), ("GAPS", 0.05), ("CALM", 0.0), ("NEWC", None), ("OUT", 0.9)):
        tier = "" if symbol == "OUT" else "core"
        snapshot = yesterday if symbol == "OLD" else today
        listing(symbol, snapshot, verdict={"gap_share": share, "tier": tier})
        classified(symbol, "technology")
    listing("SHELL", today, verdict={"gap_share": 0.9})
    classified("SHELL", "technology", excluded=True)
    listing("NOBODY", today, verdict={"gap_share": 0.9})


def test_a_sectors_share_is_the_mean_of_its_members_of_that_universe(members: None) -> None:
    assert sector_gaps(TODAY) == {"technology": SectorGaps(TODAY, 3, 2, 0.025)}
    before = dt.date(2026, 3, 9)
    assert sector_gaps(before) == {"technology": SectorGaps(before, 1, 1, 0.1)}
    assert sector_gaps(dt.date(2026, 3, 6)) == {}


def test_until_its_own_universe_is_built_a_session_has_that_before(members: None) -> None:
    assert sector_gaps(dt.date(2026, 3, 11))["technology"].session == TODAY


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ties that are known before the 10th, and of no other session."""
    known = {TODAY: {"technology": (SMALL, LARGE, MARKET)}}
    monkeypatch.setattr(ties, "_readers", [lambda session: known.get(session, {})])


@pytest.fixture
def trader(client: Client, eight_sectors: None) -> Iterator[Client]:
    client.force_login(get_user_model().objects.create_user("tom", password="x"))
    with clock.override(at(12)):
        yield client


def shown(client: Client, panel: str, path: str = "/sectors/technology/") -> str:
    html = client.get(path).content.decode()
    found = re.search(rf'<section class="panel" aria-labelledby="{panel}">.*?</section>', html, re.S)
    assert found is not None
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


@pytest.mark.django_db
def test_the_page_shows_both_panels(trader: Client, members: None, measured: None) -> None:
    readings_record(eight(), stamp(1, at(10)))
    assert "PSCT +0.87 +0.79 to +0.92 60 of 60 very closely" in shown(trader, "ties")
    gaps = shown(trader, "gaps")
    assert "measured: high source: high" in gaps
    assert "Counted 2 members, 1 too new" in gaps


@pytest.mark.django_db
def test_a_page_without_anything_measured_says_so(trader: Client) -> None:
    assert "Not measured yet It is measured after each analysis" in shown(trader, "ties")
    assert "source: high Not measured yet" in shown(trader, "gaps")


@pytest.mark.django_db
def test_a_past_reading_has_the_figures_of_its_own_session(
    trader: Client, members: None, measured: None
) -> None:
    readings_record(eight(), stamp(1, at(10, day=9)))
    past = f"/sectors/technology/?at={at(11, day=9).isoformat()}".replace("+", "%2B")
    assert "measured: extreme" in shown(trader, "gaps", past)
    assert "Not measured yet" in shown(trader, "ties", past)


@pytest.mark.django_db
def test_the_gaps_cost_one_query_and_a_warm_page_none(
    trader: Client, members: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        sector_gaps(TODAY)
    with django_assert_num_queries(0):
        assert sector_gaps(TODAY)["technology"].known == 2


@pytest.mark.django_db
def test_the_api_tells_both(trader: Client, members: None, measured: None) -> None:
    readings_record(eight(), stamp(1, at(10)))
    told = trader.get("/api/v1/sectors/technology/").json()
    assert told["gaps"] == {
        "measured_class": "high",
        "share": 0.025,
        "members": 3,
        "known": 2,
        "universe": "2026-03-10",
    }
    assert told["gap_class"] == "high"
    assert told["moves_with"][0] == {
        "symbol": "PSCT",
        "role": "small",
        "r": 0.871,
        "low": 0.792,
        "high": 0.921,
        "sessions": 60,
    }
    assert trader.get("/api/v1/sectors/energy/").json()["gaps"] is None


@pytest.mark.django_db
def test_the_lists_of_the_admin_show_the_classes(admin_client: Client, members: None) -> None:
    sectors = admin_client.get(reverse("admin:sectors_sector_changelist")).content.decode()
    assert "high, 2.5%" in sectors
    listed = admin_client.get(reverse("admin:universe_snapshotmember_changelist")).content.decode()
    assert "5%, moderate" in listed
