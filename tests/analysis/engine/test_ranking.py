"""Grades, squeezes, restrictions and ties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from analysis.engine import score_board
from analysis.engine.ranking import (
    GRADE_NAMES,
    alignment_of,
    restricted_today,
    shortability_grades,
    squeeze_risk,
    unconfirmed_moves,
)
from tests.analysis.engine.cast import frame_of, members_of, stock

NAN = math.nan


def grade(**facts: Any) -> str:
    return GRADE_NAMES[int(shortability_grades(members_of((stock("SOUN", "technology", **facts),)))[0])]


@pytest.mark.parametrize(
    ("shares", "dollars", "name"),
    [
        (50e6, 50e6, "excellent"),
        (49.9e6, 50e6, "good"),
        (50e6, 49.9e6, "good"),
        (20e6, 10e6, "good"),
        (19.9e6, 10e6, "fair"),
        (10e6, 2e6, "fair"),
        (10e6, 1.9e6, "poor"),
        (9.9e6, 50e6, "poor"),
        (NAN, 50e6, "fair"),
        (60e6, NAN, "poor"),
    ],
)
def test_a_grade_needs_float_and_dollar_volume(shares: float, dollars: float, name: str) -> None:
    assert grade(float_shares=shares, avg_dollar_volume=dollars) == name


def test_an_estimated_float_is_an_unknown_one() -> None:
    assert grade(float_shares=60e6, avg_dollar_volume=60e6, float_estimated=True) == "fair"


@pytest.mark.parametrize(
    ("facts", "squeezed"),
    [
        ({"short_interest": 6.0e6}, False),
        ({"short_interest": 6_000_001.0}, True),
        ({"days_to_cover": 5.0}, False),
        ({"days_to_cover": 5.01}, True),
        ({}, False),
    ],
)
def test_a_squeeze_risk_costs_one_grade(facts: dict[str, float], squeezed: bool) -> None:
    members = members_of((stock("SOUN", "technology", **facts),))
    assert squeeze_risk(members).tolist() == [squeezed]
    assert grade(**facts) == ("fair" if squeezed else "good")


def test_poor_stays_poor_and_halted_is_none() -> None:
    assert grade(float_shares=1e6, days_to_cover=9.0) == "poor"
    assert grade(halted=True, days_to_cover=9.0) == "none"


@pytest.mark.parametrize(
    ("facts", "restricted"),
    [
        ({"last": 9.0}, True),
        ({"last": 9.01}, False),
        ({"day_open": 9.0}, True),
        ({"day_open": 9.01}, False),
        ({"restricted": True}, True),
        ({"closes": (NAN,) * 6, "last": 1.0}, False),
        # The fall is from the previous close alone, and to the cent: 90 % of 4.35 are 3.915.
        ({"closes": (10, 20, 20, 20, 20, 20), "last": 9.5}, False),
        ({"closes": (4.35,) * 6, "day_open": NAN, "last": 3.92}, False),
        ({"closes": (4.35,) * 6, "day_open": NAN, "last": 3.91}, True),
    ],
)
def test_a_fall_of_ten_percent_restricts_short_sales(facts: dict[str, Any], restricted: bool) -> None:
    assert restricted_today(members_of((stock("SOUN", "technology", **facts),))).tolist() == [restricted]


def test_alignment_is_with_against_or_apart() -> None:
    gap, direction = np.array([1.0, -1.0, 0.0, 3.0]), np.array([1.0, 1.0, 1.0, 0.0])
    assert alignment_of(gap, direction).tolist() == [1.0, 0.0, 0.0, 0.5]


def test_ties_go_to_the_dollar_volume_and_then_to_the_symbol() -> None:
    twins = [
        stock(symbol, "technology", last=11.0, avg_dollar_volume=dollars)
        for symbol, dollars in (("BBB", 20e6), ("CCC", 30e6), ("AAA", 20e6), ("DDD", 15e6), ("EEE", 12e6))
    ]
    top = score_board(frame_of(tuple(twins))).tops["technology"].bullish
    assert [row.symbol for row in top] == ["CCC", "AAA", "BBB"]


def test_a_stock_that_stands_still_is_on_neither_side() -> None:
    board = score_board(frame_of((stock("SOUN", "technology"),)))
    tops = board.tops["technology"]
    assert [row.symbol for row in board.stocks] == ["SOUN"]
    assert (tops.bearish, tops.bullish, tops.halted) == ((), (), ())


def test_a_neutral_sector_gives_half_the_alignment() -> None:
    stocks = tuple(stock(f"S{place}", "technology", last=10 + place / 100) for place in range(-3, 4))
    board = score_board(frame_of(stocks))
    assert board.sectors[0].colour == "blue_neutral"
    assert {row.alignment_part for row in board.stocks} == {1.0}


def test_unknown_volume_and_opening_are_none_and_earn_nothing() -> None:
    quiet = stock("SOUN", "technology", last=11.0, day_volume=NAN, day_open=NAN)
    row = score_board(frame_of((quiet,))).stocks[0]
    assert (row.relative_volume, row.opening_gap_pct, row.volume_part) == (None, None, 0.0)


def test_a_low_that_was_bought_back_restricts_all_the_same() -> None:
    came_back = stock("SOUN", "technology", last=9.8, day_low=9.0)
    held = stock("PATH", "technology", last=9.8, day_low=9.01)
    assert restricted_today(members_of((came_back, held))).tolist() == [True, False]


def test_a_stock_tells_its_three_legs() -> None:
    legs = stock("SOUN", "technology", day_open=11.0, regular_close=11.0, last=12.1)
    board = score_board(frame_of((legs,), phase="post"))
    row = board.stocks[0]
    assert (row.pre_pct, row.regular_pct, row.post_pct) == (
        pytest.approx(10.0),
        pytest.approx(0.0),
        pytest.approx(10.0),
    )
    assert row.gap_pct == pytest.approx(21.0)


def test_a_move_of_over_thirty_percent_wants_a_second_source() -> None:
    gap = np.array([30.0, 30.1, -30.1, 30.1, 5.0, 5.0, NAN])
    confirmed = (False, False, False, True, False, True, False)
    members = members_of(tuple(stock("SOUN", "technology", confirmed=told) for told in confirmed))
    assert unconfirmed_moves(members, gap).tolist() == [False, True, True, False, False, False, False]


def test_the_opening_gap_is_against_the_previous_close() -> None:
    opened = stock("SOUN", "technology", last=12.0, day_open=11.0, closes=(10, 8, 9, 9, 9, 9))
    assert score_board(frame_of((opened,))).stocks[0].opening_gap_pct == pytest.approx(10.0)
