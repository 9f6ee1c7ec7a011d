import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from universe.criteria import select, validate, verdict_for
from universe.errors import CriteriaError
from universe.types import Candidate, CapTier, Tier, UniverseCriteria

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "universe.json").read_text())
CRITERIA = UniverseCriteria()
# A small cap that is in by every limit.
ANNE = Candidate("ANNE", "XNAS", "CS", 10.0, 500e6, 2e6, 50e6, 50e6)


def golden_candidate(case: dict[str, Any], defaults: dict[str, Any]) -> Candidate:
    values = {**defaults, **case}
    return Candidate(
        symbol=values.get("symbol", "EDGE"),
        exchange=values.get("exchange", "XNAS"),
        kind=values.get("type", "CS"),
        price=values["price_usd"],
        market_cap=values["market_cap_usd"],
        avg_volume=values["avg_volume_20d"],
        float_shares=values.get("float_shares"),
        shares_outstanding=None,
    )


def assert_golden(case: dict[str, Any], defaults: dict[str, Any]) -> None:
    verdict = verdict_for(golden_candidate(case, defaults), CRITERIA)
    assert (verdict.tier == Tier.CORE) == case["in"]
    assert list(verdict.reasons) == case.get("reasons", [])
    if "cap_tier" in case:
        assert verdict.cap_tier == case["cap_tier"]


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["symbol"])
def test_the_worked_examples_come_out_as_written(case: dict[str, Any]) -> None:
    assert_golden(case, {})


@pytest.mark.parametrize("case", GOLDEN["edges"], ids=lambda case: str(list(case.values())[0:2]))
def test_every_edge_belongs_to_the_side_that_is_written(case: dict[str, Any]) -> None:
    assert_golden(case, GOLDEN["edges_defaults"])


def test_too_little_volume_for_core_is_breadth_and_keeps_its_reason() -> None:
    verdict = verdict_for(replace(ANNE, avg_volume=100_000), CRITERIA)
    assert verdict.tier == Tier.BREADTH
    assert verdict.reasons == ("volume_below",)


def test_one_share_below_the_breadth_limit_is_out() -> None:
    assert verdict_for(replace(ANNE, avg_volume=99_999), CRITERIA).tier is None


def test_a_listing_that_is_out_gets_every_reason_that_applies() -> None:
    worst = Candidate("WORST", "ARCX", "ETF", 1.0, 5e6, 10.0, 1_000.0, None)
    assert verdict_for(worst, CRITERIA).reasons == (
        "exchange_not_allowed",
        "not_common_stock",
        "market_cap_below",
        "price_below",
        "float_below",
        "volume_below",
    )


def test_what_is_not_known_is_named_and_never_zero() -> None:
    blank = Candidate("BLANK", None, None, None, None, None, None, None)
    assert verdict_for(blank, CRITERIA).reasons == (
        "data_missing:exchange",
        "data_missing:kind",
        "data_missing:market_cap",
        "data_missing:price",
        "data_missing:float",
        "data_missing:avg_volume",
    )


def test_shares_outstanding_bound_a_float_that_is_not_known() -> None:
    enough = verdict_for(replace(ANNE, float_shares=None, shares_outstanding=10_000_001), CRITERIA)
    too_few = verdict_for(replace(ANNE, float_shares=None, shares_outstanding=10_000_000), CRITERIA)
    assert (enough.tier, enough.float_estimated) == (Tier.CORE, True)
    assert (too_few.tier, too_few.reasons, too_few.float_estimated) == (None, ("float_below",), False)


def test_market_cap_by_price_bounds_a_float_when_no_shares_are_known() -> None:
    verdict = verdict_for(replace(ANNE, float_shares=None, shares_outstanding=None), CRITERIA)
    assert (verdict.tier, verdict.float_estimated) == (Tier.CORE, True)


