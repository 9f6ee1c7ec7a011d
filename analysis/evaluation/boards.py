"""The input frames of a recorded session: its board at the close, and its first one, at 4:00.

Both know what a live run would have known then, less what was not recorded: no price of 30 minutes ago, no
highs and lows within a day, no catalysts, no short interest, no world indices.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

import numpy as np

from analysis.engine import score_board
from analysis.engine.frames import CLOSES
from analysis.engine.history import (
    LEVEL_SESSIONS,
    USUAL_DEPTH,
    History,
    extreme,
    mean_known,
    restricted_from,
)
from analysis.engine.volume import expected_share, usual_mover_volume
from analysis.errors import EvaluationRefused
from analysis.evaluation.members import Members
from analysis.evaluation.panel import Recording
from analysis.types import (
    Benchmark,
    BoardScores,
    FloatArray,
    InputFrame,
    MemberFrame,
    ScoringParameters,
    SectorInput,
)
from sectors.places import PLACES, SLUGS
from universe import sessions
from universe.benchmarks import BENCHMARK

#: What is recorded is the volume of the whole day, extended hours and all.
WHOLE_DAY = 1.0
Hour = Literal["close", "overnight"]


def real_board(frame: InputFrame) -> BoardScores:
    """The board of a frame as live, unless its prices were drawn: then EvaluationRefused."""
    if frame.interpolated:
        raise EvaluationRefused(
            f"The frame of {frame.as_of:%Y-%m-%d %H:%M} holds interpolated prices, which know the close that "
            "they lead to; evaluate recorded ones."
        )
    return score_board(frame)


def frame_at(
    recording: Recording, place: int, members: Members, *, hour: Hour, sectors: tuple[SectorInput, ...]
) -> InputFrame:
    """The frame of the session at ``place``: at its regular close, or at 4:00, before any print."""
    session = recording.sessions[place]
    hours = sessions.hours(session)
    as_of = hours.close if hour == "close" else hours.pre_open
    history = recording.history(place, LEVEL_SESSIONS + 1, members.columns)
    return InputFrame(
        as_of=as_of,
        session=session,
        phase=sessions.phase(as_of),
        expected_volume_share=WHOLE_DAY if hour == "close" else expected_share(as_of, hours),
        members=_members(recording, place, members, hour=hour, history=history, as_of=as_of),
        sectors=sectors,
        benchmark=_benchmark(recording, place, hour),
        parameters=ScoringParameters(),
        world="replay",
    )


def _members(
    recording: Recording,
    place: int,
    members: Members,
    *,
    hour: Hour,
    history: History,
    as_of: dt.datetime,
) -> MemberFrame:
    count, columns = len(members), members.columns
    unknown = np.full(count, np.nan)
    today = recording.history(place + 1, 1, columns)
    printed = hour == "close"
    last = today.close[0] if printed else unknown
    levels = slice(-LEVEL_SESSIONS, None)
    return MemberFrame(
        symbol=recording.symbol[columns],
        sector=recording.sector[columns],
        core=members.core,
        last=last,
        last_at=np.where(np.isfinite(last), as_of.timestamp(), np.nan),
        ref_30min=unknown,
        closes=newest_first(history.close),
        day_open=unknown,
        day_low=unknown,
        regular_close=unknown,
        day_volume=today.volume[0] if printed else unknown,
        avg_volume=mean_known(history.volume[levels]),
        high_20=extreme(history.high[levels], highest=True),
        low_20=extreme(history.low[levels], highest=False),
        float_shares=unknown,
        avg_dollar_volume=mean_known(history.close[levels] * history.volume[levels]),
        short_interest=unknown,
        days_to_cover=unknown,
        float_estimated=np.ones(count, dtype=np.bool_),
        halted=np.zeros(count, dtype=np.bool_),
        restricted=restricted_from(history),
        confirmed=np.zeros(count, dtype=np.bool_),
    )


def newest_first(closes: FloatArray) -> FloatArray:
    """Closes (sessions, m) as (m, 6), newest first; NaN before the recording begins."""
    table = np.full((closes.shape[1], CLOSES), np.nan)
    found = closes[::-1][:CLOSES].T
    table[:, : found.shape[1]] = found
    return table


def _benchmark(recording: Recording, place: int, hour: Hour) -> Benchmark | None:
    closes = newest_first(recording.benchmark[max(0, place - CLOSES) : place, None])[0]
    last = float(recording.benchmark[place]) if hour == "close" else np.nan
    if not np.isfinite(closes).any() and not np.isfinite(last):
        return None
    return Benchmark(BENCHMARK, last=last, ref_30min=np.nan, closes=tuple(closes.tolist()))


def sector_inputs(recording: Recording, place: int, past: Mapping[int, Members]) -> tuple[SectorInput, ...]:
    """The eight with their first weights and the mover volume of the 60 sessions before; NaN unknown.

    ``past`` has the members of every session by its place; of one before the first universe nobody counts.
    """
    history = recording.history(place, USUAL_DEPTH)
    own = np.array([SLUGS.index(slug) if slug else -1 for slug in recording.sector], dtype=np.intp)
    codes = np.full(history.close.shape, -1, dtype=np.intp)
    for row, day in enumerate(range(place - len(codes), place)):
        if day in past:
            codes[row, past[day].columns] = own[past[day].columns]
    ever = np.flatnonzero((codes >= 0).any(axis=0))
    usual = usual_mover_volume(
        history.close[:, ever], history.volume[:, ever], codes[:, ever], sectors=len(SLUGS)
    )
    return tuple(
        SectorInput(sector.slug, float(sector.weight), None, usual_mover_volume=float(value))
        for sector, value in zip(PLACES, usual, strict=True)
    )
