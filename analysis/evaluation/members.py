"""The universe of a recorded session, by the product's criteria from data through the session before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.evaluation.panel import Recording
from analysis.types import BoolArray, FloatArray
from universe.criteria import verdict_for
from universe.types import Candidate, Tier, UniverseCriteria

#: Shares outstanding are the newest of so many sessions; older ones are not known any more.
SHARES_SESSIONS = 20


@dataclass(frozen=True, slots=True)
class Members:
    """Columns of the recording that are in the breadth tier or better, (m,), and which of them are core."""

    columns: NDArray[np.intp]
    core: BoolArray

    def __len__(self) -> int:
        return len(self.columns)


def members_of(recording: Recording, place: int, criteria: UniverseCriteria) -> Members:
    """Who is in the universe of the session at ``place``; no free float is recorded, so shares bound it."""
    average = average_volume(recording.volume[max(0, place - criteria.volume_sessions) : place], criteria)
    price = recording.close[place - 1]
    shares = newest(recording.shares[max(0, place - SHARES_SESSIONS) : place])
    # No criterion lets the others in; leaving them out here saves most of the time.
    likely = np.flatnonzero(
        (average >= criteria.breadth_volume_min)
        & (price >= criteria.price_min)
        & (price <= criteria.price_max)
    )
    columns, core = [], []
    for column in likely.tolist():
        outstanding = None if np.isnan(shares[column]) else float(shares[column])
        candidate = Candidate(
            symbol=str(recording.symbol[column]),
            exchange=str(recording.mic[column]) or None,
            kind=str(recording.kind[column]) or None,
            price=float(price[column]),
            market_cap=None if outstanding is None else outstanding * float(price[column]),
            avg_volume=float(average[column]),
            float_shares=None,
            shares_outstanding=outstanding,
        )
        tier = verdict_for(candidate, criteria).tier
        if tier is not None:
            columns.append(column)
            core.append(tier is Tier.CORE)
    return Members(np.array(columns, dtype=np.intp), np.array(core, dtype=np.bool_))


def average_volume(volumes: FloatArray, criteria: UniverseCriteria) -> FloatArray:
    """The mean of each column's known volumes, (n,); NaN where too few sessions have one."""
    known = np.isfinite(volumes).sum(axis=0)
    total = np.where(np.isfinite(volumes), volumes, 0.0).sum(axis=0)
    enough = known >= criteria.volume_sessions_min
    mean: FloatArray = np.divide(total, known, out=np.full(len(known), np.nan), where=enough)
    return mean


def newest(values: FloatArray) -> FloatArray:
    """The last known value of each column, (n,); NaN where none is."""
    found = np.full(values.shape[1], np.nan)
    for row in values:
        np.copyto(found, row, where=np.isfinite(row))
    return found
