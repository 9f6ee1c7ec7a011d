"""What a sector tells beside its score: the legs of the day, its spread, its new highs and lows."""

from __future__ import annotations

import math
import statistics
from typing import Any

import pytest

from analysis.engine import score_board
from analysis.types import SectorScore
from tests.analysis.engine.cast import frame_of, stock

NAN = math.nan


def technology(*facts: dict[str, Any], **frame: Any) -> SectorScore:
    """The sector of stocks that differ from one standing still at 10 by ``facts`` each; equal weights."""
    names = (f"S{place}" for place in range(len(facts)))
    stocks = tuple(
        stock(name, "technology", **{"day_volume": 1e6, **own})
        for name, own in zip(names, facts, strict=False)
    )
    board = score_board(frame_of(stocks, **frame))
    return next(score for score in board.sectors if score.slug == "technology")


def legs(score: SectorScore) -> dict[str, float | None]:
    return {one.phase: one.value for one in score.phases}


def test_before_the_open_only_the_pre_market_has_moved() -> None:
    early = technology(*[{"last": 10.5, "day_open": NAN}] * 5, phase="pre")
    assert legs(early) == {"pre": pytest.approx(5.0), "regular": None, "post": None}


def test_the_session_starts_at_its_open_and_runs_to_the_last_price() -> None:
    score = technology(*[{"day_open": 11.0, "last": 10.45}] * 5)
    assert legs(score) == {"pre": pytest.approx(10.0), "regular": pytest.approx(-5.0), "post": None}


def test_after_the_close_the_session_stands_and_after_hours_move() -> None:
    score = technology(*[{"day_open": 11.0, "regular_close": 12.1, "last": 13.31}] * 5, phase="post")
    assert legs(score) == {
        "pre": pytest.approx(10.0),
        "regular": pytest.approx(10.0),
        "post": pytest.approx(10.0),
    }


def test_without_an_open_a_closed_session_has_no_leg_before_it() -> None:
    score = technology(*[{"day_open": NAN, "regular_close": 12.0, "last": 12.0}] * 5, phase="post")
    assert [(one.phase, one.value, one.valid) for one in score.phases] == [
        ("pre", None, 0),
        ("regular", None, 0),
        ("post", 0.0, 5),
    ]


def test_a_leg_is_winsorised_like_the_return() -> None:
    score = technology({"day_open": 20.0, "last": 20.0}, *[{"day_open": 10.0}] * 4)
    assert legs(score)["pre"] == pytest.approx(25.0 / 5)


def test_the_first_prints_tell_a_leg_while_the_frames_are_carried() -> None:
    few = technology({"last": 11.0, "day_open": NAN}, *[{"last": NAN, "day_open": NAN}] * 9, phase="pre")
    assert few.frames[1].note == "last session"
    assert legs(few)["pre"] == pytest.approx(10.0)


def test_the_spread_is_that_of_the_members() -> None:
    score = technology({"last": 11.0}, {"last": 9.0}, {"last": 10.4}, {"last": 10.1}, {"last": 9.9})
    assert score.dispersion == pytest.approx(statistics.stdev([10, -10, 4, 1, -1]))


def test_one_member_has_no_spread() -> None:
    assert technology({"last": 11.0}).dispersion is None


def test_new_highs_and_lows_are_beyond_their_levels_not_at_them() -> None:
    score = technology(
        {"last": 20.1},
        {"last": 20.0},
        {"last": 4.9},
        {"last": 5.0},
        {"last": 30.0, "high_20": NAN},
        {"last": 3.0, "low_20": NAN},
    )
    assert (score.new_highs, score.new_lows, score.levels) == (1, 1, 4)


def test_the_mean_stands_with_its_error_and_within_two_errors_of_zero_it_is_noise() -> None:
    # +10, -10, +4, +1 and -1 %: the mean is 4 / 5, the squares around it sum to 214.8.
    score = technology({"last": 11.0}, {"last": 9.0}, {"last": 10.4}, {"last": 10.1}, {"last": 9.9})
    assert score.day_mean == pytest.approx(0.8)
    assert score.day_error == pytest.approx(math.sqrt(214.8 / 4 / 5))
    assert score.state == "noise"


def test_members_that_move_alike_are_no_noise() -> None:
    alike = technology({"last": 10.4}, {"last": 10.5}, {"last": 10.6}, {"last": 10.5}, {"last": 10.5})
    assert alike.state == "normal"


def test_a_sector_that_rises_less_than_the_benchmark_is_green_with_a_red_relative_light() -> None:
    # +1 % over every timeframe beside the benchmark's +1.5, +1.2, +3 and -1 %.
    score = technology(*[{"last": 10.1, "ref_30min": 10.0}] * 5)
    base = (
        0.25 * math.tanh(-0.5 / 0.8)
        + 0.30 * math.tanh(-0.2 / 2.5)
        + 0.25 * math.tanh(-2.0 / 4.5)
        + 0.20 * math.tanh(2.0 / 6.0)
    )
    assert score.colour == "light_green"
    assert float(score.relative_score or 0) == pytest.approx(1.3 * base, abs=6e-4)
    assert score.relative_colour == "light_red"


def test_a_rise_that_turns_is_told_in_one_word_and_in_frames() -> None:
    turned = technology(*[{"last": 9.0, "ref_30min": 9.5, "closes": (9.8, 9, 8, 8, 7, 7)}] * 5)
    assert turned.momentum == "fading"
    assert turned.pattern == "3d and 1w up, rest down"
    assert "short and long frames disagree" in turned.cautions


def test_a_rise_of_one_name_is_called_one_of_few() -> None:
    score = technology({"last": 13.0, "day_volume": 2e6}, *[{"last": 9.9, "day_volume": 2e6}] * 4)
    assert score.divergences == ("up on few names: 20% of members move that way",)


def test_names_that_stand_still_do_not_share_a_fall() -> None:
    score = technology({"last": 7.5, "day_volume": 2e6}, *[{"day_volume": 2e6}] * 4)
    assert score.divergences == ("down on few names: 20% of members move that way",)


def test_a_rise_on_less_volume_than_movers_usually_have_is_called_thin() -> None:
    # Usual volume of each, where movers usually trade 1.36 times theirs: 1 / 1.36.
    score = technology(*[{"last": 11.0}] * 5)
    assert score.divergences == ("up on thin volume: movers trade 0.74 times what is usual for movers",)
