"""The five classes of gap frequency, of a stock and of a sector."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from universe.gaps import GapClass, gap_words, has_frequent_wide_gaps, sector_class, stock_class


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [(0, "very_low"), (1, "low"), (2, "moderate"), (3, "moderate"), (4, "high"), (5, "high"), (6, "extreme")],
)
def test_a_stocks_class_is_by_its_number_of_gaps_in_sixty_sessions(gaps: int, expected: str) -> None:
    assert stock_class(gaps / 60) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, "very_low"),
        (0.0099, "very_low"),
        (0.01, "low"),
        (0.0199, "low"),
        (0.02, "moderate"),
        (0.0239, "moderate"),
        (0.024, "high"),
        (0.0349, "high"),
        (0.035, "extreme"),
        (1.0, "extreme"),
    ],
)
def test_a_sectors_class_begins_with_its_edge(share: float, expected: str) -> None:
    assert sector_class(share) == expected


@pytest.mark.parametrize("share", [None, math.nan, -0.1, 1.1])
def test_a_share_that_is_none_has_no_class(share: float | None) -> None:
    assert stock_class(share) is None
    assert sector_class(share) is None


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_gaps_are_never_a_lower_class(one: float, other: float) -> None:
    low, high = sorted((one, other))
    order = list(GapClass)
    for judge in (stock_class, sector_class):
        lower, higher = judge(low), judge(high)
        assert lower is not None
        assert higher is not None
        assert order.index(lower) <= order.index(higher)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "none of the last 60 sessions"),
        (7 / 60, "7 of the last 60 sessions"),
        (2 / 41, "about 3 of the last 60 sessions"),
    ],
)
def test_gaps_are_told_as_sessions(share: float, words: str) -> None:
    assert gap_words(share) == words


def test_a_class_is_written_without_its_underscore() -> None:
    assert (GapClass.VERY_LOW.words, GapClass.HIGH.words) == ("very low", "high")


def test_wide_gaps_are_frequent_from_three_in_sixty_sessions_on() -> None:
    assert has_frequent_wide_gaps(3 / 60)
    assert not has_frequent_wide_gaps(2 / 60)
    assert not has_frequent_wide_gaps(None)
