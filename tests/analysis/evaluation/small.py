"""A recording of seven stocks over 27 sessions, small enough to work out by hand, and days made of scores."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np

from analysis.evaluation.days import Day
from analysis.evaluation.panel import Recording, adjusted_closes
from analysis.types import Factor, FrameReturn, SectorScore, Timeframe
from sectors.lights import LIT, colour_of
from sectors.places import SLUGS
from universe.sessions import sessions_between

SESSIONS = tuple(sessions_between(dt.date(2025, 9, 2), dt.date(2025, 10, 8)))
LAST = len(SESSIONS) - 1
#: The move of the last session in percent: +10, +5, 0, -5, +5 and +15 are a mean of +5.
MOVES = {"AAA": 10.0, "BBB": 5.0, "CCC": 0.0, "DDD": -5.0, "EEE": 5.0, "FFF": 15.0, "BIG": 50.0}


def recording() -> Recording:
    """All stand at 10 USD until the last session. BIG is too large; FFF trades half of the others."""
    shape = (len(SESSIONS), len(MOVES))
    close, returns = np.full(shape, 10.0), np.zeros(shape)
    returns[LAST] = np.array(list(MOVES.values())) / 100
    close[LAST] = 10.0 * (1 + returns[LAST])
    volume = np.full(shape, 1_000_000.0)
    volume[:, 5] = 500_000.0
    shares = np.full(shape, 20_000_000.0)
    shares[:, 6] = 900_000_000.0
    return Recording(
        sessions=SESSIONS,
        symbol=np.array(list(MOVES), dtype=np.str_),
        sector=np.array(["energy"] * len(MOVES), dtype=np.str_),
        kind=np.array(["CS"] * len(MOVES), dtype=np.str_),
        mic=np.array(["XNAS"] * len(MOVES), dtype=np.str_),
        close=close,
        adjusted=adjusted_closes(close, returns),
        volume=volume,
        shares=shares,
        benchmark=np.linspace(200.0, 226.0, len(SESSIONS)),
    )


def score(value: str, **facts: Any) -> SectorScore:
    """A score with the colour of its value, and nothing else that matters unless given."""
    colour = colour_of(Decimal(value))
    frames = tuple(
        FrameReturn(frame, 1.0, 1.0, 1.0, valid=9, advancing=5, part=0.0, benchmark=None)
        for frame in Timeframe
    )
    plain = SectorScore(
        slug="energy",
        members=10,
        core=3,
        frames=frames,
        base=float(value),
        factors=(Factor("volatility", 1.0, True),),
        unclamped=float(value),
        score=Decimal(value),
        colour=colour,
        label=LIT[colour].label,
        signal=LIT[colour].signal,
        state="normal",
        cautions=(),
        confidence=Decimal("0.50"),
        coverage=1.0,
        breadth=0.5,
        relative_score=None,
        relative_colour=None,
        raw_alpha=None,
        relative_alpha=None,
        strength=None,
        pattern="",
    )
    return dataclasses.replace(plain, **facts)


def day(number: int, *values: str, overnight: str = "0", **facts: Any) -> Day:
    """A day whose eight sectors closed at ``values``; the last of them repeats."""
    filled = [*values, *[values[-1]] * (len(SLUGS) - len(values))]
    close = tuple(score(value, slug=slug, **facts) for slug, value in zip(SLUGS, filled, strict=True))
    nights = tuple(score(overnight, slug=slug) for slug in SLUGS)
    return Day(SESSIONS[number], members=80, core=24, has_volume=True, close=close, overnight=nights)
