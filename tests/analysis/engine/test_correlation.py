"""The correlation of two series of daily returns, and what is said of too little."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.engine.correlation import WINDOW, common_pairs, correlation, interval, returns_traded

NAN = np.nan
STEPS = np.tile([1.0, 2.0, 3.0, 4.0], 10)
#: Against 1 2 3 4: sum of products of deviations 4, of squares 5 and 5, so r = 0.8.
SWAPPED = np.tile([1.0, 3.0, 2.0, 4.0], 10)


def test_a_hand_worked_correlation_has_its_interval_and_its_sessions() -> None:
    found = correlation(STEPS, SWAPPED)
    assert found is not None
    # atanh(0.8) = 1.098612, 1.959964 / sqrt(37) = 0.322216. Their difference and sum are 0.776396 and
    # 1.420828, of which tanh x = (e^2x - 1) / (e^2x + 1) is 3.724643 / 5.724643 and 16.144133 / 18.144133.
    assert (found.r, found.low, found.high) == pytest.approx((0.8, 0.650633, 0.889772), abs=1e-6)
    assert found.sessions == 40


def test_a_perfect_correlation_has_no_width() -> None:
    found = correlation(STEPS, 3.0 - 2.0 * STEPS)
    assert found is not None
    assert (found.r, found.low, found.high) == pytest.approx((-1.0, -1.0, -1.0), abs=1e-9)
    assert interval(1.0, 30) == (1.0, 1.0)


def test_only_the_last_sixty_sessions_count() -> None:
    before = np.array([50.0, -50.0] * 5)
    long, other = np.concatenate([before, np.tile(STEPS, 2)]), np.concatenate([-before, np.tile(SWAPPED, 2)])
    found = correlation(long, other)
    assert found is not None
    assert (found.sessions, found.r) == (60, pytest.approx(0.8))


def test_twenty_nine_common_sessions_are_too_few_and_thirty_are_enough() -> None:
    second = SWAPPED.copy()
    second[:11] = NAN
    assert correlation(STEPS, second) is None
    assert common_pairs(STEPS, second).shape == (2, 29)
    second[10] = np.inf
    assert correlation(STEPS, second) is None
    second[10] = 2.0
    assert correlation(STEPS, second) is not None


@pytest.mark.parametrize("constant", [0.0, 0.1, -7.3])
def test_a_series_that_never_moves_has_no_correlation(constant: float) -> None:
    assert correlation(STEPS, np.full(40, constant)) is None
    assert correlation(np.full(40, constant), STEPS) is None


def test_moves_of_any_size_are_told_from_none() -> None:
    found = correlation(STEPS * 1e-200, SWAPPED * 1e200)
    assert found is not None
    assert found.r == pytest.approx(0.8)


VALUES = st.floats(-25, 25, allow_nan=False, width=32) | st.just(NAN)
PAIRS = st.lists(st.tuples(VALUES, VALUES), min_size=0, max_size=90)


@given(PAIRS)
def test_r_lies_inside_its_interval_and_both_within_one(pairs: list[tuple[float, float]]) -> None:
    first, second = (np.array([pair[side] for pair in pairs]) for side in (0, 1))
    found = correlation(first, second)
    if found is None:
        return
    assert -1.0 <= found.low <= found.r <= found.high <= 1.0
    assert 30 <= found.sessions <= WINDOW


@given(st.lists(st.tuples(VALUES, VALUES), min_size=45, max_size=70), st.floats(0.01, 100))
def test_units_and_order_of_the_two_do_not_matter(pairs: list[tuple[float, float]], scale: float) -> None:
    first, second = (np.array([pair[side] for pair in pairs]) for side in (0, 1))
    one, other = correlation(first, second), correlation(scale * second, first)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.r == pytest.approx(other.r, abs=1e-6)


def test_a_return_of_a_fund_needs_two_sessions_in_a_row_with_trades() -> None:
    closes = np.array([[10.0], [11.0], [11.0], [12.1], [0.0], [12.0]])
    volumes = np.array([[5.0], [5.0], [0.0], [5.0], [5.0], [NAN]])
    expected = [[NAN], [10.0], [NAN], [NAN], [NAN], [NAN]]
    np.testing.assert_allclose(returns_traded(closes, volumes), expected)


def test_a_move_that_no_fund_makes_is_a_split_that_was_not_told() -> None:
    closes = np.array([[80.0], [40.0], [30.0], [37.5]])
    found = returns_traded(closes, np.full((4, 1), 9.0))
    np.testing.assert_allclose(found, [[NAN], [NAN], [-25.0], [25.0]])
