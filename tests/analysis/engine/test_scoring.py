"""The parts of the score and of the confidence, one by one."""

from __future__ import annotations

import math
from decimal import ROUND_UP, Decimal, localcontext

import numpy as np
import pytest

from analysis.engine.performance import clean_prices, mean_and_error, too_few_prints
from analysis.engine.scoring import (
    agreement_of,
    alphas,
    base_of,
    breadth_of,
    certainty_of,
    confidence_of,
    overnight_shift,
    relative_score,
    score_of,
)
from analysis.types import ScoringParameters, Timeframe
from tests.analysis.engine.test_factors import moves

PARAMETERS = ScoringParameters()


def returns(*values: float | None) -> dict[Timeframe, float | None]:
    return dict(zip(Timeframe, values, strict=True))


def test_the_base_of_the_waterfall_by_hand() -> None:
    # Returns at exactly their scales: tanh(1) times the sum of the weights.
    assert base_of(returns(0.8, 2.5, 4.5, 6.0), PARAMETERS) == pytest.approx(math.tanh(1.0))
    assert base_of(returns(None, -2.5, None, None), PARAMETERS) == pytest.approx(-0.30 * math.tanh(1.0))


@pytest.mark.parametrize(
    ("unclamped", "score"),
    [
        (0.0125, "0.012"),
        (0.0135, "0.014"),
        (-0.0125, "-0.012"),
        (0.0625, "0.062"),
        (-0.0004, "0.000"),
        (1.98, "1.000"),
        (-1.0004, "-1.000"),
        (-1.98, "-1.000"),
        (0.9996, "1.000"),
        (0.59949, "0.599"),
    ],
)
def test_a_score_is_rounded_once_and_half_to_even(unclamped: float, score: str) -> None:
    assert str(score_of(unclamped)) == score


def test_a_score_is_rounded_alike_whatever_the_process_rounds_by() -> None:
    with localcontext() as context:
        context.rounding = ROUND_UP
        assert str(score_of(0.0125)) == "0.012"
        assert str(confidence_of(1.0, 0.986, 0.0, 0.0)) == "0.39"


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        ((1.0, 1.0, 1.0, 1.0), "1.00"),
        ((0.5, 1.0, 0.0, 0.0), "0.20"),
        ((1.0, 0.0, 1.0, 0.0), "0.30"),
        ((1.0, 0.0, 0.0, 1.0), "0.30"),
        ((0.0, 1.0, 1.0, 1.0), "0.00"),
        # 0.3944 and 0.294, rounded once.
        ((1.0, 0.986, 0.0, 0.0), "0.39"),
        ((1.0, 0.0, 0.98, 0.0), "0.29"),
        ((1.0, 0.0, 0.0, 0.98), "0.29"),
    ],
)
def test_confidence_is_the_weighted_sum_times_the_coverage(parts: tuple[float, ...], value: str) -> None:
    assert str(confidence_of(*parts)) == value


def test_confidence_loses_three_tenths_when_degraded_and_two_near_a_release() -> None:
    assert confidence_of(1.0, 1.0, 1.0, 1.0, degraded=True) == Decimal("0.70")
    assert confidence_of(1.0, 1.0, 1.0, 1.0, release=True) == Decimal("0.80")
    assert confidence_of(1.0, 1.0, 1.0, 1.0, degraded=True, release=True) == Decimal("0.56")


def test_agreement_is_the_net_weight_of_the_signs() -> None:
    assert agreement_of(returns(0.1, 0.1, 0.1, 0.1), PARAMETERS) == pytest.approx(1.0)
    assert agreement_of(returns(-0.1, -0.1, 0.1, 0.1), PARAMETERS) == pytest.approx(0.1)
    assert agreement_of(returns(None, 0.0, None, -9.0), PARAMETERS) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("day", "base", "breadth"),
    [
        ((3.0, 2.0, 1.0, 0.5), 1.0, 1.0),
        ((3.0, 2.0, 1.0, -0.5), 0.2, 0.5),
        ((3.0, 2.0, 1.0, -0.5), -0.2, 0.0),
        ((-3.0, -2.0, -1.0, 0.5), -0.2, 0.5),
        # One that stands still and one unknown share nothing; the unknown one is not counted.
        ((3.0, 2.0, 0.0, math.nan), 0.2, pytest.approx(1 / 3)),
        ((3.0, 2.0, 1.0, 0.5), 0.0, 0.0),
        ((math.nan,) * 4, 0.2, 0.0),
    ],
)
def test_breadth_is_the_share_with_the_base_beyond_a_half(
    day: tuple[float, ...], base: float, breadth: float
) -> None:
    other = np.zeros(4)
    sector = moves(returns=np.column_stack([other, np.array(day), other, other]))
    assert breadth_of(sector, base) == breadth


@pytest.mark.parametrize(
    ("mean", "error", "certainty"),
    [
        (1.0, 0.5, 1.0),
        (-1.0, 1.0, 0.5),
        (0.0, 1.0, 0.0),
        (1.0, 0.0, 1.0),
        (0.0, 0.0, 0.0),
        (1.0, None, 0.0),
        (None, None, 0.0),
    ],
)
def test_certainty_is_the_mean_over_two_standard_errors(
    mean: float | None, error: float | None, certainty: float
) -> None:
    assert certainty_of(mean, error) == certainty


def test_the_mean_and_its_error_by_hand() -> None:
    assert mean_and_error(np.array([1.0, 3.0, math.nan, 40.0, -25.0]), 25.0) == (
        1.0,
        pytest.approx(math.sqrt((0 + 4 + 24**2 + 26**2) / 3 / 4)),
    )


def test_overnight_moves_shift_by_a_twentieth_at_most() -> None:
    assert overnight_shift((1.0, 1.0)) == pytest.approx(0.05 * math.tanh(1.0))
    assert overnight_shift((-90.0, -90.0)) == pytest.approx(-0.05)
    assert overnight_shift((5.0,)) == 0.0


def test_the_relative_score_takes_the_benchmark_off_every_timeframe() -> None:
    score = relative_score(
        returns(1.8, 2.5, None, 1.0), returns(1.0, None, 2.0, 1.0), 2.0, parameters=PARAMETERS
    )
    assert score == Decimal(repr(0.5 * math.tanh(1.0))).quantize(Decimal("0.001"))


def test_an_alpha_needs_both_returns() -> None:
    assert alphas(None, 1.0, 1.3) == alphas(1.0, None, 1.3) == (None, None)


@pytest.mark.parametrize(
    ("prints", "members", "early"),
    [
        (4, 20, True),
        (5, 20, False),
        (5, 25, False),
        (5, 26, True),
        (20, 100, False),
        (19, 100, True),
        (3, 4, True),
        (4, 4, False),
        (0, 0, False),
    ],
)
def test_today_speaks_for_a_sector_from_five_prints_and_a_fifth_on(
    prints: int, members: int, early: bool
) -> None:
    assert too_few_prints(prints, members) is early


def test_prices_of_zero_or_less_or_without_end_are_missing() -> None:
    prices = clean_prices(np.array([1.5, 0.0, -1.0, math.inf, math.nan]))
    assert np.isfinite(prices).tolist() == [True, False, False, False, False]
