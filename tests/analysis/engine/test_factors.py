"""The four factors: missing inputs, bounds and edges."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from analysis.engine.factors import (
    FACTORS,
    all_factors,
    catalyst_surprise,
    technical_steps,
    volume_value,
)
from analysis.engine.performance import SectorMoves
from analysis.types import Factor, ScoringParameters, SectorInput

PARAMETERS = ScoringParameters()
NAN = math.nan
SECTOR = SectorInput(
    "energy", 1.2, 1, usual_mover_volume=1.0, catalysts=7, usual_catalysts=1.0, catalyst_tone=1.0
)


def moves(**facts: Any) -> SectorMoves:
    """Two members, one up 10 % at twice its volume and over its high, one down 5 % on usual volume."""
    values: dict[str, Any] = {
        "sector": SECTOR,
        "returns": np.array([[1.0, 10.0, 1.0, 1.0], [-1.0, -5.0, -1.0, -1.0]]),
        "weights": np.array([2.0, 1.0]),
        "relative_volume": np.array([2.0, 1.0]),
        "last": np.array([11.0, 9.5]),
        "high_20": np.array([10.9, 20.0]),
        "low_20": np.array([8.0, 9.4]),
        "core": 2,
        "carried": False,
        "premarket": np.array([NAN, NAN]),
        "legs": np.full((2, 3), NAN),
    }
    return SectorMoves(**(values | facts))


def factor(name: str, base: float = 0.5, **facts: Any) -> Factor:
    return FACTORS[name](moves(**facts), base, PARAMETERS)


def sector(**facts: Any) -> SectorInput:
    return dataclasses.replace(SECTOR, **facts)


def test_the_table_holds_the_four_in_the_order_of_the_product() -> None:
    assert list(FACTORS) == ["volatility", "volume", "catalyst", "technical"]
    assert [made.name for made in all_factors(moves(), 0.5, PARAMETERS)] == list(FACTORS)


def test_a_base_of_zero_makes_every_factor_one() -> None:
    made = all_factors(moves(), 0.0, PARAMETERS)
    assert [(one.value, one.known) for one in made] == [(1.0, False)] * 4


@pytest.mark.parametrize(("weight", "value"), [(1.2, 1.2), (9.0, 3.0), (0.0, 0.1)])
def test_volatility_is_the_weight_within_its_bounds(weight: float, value: float) -> None:
    made = factor("volatility", sector=sector(weight=weight))
    assert (made.value, made.known, made.inputs) == (value, True, {"weight": weight})


def test_a_sector_without_a_weight_has_one() -> None:
    assert factor("volatility", sector=sector(weight=NAN)) == Factor("volatility", 1.0, False)


def test_twice_the_usual_mover_volume_adds_a_quarter() -> None:
    assert factor("volume").value == pytest.approx(1.25)
    assert factor("volume", base=-0.5).value == 1.0


def test_the_volume_factor_tells_its_inputs() -> None:
    made = factor("volume", sector=sector(usual_mover_volume=4.0))
    assert made == Factor("volume", 0.8, True, {"mover_volume": 2.0, "usual": 4.0, "ratio": 0.5})


@pytest.mark.parametrize("usual", [NAN, 0.0])
def test_volume_is_one_where_nothing_usual_is_known(usual: float) -> None:
    made = factor("volume", sector=sector(usual_mover_volume=usual))
    assert made == Factor("volume", 1.0, False, {"mover_volume": 2.0})


def test_volume_is_one_where_nobody_moves_with_the_base() -> None:
    assert factor("volume", relative_volume=np.array([NAN, 1.0])) == Factor("volume", 1.0, False)


@pytest.mark.parametrize(("ratio", "value"), [(0.0, 0.8), (0.01, 0.8), (1.0, 1.0), (100.0, 1.3)])
def test_the_volume_factor_is_bounded(ratio: float, value: float) -> None:
    assert volume_value(ratio, PARAMETERS) == value


def test_catalysts_of_the_bases_tone_deepen_it_and_others_soften_it() -> None:
    # 7 against a usual 1: log2(8 / 2) = 2, so 0.2 each way, cut at 0.9 below.
    assert factor("catalyst").value == pytest.approx(1.2)
    assert factor("catalyst", base=-0.5).value == 0.9


def test_a_mild_tone_counts_for_its_part() -> None:
    made = factor("catalyst", sector=sector(catalyst_tone=0.5))
    assert made.value == pytest.approx(1.1)
    assert made.inputs == {"count": 7.0, "usual": 1.0, "surprise": 2.0, "tone": 0.5}


@pytest.mark.parametrize("facts", [{"usual_catalysts": NAN}, {"catalyst_tone": NAN}])
def test_unknown_catalysts_change_nothing(facts: dict[str, float]) -> None:
    assert factor("catalyst", sector=sector(**facts)) == Factor("catalyst", 1.0, False)


@pytest.mark.parametrize(
    ("count", "usual", "surprise"),
    [(0, 5.0, 0.0), (3, 1.0, 1.0), (99, 0.0, 2.0), (0, 0.0, 0.0), (1, -1.0, 1.0), (-1, 0.0, 0.0)],
)
def test_a_surprise_is_between_none_and_four_times_usual(count: int, usual: float, surprise: float) -> None:
    assert catalyst_surprise(count, usual) == surprise


def test_breaking_the_level_deepens_the_base() -> None:
    made = factor("technical")
    assert made.inputs == {"net": pytest.approx(2 / 3), "beyond": 1.0, "near": 0.0, "known": 2.0}
    assert made.value == 1.1


def test_running_into_the_low_softens_a_negative_base() -> None:
    made = factor("technical", base=-0.5)
    assert made.value == pytest.approx(1 - 0.2 / 3)
    assert made.inputs["near"] == 1.0


def test_technical_is_one_without_levels() -> None:
    assert factor("technical", high_20=np.array([NAN, NAN])) == Factor("technical", 1.0, False)


@pytest.mark.parametrize(
    ("last", "upward", "step"),
    [
        (100.01, True, 1.0),
        (100.0, True, -1.0),
        (98.0, True, -1.0),
        (97.99, True, 0.0),
        (99.99, False, 1.0),
        (100.0, False, -1.0),
        (102.0, False, -1.0),
        (102.01, False, 0.0),
    ],
)
def test_the_edges_of_a_level(last: float, upward: bool, step: float) -> None:
    assert technical_steps(np.array([last]), np.array([100.0]), upward=upward).tolist() == [step]
