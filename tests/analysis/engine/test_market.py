"""A market of twelve stocks: answers worked out by hand, then by plain loops; then larger random markets."""

from __future__ import annotations

import dataclasses
import math
from decimal import Decimal

import numpy as np
import pytest

from analysis.engine import score_board
from analysis.types import BoardScores, InputFrame, RankedStock, SectorScore, Timeframe
from tests.analysis.engine import loops
from tests.analysis.engine.cast import CAST, IWM, frame_of, random_frame, shuffled, stock


@pytest.fixture
def board() -> BoardScores:
    return score_board(frame_of())


def sector(board: BoardScores, slug: str) -> SectorScore:
    return next(score for score in board.sectors if score.slug == slug)


def ranked(board: BoardScores, symbol: str) -> RankedStock:
    return next(row for row in board.stocks if row.symbol == symbol)


def test_technology_by_hand(board: BoardScores) -> None:
    # Relative volumes 4, 1, 2.25, 0.1 -> 0.25, 9 -> 5 and unknown -> 1: roots 2, 1, 1.5, 0.5, sqrt 5, 1.
    # Day: +8, -4, +12.5, -2.5, +30 -> +25, 0. Sum of root times move: 16 - 4 + 18.75 - 1.25 + 25 sqrt 5.
    technology = sector(board, "technology")
    day = technology.frames[1]
    assert day.value == pytest.approx((29.5 + 25 * math.sqrt(5)) / (6 + math.sqrt(5)), abs=1e-12)
    assert (day.mean, day.median) == (pytest.approx(44 / 6), pytest.approx(4.0))
    assert (day.valid, day.advancing, technology.members, technology.core) == (6, 3, 6, 5)
    assert technology.day_mean == pytest.approx(39 / 6)
    assert technology.breadth == 0.5
    assert technology.coverage == 1.0


def test_a_missing_reference_leaves_its_timeframe_only(board: BoardScores) -> None:
    assert [frame.valid for frame in sector(board, "technology").frames] == [5, 6, 5, 6]


def test_the_alpha_is_against_the_benchmark_of_the_same_day(board: BoardScores) -> None:
    technology = sector(board, "technology")
    value = technology.frames[1].value
    assert value is not None
    assert technology.frames[1].benchmark == pytest.approx(1.2)
    assert technology.raw_alpha == pytest.approx(value - 1.2)
    assert technology.relative_alpha == pytest.approx(1.3 * value - 1.2)
    assert technology.strength == "strong outperformance"


def test_the_relative_light_is_scored_on_returns_minus_the_benchmark(board: BoardScores) -> None:
    technology = sector(board, "technology")
    benchmark = (1.5, 1.2, 3.0, -1.0)
    base = sum(
        weight * math.tanh(((frame.value or 0.0) - reference) / scale)
        for frame, reference, weight, scale in zip(
            technology.frames, benchmark, (0.25, 0.30, 0.25, 0.20), (0.8, 2.5, 4.5, 6.0), strict=True
        )
    )
    assert float(technology.relative_score or 0) == pytest.approx(min(1.0, 1.3 * base), abs=6e-4)


def test_technology_is_dark_green_and_explains_itself(board: BoardScores) -> None:
    technology = sector(board, "technology")
    parts = math.fsum([*(frame.part for frame in technology.frames), technology.shift])
    assert technology.base == parts
    product = parts
    for factor in technology.factors:
        product *= factor.value
    assert technology.unclamped == product
    assert technology.score == Decimal(repr(min(1.0, product))).quantize(Decimal("0.001"))
    told = (technology.colour, technology.label, technology.signal)
    assert told == ("dark_green", "Bullish", "DO_NOT_SHORT")


def test_the_volume_factor_by_hand(board: BoardScores) -> None:
    # Risers SOUN, PATH, KLYX: times usual 4, 2.25, 5, by 8, 12.5, 25 points: q = 185.125 / 45.5.
    volume = sector(board, "technology").factors[1]
    assert volume.inputs["mover_volume"] == pytest.approx(185.125 / 45.5)
    assert (volume.value, volume.known) == (1.3, True)


