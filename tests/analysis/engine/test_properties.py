"""What must hold for every input, tried on some 15,000 generated ones."""

from __future__ import annotations

import dataclasses
import math
import os
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine import score_board
from analysis.engine.colours import colour_for
from analysis.engine.factors import (
    CATALYST_RANGE,
    TECHNICAL_RANGE,
    VOLATILITY_RANGE,
    VOLUME_RANGE,
    all_factors,
    catalyst,
    technical,
    technical_steps,
    volatility,
    volume_value,
)
from analysis.engine.frames import pack, unpack
from analysis.engine.patterns import pattern
from analysis.engine.performance import SectorMoves, frame_return
from analysis.engine.ranking import rank_parts
from analysis.engine.scoring import base_of, confidence_of, overnight_shift, product, score_of
from analysis.types import Factor, InputFrame, ScoringParameters, SectorInput, Timeframe
from sectors.lights import EDGES, LIT
from tests.analysis.engine.cast import frame_of, random_frame, shuffled, stock

#: Thousands of cases run through lines that single cases run through too.
pytestmark = pytest.mark.unmeasured

PARAMETERS = ScoringParameters()
#: Fewer in runs that repeat the tests hundreds of times.
GENERATED = int(os.environ.get("GENERATED_CASES", "1000"))
many = settings(max_examples=GENERATED)
some = settings(max_examples=min(GENERATED, 150))

percent = st.floats(-1000, 1000)
maybe = st.none() | percent
four = st.tuples(maybe, maybe, maybe, maybe)
factor_values = st.tuples(st.floats(0.1, 3), st.floats(0.8, 1.3), st.floats(0.9, 1.2), st.floats(0.9, 1.1))
unit = st.floats(0, 1)


def returns(values: tuple[float | None, ...]) -> dict[Timeframe, float | None]:
    return dict(zip(Timeframe, values, strict=True))


def scored(values: tuple[float | None, ...], factors: tuple[float, ...]) -> Decimal:
    base = base_of(returns(values), PARAMETERS)
    return score_of(product(base, [Factor("", value, True) for value in factors]))


@many
@given(four, factor_values)
def test_a_score_stays_inside_and_keeps_three_decimals(
    values: tuple[float | None, ...], factors: tuple[float, ...]
) -> None:
    score = scored(values, factors)
    assert -1 <= score <= 1
    assert score.as_tuple().exponent == -3
    assert not (score.is_zero() and score.is_signed())


@many
@given(four, factor_values, st.integers(0, 3), st.floats(0, 500))
def test_with_factors_held_a_more_negative_return_is_never_greener(
    values: tuple[float | None, ...], factors: tuple[float, ...], place: int, worse: float
) -> None:
    value = values[place]
    fallen = tuple((value or 0.0) - worse if at == place else kept for at, kept in enumerate(values))
    order = list(LIT)
    before, after = scored(values, factors), scored(fallen, factors)
    if value is not None or worse == 0:
        assert after <= before
        assert order.index(colour_for(after)) <= order.index(colour_for(before))


@many
@given(four)
def test_the_mirror_market_has_the_mirror_score_at_neutral_factors(values: tuple[float | None, ...]) -> None:
    mirrored = tuple(None if value is None else -value for value in values)
    assert scored(mirrored, (1.0,)) == -scored(values, (1.0,))


def test_every_one_of_the_scores_has_one_band() -> None:
    ends = [*EDGES, Decimal("1.001")]
    for thousandths in range(-1000, 1001):
        score = Decimal(thousandths) / 1000
        lights = zip(LIT.items(), ends, strict=True)
        assert [colour for (colour, light), end in lights if light.low <= score < end] == [colour_for(score)]
        assert colour_for(float(score)) == colour_for(score)


@many
@given(st.lists(percent, min_size=1, max_size=30), st.data())
def test_a_sector_return_is_order_free_and_between_its_members(
    values: list[float], data: st.DataObject
) -> None:
    weights = data.draw(st.lists(st.floats(0.5, 2.24), min_size=len(values), max_size=len(values)))
    order = data.draw(st.permutations(range(len(values))))
    moves, pulls = np.array(values), np.array(weights)
    one, two = (
        frame_return(Timeframe.DAY1, moves[rows], pulls[rows], parameters=PARAMETERS)
        for rows in (list(range(len(values))), list(order))
    )
    assert one == two
    cut = np.clip(moves, -25, 25)
    assert one.value is not None
    assert cut.min() - 1e-9 <= one.value <= cut.max() + 1e-9


