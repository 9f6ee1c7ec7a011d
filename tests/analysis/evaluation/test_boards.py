"""Members, frames and boards of the small recording, by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import numpy as np
import pytest

from analysis.errors import EvaluationRefused
from analysis.evaluation.boards import Hour, frame_at, real_board, sector_inputs
from analysis.evaluation.days import days, period, plain_score
from analysis.evaluation.members import members_of
from analysis.types import InputFrame, SectorScore
from tests.analysis.evaluation.small import LAST, SESSIONS, recording, score
from universe.types import UniverseCriteria


def frame(hour: Hour, place: int = LAST) -> InputFrame:
    small = recording()
    members = members_of(small, place, UniverseCriteria())
    return frame_at(
        small,
        place,
        members,
        hour=hour,
        sectors=sector_inputs(small, place, dict.fromkeys(range(place), members)),
    )


def energy(given: InputFrame) -> SectorScore:
    return next(score for score in real_board(given).sectors if score.slug == "energy")


def test_the_universe_is_that_of_the_session_before() -> None:
    small = recording()
    small.close[LAST] = 500.0
    members = members_of(small, LAST, UniverseCriteria())
    assert small.symbol[members.columns].tolist() == ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"]
    assert members.core.tolist() == [True] * 5 + [False]


def test_without_shares_or_with_too_few_volumes_nobody_is_a_member() -> None:
    small = recording()
    small.shares[:, 0] = np.nan
    small.volume[: LAST - 14, 1] = np.nan
    assert members_of(small, LAST, UniverseCriteria()).columns.tolist() == [2, 3, 4, 5]


def test_the_newest_known_shares_count() -> None:
    small = recording()
    small.shares[LAST - 3 :, 6] = [100_000_000.0, np.nan, np.nan, 900_000_000.0]
    assert 6 in members_of(small, LAST, UniverseCriteria()).columns


def test_the_board_at_the_close_is_scored_on_the_sessions_own_move() -> None:
    # Volumes as usual: all weigh alike. +5 % over every timeframe, 30 minutes excepted.
    close = energy(frame("close"))
    assert [part.value for part in close.frames] == [None, *[pytest.approx(5.0)] * 3]
    parts = (0.30 * math.tanh(5 / 2.5), 0.25 * math.tanh(5 / 4.5), 0.20 * math.tanh(5 / 6))
    assert close.base == pytest.approx(sum(parts))
    assert float(plain_score(close)) == pytest.approx(1.2 * sum(parts), abs=5e-4)
    # IWM rises by one a session, to 226.
    assert close.frames[1].benchmark == pytest.approx(100 / 225)
    assert close.frames[3].benchmark == pytest.approx(500 / 221)


def test_the_technical_factor_rests_on_closes() -> None:
    # Beyond the level of 10: four; CCC stands at it, within 2 %; DDD is under it.
    technical = energy(frame("close")).factors[3]
    assert (technical.inputs["beyond"], technical.inputs["near"]) == (4.0, 1.0)


def test_the_board_at_four_shows_the_session_before_and_knows_nothing_of_today() -> None:
    early = frame("overnight")
    assert (early.as_of.hour, early.phase, early.expected_volume_share) == (4, "pre", 0.005)
    assert np.isnan(early.members.last).all()
    board = energy(early)
    assert [part.value for part in board.frames] == [None, 0.0, 0.0, 0.0]
    assert board.frames[1].note == "last session"
    assert board.frames[1].benchmark == pytest.approx(100 / 224)


def test_a_frame_of_drawn_prices_is_refused() -> None:
    with pytest.raises(EvaluationRefused, match="2025-10-08 16:00 holds interpolated prices"):
        real_board(dataclasses.replace(frame("close"), interpolated=True))


def test_few_sessions_before_leave_what_needs_them_unknown() -> None:
    early = frame("close", place=15)
    assert np.isfinite(early.members.high_20).all()
    assert all(math.isnan(sector.usual_mover_volume) for sector in early.sectors)


def test_without_any_recorded_benchmark_there_is_no_relative_light() -> None:
    small = recording()
    small.benchmark[:] = np.nan
    members = members_of(small, LAST, UniverseCriteria())
    given = frame_at(
        small,
        LAST,
        members,
        hour="close",
        sectors=sector_inputs(small, LAST, dict.fromkeys(range(LAST), members)),
    )
    assert given.benchmark is None
    assert energy(given).relative_score is None


def test_every_session_of_the_period_has_its_two_boards() -> None:
    small = recording()
    small.volume[LAST] = np.nan
    found = list(days(small, period(small, SESSIONS[LAST - 1], dt.date(2030, 1, 1))))
    assert [day.session for day in found] == list(SESSIONS[LAST - 1 :])
    assert [(day.members, day.core, day.has_volume) for day in found] == [(6, 5, True), (6, 5, False)]
    assert float(found[1].close[2].score) > 0.5
    assert found[1].overnight[2].score == 0


def test_a_period_without_a_session_to_judge_says_so() -> None:
    small = recording()
    assert period(small, SESSIONS[0], SESSIONS[16]) == [15, 16]
    with pytest.raises(EvaluationRefused, match="the recording runs from 2025-09-02 to 2025-10-08"):
        period(small, SESSIONS[0], SESSIONS[14])


def test_the_plain_score_leaves_the_other_factors_out() -> None:
    parts = energy(frame("close")).factors
    full = score("0.5", base=0.9, factors=parts)
    assert float(plain_score(full)) == 1.0
    assert float(plain_score(dataclasses.replace(full, base=-0.25))) == -0.3