def test_the_technical_factor_by_hand(board: BoardScores) -> None:
    # SOUN (root 2) is beyond its high, PATH (1.5) within 2 % under it; the others are nowhere near.
    technical = sector(board, "technology").factors[3]
    net = 0.5 / (6 + math.sqrt(5))
    assert technical.inputs == {"net": pytest.approx(net), "beyond": 1.0, "near": 1.0, "known": 6.0}
    assert technical.value == pytest.approx(1 + 0.2 * net)


def test_three_members_are_scored_but_their_verdict_is_withheld(board: BoardScores) -> None:
    healthcare = sector(board, "healthcare")
    assert healthcare.frames[1].value == pytest.approx((-11.0 - 5.0 + 2.0) / 3)
    assert healthcare.state == "insufficient"
    assert healthcare.colour == "dark_red"


def test_a_tiny_sector_without_all_its_prints_shows_the_last_session(board: BoardScores) -> None:
    # SDRL printed, REIX did not: one of two. The day before: 0 % and 12 / 10, over three sessions 12 / 8.
    energy = sector(board, "energy")
    assert [frame.value for frame in energy.frames] == [None, *map(pytest.approx, (10.0, 12.5, 10.0))]
    assert [frame.note for frame in energy.frames] == ["too few prints today", *["last session"] * 3]
    assert energy.frames[1].benchmark == pytest.approx(100 * (200 / 198 - 1))
    assert energy.premarket is not None
    assert (energy.premarket.value, energy.premarket.valid) == (pytest.approx(1.0), 1)
    assert [factor.known for factor in energy.factors] == [True, False, False, False]


def test_a_sector_without_data_is_insufficient_at_zero(board: BoardScores) -> None:
    utilities = sector(board, "utilities")
    assert (utilities.state, utilities.score, utilities.confidence) == (
        "insufficient",
        Decimal("0.000"),
        Decimal("0.00"),
    )
    assert (utilities.colour, utilities.pattern) == ("blue_neutral", "no frames yet")
    assert [factor.value for factor in utilities.factors] == [1.0] * 4
    assert (utilities.strength, utilities.breadth, utilities.coverage) == (None, 0.0, 0.0)


def test_a_sector_without_any_member_is_insufficient_at_zero() -> None:
    empty = sector(score_board(frame_of(CAST[:6])), "energy")
    assert (empty.state, empty.score, empty.confidence, empty.members) == ("insufficient", 0, 0, 0)
    assert (empty.frames[1].note, empty.breadth, empty.coverage) == ("no data", 0.0, 0.0)


def test_a_board_without_any_stock_still_has_its_sectors() -> None:
    board = score_board(frame_of(()))
    assert [score.state for score in board.sectors] == ["insufficient"] * 4
    assert board.stocks == ()


def test_the_ranks_by_hand(board: BoardScores) -> None:
    soun = ranked(board, "SOUN")
    assert soun.gap_part == pytest.approx(4 * math.tanh(8 / 8.75))
    assert soun.volume_part == pytest.approx(3 * math.tanh(4 / 1.3))
    assert (soun.alignment_part, soun.shortability_part) == (2.0, 0.6)
    assert soun.rank == pytest.approx(soun.gap_part + soun.volume_part + 2.6)
    assert soun.relative_volume == 4.0


def test_the_day_and_the_opening_gap_are_two_numbers(board: BoardScores) -> None:
    klyx = ranked(board, "KLYX")
    assert (klyx.gap_pct, klyx.opening_gap_pct) == (pytest.approx(30.0), pytest.approx(20.0))


