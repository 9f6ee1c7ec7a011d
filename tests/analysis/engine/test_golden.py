"""The worked cases, each through the same public functions as every other number."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analysis.engine.colours import cautions, colour_for
from analysis.engine.freshness import freshness
from analysis.engine.performance import frame_return
from analysis.engine.ranking import (
    GRADE_NAMES,
    GRADE_POINTS,
    alignment_of,
    rank_parts,
)
from analysis.engine.scoring import alphas, base_of, product, score_of
from analysis.engine.volume import volume_weights
from analysis.types import Factor, FreshnessLimits, ScoringParameters, Timeframe
from sectors.lights import LIT

GOLDEN = Path(__file__).parents[2] / "golden"
PARAMETERS = ScoringParameters()


def load(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text())


SCORING, RANKING, FRESHNESS = load("scoring"), load("ranking"), load("freshness")


def test_the_factor_product_gives_its_score_and_colour() -> None:
    case = SCORING["factor_product"]
    factors = [Factor(name, case[name], True) for name in ("volatility", "volume", "catalyst", "technical")]
    score = score_of(product(case["base"], factors))
    assert (round(float(score), 2), colour_for(score)) == (case["score"], case["colour"])


def test_technology_has_its_mean_weighted_return_and_alpha() -> None:
    case = SCORING["technology_1d"]
    returns = np.array([member["return_pct"] for member in case["members"]])
    traded = np.array([member["relative_volume"] for member in case["members"]])
    day = frame_return(
        Timeframe.DAY1, returns, volume_weights(traded, PARAMETERS), parameters=PARAMETERS, benchmark=1.2
    )
    assert day.value == pytest.approx(case["volume_weighted_return_pct"], abs=5e-4)
    assert day.mean == pytest.approx(case["mean_return_pct"], abs=1e-12)
    _, relative = alphas(day.mean, case["benchmark_pct"], case["volatility"])
    assert relative == pytest.approx(case["relative_alpha_of_mean_pct"], abs=1e-12)
    weighted = relative + case["benchmark_pct"]
    assert weighted == pytest.approx(case["weighted_performance_of_mean_pct"], abs=1e-12)
    score = score_of(base_of({**absent(), Timeframe.DAY1: day.value}, PARAMETERS) * case["volatility"])
    assert colour_for(score).endswith("green") is case["colour_is_green"]


def test_healthcare_is_dark_green_on_one_day_alone() -> None:
    case = SCORING["healthcare_1d"]
    returns = np.array([member["return_pct"] for member in case["members"]])
    day = frame_return(Timeframe.DAY1, returns, np.ones(4), parameters=PARAMETERS)
    assert day.mean == case["mean_return_pct"]
    assert day.value == case["winsorised_mean_return_pct"]
    base = base_of({**absent(), Timeframe.DAY1: day.value}, PARAMETERS)
    factors = [Factor(name, case[name], True) for name in ("volatility", "volume", "catalyst")]
    score = score_of(product(base, factors))
    assert score >= Decimal("0.6")
    assert colour_for(score) == case["colour"]


@pytest.mark.parametrize("card", SCORING["cards"], ids=lambda card: card["sector"])
def test_a_card_has_its_colour_with_the_other_factors_at_one(card: dict[str, Any]) -> None:
    score = score_of(base_of(card["returns_pct"], PARAMETERS) * card["volatility"])
    if "colour" in card:
        assert colour_for(score) == card["colour"]
    else:
        assert colour_for(score).endswith("green") is card["colour_is_green"]


@pytest.mark.parametrize(("score", "colour"), SCORING["colour_edges"])
def test_a_shared_edge_belongs_to_the_greener_colour(score: float, colour: str) -> None:
    assert colour_for(score) == colour
    assert colour_for(Decimal(str(score))) == colour


@pytest.mark.parametrize("case", SCORING["caution"], ids=lambda case: str(case["score"]))
def test_a_score_close_to_an_edge_asks_for_caution(case: dict[str, Any]) -> None:
    reasons = cautions(Decimal(str(case["score"])), Decimal("0.80"), absent(), parameters=PARAMETERS)
    assert bool(reasons) is case["caution"]


def test_every_colour_has_its_signal() -> None:
    middles = {"dark_red": -0.8, "light_red": -0.4, "blue_neutral": 0, "light_green": 0.4, "dark_green": 0.8}
    assert {colour: LIT[colour_for(score)].signal for colour, score in middles.items()} == SCORING["signals"]


def test_the_ranks_agree_to_one_decimal_and_name_the_top_three() -> None:
    cases = RANKING["cases"]
    gap = np.array([case["gap_pct"] for case in cases])
    grades = [GRADE_NAMES.index(case["shortability"]) for case in cases]
    parts = rank_parts(
        gap,
        np.array([case["relative_volume"] for case in cases]),
        alignment_of(gap, np.full(len(cases), math.copysign(1.0, RANKING["sector_score"]))),
        GRADE_POINTS[grades],
        parameters=PARAMETERS,
    )
    assert np.round(parts.rank, 1).tolist() == [case["rank"] for case in cases]
    best = np.argsort(-parts.rank)[:3]
    assert [cases[place]["symbol"] for place in best] == RANKING["top_bearish"]


@pytest.mark.parametrize("case", FRESHNESS["cases"], ids=lambda case: case["now"])
def test_an_analysis_is_as_fresh_as_session_time_says(case: dict[str, Any]) -> None:
    hours = FRESHNESS["limits_h"]
    now, analysed = (dt.datetime.fromisoformat(case[name]) for name in ("now", "analysed_at"))
    limits = FreshnessLimits(*(60 * hour for hour in hours))
    answer = freshness(analysed, now, limits, minutes_of_sessions(analysed, now))
    assert answer.state == case["state"]
    assert answer.wall_age == now - analysed


#: The sessions that the cases touch; a weekend lies between the first two.
SESSIONS = (dt.date(2026, 3, 6), dt.date(2026, 3, 9), dt.date(2026, 3, 11))


def minutes_of_sessions(earlier: dt.datetime, later: dt.datetime) -> float:
    """Minutes of 4:00 to 20:00 New York time between two moments, counted session by session."""
    zone, total = ZoneInfo("America/New_York"), dt.timedelta(0)
    for day in SESSIONS:
        start, end = (dt.datetime.combine(day, dt.time(hour), zone) for hour in (4, 20))
        total += max(dt.timedelta(0), min(later, end) - max(earlier, start))
    return total / dt.timedelta(minutes=1)


def absent() -> dict[Timeframe, float | None]:
    return dict.fromkeys(Timeframe)