@many
@given(st.floats(0, 100), st.floats(0, 100))
def test_the_volume_factor_rises_with_volume_within_its_bounds(one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert volume_value(low, PARAMETERS) <= volume_value(high, PARAMETERS)
    assert VOLUME_RANGE[0] <= volume_value(one, PARAMETERS) <= VOLUME_RANGE[1]


def moves_of(sector: SectorInput, day: np.ndarray | None = None) -> SectorMoves:
    values = np.array([1.0, -1.0]) if day is None else day
    size = len(values)
    return SectorMoves(
        sector=sector,
        returns=np.column_stack([values] * 4),
        weights=np.ones(size),
        relative_volume=np.ones(size),
        last=10 + values / 10,
        high_20=np.full(size, 10.5),
        low_20=np.full(size, 9.5),
        core=size,
        carried=False,
        premarket=np.full(size, np.nan),
        legs=np.full((size, 3), np.nan),
    )


@many
@given(st.integers(0, 200), st.integers(0, 200), st.floats(0, 50), st.floats(-1, 1), st.floats(-1, 1))
def test_the_catalyst_factor_is_bounded_and_rises_with_agreement(
    one: int, two: int, usual: float, tone: float, base: float
) -> None:
    def value(count: int, tone: float) -> float:
        sector = SectorInput("energy", 1.2, 1, catalysts=count, usual_catalysts=usual, catalyst_tone=tone)
        return catalyst(moves_of(sector), base, PARAMETERS).value

    assert CATALYST_RANGE[0] <= value(one, tone) <= CATALYST_RANGE[1]
    few, many_of_them = sorted((one, two))
    agreeing = math.copysign(abs(tone), base)
    assert value(few, agreeing) <= value(many_of_them, agreeing)
    assert value(one, -agreeing) <= value(one, agreeing)


@many
@given(st.floats(-1, 10), st.floats(-1, 10), st.floats(-2, 2).filter(bool))
def test_the_volatility_factor_rises_with_the_weight_within_its_bounds(
    one: float, two: float, base: float
) -> None:
    low, high = (
        volatility(moves_of(SectorInput("energy", weight, 1)), base, PARAMETERS).value
        for weight in sorted((one, two))
    )
    assert VOLATILITY_RANGE[0] <= low <= high <= VOLATILITY_RANGE[1]


@many
@given(st.lists(st.sampled_from([8.0, 9.9, 11.0]), min_size=1, max_size=12), st.data())
def test_the_technical_factor_rises_with_each_break_and_falls_with_each_approach(
    prices: list[float], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(prices) - 1))

    def value(price: float) -> float:
        last = np.array([*prices[:place], price, *prices[place + 1 :]])
        level = np.full(len(prices), 10.0)
        members = dataclasses.replace(moves_of(SectorInput("energy", 1.2, 1), last), last=last, high_20=level)
        return technical(members, 0.5, PARAMETERS).value

    near, away, beyond = value(9.9), value(8.0), value(11.0)
    assert TECHNICAL_RANGE[0] <= near <= away <= beyond <= TECHNICAL_RANGE[1]


@many
@given(st.lists(percent, min_size=2, max_size=6), st.floats(0, 100))
def test_the_overnight_shift_rises_with_each_move_and_stays_small(moves: list[float], more: float) -> None:
    shift = overnight_shift(moves)
    assert -0.05 <= shift <= overnight_shift([moves[0] + more, *moves[1:]]) <= 0.05


@many
@given(st.lists(percent, min_size=1, max_size=20), st.floats(-2, 2).filter(bool))
def test_every_factor_is_finite_and_bounded(values: list[float], base: float) -> None:
    sector = SectorInput("energy", 1.2, 1, usual_mover_volume=1.3)
    made = {one.name: one for one in all_factors(moves_of(sector, np.array(values)), base, PARAMETERS)}
    assert VOLUME_RANGE[0] <= made["volume"].value <= VOLUME_RANGE[1]
    assert TECHNICAL_RANGE[0] <= made["technical"].value <= TECHNICAL_RANGE[1]
    assert all(math.isfinite(number) for one in made.values() for number in one.inputs.values())


@many
@given(st.floats(1, 1000), st.floats(1, 1000), st.booleans())
def test_a_price_beyond_its_level_always_counts_for_the_base(last: float, level: float, upward: bool) -> None:
    step = float(technical_steps(np.array([last]), np.array([level]), upward=upward)[0])
    assert (step == 1.0) is (last > level if upward else last < level)


