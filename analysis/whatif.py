"""What another weight would change: the lights that stand, and those of the last 60 sessions, scored again.

Each light is recomputed by the live engine from the inputs that its run stored; only the weight is another.
Of a session without a board the close is rebuilt from daily bars. A weight has a part in its own sector's
light alone, so that the other seven stay as they are.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from analysis.closings import closing_frames
from analysis.engine import FrameError
from analysis.engine.board import score_one
from analysis.engine.frames import unpack
from analysis.engine.volatility import reweighed
from analysis.models import RunInput
from analysis.types import InputFrame
from sectors.models import SentimentReading
from sectors.selectors import readings_newest, readings_since, weight_settings
from sectors.types import Band, WeightSetting
from universe.sessions import hours, session_of, session_offset, sessions_between
from universe.types import Session

SESSIONS = 60


@dataclass(frozen=True, slots=True)
class Light:
    """A verdict: ``band`` "none" when it is withheld. ``weight`` is what the score was multiplied by; None:
    the reading does not tell. ``lacks_measure``: a measured weight was asked for and the volatility is not
    known there, so that the number set by hand stands."""

    score: Decimal
    band: Band
    weight: float | None
    lacks_measure: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A light of ``as_of`` and what it would be; ``after`` None: its inputs are not kept.

    ``is_rebuilt``: nothing was published, ``before`` is the close with the weight in force.
    """

    sector: str
    as_of: dt.datetime
    before: Light
    after: Light | None
    is_rebuilt: bool = False

    @property
    def is_other(self) -> bool:
        """Whether the trader would have seen another light."""
        return self.after is not None and self.after.band != self.before.band


@dataclass(frozen=True, slots=True)
class WhatIf:
    """``now`` holds the lights that stand, in board order: the sector's own is compared, the others are what
    they are. ``sessions`` has the last light of each of the last 60 sessions, newest first; a session of
    which neither a light nor a bar is stored is left out."""

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
    own = next((row for row in standing if row.sector == slug), None)
    past = _last_of_sessions(own) if own is not None else {}
    found = _compared(list(past.values()), setting)
    now = (
        found[row.run_id] if row == own else Comparison(row.sector, row.as_of, _stored(row), _stored(row))
        for row in standing
    )
    published = {session: found[row.run_id] for session, row in past.items()}
    rebuilt = _rebuilt(slug, setting, list(past)) if past else {}
    newest_first = sorted((rebuilt | published).items(), reverse=True)
    return WhatIf(slug, setting, tuple(now), tuple(one for _, one in newest_first))


def _last_of_sessions(newest: SentimentReading) -> dict[Session, SentimentReading]:
    """The last reading of each of the 60 sessions up to that of ``newest`` that has one, oldest first."""
    first = hours(session_offset(session_of(newest.as_of), 1 - SESSIONS)).pre_open
    last = {session_of(row.as_of): row for row in readings_since(newest.sector, first)}
    # One that was published since the newest was read is another moment's.
    return last | {session_of(newest.as_of): newest}


def _compared(rows: Sequence[SentimentReading], setting: WeightSetting) -> dict[int, Comparison]:
    """By run the published light of each row, all of one sector, beside what it would be."""
    frames = RunInput.objects.filter(run_id__in=[row.run_id for row in rows]).values_list("run_id", "frame")
    lights = {run_id: _scored(bytes(frame), rows[0].sector, setting) for run_id, frame in frames.iterator(10)}
    return {
        row.run_id: Comparison(row.sector, row.as_of, _stored(row), lights.get(row.run_id)) for row in rows
    }


def _rebuilt(slug: str, setting: WeightSetting, told: Sequence[Session]) -> dict[Session, Comparison]:
    """The closes of the sessions that have no light, with the weight in force and with ``setting``."""
    newest, in_force = max(told), weight_settings()[slug]
    wanted = [
        day for day in sessions_between(session_offset(newest, 1 - SESSIONS), newest) if day not in told
    ]
    return {
        frame.session: Comparison(
            slug, frame.as_of, _light(frame, slug, in_force), _light(frame, slug, setting), is_rebuilt=True
        )
        for frame in _sound(closing_frames(slug, newest, wanted))
    }


def _sound(frames: Iterator[InputFrame]) -> Iterator[InputFrame]:
    """Those with any member: a day without one tells nothing of the sector."""
    return (frame for frame in frames if len(frame.members))


def _scored(packed: bytes, slug: str, setting: WeightSetting) -> Light | None:
    """The light of a stored frame with another setting; None: the frame cannot be read any more."""
    try:
        return _light(unpack(packed), slug, setting)
    except FrameError:
        return None


def _light(frame: InputFrame, slug: str, setting: WeightSetting) -> Light:
    again = reweighed(frame, slug, setting)
    score = score_one(again, slug)
    sector = next(sector for sector in again.sectors if sector.slug == slug)
    return Light(
        score.score,
        "none" if score.state == "insufficient" else score.colour,
        sector.weight,
        lacks_measure=setting.measured_share > 0 and not math.isfinite(sector.realised),
    )


def _stored(row: SentimentReading) -> Light:
    factors = row.waterfall.get("factors", ())
    weight = next((factor["value"] for factor in factors if factor["name"] == "volatility"), None)
    band = "none" if row.state == "insufficient" else cast(Band, row.color_classification)
    return Light(row.sentiment_score, band, weight)
