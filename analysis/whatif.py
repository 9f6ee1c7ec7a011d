"""What another weight would change: the lights that stand, and those of the last 60 sessions, scored again.

Each light is recomputed by the live engine from the inputs that its run stored; only the weight is another.
A weight has a part in its own sector's light alone, so that the other seven stay as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from analysis.engine import FrameError
from analysis.engine.board import score_one
from analysis.engine.frames import unpack
from analysis.engine.volatility import reweighed
from analysis.models import RunInput
from sectors.models import SentimentReading
from sectors.selectors import readings_newest, readings_since
from sectors.types import Band, WeightSetting
from universe.sessions import hours, session_of, session_offset
from universe.types import Session

SESSIONS = 60


@dataclass(frozen=True, slots=True)
class Light:
    """A verdict: ``band`` "none" when it is withheld. ``weight`` is what the score was multiplied by; None:
    the reading does not tell."""

    score: Decimal
    band: Band
    weight: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A stored light of ``as_of`` and what it would be; ``after`` None: its inputs are not kept."""

    sector: str
    as_of: dt.datetime
    before: Light
    after: Light | None

    @property
    def is_other(self) -> bool:
        """Whether the trader would have seen another light."""
        return self.after is not None and self.after.band != self.before.band


@dataclass(frozen=True, slots=True)
class WhatIf:
    """``now`` holds the lights that stand, in board order: the sector's own is compared, the others are what
    they are. ``sessions`` has the last light of each of the last 60 sessions that has one, newest first."""

    sector: str
    setting: WeightSetting
    now: tuple[Comparison, ...]
    sessions: tuple[Comparison, ...]

    @property
    def compared(self) -> tuple[Comparison, ...]:
        """The sessions whose inputs are kept."""
        return tuple(one for one in self.sessions if one.after is not None)


def weight_whatif(slug: str, setting: WeightSetting) -> WhatIf:
    """What ``setting`` would change for one sector; nothing is stored."""
    standing = readings_newest()
    own = [row for row in standing if row.sector == slug]
    past = _last_of_sessions(slug, session_of(own[0].as_of)) if own else []
    found = {row.timestamp: one for row, one in _compared([*past, *own], setting)}
    now = (
        found[row.timestamp] if row.sector == slug else Comparison(row.sector, row.as_of, *[_stored(row)] * 2)
        for row in standing
    )
    return WhatIf(slug, setting, tuple(now), tuple(found[row.timestamp] for row in reversed(past)))


def _last_of_sessions(slug: str, newest: Session) -> list[SentimentReading]:
    """The last reading of each of the 60 sessions up to ``newest`` that has one, oldest first."""
    first = hours(session_offset(newest, 1 - SESSIONS)).pre_open
    last = {session_of(row.as_of): row for row in readings_since(slug, first)}
    return list(last.values())


def _compared(
    rows: list[SentimentReading], setting: WeightSetting
) -> Iterator[tuple[SentimentReading, Comparison]]:
    by_run: dict[int, list[SentimentReading]] = {}
    for row in rows:
        by_run.setdefault(row.run_id, []).append(row)
    stored = RunInput.objects.filter(run_id__in=by_run).values_list("run_id", "frame")
    lights = {run_id: _scored(bytes(frame), rows[0].sector, setting) for run_id, frame in stored.iterator(10)}
    for row in rows:
        yield row, Comparison(row.sector, row.as_of, _stored(row), lights.get(row.run_id))


def _scored(packed: bytes, slug: str, setting: WeightSetting) -> Light | None:
    """The light of a stored frame with another setting; None: the frame cannot be read any more."""
    try:
        frame = reweighed(unpack(packed), slug, setting)
        score = score_one(frame, slug)
    except FrameError:
        return None
    weight = next(sector.weight for sector in frame.sectors if sector.slug == slug)
    return Light(score.score, "none" if score.state == "insufficient" else score.colour, weight)


def _stored(row: SentimentReading) -> Light:
    factors = row.waterfall.get("factors", ())
    weight = next((factor["value"] for factor in factors if factor["name"] == "volatility"), None)
    band = "none" if row.state == "insufficient" else cast(Band, row.color_classification)
    return Light(row.sentiment_score, band, weight)