def test_only_core_stocks_that_moved_are_ranked(board: BoardScores) -> None:
    symbols = {row.symbol for row in board.stocks}
    assert symbols == {"SOUN", "PATH", "SMCI", "KLYX", "NIMB", "OCUL", "KPTI", "DTIL", "SDRL"}
    assert board.dropped == {
        "unknown_sector": 0,
        "no_print_today": 2,
        "price_not_positive": 0,
        "no_previous_close": 1,
        "no_relative_volume": 2,
        "core_not_ranked": 2,
    }


def test_a_stock_of_an_unlisted_sector_is_counted_and_left_out() -> None:
    board = score_board(frame_of((*CAST, stock("LAND", "real_estate", last=12.0))))
    assert board.dropped["unknown_sector"] == 1
    assert "LAND" not in {row.symbol for row in board.stocks}


def test_a_halted_stock_stands_apart(board: BoardScores) -> None:
    healthcare = board.tops["healthcare"]
    assert [row.symbol for row in healthcare.halted] == ["KPTI"]
    assert [row.symbol for row in healthcare.bearish] == ["OCUL"]
    assert ranked(board, "KPTI").shortability == "none"


def test_a_side_is_never_padded(board: BoardScores) -> None:
    technology = board.tops["technology"]
    assert [row.symbol for row in technology.bearish] == ["SMCI"]
    assert [row.symbol for row in technology.bullish] == ["KLYX", "PATH", "SOUN"]
    assert board.tops["utilities"].bullish == ()


def test_an_insufficient_sector_aligns_with_nobody(board: BoardScores) -> None:
    assert {row.alignment for row in board.stocks if row.sector == "healthcare"} == {0.5}
    assert ranked(board, "SMCI").alignment == 0.0


def test_flags_of_short_sellers(board: BoardScores) -> None:
    assert {row.symbol for row in board.stocks if row.restricted} == {"OCUL", "DTIL"}
    assert {row.symbol for row in board.stocks if row.squeeze} == {"SMCI", "OCUL"}
    grades = {row.symbol: row.shortability for row in board.stocks}
    assert grades["PATH"] == "good"
    assert grades["SMCI"] == "fair"
    assert grades["KLYX"] == "fair"


def test_a_frame_without_a_benchmark_has_no_relative_light() -> None:
    technology = sector(score_board(frame_of(benchmark=None)), "technology")
    assert (technology.relative_score, technology.relative_colour, technology.raw_alpha) == (None, None, None)


def test_a_short_history_of_the_benchmark_hides_only_what_it_lacks() -> None:
    short = dataclasses.replace(IWM, closes=(200.0,), ref_30min=math.nan)
    technology = sector(score_board(frame_of(benchmark=short)), "technology")
    assert [frame.benchmark is None for frame in technology.frames] == [True, False, True, True]
    assert technology.relative_score is not None


def test_degraded_inputs_and_a_near_release_lower_the_confidence_alone() -> None:
    plain, degraded, release = (
        sector(score_board(frame_of(**facts)), "technology")
        for facts in ({}, {"degraded": ("fmp",)}, {"release": "CPI at 8:30"})
    )
    assert plain.score == degraded.score == release.score
    assert float(degraded.confidence) == pytest.approx(0.7 * float(plain.confidence), abs=0.011)
    assert float(release.confidence) == pytest.approx(0.8 * float(plain.confidence), abs=0.011)
    assert "CPI at 8:30" in release.cautions


def test_overnight_moves_shift_the_base_as_a_bar_of_their_own() -> None:
    lit = score_board(frame_of(overnight=(1.0, -3.0, math.nan)))
    assert sector(lit, "technology").shift == pytest.approx(0.05 * math.tanh(-1.0))
    assert sector(lit, "utilities").shift == 0.0
    assert sector(score_board(frame_of(overnight=(1.0, math.nan))), "technology").shift == 0.0


SECOND_OPINIONS = [
    frame_of(),
    random_frame(40, seed=1),
    random_frame(400, seed=2, missing=0.3),
    random_frame(400, seed=3, printed=0.15),
    random_frame(1500, seed=4),
    random_frame(300, seed=5, printed=0.0),
]


