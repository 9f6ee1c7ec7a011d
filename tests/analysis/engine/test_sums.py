"""Sums that neither order nor size of the values disturbs."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.engine.sums import FEW, LIMIT, STEPS, exact_sum


def test_nothing_adds_up_to_nothing() -> None:
    assert exact_sum(np.array([])) == 0.0


@pytest.mark.parametrize("count", [2, FEW - 1, FEW, 5_000])
@pytest.mark.parametrize("scale", [1.0, 25.0, 1e7])
def test_no_order_changes_a_sum_and_it_is_the_true_one(count: int, scale: float) -> None:
    rng = np.random.default_rng(count)
    values = rng.normal(0.1, scale, count)
    told = {exact_sum(rng.permutation(values)) for _ in range(5)}
    assert len(told) == 1
    true = sum(map(Fraction, values.tolist()))
    assert abs(Fraction(told.pop()) - true) <= Fraction(count) / Fraction(STEPS) / 2 + abs(true) * Fraction(
        1, 2**52
    )


def test_a_plain_float_sum_would_depend_on_the_order() -> None:
    values = np.random.default_rng(1).normal(0, 25, 5_000)
    shuffled = np.random.default_rng(2).permutation(values)
    assert sum(values.tolist()) != sum(shuffled.tolist())
    assert exact_sum(values) == exact_sum(shuffled)


@given(st.floats(0.1, 4 * LIMIT), st.integers(FEW, 2 * FEW))
def test_large_sums_do_not_overflow(value: float, count: int) -> None:
    assert exact_sum(np.full(count, value)) == pytest.approx(value * count, rel=1e-9)
    assert exact_sum(np.full(count, -value)) == -exact_sum(np.full(count, value))


def test_beyond_the_limit_values_are_not_rounded() -> None:
    values = np.full(FEW, LIMIT / FEW + 2.0**-31)
    assert exact_sum(values) == math.fsum(values.tolist())
