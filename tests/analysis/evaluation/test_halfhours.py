"""Prices of half hours, and what a light loses without its 30-minute frame."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from analysis.evaluation import halfhours
from analysis.evaluation.boards import real_board
from analysis.evaluation.halfhours import Pair, half_hours, price_by, volume_by
from analysis.evaluation.panel import recording_read
from tests.analysis.engine.cast import random_frame
from tests.universe.simulator import recording as made
from universe.recording import PRE_MINUTES, RealBars

BARS = RealBars(
    row=0,
    length=30,
    start=np.array([PRE_MINUTES - 30, PRE_MINUTES, PRE_MINUTES + 60]),
    open=np.array([9.0, 10.0, 11.0]),
    high=np.array([9.0, 10.0, 11.0]),
    low=np.array([9.0, 10.0, 11.0]),
    close=np.array([9.5, 10.5, 11.5]),
    volume=np.array([5.0, 100.0, 50.0]),
)


def test_a_bar_counts_from_its_end_and_the_pre_market_gives_no_price() -> None:
    assert math.isnan(price_by(BARS, PRE_MINUTES + 29))
    assert price_by(BARS, PRE_MINUTES + 30) == price_by(BARS, PRE_MINUTES + 89) == 10.5
    assert price_by(BARS, PRE_MINUTES + 90) == 11.5
    assert [volume_by(BARS, PRE_MINUTES + minutes) for minutes in (0, 30, 90)] == [5.0, 105.0, 155.0]


@pytest.mark.parametrize("seed", range(8))
def test_a_light_never_gains_by_losing_a_frame_that_agrees(seed: int) -> None:
    whole = random_frame(400, seed=seed)
    members = dataclasses.replace(whole.members, ref_30min=np.full(400, np.nan))
    boards = [real_board(frame).sectors for frame in (whole, dataclasses.replace(whole, members=members))]
    pairs = [Pair(whole.as_of, *pair) for pair in zip(*boards, strict=True)]
    assert all(abs(pair.without.score) <= abs(pair.whole.score) for pair in pairs if pair.agrees)
    assert all(abs(pair.without.base) <= 0.75 for pair in pairs)


def test_without_a_crowded_session_there_is_no_pair(tmp_path: Path) -> None:
    folder = made.write(tmp_path)
    recording = recording_read(folder)
    assert list(half_hours(folder, recording, range(20, len(recording.sessions)))) == []


def test_a_crowded_session_has_eleven_half_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halfhours, "STOCKS_MIN", 1)
    folder = made.write(tmp_path)
    recording = recording_read(folder)
    pairs = list(half_hours(folder, recording, [recording.sessions.index(made.REAL_DAY)]))
    moments = sorted({pair.at for pair in pairs})
    assert (len(moments), f"{moments[0]:%H:%M}", f"{moments[-1]:%H:%M}") == (11, "10:30", "15:30")
    assert len(pairs) == 88
    assert all(pair.without.frames[0].value is None for pair in pairs)
    assert any(pair.whole.frames[0].value is not None for pair in pairs)