@pytest.mark.parametrize("frame", SECOND_OPINIONS, ids=lambda frame: f"{len(frame.members)} names")
def test_plain_loops_give_the_same_sectors(frame: InputFrame) -> None:
    board = score_board(frame)
    for given, score in zip(frame.sectors, board.sectors, strict=True):
        second = loops.sector(frame, given)
        assert {part.timeframe.value: part.value for part in score.frames} == pytest.approx(second["returns"])
        assert {part.timeframe.value: part.mean for part in score.frames} == pytest.approx(second["means"])
        assert score.base == pytest.approx(second["base"], abs=1e-12)
        assert [factor.value for factor in score.factors] == pytest.approx(second["factors"], abs=1e-12)
        assert score.score == second["score"]
        assert float(score.confidence) == pytest.approx(second["confidence"], abs=0.0051)


@pytest.mark.parametrize("frame", SECOND_OPINIONS, ids=lambda frame: f"{len(frame.members)} names")
def test_plain_loops_give_the_same_ranks_and_leaders(frame: InputFrame) -> None:
    board = score_board(frame)
    got = {row.symbol: row.rank for row in board.stocks}
    for score in board.sectors:
        rows = {row["symbol"]: row for row in loops.rows_of(frame, score.slug)}
        ranks = {
            symbol: loops.rank(row, score.colour, score.state, frame.expected_volume_share)
            for symbol, row in rows.items()
        }
        second = {symbol: rank for symbol, rank in ranks.items() if rank is not None}
        assert {symbol: got[symbol] for symbol in second} == pytest.approx(second, abs=1e-12)
        falling = [s for s in second if rows[s]["last"] < rows[s]["closes"][0] and not rows[s]["halted"]]
        best = sorted(falling, key=lambda symbol: -second[symbol])[:3]
        assert [row.symbol for row in board.tops[score.slug].bearish] == best


def test_the_order_of_the_members_changes_nothing() -> None:
    frame = random_frame(1500, seed=6)
    assert score_board(shuffled(frame, 7)) == score_board(frame)


def test_a_bad_price_is_missing_not_zero() -> None:
    broken = tuple({**row, "last": -1.0} if row["symbol"] == "SOUN" else row for row in CAST)
    board = score_board(frame_of(broken))
    assert board.dropped["price_not_positive"] == 1
    assert sector(board, "technology").frames[1].valid == 5


def test_nothing_in_a_board_is_nan() -> None:
    def numbers(value: object) -> list[float]:
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return numbers([getattr(value, field.name) for field in dataclasses.fields(value)])
        if isinstance(value, dict):
            return numbers(list(value.values()))
        if isinstance(value, list | tuple):
            return [number for item in value for number in numbers(item)]
        return [value] if isinstance(value, float) else []

    found = numbers(score_board(random_frame(400, seed=8, missing=0.5)))
    assert len(found) > 1000
    assert np.isfinite(found).all()


def test_30min_without_a_reference_says_so() -> None:
    opened = tuple({**row, "ref_30min": math.nan} for row in CAST)
    first = sector(score_board(frame_of(opened)), "technology").frames[0]
    assert (first.timeframe, first.value) == (Timeframe.MIN30, None)
    assert first.note == "no price 30 minutes ago in this phase"


def test_a_frame_that_few_of_the_priced_members_have_says_how_many() -> None:
    frame = random_frame(400, seed=8, missing=0.0)
    for share, is_thin in ((0.2, True), (0.8, False)):
        known = np.random.default_rng(8).random(400) < share
        frame.members.ref_30min[:] = np.where(known, 10.0, np.nan)
        for score in score_board(frame).sectors:
            mine = frame.members.sector == score.slug
            words = f"{(mine & known).sum()} of {mine.sum()} members only"
            assert score.frames[0].note == (words if is_thin else "")
