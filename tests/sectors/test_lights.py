"""The lights: which list of stocks goes against one, and from where on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sectors.lights import EDGES, LIT, colour_of, sentence_of, withheld_side
from sectors.services import readings_record
from tests.sectors.market import at, reading, stamp


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


@pytest.mark.django_db
@pytest.mark.usefixtures("eight_sectors")
def test_the_limit_of_the_run_is_the_boards_too() -> None:
    tuned = reading("energy", 0.3, waterfall={"withhold_score": 0.25})
    board = readings_record([tuned, reading("utilities", 0.3)], stamp(1, at(10))).board
    assert [board["sectors"][slug]["withheld"] for slug in ("energy", "utilities")] == ["bearish", None]
