from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sectors.pages.reasons import reason_told, reason_words, stage_words
from tests.analysis.page_cast import NOW, TODAY, classified, listing, reader, universe_build
from universe.clock import override
from universe.models import SnapshotMember, UniverseSnapshot
from universe.sessions import session_offset
from universe.types import Candidate, UniverseCriteria

pytestmark = pytest.mark.django_db

YESTERDAY = session_offset(TODAY, -1)


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
    assert "Nothing to compare with" in shown
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
    trader: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    before, snapshot = universe_build(YESTERDAY), universe_build()
    for number in range(20):
        listing(f"AAA{number}", snapshot)
        listing(f"BBB{number}", before)
    page(trader)
    with django_assert_num_queries(12):
        page(trader)


def thinner(**changes: Any) -> UniverseSnapshot:
    """Yesterday's universe, of which the market cap left a fifth more than today's."""
    funnel = [{"name": "listings", "count": 5749}, {"name": "market cap", "count": 3777}]
    return universe_build(YESTERDAY, funnel=funnel, **changes)


def test_each_stage_stands_beside_that_of_the_session_before(trader: Client) -> None:
    thinner()
    universe_build()
    shown = page(trader)
    assert "Market cap in a band 3,021 −1,590 3,777 −20.0%" in shown
    assert "Listings 5,749 – 5,749 0.0%" in shown
    assert "Price in range 2,325 −696 – –" in shown


def test_a_stage_with_an_alarm_is_told_on_top_and_marked(trader: Client) -> None:
    alarm = {
        "stage": "market cap",
        "before": 3777,
        "count": 3021,
        "change_pct": -20.0,
        "against": "2026-03-10",
    }
    thinner()
    universe_build(alarms=[alarm])
    shown = page(trader)
    assert "The funnel moved by a fifth or more." in shown
    assert "Funnel: &#x27;market cap&#x27; kept 3,021 listings, 3,777 on 10 Mar (−20%)." in shown
    assert "alarm: ! −20.0%" in shown
    assert "Only a loss of over a fifth of the breadth tier is refused." in shown


def test_changed_limits_are_told_instead_of_an_alarm(trader: Client) -> None:
    thinner(criteria=asdict(UniverseCriteria(price_min=1.0)))
    universe_build()
    shown = page(trader)
    assert "The limits were changed between the two, so no stage raises an alarm." in shown
    assert "moved by a fifth" not in shown


def test_who_left_is_told_with_the_new_reason_and_its_value(trader: Client) -> None:
    before, now = universe_build(YESTERDAY), universe_build()
    listing("FAY", before)
    out = {"tier": "", "reasons": ["price_below"], "price": 1.94}
    SnapshotMember.objects.create(snapshot=now, symbol="FAY", **out)
    listing("NEW", now, verdict={"tier": "breadth", "reasons": ["volume_below"], "avg_volume": 2e5})
    listing("OLD", before, verdict={"tier": "", "reasons": ["price_above"]})
    shown = page(trader)
    assert "What changed since Tue 10 Mar" in shown
    assert "Left both tiers 1" in shown
    assert "FAY Fay Systems was core; price $1.94, below $2.00" in shown
    assert "NEW New Systems breadth" in shown
    assert "OLD Old Systems was out" in shown


def test_who_came_in_is_told_with_the_reasons_that_fell_away_and_both_values(trader: Client) -> None:
    before, now = universe_build(YESTERDAY), universe_build()
    cap = {"tier": "", "reasons": ["market_cap_above"], "market_cap": 2.2e9}
    thin = {"tier": "", "reasons": ["volume_below"], "avg_volume": 9e4}
    unknown = {"tier": "", "reasons": ["data_missing:float", "exchange_not_allowed"], "mic": "ARCX"}
    for symbol, was in {"CAP": cap, "THIN": thin, "BLUR": unknown}.items():
        listing(symbol, before, verdict=was)
    breadth = {"tier": "breadth", "reasons": ["volume_below"], "avg_volume": 5e5}
    for symbol, told in {"CAP": {"market_cap": 1.9e9}, "THIN": breadth}.items():
        SnapshotMember.objects.create(snapshot=now, symbol=symbol, **{"tier": "core", **told})
    SnapshotMember.objects.create(snapshot=now, symbol="BLUR", tier="core", mic="XNAS", float_shares=3e7)
    shown = page(trader)
    assert "CAP Cap Systems market cap $1.9B, was $2.2B, above $2.0B" in shown
    assert "THIN Thin Systems average volume 500,000, was 90,000, below 100,000" in shown
    assert "free float 30,000,000, was not known; exchange NASDAQ, was listed on NYSE Arca" in shown


