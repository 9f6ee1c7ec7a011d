"""What one run leaves on the board: the stored JSON from which page, push, fallback and replay are drawn.

Pure: rows in, JSON out. All moments are ISO strings in New York time and scores are decimal strings, so that
the JSON is the same on every machine and can be hashed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sectors.lights import LIGHTS, colour_of, stored_band, withheld_side
from sectors.types import Band, HistoryPoint, PreviousLight, RunStamp
from universe import sessions

if TYPE_CHECKING:
    from sectors.models import SentimentReading

FORMAT = 1
FRAMES = ("30min", "1d", "3d", "1w")
#: The product's scales (docs/numbers.md, The score), for readings whose waterfall does not name its own.
SCALES = {"30min": 0.8, "1d": 2.5, "3d": 4.5, "1w": 6.0}
#: The product's least number of 1d returns (docs/numbers.md, Tunable constants), likewise.
MINIMUM_VALID = 5
#: Runs that read one sector alone: the others are not missing.
PARTIAL_KINDS = ("mover", "reweight")
#: Of these the run that reads no price: its light is as old as the one before it.
REWEIGHT = "reweight"
TOP_ROWS = 3
TOP_FIELDS = (
    "symbol",
    "rank",
    "gap_pct",
    "relative_volume",
    "shortability",
    "restricted",
    "squeeze",
    "halted",
    "unconfirmed",
    "cause",
    "dilution",
)


def board_payload(
    readings: Sequence[SentimentReading],
    history: Mapping[str, Sequence[HistoryPoint]],
    previous: Mapping[str, PreviousLight],
    stamp: RunStamp,
    *,
    standing: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The board after a run, JSON.

    ``readings`` are the newest of every sector that has one; those of another run than the stamp's are
    carried forward, and say so unless the run reads one sector only. ``history`` holds each sector's lights
    of the session and the one before, oldest first; ``previous`` the light of another colour before the
    current one. ``standing`` is the payload before this one (None: names carry no NEW). ``version`` rises
    with the publish time: milliseconds of market time since 1970.
    """
    before: Mapping[str, Any] = (standing or {}).get("sectors", {})
    version = _version(stamp.published_at)
    entries = {
        reading.sector: _entry(reading, stamp, before.get(reading.sector))
        | _turns(reading, history.get(reading.sector, ()), previous.get(reading.sector))
        | _trend(reading, history.get(reading.sector, ()))
        | {"seen": _seen(reading, before.get(reading.sector))}
        for reading in readings
    }
    return {
        "format": FORMAT,
        "version": version,
        "run_id": stamp.run_id,
        "kind": stamp.kind,
        "as_of": _iso(_board_as_of(stamp, standing)),
        "computed_at": _iso(stamp.computed_at),
        "published_at": _iso(stamp.published_at),
        "world": stamp.world,
        "interpolated": stamp.interpolated,
        "context": dict(stamp.context),
        "sectors": entries,
    }


def _board_as_of(stamp: RunStamp, standing: Mapping[str, Any] | None) -> dt.datetime:
    """The run's moment; a new weight, whose light may be older than the others, leaves the board's."""
    told = (standing or {}).get("as_of")
    if stamp.kind != REWEIGHT or not told:
        return stamp.as_of
    return max(stamp.as_of, dt.datetime.fromisoformat(told))


def frame_band(value: float | None, scale: float) -> Band:
    """The colour of one timeframe: that of ``tanh(return / scale)``; without a value it is unlit."""
    if value is None or scale <= 0 or not math.isfinite(value):
        return "none"
    return colour_of(math.tanh(value / scale))


def _entry(reading: SentimentReading, stamp: RunStamp, before: Mapping[str, Any] | None) -> dict[str, Any]:
    carried = _carried(reading, stamp, before)
    relative = reading.relative_score
    return {
        "slug": reading.sector,
        "run_id": reading.run_id,
        "version": _version(stamp.published_at if carried else reading.timestamp),
        "as_of": _iso(reading.as_of),
        "computed_at": _iso(reading.computed_at),
        "confirmed_at": _iso(reading.confirmed_at),
        "oldest_input_at": _iso(reading.oldest_input_at),
        "interpolated": reading.interpolated,
        "score": str(reading.sentiment_score),
        "colour": reading.color_classification,
        "label": LIGHTS[stored_band(reading.color_classification)].label,
        "confidence": str(reading.confidence_level),
        "state": reading.state,
        "cautions": list(reading.cautions),
        "relative_score": None if relative is None else str(relative),
        "relative_colour": reading.relative_colour or None,
        "frames": _frames(reading),
        "pattern": reading.pattern,
        "advancing": reading.advancing,
        "valid": reading.valid,
        "needed": reading.waterfall.get("minimum_valid", MINIMUM_VALID),
        "members": reading.members,
        "core": reading.core,
        "coverage": reading.coverage,
        "source": reading.source,
        "flags": list(reading.flags),
        "carried": carried,
        "tops": _tops(reading),
        "withheld": withheld_side(reading.sentiment_score, reading.waterfall.get("withhold_score")),
    }


