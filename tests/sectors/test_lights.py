"""The lights: which list of stocks goes against one, and from where on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sectors.lights import (
    EDGES,
    LIT,
    colour_of,
    lamp,
    score_text,
    sentence_of,
    stored_band,
    withheld_side,
)
from sectors.types import Lamp


def test_the_lights_start_at_minus_one_and_rise() -> None:
    assert [light.low for light in LIT.values()] == [-1, *sorted(EDGES)]


def test_every_light_has_its_own_sentence_and_signal() -> None:
    assert (
        len({light.sentence for light in LIT.values()}) == len({light.signal for light in LIT.values()}) == 5
    )
    assert [light.label for light in LIT.values()] == ["Bearish", "Bearish", "Neutral", "Bullish", "Bullish"]


@pytest.mark.parametrize(
    ("value", "colour"),
    [(-3.2, "dark_red"), (0.2, "light_green"), (Decimal("0.6"), "dark_green"), (7, "dark_green")],
)
def test_a_figure_beyond_the_scale_keeps_the_outermost_colour(value: float, colour: str) -> None:
    assert colour_of(value) == colour


@pytest.mark.parametrize(
    ("score", "side"),
    [("-0.500", "bullish"), ("0.500", "bearish"), ("0.499", None), ("-0.499", None)],
)
def test_the_list_against_a_clear_light_is_withheld(score: str, side: str | None) -> None:
    assert withheld_side(Decimal(score)) == side


@pytest.mark.parametrize(
    ("waterfall", "sentence"),
    [
        (
            {"factors": [{"name": "catalyst", "known": True}]},
            "Strong bearish sentiment, several negative catalysts.",
        ),
        ({"factors": [{"name": "catalyst", "known": False}]}, "Strong bearish sentiment."),
        ({"factors": [{"name": "volume", "known": True}]}, "Strong bearish sentiment."),
        ({}, "Strong bearish sentiment."),
    ],
)
def test_catalysts_are_spoken_of_only_where_they_are_known(waterfall: dict[str, Any], sentence: str) -> None:
    assert sentence_of("dark_red", waterfall) == sentence


def test_a_light_that_speaks_of_no_catalysts_has_one_sentence() -> None:
    known = {"factors": [{"name": "catalyst", "known": True}]}
    assert sentence_of("light_red", known) == sentence_of("light_red", {}) == "Moderately bearish."


@pytest.mark.parametrize(
    ("score", "band"),
    [
        ("-1", "dark_red"),
        ("-0.601", "dark_red"),
        ("-0.6", "light_red"),
        ("-0.201", "light_red"),
        ("-0.2", "blue_neutral"),
        ("0.199", "blue_neutral"),
        ("0.2", "light_green"),
        ("0.6", "dark_green"),
        ("1", "dark_green"),
    ],
)
def test_a_shared_edge_belongs_to_the_greener_side(score: str, band: str) -> None:
    assert colour_of(Decimal(score)) == band


def test_rounding_on_screen_never_names_another_band() -> None:
    assert score_text(Decimal("0.198")) == "+0.198"
    assert score_text(Decimal("-0.601")) == "−0.601"
    assert score_text(Decimal("0.231")) == "+0.23"
    assert score_text(None) == "–"


def test_the_edges_are_a_fifth_and_three_fifths_either_way() -> None:
    assert [str(edge) for edge in EDGES] == ["-0.6", "-0.2", "0.2", "0.6"]


@pytest.mark.parametrize(
    ("stored", "band"),
    [
        ("dark_red", "dark_red"),
        ("light_green", "light_green"),
        ("none", "none"),
        ("", "none"),
        ("crimson", "none"),
        (None, "none"),
        (2, "none"),
        (["dark_red"], "none"),
    ],
)
def test_a_stored_colour_that_nobody_knows_is_unlit(stored: object, band: str) -> None:
    assert stored_band(stored) == band


def test_the_small_light_has_the_words_of_its_band() -> None:
    assert lamp("dark_red") == Lamp("dark_red", "g-dd", "dark red", "")
    assert lamp("blue_neutral", "Energy") == Lamp("blue_neutral", "g-bar", "neutral", "Energy")
    assert lamp("none") == Lamp("none", "g-none", "no verdict", "")


@pytest.mark.parametrize(
    ("score", "limit", "side"),
    [
        ("0.3", 0.25, "bearish"),
        ("-0.25", 0.25, "bullish"),
        ("0.249", 0.25, None),
        ("0.7", 0.75, None),
        # A tie leans away from shorting.
        ("0.0", 0.0, "bearish"),
    ],
)
def test_the_limit_of_a_clear_light_can_be_set(score: str, limit: float, side: str | None) -> None:
    assert withheld_side(Decimal(score), limit) == side


def test_a_decimal_is_read_as_it_is_and_not_as_the_float_beside_it() -> None:
    assert colour_of(Decimal("0.19999999999999999999")) == "blue_neutral"
    assert colour_of(Decimal("0.20000000000000000000")) == "light_green"
