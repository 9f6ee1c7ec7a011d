"""The volatility weight that a score uses: by hand, measured, or both."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.engine import score_board
from analysis.engine.board import score_one
from analysis.engine.frames import pack, unpack
from analysis.engine.volatility import realised_volatility, reweighed, weight_used
from sectors.types import WeightSetting
from tests.analysis.engine.cast import random_frame

HYBRID = WeightSetting(Decimal("1.50"), "hybrid", Decimal("0.25"))


def alternating(size: float, sessions: int) -> np.ndarray:
    """Returns that go up and down by ``size``: a standard deviation in proportion to it."""
    return np.array([size if day % 2 else -size for day in range(sessions)])


def test_realised_volatility_is_the_sectors_deviation_over_that_of_the_whole() -> None:
    daily = np.column_stack([alternating(3.0, 60), alternating(1.0, 60), alternating(2.0, 60)])
    np.testing.assert_allclose(realised_volatility(daily), [1.5, 0.5])


def test_only_the_last_60_sessions_count() -> None:
    calm, wild = alternating(1.0, 60), alternating(9.0, 40)
    daily = np.column_stack([np.concatenate([wild, calm]), alternating(1.0, 100)])
    np.testing.assert_allclose(realised_volatility(daily), [1.0])


def test_of_fewer_than_30_sessions_known_to_both_no_volatility_is_told() -> None:
    own = alternating(2.0, 60)
    own[:31] = np.nan
    daily = np.column_stack([own, alternating(1.0, 60)])
    assert math.isnan(realised_volatility(daily)[0])
    own[30] = 2.0
    assert math.isfinite(realised_volatility(np.column_stack([own, alternating(1.0, 60)]))[0])


def test_a_universe_that_never_moves_measures_nothing() -> None:
    daily = np.column_stack([alternating(2.0, 60), np.zeros(60)])
    assert math.isnan(realised_volatility(daily)[0])


@pytest.mark.parametrize(
    ("setting", "realised", "used"),
    [
        (WeightSetting(Decimal("1.30")), 1.9, 1.30),
        (WeightSetting(Decimal("1.30"), "dynamic"), 1.12, 1.12),
        (WeightSetting(Decimal("1.30"), "dynamic"), math.nan, 1.30),
        (WeightSetting(Decimal("1.30"), "dynamic"), 2.71, 2.00),
        (WeightSetting(Decimal("1.30"), "dynamic"), 0.11, 0.50),
        (HYBRID, 1.10, 1.40),
        (HYBRID, math.nan, 1.50),
        (WeightSetting(Decimal("0.10"), "hybrid", Decimal("0.01")), 0.50, 0.10),
        (WeightSetting(Decimal("1.30"), "hybrid", Decimal("0.50")), 1.117, 1.21),
    ],
)
def test_the_weight_used_is_set_measured_within_bounds_or_blended(
    setting: WeightSetting, realised: float, used: float
) -> None:
    assert weight_used(setting, realised) == used


@given(
    weight=st.decimals("0.10", "3.00", places=2),
    share=st.decimals("0.01", "0.99", places=2),
    source=st.sampled_from(["static", "dynamic", "hybrid"]),
    realised=st.one_of(st.just(math.nan), st.floats(0, 100)),
)
def test_whatever_is_measured_the_weight_stays_within_its_range_and_has_two_decimals(
    weight: Decimal, share: Decimal, source: str, realised: float
) -> None:
    used = weight_used(WeightSetting(weight, source, share), realised)  # type: ignore[arg-type]
    assert 0.10 <= used <= 3.00
    assert used == round(used, 2)


def test_another_weight_touches_its_own_sector_alone() -> None:
    frame = random_frame(300, seed=5)
    before = {score.slug: score for score in score_board(frame).sectors}
    after = score_board(reweighed(frame, "energy", WeightSetting(Decimal("2.75")))).sectors
    assert [score.slug for score in after if score != before[score.slug]] == ["energy"]


def test_one_sector_alone_scores_as_on_the_whole_board() -> None:
    frame = random_frame(300, seed=6)
    for score in score_board(frame).sectors:
        assert score_one(frame, score.slug) == score


def test_a_measured_weight_survives_the_frames_bytes_and_names_its_parts() -> None:
    frame = random_frame(300, seed=7)
    measured = next(one for one in frame.sectors if one.slug == "energy")
    assert math.isnan(measured.realised)
    frame = reweighed(frame, "energy", HYBRID)
    again = unpack(pack(frame))
    assert pack(again) == pack(frame)
    factor = next(one for one in score_one(again, "energy").factors if one.name == "volatility")
    assert factor.inputs == {"weight": 1.5, "set": 1.5, "measured_share": 0.25}


def test_a_frame_from_before_weights_were_measured_is_read_and_measures_nothing() -> None:
    from analysis.engine import frames

    frame = random_frame(50, seed=8)
    header = frames._header(frame)
    for sector in header["sectors"]:
        for name in ("weight_source", "weight_set", "measured_share", "realised"):
            del sector[name]
    old = frames._frame(header, frame.members)
    assert weight_used(WeightSetting(Decimal("1.1"), "dynamic"), old.sectors[0].realised) == 1.1
    assert score_board(old).sectors == score_board(frame).sectors