def _carried(
    reading: SentimentReading, stamp: RunStamp, before: Mapping[str, Any] | None
) -> dict[str, str] | None:
    """Set on the last known reading of a sector that this run should have read and could not.

    A run of one sector says nothing of the others: what the board ``before`` it said stands. Of its own
    sector it does, unless it read no price either.
    """
    own = reading.run_id == stamp.run_id
    if stamp.kind == REWEIGHT or (stamp.kind in PARTIAL_KINDS and not own):
        standing: dict[str, str] | None = (before or {}).get("carried")
        return standing
    if own or reading.as_of >= stamp.as_of:
        return None
    failed: Mapping[str, str] = stamp.context.get("failed", {})
    return {"at": _iso(stamp.as_of) or "", "reason": failed.get(reading.sector, "")}


def _frames(reading: SentimentReading) -> list[dict[str, Any]]:
    """Value, colour and note of the four timeframes."""
    scales = SCALES | reading.waterfall.get("scales", {})
    return [
        {
            "timeframe": name,
            "value": reading.returns.get(name),
            "band": frame_band(reading.returns.get(name), float(scales[name])),
            "note": reading.frame_notes.get(name, ""),
        }
        for name in FRAMES
    ]


def _tops(reading: SentimentReading) -> dict[str, list[dict[str, Any]]]:
    """Up to three rows a side and every halted one, best first, with the fields that the card shows."""
    sides = {
        "bearish": reading.tops.get("bearish", [])[:TOP_ROWS],
        "bullish": reading.tops.get("bullish", [])[:TOP_ROWS],
        "halted": reading.tops.get("halted", []),
    }
    return {
        side: [{name: row.get(name) for name in TOP_FIELDS} for row in rows] for side, rows in sides.items()
    }


def _seen(reading: SentimentReading, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """When each symbol first stood in a top 3 of this sector today.

    The first board of a session knows no "before", so its names carry no moment: nothing is NEW there.
    """
    session = sessions.session_of(reading.as_of).isoformat()
    earlier = (before or {}).get("seen") or {}
    is_first = earlier.get("session") != session
    known: dict[str, str] = {} if is_first else dict(earlier["symbols"])
    moment = "" if is_first else _iso(reading.timestamp) or ""
    for side in ("bearish", "bullish"):
        for row in reading.tops.get(side, [])[:TOP_ROWS]:
            known.setdefault(str(row["symbol"]), moment)
    return {"session": session, "symbols": known}


def _turns(
    reading: SentimentReading, history: Sequence[HistoryPoint], previous: PreviousLight | None
) -> dict[str, Any]:
    """Since when the light has its colour, which it was before, and the last verdict of an unlit one."""
    lit = [point for point in history if point.state != "insufficient"]
    first = lit[0].at if lit else reading.timestamp
    last = lit[-1] if lit else None
    return {
        "since": _iso(previous.until if previous else first),
        "was": {"colour": previous.colour, "until": _iso(previous.until)} if previous else None,
        "last_verdict": {"colour": last.colour, "score": str(last.score), "at": _iso(last.at)}
        if last
        else None,
    }


def _trend(reading: SentimentReading, history: Sequence[HistoryPoint]) -> dict[str, list[float]]:
    """The scores of the previous session and of this one, this reading last."""
    today = sessions.session_of(reading.timestamp)
    days: dict[dt.date, list[float]] = {sessions.previous_session(today): [], today: []}
    for point in history:
        day = sessions.session_of(point.at)
        if day in days and point.at < reading.timestamp:
            days[day].append(float(point.score))
    yesterday, earlier = days.values()
    return {"yesterday": yesterday, "today": [*earlier, float(reading.sentiment_score)]}


def _version(published_at: dt.datetime) -> int:
    return int(published_at.timestamp() * 1000)


def _iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(sessions.ET).isoformat()