def test_the_stage_of_data_names_what_it_holds(trader: Client) -> None:
    universe_build()
    assert "Price, cap and float known" in page(trader)


def test_of_many_changes_the_first_are_shown_and_the_rest_are_one_link_away(trader: Client) -> None:
    universe_build(YESTERDAY)
    now = universe_build()
    for number in range(15):
        listing(f"A{number:02}", now)
    answer = trader.get("/universe/").content.decode()
    assert '<a href="/universe/listings/?changed=listed">and 3 more</a>' in answer
    assert "A11" in answer
    assert "A12" not in answer


def test_an_earlier_session_is_shown_as_it_was(trader: Client) -> None:
    universe_build(YESTERDAY, core=321)
    universe_build()
    answer = trader.get("/universe/?session=2026-03-10").content.decode()
    assert "321" in answer
    assert "You asked for an earlier session." in answer
    refused = trader.get("/universe/?session=%00")
    assert refused.status_code == 400
    assert "session is “?”; it must be a date such as 2026-03-31." in refused.content.decode()


LIMITS = UniverseCriteria()
LISTED = Candidate("ANNE", "XNAS", "CS", 5.0, 180e6, 2e6, 40e6, 50e6)


@pytest.mark.parametrize(
    ("code", "values", "words"),
    [
        ("price_below", {"price": 1.94}, "price $1.94, below $2.00"),
        ("price_below", {"price": 1.999}, "price $1.999, below $2"),
        ("price_above", {"price": 130.0}, "price $130.00, above $100.00"),
        ("market_cap_below", {"market_cap": 8.2e6}, "market cap $8.2M, below $10.0M"),
        ("market_cap_above", {"market_cap": 2e9 + 1}, "market cap $2,000,000,001, above $2,000,000,000"),
        (
            "market_cap_above",
            {"market_cap": 2009485733.76},
            "market cap $2,009,485,734, above $2,000,000,000",
        ),
        ("volume_below", {"avg_volume": 999_999.75}, "average volume 999,999.75, below 1,000,000"),
        ("volume_below", {"avg_volume": 950e3}, "average volume 950,000, below 1,000,000"),
        ("volume_below", {"avg_volume": 99e3}, "average volume 99,000, below 100,000"),
        ("float_below", {"float_shares": 5e6}, "free float 5,000,000, not above 5,000,000"),
        (
            "float_below",
            {"float_shares": 9e6, "market_cap": 4e8},
            "free float 9,000,000, not above 10,000,000",
        ),
        (
            "float_below",
            {"float_shares": None, "shares_outstanding": 4e6},
            "free float at most 4,000,000, not above 5,000,000",
        ),
        ("exchange_not_allowed", {"exchange": "ARCX"}, "listed on NYSE Arca"),
        ("exchange_not_allowed", {"exchange": None}, "listed on another exchange"),
        ("not_common_stock", {"kind": "SPAC"}, "shell (SPAC), not a common stock"),
        ("data_missing:float", {}, "free float not known"),
    ],
)
def test_a_reason_is_told_with_its_value_and_its_limit(code: str, values: dict[str, Any], words: str) -> None:
    assert reason_told(code, replace(LISTED, **values), LIMITS) == words


def test_an_unknown_code_is_still_readable() -> None:
    assert reason_words("moon_phase_wrong") == "moon phase wrong"
    assert reason_words("data_missing:shoe_size") == "shoe size not known"
    assert stage_words("moon") == "Moon"
