"""When a mover is told, and when it is not told again."""

from __future__ import annotations

import math

import pytest

from analysis.alerts import Latch, latch_advance, level_of


def told(*changes: float) -> list[int]:
    """The levels told over a series of looks at one stock."""
    latch, levels = Latch("2026-03-10"), []
    for change in changes:
        latch, level = latch_advance(latch, change)
        levels += [level] if level else []
    return levels


@pytest.mark.parametrize(
    ("change", "level"),
    [
        (14.99, 0),
        (15.0, 15),
        (24.99, 15),
        (25.0, 25),
        (-15.0, -15),
        (-36.0, -35),
        (108.0, 105),
        (math.nan, 0),
    ],
)
def test_levels_are_15_and_each_further_10_points(change: float, level: int) -> None:
    assert level_of(change) == level


def test_the_first_15_percent_is_told_once() -> None:
    assert told(3, 14.9, 15.1, 15.4, 14.0, 15.2, 13.0, 16.0) == [15]


def test_each_further_ten_points_are_told_once() -> None:
    assert told(15, 24, 25, 26, 24, 25, 35, 34) == [15, 25, 35]


def test_a_jump_over_several_levels_is_told_once_at_the_highest() -> None:
    assert told(2, 47) == [45]


def test_falling_back_under_12_and_crossing_again_is_told_again() -> None:
    assert told(16, 11.9, 15) == [15, 15]


def test_falling_back_to_exactly_12_is_not_far_enough() -> None:
    assert told(16, 12.0, 15) == [15]


def test_after_a_new_crossing_the_levels_count_anew() -> None:
    assert told(36, 5, 16, 26) == [35, 15, 25]


def test_the_other_side_is_a_new_crossing_even_without_a_price_between() -> None:
    assert told(16, -16, -26) == [15, -15, -25]


def test_a_missing_price_changes_nothing() -> None:
    assert told(16, math.nan, 16) == [15]


def test_crossings_are_numbered() -> None:
    latch, _ = latch_advance(Latch("2026-03-10"), 16)
    latch, _ = latch_advance(latch, 5)
    latch, _ = latch_advance(latch, 16)
    assert latch.crossing == 2
