"""What the 30-minute frame adds: boards of real half hours with it and without it.

Only sessions of which the bars of many stocks were recorded can tell. Their stocks are those of the file,
large ones too, so that these boards speak of the frame and not of the product's universe.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.engine.volume import expected_share
from analysis.evaluation.boards import frame_at, real_board, sector_inputs
from analysis.evaluation.members import Members
from analysis.evaluation.panel import Recording
from analysis.types import FloatArray, InputFrame, SectorScore
from universe import sessions
from universe.recording import PRE_MINUTES, IntradayFiles, RealBars, crowded_days

#: With fewer stocks a session's bars cannot light eight sectors.
STOCKS_MIN = 500
HALF_HOUR = 30
#: Minutes after 4:00: from 10:30, the first half hour with a price 30 minutes ago, to 15:30.
MOMENTS = range(PRE_MINUTES + 2 * HALF_HOUR, PRE_MINUTES + 390, HALF_HOUR)


@dataclass(frozen=True, slots=True)
class Pair:
    """One sector at one half hour, with its 30-minute frame and without."""

    at: dt.datetime
    whole: SectorScore
    without: SectorScore

    @property
    def agrees(self) -> bool:
        """Whether the 30-minute part points where the other parts do, or there is nothing on one side."""
        return self.whole.frames[0].part * self.without.base >= 0


def half_hours(folder: Path, recording: Recording, places: Sequence[int]) -> Iterator[Pair]:
    """Pairs of every half hour of the crowded sessions among ``places``; without such a session none."""
    crowded = set(crowded_days(folder, STOCKS_MIN))
    files = IntradayFiles(folder)
    index = {str(symbol): column for column, symbol in enumerate(recording.symbol)}
    for place in places:
        session = recording.sessions[place]
        if session in crowded and not sessions.is_early_close(session):
            bars = files.bars(sessions.hours(session), index, recording.close[place])
            yield from _session(recording, place, [bar for bar in bars if recording.sector[bar.row]])


def _session(recording: Recording, place: int, bars: list[RealBars]) -> Iterator[Pair]:
    columns = np.array([bar.row for bar in bars], dtype=np.intp)
    members = Members(columns, np.zeros(len(bars), dtype=np.bool_))
    close = frame_at(
        recording,
        place,
        members,
        hour="close",
        sectors=sector_inputs(recording, place, dict.fromkeys(range(place), members)),
    )
    for minute in MOMENTS:
        whole = _frame(close, bars, minute, scale=recording.adjusted[place] / recording.close[place])
        nothing = np.full(len(bars), np.nan)
        without = dataclasses.replace(whole, members=dataclasses.replace(whole.members, ref_30min=nothing))
        pairs = zip(real_board(whole).sectors, real_board(without).sectors, strict=True)
        yield from (Pair(whole.as_of, *pair) for pair in pairs)


def _frame(close: InputFrame, bars: list[RealBars], minute: int, *, scale: FloatArray) -> InputFrame:
    """The frame of the close with prices and volumes of ``minute``; ``scale`` (n,) takes splits out."""
    hours = sessions.hours(close.session)
    as_of = hours.pre_open + dt.timedelta(minutes=minute)
    steps = np.array([scale[bar.row] for bar in bars])
    members = dataclasses.replace(
        close.members,
        last=np.array([price_by(bar, minute) for bar in bars]) * steps,
        ref_30min=np.array([price_by(bar, minute - HALF_HOUR) for bar in bars]) * steps,
        day_volume=np.array([volume_by(bar, minute) for bar in bars]) / steps,
    )
    return dataclasses.replace(
        close,
        as_of=as_of,
        phase=sessions.phase(as_of),
        expected_volume_share=expected_share(as_of, hours),
        members=members,
        benchmark=None,
    )


def price_by(bars: RealBars, minute: int) -> float:
    """The last regular price by ``minute`` after 4:00; NaN before the first."""
    done = (bars.start >= PRE_MINUTES) & (bars.start + bars.length <= minute)
    return float(bars.close[done][-1]) if done.any() else float("nan")


def volume_by(bars: RealBars, minute: int) -> float:
    """Shares by ``minute`` after 4:00."""
    return float(np.nansum(bars.volume[bars.start + bars.length <= minute]))
