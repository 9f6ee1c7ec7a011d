"""One sector's close of sessions without a board, rebuilt from the daily bars that are stored.

Such a frame knows less than a run's: closes and volumes of regular sessions, today's members where the
session's own were never stored, today's classes. Half hours, usual mover volume and catalysts are unknown, so
that these factors are 1.0. The engine is the live one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from analysis.engine.history import USUAL_DEPTH
from analysis.engine.volatility import realised_volatility
from analysis.evaluation.boards import frame_at
from analysis.evaluation.members import Members
from analysis.evaluation.panel import Recording
from analysis.norms import history_of, sector_history
from analysis.selectors import parameters_current
from analysis.types import FloatArray, InputFrame, SectorInput
from sectors.selectors import classification_map, sectors_list
from universe import sessions
from universe.benchmarks import BENCHMARK
from universe.selectors import members as universe_members
from universe.selectors import members_past, price_frame
from universe.types import Session

#: A return over a week needs six closes before the one that is scored.
SESSIONS_BEFORE = 6


def closing_frames(slug: str, session: Session, wanted: Sequence[Session]) -> Iterator[InputFrame]:
    """The frames of one sector at the close of the ``wanted`` sessions, all before ``session``, oldest first.

    A session that is too old, or of which nothing is stored, is left out.
    """
    standing, past = {row.symbol for row in universe_members(session)}, members_past(wanted)
    classes = classification_map(standing.union(*past.values()))
    own = sorted(symbol for symbol, sector in classes.items() if sector == slug)
    if not own or not wanted:
        return
    recording, daily = _recording(slug, own, session), _daily(session, sorted(standing), classes)
    column, parameters = [sector.slug for sector in sectors_list()].index(slug), parameters_current()
    for place, day in enumerate(recording.sessions):
        if day not in wanted or place < SESSIONS_BEFORE or not np.isfinite(recording.close[place]).any():
            continue
        columns = np.flatnonzero(np.isin(recording.symbol, list(past.get(day, standing))))
        realised = float(realised_volatility(daily[:place])[column])
        frame = frame_at(
            recording,
            place,
            Members(columns, np.ones(len(columns), dtype=np.bool_)),
            hour="close",
            sectors=(SectorInput(slug, 1.0, None, realised=realised),),
        )
        yield replace(frame, parameters=parameters)


def _recording(slug: str, symbols: Sequence[str], session: Session) -> Recording:
    """The 81 sessions before ``session``, adjusted to it."""
    days = [sessions.session_offset(session, -back) for back in range(USUAL_DEPTH, 0, -1)]
    prices = price_frame([*symbols, BENCHMARK], sessions.hours(session).pre_open, USUAL_DEPTH)
    own = history_of(prices, session, symbols, count=USUAL_DEPTH)
    unknown = np.array([""] * len(symbols), dtype=np.str_)
    return Recording(
        sessions=tuple(days),
        symbol=np.array(symbols, dtype=np.str_),
        sector=np.array([slug] * len(symbols), dtype=np.str_),
        kind=unknown,
        mic=unknown,
        close=own.close,
        adjusted=own.close,
        volume=own.volume,
        shares=np.full(own.close.shape, np.nan),
        benchmark=history_of(prices, session, [BENCHMARK], count=USUAL_DEPTH).close[:, 0],
    )


def _daily(session: Session, standing: Sequence[str], classes: Mapping[str, str]) -> FloatArray:
    moment = sessions.hours(session).pre_open
    own = {symbol: classes[symbol] for symbol in standing if symbol in classes}
    return sector_history(moment, standing, own, parameters=parameters_current()).daily
