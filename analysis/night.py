"""What a run before the first prints of a session has instead of them: the night.

From 4:00 until the first pass at 4:30 a full analysis stands on the last closes. It reads how the world's
indices moved since the American close, which shift every light a little, and counts what has become known of
the members since then. Once prices of the morning are there, they say it themselves.
"""

from __future__ import annotations

import datetime as dt
import logging
import math

import numpy as np

from analysis.catalyst_selectors import catalysts_since
from analysis.engine.frames import unpack
from analysis.engine.performance import LAST_SESSION
from analysis.engine.scoring import OVERNIGHT_MIN, overnight_shift
from analysis.inputs import Findings, Night
from analysis.lineage.night import INDEX
from analysis.models import ANALYSIS_KINDS, RunInput
from analysis.schedule import PASS_INTERVAL
from analysis.selectors import run_newest_board
from analysis.types import BoardScores, InputFrame
from sectors.selectors import board_current
from universe.errors import SourceError
from universe.services import indices_refresh
from universe.sessions import hours, previous_session, session_of

logger = logging.getLogger(__name__)


def is_night(kind: str, now: dt.datetime) -> bool:
    """Whether a run of this kind at market time ``now`` stands on the last closes: before the first pass."""
    start = hours(session_of(now)).pre_open
    return kind in ANALYSIS_KINDS and start <= now < start + PASS_INTERVAL


def night_take(now: dt.datetime, findings: Findings) -> None:
    """Fetch the moves of the world's indices, and count the night's catalysts once the news are read; what
    is missing is said. A plan without two indices is no problem of the run."""
    since = hours(previous_session(session_of(now))).close
    findings.counts["overnight_catalysts"] = catalysts_since(since, now)
    try:
        findings.indices = indices_refresh(now)
    except SourceError as exc:
        logger.warning("no world indices: %s", exc)
        findings.problems.append(f"The world indices are not known, so nothing shifts the lights: {exc}")
        return
    known, in_plan = findings.indices.known, findings.indices.in_plan
    findings.counts["indices"] = {move.name: round(move.move_pct, 2) for move in known}
    if in_plan < OVERNIGHT_MIN:
        # A fact of the plan, which the board tells, and no fault of this run.
        findings.counts["indices_in_plan"] = in_plan
    elif len(known) < OVERNIGHT_MIN:
        missing = ", ".join(
            f"{move.name} ({move.note})" for move in findings.indices.moves if move not in known
        )
        findings.problems.append(
            f"Fewer than two world indices tell of this night, so nothing shifts the lights: {missing}."
        )


def night_keep(now: dt.datetime, findings: Findings) -> None:
    """For a run of one sector: the night of the board that stands, if it is of the same day, so that all
    eight lights stand on one. Nothing is fetched; by day there is none to keep."""
    board, run = board_current(), run_newest_board()
    told = board["context"].get("night") if board else None
    if not told or run is None or run.as_of is None or session_of(run.as_of) != session_of(now):
        return
    stored = RunInput.objects.filter(run=run).first()
    if stored is None:
        logger.warning("the night of run %s is not kept any more", run.pk)
        return
    inputs = (stored.lineage or {}).get("inputs", ())
    shifting = tuple(one for one in inputs if one["name"].startswith(INDEX))
    findings.night = Night(unpack(bytes(stored.frame)).overnight, shifting, dict(told))


def night_moves(findings: Findings) -> tuple[float, ...]:
    """The moves as the input frame keeps them: percent, NaN for one that is not known; empty by day."""
    if findings.night is not None:
        return findings.night.moves
    return tuple(move.move_pct for move in findings.indices.moves) if findings.indices else ()


def night_context(frame: InputFrame, scores: BoardScores, findings: Findings) -> dict[str, object]:
    """What the board tells of the night: members that have printed, sectors with members and those of
    them that show the last session, catalysts, how many indices the plan has (None: the vendor did not
    say), the known ones and what they add to every base; empty by day."""
    if findings.night is not None:
        return dict(findings.night.told)
    if findings.indices is None and "overnight_catalysts" not in findings.counts:
        return {}
    moves = findings.indices.moves if findings.indices else ()
    peopled = [sector for sector in scores.sectors if sector.members]
    return {
        "prints": int(np.isfinite(frame.members.last).sum()),
        "sectors": len(peopled),
        "carried": sum(any(one.note == LAST_SESSION for one in sector.frames) for sector in peopled),
        "catalysts": findings.counts.get("overnight_catalysts", 0),
        "in_plan": findings.indices.in_plan if findings.indices else None,
        "indices": [[move.name, move.move_pct] for move in moves if math.isfinite(move.move_pct)],
        "shift": overnight_shift(frame.overnight),
    }
