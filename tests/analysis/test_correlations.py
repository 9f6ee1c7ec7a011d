"""Which funds the sectors move with, read from few stored sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from analysis.correlations import correlations_measure, correlations_stored
from analysis.models import FundCorrelations
from analysis.norms import norms_forget
from sectors.models import Classification
from sectors.services import sectors_seed
from sectors.types import FundTie
from tests.analysis.page_cast import classified, listing, universe_build
from universe import clock
from universe.clock import ClockUnavailableError
from universe.models import DailyBar, SnapshotMember
from universe.sessions import ET, session_offset

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 3, 11)
NOON = dt.datetime(2026, 3, 11, 12, 0, tzinfo=ET)
MEMBERS = ("AA", "BB", "CC", "DD", "EE")
#: Percent, over and over: the second is as far from the first as 1 3 2 4 from 1 2 3 4, so r = 0.8.
STEPS = (1.0, 2.0, -1.0, -2.0)
SWAPPED = (2.0, 1.0, -1.0, -2.0)
OPPOSITE = (-1.0, -2.0, 1.0, 2.0)
STILL = (0.0,)


@pytest.fixture
def energy(db: None) -> None:
    """Five stocks of the energy sector that all move alike, in a universe of today alone."""
    sectors_seed()
    snapshot = universe_build(TODAY)
    for symbol in MEMBERS:
        listing(symbol, snapshot)
        classified(symbol, "energy")


def store(moves: Mapping[str, tuple[float, ...]], *, sessions: int = 61, volume: float = 1e6) -> None:
    """``sessions`` sessions before today, each symbol moving by its percents in turn."""
    for symbol, percents in moves.items():
        price, bars = 100.0, []
        for place, back in enumerate(range(sessions, 0, -1)):
            price *= 1 + percents[place % len(percents)] / 100
            day = session_offset(TODAY, -back)
            bars.append(
                DailyBar(
                    session=day, symbol=symbol, close=price, volume=volume, source="polygon", fetched_at=NOON
                )
            )
        DailyBar.objects.bulk_create(bars)


def measured(sector: str = "energy") -> tuple[FundTie, ...]:
    with clock.override(NOON):
        correlations_measure()
    return correlations_stored(TODAY)[sector]


def ties() -> dict[str, FundTie]:
    return {tie.role: tie for tie in measured()}


def test_a_sector_is_compared_with_its_two_funds_and_the_benchmark(energy: None) -> None:
    store(dict.fromkeys(MEMBERS, STEPS) | {"PSCE": SWAPPED, "XLE": OPPOSITE, "IWM": STILL})
    found = ties()
    assert [(role, tie.symbol, tie.sessions) for role, tie in found.items()] == [
        ("small", "PSCE", 60),
        ("large", "XLE", 60),
        ("market", "IWM", 60),
    ]
    # Over whole rounds of four: 1*2 + 2*1 + 1 + 4 = 9 of squares 10 and 10.
    assert found["small"].r == pytest.approx(0.9)
    assert found["large"].r == pytest.approx(-1.0)
    assert found["market"].r is None


def test_a_sector_without_five_members_has_no_returns_to_compare(energy: None) -> None:
    store(dict.fromkeys(MEMBERS, STEPS) | {"XLK": STEPS})
    assert [(tie.r, tie.sessions) for tie in measured("technology")] == [(None, 0)] * 3


def test_a_fund_that_hardly_trades_says_of_how_many_sessions_it_is_known(energy: None) -> None:
    store(dict.fromkeys(MEMBERS, STEPS) | {"PSCE": STEPS})
    quiet = [session_offset(TODAY, -back) for back in range(1, 33)]
    DailyBar.objects.filter(symbol="PSCE", session__in=quiet).update(volume=0)
    small = ties()["small"]
    assert (small.r, small.sessions) == (None, 28)


def test_nothing_of_the_session_itself_or_later_is_looked_at(energy: None) -> None:
    store(dict.fromkeys(MEMBERS, STEPS) | {"PSCE": SWAPPED})
    before = ties()["small"]
    norms_forget(TODAY)
    DailyBar.objects.bulk_create(
        DailyBar(session=TODAY, symbol=symbol, close=price, volume=1e6, source="polygon", fetched_at=NOON)
        for symbol, price in {"PSCE": 999.0, **dict.fromkeys(MEMBERS, 1.0)}.items()
    )
    assert ties()["small"] == before


def test_a_past_session_is_taken_with_its_own_members(energy: None) -> None:
    """ZZ, the only other stock, was a member yesterday and turned that session round."""
    yesterday = session_offset(TODAY, -1)
    store(dict.fromkeys(MEMBERS, STEPS) | {"PSCE": STEPS})
    assert ties()["small"].r == pytest.approx(1.0)
    norms_forget(TODAY)
    classified("ZZ", "energy")
    snapshot = universe_build(yesterday)
    SnapshotMember.objects.bulk_create(
        SnapshotMember(snapshot=snapshot, symbol=symbol, tier="core") for symbol in (*MEMBERS, "ZZ")
    )
    store({"ZZ": (-50.0, *[0.0] * 59, 60.0)})
    r = ties()["small"].r
    assert r is not None
    assert r < 0.99


def test_what_was_measured_is_read_once_and_then_kept(
    energy: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    store(dict.fromkeys(MEMBERS, STEPS) | {"PSCE": SWAPPED})
    with clock.override(NOON):
        correlations_measure()
    with django_assert_num_queries(1):
        assert len(correlations_stored(TODAY)) == 8
    with django_assert_num_queries(0):
        assert len(correlations_stored(TODAY)) == 8


def test_a_page_measures_nothing_and_a_past_session_keeps_its_figures(energy: None) -> None:
    store(dict.fromkeys(MEMBERS, STEPS) | {"PSCE": SWAPPED})
    assert correlations_stored(TODAY) == {}
    before = measured()
    DailyBar.objects.all().delete()
    cache.clear()
    assert correlations_stored(TODAY)["energy"] == before


def test_without_a_universe_nothing_is_stored(db: None) -> None:
    sectors_seed()
    with clock.override(NOON):
        correlations_measure()
    assert not FundCorrelations.objects.exists()


def test_a_change_of_classes_shows_when_it_is_measured_again(energy: None) -> None:
    store(dict.fromkeys(MEMBERS, STEPS) | {"PSCE": STEPS})
    assert ties()["small"].sessions == 60
    Classification.objects.filter(symbol="AA").update(sector_id="technology")
    assert ties()["small"].sessions == 0


def test_a_market_without_a_clock_is_said_and_nothing_is_measured(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def silent() -> dt.datetime:
        raise ClockUnavailableError("silent")

    monkeypatch.setattr("analysis.correlations.market_now", silent)
    correlations_measure()
    assert "no correlations are measured: silent" in caplog.text