@many
@given(unit, unit, unit, unit, unit)
def test_confidence_is_between_its_bounds_and_rises_with_each_part(
    coverage: float, agreement: float, breadth: float, certainty: float, more: float
) -> None:
    value = confidence_of(coverage, agreement, breadth, certainty)
    assert 0 <= value <= 1
    assert confidence_of(max(coverage, more), agreement, breadth, certainty) >= value
    assert confidence_of(coverage, max(agreement, more), breadth, certainty) >= value
    assert confidence_of(coverage, agreement, max(breadth, more), certainty) >= value
    assert confidence_of(coverage, agreement, breadth, max(certainty, more)) >= value
    assert confidence_of(coverage, agreement, breadth, certainty, degraded=True, release=True) <= value


@many
@given(percent, percent, st.floats(0, 100), st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))
def test_a_rank_is_between_zero_and_ten_and_rises_with_the_move(
    one: float, two: float, traded: float, alignment: float, shortability: float
) -> None:
    small, large = sorted((abs(one), abs(two)))
    parts = rank_parts(
        np.array([small, large]),
        np.full(2, traded),
        np.full(2, alignment),
        np.full(2, shortability),
        parameters=PARAMETERS,
    )
    ranks = parts.rank.tolist()
    assert 0 <= ranks[0] <= ranks[1] <= 10


@many
@given(percent, st.lists(st.floats(0, 100), min_size=2, max_size=2), st.lists(unit, min_size=4, max_size=4))
def test_a_rank_rises_with_volume_alignment_and_shortability(
    gap: float, traded: list[float], parts: list[float]
) -> None:
    def rank(traded: float, alignment: float, shortability: float) -> float:
        columns = (np.array([value]) for value in (gap, traded, alignment, shortability))
        return float(rank_parts(*columns, parameters=PARAMETERS).rank[0])

    (low, high), (against, along), (hard, easy) = sorted(traded), sorted(parts[:2]), sorted(parts[2:])
    worst = rank(low, against, hard)
    assert rank(high, against, hard) >= worst
    assert rank(low, along, hard) >= worst
    assert rank(low, against, easy) >= worst


@many
@given(four)
def test_every_market_has_a_pattern_in_words(values: tuple[float | None, ...]) -> None:
    words = pattern(returns(values))
    assert words
    assert ("all" in words or "rest" in words) <= (None not in values)


prices = st.floats(0.01, 500) | st.just(math.nan) | st.sampled_from([0.0, -1.0, math.inf])
volumes = st.floats(0, 1e9) | st.just(math.nan)
stocks = st.builds(
    lambda symbol, sector, **facts: stock(symbol, sector, **facts),
    symbol=st.text("ABCDEFGHIJ.", min_size=1, max_size=6),
    sector=st.sampled_from(["technology", "healthcare", "energy", "nowhere"]),
    last=prices,
    ref_30min=prices,
    closes=st.tuples(*[prices] * 6),
    day_open=prices,
    day_volume=volumes,
    avg_volume=volumes,
    high_20=prices,
    low_20=prices,
    float_shares=volumes,
    avg_dollar_volume=volumes,
    short_interest=volumes,
    core=st.booleans(),
    halted=st.booleans(),
)


@some
@given(st.lists(stocks, max_size=14), st.integers(0, 100))
def test_any_frame_gives_a_whole_board_whatever_its_order(rows: list[dict[str, object]], seed: int) -> None:
    frame = frame_of(tuple(rows))
    board = score_board(frame)
    assert [score.slug for score in board.sectors] == [sector.slug for sector in frame.sectors]
    assert all(-1 <= score.score <= 1 and 0 <= score.confidence <= 1 for score in board.sectors)
    assert all(0 <= row.rank <= 10 for row in board.stocks)
    assert score_board(shuffled(frame, seed)).sectors == board.sectors


@some
@given(st.integers(0, 60), st.integers(0, 10_000), st.floats(0, 0.6))
def test_any_frame_recomputes_to_the_same_decimals(count: int, seed: int, missing: float) -> None:
    frame = sectors_kept(random_frame(count, seed=seed, missing=missing))
    assert score_board(unpack(pack(frame))) == score_board(frame)


def sectors_kept(frame: InputFrame) -> InputFrame:
    """The frame with the cast's sectors, so that an empty market has sectors too."""
    return dataclasses.replace(frame, sectors=frame_of().sectors)
