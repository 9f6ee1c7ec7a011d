from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sectors.pages.reasons import reason_words, stage_words
from tests.analysis.page_cast import NOW, TODAY, classified, listing, reader, universe_build
from universe.clock import override
from universe.sessions import session_offset

pytestmark = pytest.mark.django_db


@pytest.fixture
def trader(client: Client, eight_sectors: None) -> Iterator[Client]:
    client.force_login(reader())
    with override(NOW):
        yield client


def page(client: Client) -> str:
    answer = client.get("/universe/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_without_a_universe_the_page_says_what_builds_one(trader: Client) -> None:
    assert "No universe yet" in page(trader)


def test_the_stages_show_what_is_left_and_what_went(trader: Client) -> None:
    universe_build()
    shown = page(trader)
    assert "Market cap in a band 3,021 −1,590" in shown
    assert "Core tier: traded enough to rank 500 −1,088" in shown


def test_both_tiers_stand_against_the_target(trader: Client) -> None:
    universe_build()
    shown = page(trader)
    assert "Against the target of 1,500" in shown
    assert "1,000 short of the target, and never padded" in shown
    assert "88 above the target" in shown


def test_relaxing_and_reasons_are_counted_largest_first(trader: Client) -> None:
    snapshot = universe_build()
    for number in range(3):
        listing(f"AAA{number}", snapshot, verdict={"tier": "", "reasons": ["price_below"]})
    listing("BBB", snapshot, verdict={"tier": "", "reasons": ["price_below", "data_missing:float"]})
    shown = page(trader)
    assert re.search(r"What relaxing one criterion would add .* 616 .* 388 .* 214 .* 27 ", shown)
    assert "price too low price_below 4" in shown
    assert "free float not known data_missing:float 1" in shown


def test_members_without_a_sector_are_counted(trader: Client) -> None:
    snapshot = universe_build()
    for symbol in ("SOUN", "PATH", "ZZZ"):
        listing(symbol, snapshot)
    classified("SOUN")
    classified("PATH", None)
    assert "2 members stand in no sector" in page(trader)


def test_a_universe_of_an_earlier_session_says_so(trader: Client) -> None:
    universe_build(session_offset(TODAY, -1))
    assert "Not of today." in page(trader)


def test_the_page_costs_a_fixed_number_of_queries(
    trader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    snapshot = universe_build()
    for number in range(20):
        listing(f"AAA{number}", snapshot)
    with django_assert_max_num_queries(12):
        page(trader)


def test_an_unknown_code_is_still_readable() -> None:
    assert reason_words("moon_phase_wrong") == "moon phase wrong"
    assert reason_words("data_missing:shoe_size") == "shoe size not known"
    assert stage_words("moon") == "Moon"
