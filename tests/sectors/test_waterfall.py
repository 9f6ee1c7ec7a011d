from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectors.pages.waterfall import ScoreParts, Waterfall, waterfall_of


def parts(score: str = "-0.772", **stored: Any) -> ScoreParts:
    """The worked case of the product's design: four falling frames and four factors."""
    pieces = {"30min": -0.1978, "1d": -0.2089, "3d": -0.0902, "1w": -0.0363}
    factors = [
        {"name": "volatility", "value": 1.3, "known": True, "inputs": {"weight": 1.3}},
        {"name": "volume", "value": 1.05, "known": True, "inputs": {"ratio": 1.15}},
        {
            "name": "catalyst",
            "value": 1.03,
            "known": True,
            "inputs": {"count": 9.0, "usual": 7.0, "tone": -0.83},
        },
        {"name": "technical", "value": 1.03, "known": True, "inputs": {"net": 0.15}},
    ]
    base = math.fsum(pieces.values())
    values: dict[str, Any] = {
        "parts": pieces,
        "base": base,
        "factors": factors,
        "unclamped": base * 1.3 * 1.05 * 1.03 * 1.03,
        "scales": {"30min": 0.8, "1d": 2.5, "3d": 4.5, "1w": 6.0},
        "weights": {"30min": 0.25, "1d": 0.3, "3d": 0.25, "1w": 0.2},
    }
    returns = {"30min": -0.86, "1d": -2.15, "3d": -1.7, "1w": -1.1}
    return ScoreParts(Decimal(score), values | stored, returns, {"1d": "last session"}, "the weight")


def rows(fall: Waterfall | None) -> dict[str, Any]:
    assert fall is not None
    return {step.label: step for step in fall.steps}


def test_frames_add_and_factors_multiply_to_the_stored_score() -> None:
    fall = waterfall_of(parts())
    frames = ["−0.1978", "−0.4067", "−0.4969", "−0.5332"]
    factors = ["−0.6932", "−0.7278", "−0.7497", "−0.7721"]
    assert [step.running for step in fall.steps] == [*frames, "−0.5332", *factors, "−0.772"]
    assert fall.reconciles


def test_the_running_value_names_its_own_band() -> None:
    steps = rows(waterfall_of(parts()))
    assert steps["30 minutes"].band == "blue_neutral"
    assert steps["Base"].band == "light_red"
    assert steps["Score"].band == "dark_red"


def test_a_row_says_what_it_rests_on() -> None:
    steps = rows(waterfall_of(parts()))
    assert steps["1 day"].why == "return −2.15% on a scale of 2.5%, weight 0.30, last session"
    assert steps["Volatility"].why == "the sector’s weight, the weight"
    assert steps["Volume"].why == "falling members trade 1.15× what is usual for movers"
    assert steps["Catalyst"].why == "9 catalysts in 24 h, usually 7.0; tone −0.83"
    assert steps["Technical"].why == "net 15% of members are beyond their 20-session low"


def test_a_missing_return_adds_nothing_and_says_so() -> None:
    given_parts = parts()
    absent = replace(given_parts, returns={**given_parts.returns, "1w": None})
    assert "adds nothing" in rows(waterfall_of(absent))["1 week"].why


def test_a_factor_without_its_input_says_that_it_is_one() -> None:
    unknown = [{"name": "catalyst", "value": 1.0, "known": False, "inputs": {}}]
    step = rows(waterfall_of(parts(factors=unknown)))["Catalyst"]
    assert (step.effect, step.why) == ("× 1.00", "no catalyst record for this sector, so 1.0")


def test_a_factor_nobody_knows_a_sentence_for_lists_its_inputs() -> None:
    strange = [{"name": "moon", "value": 1.1234, "known": True, "inputs": {"lunar_phase": 0.5}}]
    step = rows(waterfall_of(parts(factors=strange)))["moon"]
    assert (step.effect, step.why) == ("× 1.1234", "lunar phase 0.50")


def test_a_part_of_its_own_stands_after_the_frames() -> None:
    fall = waterfall_of(parts(parts={"overnight": 0.04, "1d": 0.2}, base=0.24))
    assert [step.label for step in fall.steps][:6] == [
        "30 minutes",
        "1 day",
        "3 days",
        "1 week",
        "Overnight",
        "Base",
    ]


def test_a_product_beyond_one_says_that_it_was_clamped() -> None:
    one = [{"name": "volatility", "value": 3.0, "known": True, "inputs": {}}]
    fall = waterfall_of(parts("1.000", parts={"1d": 0.5}, base=0.5, factors=one, unclamped=1.5))
    assert rows(fall)["Score"].why == "the product +1.5000 clamped to +1"
    assert fall.axis == "0.0 to +1.5, edges +0.2, +0.6"
    assert fall.reconciles


@pytest.mark.parametrize(
    "change",
    [
        {"base": -0.5},
        {"unclamped": -0.7},
        {"unclamped": math.nextafter(parts().waterfall["unclamped"], 0.0)},
        {"parts": {"1d": -0.2}},
    ],
)
def test_parts_that_do_not_make_the_score_are_said(change: dict[str, Any]) -> None:
    assert not waterfall_of(parts(**change)).reconciles


@pytest.mark.parametrize("stored", [{}, {"base": 0.1}, {"base": 0.1, "factors": {"volatility": 1.3}}])
def test_a_reading_without_parts_has_no_waterfall(stored: dict[str, Any]) -> None:
    assert waterfall_of(ScoreParts(Decimal("0.1"), stored, {}, {})) is None


def test_a_base_of_zero_is_explained() -> None:
    factors = [{"name": "volume", "value": 1.0, "known": False, "inputs": {}}]
    fall = waterfall_of(parts("0.000", parts={}, base=0.0, factors=factors, unclamped=0.0))
    assert rows(fall)["Volume"].why == "the base is 0, so 1.0"
    assert fall.axis == "−1 to +1, edges ±0.2, ±0.6"


@given(
    st.lists(st.floats(-0.3, 0.3), min_size=4, max_size=4),
    st.lists(st.floats(0.1, 3.0), min_size=4, max_size=4),
)
def test_every_bar_lies_inside_the_box(pieces: list[float], values: list[float]) -> None:
    product = base = math.fsum(pieces)
    for value in values:
        product *= value
    factors = [{"name": f"f{n}", "value": value, "known": True} for n, value in enumerate(values)]
    stored = {
        "parts": dict(zip(("30min", "1d", "3d", "1w"), pieces, strict=True)),
        "base": base,
        "factors": factors,
        "unclamped": product,
    }
    score = Decimal(repr(max(-1.0, min(1.0, product)))).quantize(Decimal("0.001"))
    fall = waterfall_of(ScoreParts(score, stored, {}, {}))
    assert fall.reconciles
    for step in fall.steps:
        assert 0 <= float(step.bar_x) <= float(step.bar_x) + float(step.bar_width) <= 272.05