@pytest.mark.parametrize(
    ("market_cap", "float_shares", "is_below"),
    [
        (5e6, 6e6, False),
        (5e6, 5e6, True),
        (3e9, 9e6, True),
        (3e9, 11e6, False),
        (None, 5e6, True),
        (None, 6e6, False),
    ],
)
def test_outside_both_bands_the_float_limit_of_the_nearer_one_applies(
    market_cap: float | None, float_shares: float, is_below: bool
) -> None:
    verdict = verdict_for(replace(ANNE, market_cap=market_cap, float_shares=float_shares), CRITERIA)
    assert ("float_below" in verdict.reasons) == is_below


def test_adr_common_is_allowed_and_can_be_switched_off() -> None:
    adr = replace(ANNE, kind="ADRC")
    assert verdict_for(adr, CRITERIA).tier == Tier.CORE
    assert verdict_for(adr, replace(CRITERIA, kinds=("CS",))).reasons == ("not_common_stock",)


def a_market() -> list[Candidate]:
    return [
        ANNE,
        replace(ANNE, symbol="BEA", avg_volume=200_000),
        replace(ANNE, symbol="CAL", avg_volume=50_000),
        replace(ANNE, symbol="DOT", kind="ETF"),
        replace(ANNE, symbol="EVE", exchange="ARCX"),
        replace(ANNE, symbol="FAY", price=None),
        replace(ANNE, symbol="GUS", market_cap=5e9),
        replace(ANNE, symbol="HAL", price=1.0, avg_volume=300_000),
        replace(ANNE, symbol="IDA", float_shares=1e6),
        replace(ANNE, symbol="JOE", price=1.0, market_cap=5e9),
    ]


def test_the_funnel_counts_what_passes_each_stage_and_all_before() -> None:
    funnel = select(a_market(), CRITERIA).funnel
    assert [(stage.name, stage.count) for stage in funnel] == [
        ("listings", 10),
        ("exchange", 9),
        ("common stock", 8),
        ("has data", 7),
        ("market cap", 5),
        ("price", 4),
        ("float", 3),
        ("breadth volume", 2),
        ("core volume", 1),
    ]


def test_breadth_counts_core_members_too() -> None:
    selection = select(a_market(), CRITERIA)
    assert (selection.core, selection.breadth) == (1, 2)


def test_relaxing_counts_who_fails_one_criterion_alone() -> None:
    assert select(a_market(), CRITERIA).relaxing == {
        "breadth volume": 1,
        "common stock": 1,
        "exchange": 1,
        "has data": 1,
        "market cap": 1,
        "price": 1,
        "float": 1,
    }


def test_nothing_listed_gives_an_empty_selection() -> None:
    selection = select([], CRITERIA)
    assert (selection.core, selection.breadth, selection.verdicts) == (0, 0, ())


def test_cap_tier_is_shown_for_stocks_that_are_out_for_another_reason() -> None:
    assert verdict_for(replace(ANNE, price=1.0, market_cap=20e6), CRITERIA).cap_tier == CapTier.MICRO


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"price_min": 200.0}, "price_min is 200.0, above price_max of 100.0"),
        ({"micro_cap_min": 4e8}, "micro_cap_min is 400000000.0, above small_cap_min"),
        ({"breadth_volume_min": 2e6}, "breadth_volume_min is 2000000.0, above core_volume_min"),
        ({"micro_float_over": -1.0}, "micro_float_over is -1.0; it must be a number of 0 or more"),
        ({"price_max": float("inf")}, "price_max is inf"),
        ({"volume_sessions": 90}, "volume_sessions is 90; at most 60"),
        ({"exchanges": ()}, "exchanges is empty"),
    ],
)
def test_impossible_limits_are_refused_by_name_value_and_bound(change: dict[str, Any], words: str) -> None:
    with pytest.raises(CriteriaError, match=words):
        validate(replace(CRITERIA, **change))


def test_the_defaults_are_possible() -> None:
    validate(CRITERIA)
