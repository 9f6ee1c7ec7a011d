"""What each member of a sector adds to R: in units that sum exactly to it, from the engine's own numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.engine import score_board
from analysis.engine.board import sector_members
from analysis.engine.frames import FrameError, pack, unpack
from analysis.engine.performance import contributions
from analysis.members import UNIT, Member, allotted, members_of, members_sorted
from analysis.types import Timeframe
from tests.analysis.engine.cast import random_frame

FRAME = random_frame(1_500, seed=7)
SLUGS = [sector.slug for sector in FRAME.sectors]


def test_two_members_of_a_sector_worked_by_hand() -> None:
    """+8 % at weight 2 and -4 % at weight 1: R is +4, of which +5.333 and -1.333; the third has no return."""
    parts = contributions(np.array([8.0, -4.0, math.nan]), np.array([2.0, 1.0, 5.0]), 25.0)
    assert parts[:2].tolist() == pytest.approx([16 / 3, -4 / 3])
    assert math.isnan(parts[2])
    assert allotted(parts, 4.0) == [Decimal("5.33333"), Decimal("-1.33333"), None]


def test_a_move_beyond_the_limit_adds_as_much_as_the_limit() -> None:
    assert contributions(np.array([90.0]), np.array([1.0]), 25.0).tolist() == [25.0]


@pytest.mark.parametrize("slug", SLUGS)
def test_in_every_timeframe_the_members_add_up_to_r_to_the_last_digit(slug: str) -> None:
    found = members_of(unpack(pack(FRAME)), slug)
    scored = next(one for one in score_board(FRAME).sectors if one.slug == slug)
    for one in scored.frames:
        added = [member.frames[one.timeframe].adds for member in found.members]
        known = [part for part in added if part is not None]
        assert len(known) == one.valid
        assert one.value is not None
        assert sum(known) == found.totals[one.timeframe] == Decimal(repr(one.value)).quantize(UNIT)


def test_the_engines_terms_sum_to_r_within_float_noise() -> None:
    _, moves = sector_members(FRAME, "technology")
    scored = next(one for one in score_board(FRAME).sectors if one.slug == "technology")
    for column, one in enumerate(scored.frames):
        parts = contributions(moves.returns[:, column], moves.weights, FRAME.parameters.winsor_pct)
        assert math.fsum(parts[np.isfinite(parts)].tolist()) == pytest.approx(one.value, abs=1e-12)


@given(
    st.lists(st.floats(-25, 25), min_size=1, max_size=40),
    st.lists(st.floats(0.5, 2.24), min_size=40, max_size=40),
)
def test_no_member_is_told_further_off_than_one_unit(returns: list[float], weights: list[float]) -> None:
    own = weights[: len(returns)]
    total = math.fsum(r * w for r, w in zip(returns, own, strict=True)) / math.fsum(own)
    parts = contributions(np.array(returns), np.array(own), 25.0)
    told = [part for part in allotted(parts, total) if part is not None]
    assert sum(told) == Decimal(repr(total)).quantize(UNIT)
    for part, exact in zip(told, parts.tolist(), strict=True):
        assert abs(part - Decimal(exact)) <= UNIT


def test_prices_and_references_are_those_that_the_returns_were_taken_of() -> None:
    found = members_of(FRAME, "technology")
    for member in found.members:
        for one in member.frames.values():
            if math.isfinite(one.change):
                assert one.change == pytest.approx(100 * (member.last / one.reference - 1))


def test_before_the_first_prints_the_session_before_stands_in() -> None:
    silent = replace(FRAME.members, last=np.full(len(FRAME.members), np.nan))
    found = members_of(replace(FRAME, members=silent), "technology")
    assert found.carried
    assert found.totals[Timeframe.MIN30] is None
    assert {member.weight for member in found.members} == {1.0}
    rows = np.flatnonzero(FRAME.members.sector == "technology")
    closes = FRAME.members.closes[rows]
    assert [member.last for member in found.members] == pytest.approx(closes[:, 0].tolist(), nan_ok=True)
    references = [member.frames[Timeframe.DAY3].reference for member in found.members]
    assert references == pytest.approx(closes[:, 3].tolist(), nan_ok=True)


def test_a_sector_that_the_frame_does_not_hold_is_refused() -> None:
    with pytest.raises(FrameError, match="no sector 'crypto'"):
        members_of(FRAME, "crypto")


def value_of(member: Member, by: str) -> float:
    if by in ("weight", "volume"):
        return member.weight if by == "weight" else member.relative_volume
    adds = member.frames[Timeframe(by)].adds
    return math.nan if adds is None else float(adds)


@pytest.mark.parametrize("by", ["30min", "1w", "weight", "volume"])
def test_members_without_the_value_come_last_either_way(by: str) -> None:
    found = members_of(FRAME, "technology")
    for largest in (True, False):
        ordered = members_sorted(found.members, by, largest=largest)
        values = [value_of(one, by) for one in ordered]
        known = [value for value in values if math.isfinite(value)]
        assert known == sorted(known, reverse=largest)
        assert all(math.isnan(value) for value in values[len(known) :])
        assert {one.symbol for one in ordered} == {one.symbol for one in found.members}
