"""The lights of one run and the board that they make, published all at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from sectors.board_cache import board_fetch, board_is_whole, board_store
from sectors.broadcast import announce_readings
from sectors.models import BoardSnapshot, Sector, SentimentReading
from sectors.presenters import board_payload
from sectors.selectors import history_since_previous_session, previous_lights, readings_newest
from sectors.types import ReadingInput, RunStamp

TICK = dt.timedelta(milliseconds=1)


@transaction.atomic
def readings_record(readings: Sequence[ReadingInput], stamp: RunStamp) -> BoardSnapshot:
    """Store one run's lights and the board they make, all together, once; then Redis and the open pages.

    The same run again changes nothing and returns its first snapshot. A run of one sector stores one light,
    the board still holds all. A publish time that is not later than the newest of its world is moved to one
    millisecond after it. Raises ValidationError for a sector that does not exist, or without a reading.
    """
    positions = _lock_sectors([reading.sector for reading in readings])
    recorded = BoardSnapshot.objects.filter(run_id=stamp.run_id).first()
    if recorded is not None:
        return recorded
    newest = BoardSnapshot.objects.filter(board__world=stamp.world).order_by("-timestamp").first()
    stamp = replace(stamp, published_at=_publish_time(stamp, newest))
    rows = [_reading(reading, stamp) for reading in readings]
    SentimentReading.objects.bulk_create(rows)
    snapshot = _snapshot(rows, stamp, positions, newest)
    transaction.on_commit(partial(_publish, snapshot, rows))
    return snapshot


def board_sha256(board: Mapping[str, Any]) -> str:
    """The hash of a stored board's content; equal to the one stored with it as long as nobody changed it."""
    return _sha256(_canonical(board))


def board_mend() -> bool:
    """Put the newest stored board into Redis when another, or none, is there, and tell the open pages.

    A worker that died between its commit and Redis, or a Redis that was emptied, leaves pages on an older
    board; a reader who put that back left the keys of the sectors to this. True: something was mended.
    """
    rows = BoardSnapshot.objects.filter(board__world=settings.MARKET_WORLD).order_by("-timestamp")
    newest: int | None = rows.values_list("board__version", flat=True).first()
    standing = board_fetch()
    is_newest = newest is None or (standing is not None and standing.get("version", 0) >= newest)
    if is_newest and (standing is None or board_is_whole(standing)):
        return False
    snapshot, lights = rows[0], readings_newest()
    if not board_store(snapshot.board, lights):
        return False
    announce_readings(snapshot.run_id, [light.sector for light in lights], version=snapshot.board["version"])
    return True


def _lock_sectors(slugs: Sequence[str]) -> dict[str, int]:
    """Hold all sectors, so that two runs publish one after the other. Returns slug to position."""
    positions = dict(Sector.objects.select_for_update().order_by("position").values_list("slug", "position"))
    unknown = sorted(set(slugs) - set(positions))
    if unknown:
        raise ValidationError(f"No such sector: {', '.join(unknown)}. The eight are {', '.join(positions)}.")
    if not slugs or len(set(slugs)) != len(slugs):
        raise ValidationError("A run gives one reading per sector, and at least one.")
    return positions


def _publish_time(stamp: RunStamp, newest: BoardSnapshot | None) -> dt.datetime:
    """``stamp.published_at``, or 1 ms past the newest board; whole milliseconds, which are the version."""
    wanted = stamp.published_at.replace(microsecond=stamp.published_at.microsecond // 1000 * 1000)
    if newest is not None and wanted <= newest.timestamp:
        wanted = newest.timestamp + TICK
    # Another world may have published at the very same market moment: the key knows no worlds.
    while SentimentReading.objects.filter(timestamp=wanted).exists():
        wanted += TICK
    return wanted


def _reading(reading: ReadingInput, stamp: RunStamp) -> SentimentReading:
    return SentimentReading(
        timestamp=stamp.published_at,
        sector=reading.sector,
        sentiment_score=reading.score,
        color_classification=reading.colour,
        confidence_level=reading.confidence,
        run_id=stamp.run_id,
        run_kind=stamp.kind,
        as_of=stamp.as_of,
        computed_at=stamp.computed_at,
        state=reading.state,
        cautions=list(reading.cautions),
        relative_score=reading.relative_score,
        relative_colour=reading.relative_colour or "",
        returns=reading.returns,
        frame_notes=reading.frame_notes,
        pattern=reading.pattern,
        advancing=reading.advancing,
        valid=reading.valid,
        members=reading.members,
        core=reading.core,
        coverage=reading.coverage,
        waterfall=reading.waterfall,
        tops=reading.tops,
        weight_revision_id=reading.weight_revision_id,
        oldest_input_at=reading.oldest_input_at,
        confirmed_at=reading.confirmed_at,
        source=reading.source,
        world=stamp.world,
        interpolated=stamp.interpolated,
        flags=list(reading.flags),
    )


def _snapshot(
    rows: list[SentimentReading],
    stamp: RunStamp,
    positions: dict[str, int],
    standing: BoardSnapshot | None,
) -> BoardSnapshot:
    """The board with these rows in place: the other sectors keep their newest light."""
    newest = {row.sector: row for row in [*readings_newest(stamp.world), *rows]}
    shown = sorted(newest.values(), key=lambda row: positions[row.sector])
    board = board_payload(
        shown,
        history_since_previous_session(stamp.as_of, stamp.world),
        previous_lights(shown),
        stamp,
        standing=standing.board if standing is not None else None,
    )
    text = _canonical(board)
    return BoardSnapshot.objects.create(
        run_id=stamp.run_id,
        timestamp=stamp.published_at,
        as_of=stamp.as_of,
        board=json.loads(text),
        sha256=_sha256(text),
    )


def _canonical(board: Mapping[str, Any]) -> str:
    return json.dumps(board, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _publish(snapshot: BoardSnapshot, rows: list[SentimentReading]) -> None:
    """After the commit: Redis first, so that a page that is told reads the new board."""
    board_store(snapshot.board, rows)
    announce_readings(snapshot.run_id, [row.sector for row in rows], version=snapshot.board["version"])
