"""Every session of a period with its two boards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from analysis.engine.history import USUAL_DEPTH
from analysis.engine.scoring import product, score_of
from analysis.errors import EvaluationRefused
from analysis.evaluation.boards import frame_at, real_board, sector_inputs
from analysis.evaluation.members import Members, members_of
from analysis.evaluation.panel import Recording
from analysis.types import SectorScore
from universe.types import Session, UniverseCriteria

#: A universe needs volumes of 15 sessions, a return over a week six closes.
SESSIONS_BEFORE = 15


@dataclass(frozen=True, slots=True)
class Day:
    """One session. ``close`` and ``overnight`` (4:00) hold the eight sectors in board order.

    ``has_volume`` False: the recording has closes of it, but no volumes for most members.
    """

    session: Session
    members: int
    core: int
    has_volume: bool
    close: tuple[SectorScore, ...]
    overnight: tuple[SectorScore, ...]


def period(recording: Recording, first: dt.date, last: dt.date) -> list[int]:
    """Places of the sessions from ``first`` to ``last``. EvaluationRefused when there is none to judge."""
    found = [
        place
        for place, session in enumerate(recording.sessions)
        if first <= session <= last and place >= SESSIONS_BEFORE
    ]
    if not found:
        raise EvaluationRefused(
            f"No session from {first} to {last} can be judged: the recording runs from "
            f"{recording.sessions[0]} to {recording.sessions[-1]}, and its first {SESSIONS_BEFORE} sessions "
            "are needed before the first board."
        )
    return found


def days(recording: Recording, places: list[int]) -> Iterator[Day]:
    """The sessions at ``places``, one after the other."""
    criteria = UniverseCriteria()
    known: dict[int, Members] = {}
    for place in places:
        for day in range(max(SESSIONS_BEFORE, place - USUAL_DEPTH), place + 1):
            known[day] = known.get(day) or members_of(recording, day, criteria)
        members = known[place]
        sectors = sector_inputs(recording, place, known)
        close, overnight = (
            real_board(frame_at(recording, place, members, hour=hour, sectors=sectors)).sectors
            for hour in ("close", "overnight")
        )
        volumes = recording.volume[place, members.columns]
        yield Day(
            session=recording.sessions[place],
            members=len(members),
            core=int(members.core.sum()),
            has_volume=bool(np.isfinite(volumes).mean() > 0.5),
            close=close,
            overnight=overnight,
        )


def plain_score(score: SectorScore) -> Decimal:
    """The score with the volatility weight alone, from the score's own parts."""
    return score_of(product(score.base, (part for part in score.factors if part.name == "volatility")))
