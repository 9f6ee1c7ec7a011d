"""The lights: which list of stocks goes against one, and from where on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sectors.lights import sentence_of, withheld_side
from sectors.services import readings_record
from tests.sectors.market import at, reading, stamp


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
