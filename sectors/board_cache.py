"""The newest lights in Redis: written all together after a commit, read first by the board.

Three keys per the product's table (`universe.keys`), JSON, kept for 24 hours; the age is inside, so a late
run never empties the board. Redis being away is logged once and never raised: PostgreSQL has everything.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import redis
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from sectors.lights import LIGHTS
from sectors.models import SentimentReading
from sectors.outages import OutageLog
from universe import keys
from universe.hit_rates import ask_counted
from universe.redis import client, patient_client

KEPT_SECONDS = 24 * 60 * 60

logger = logging.getLogger(__name__)
redis_outage = OutageLog(logger, "Redis", "the board is read from PostgreSQL")


def board_store(board: Mapping[str, Any], readings: Sequence[SentimentReading]) -> bool:
    """Replace the keys of ``readings`` and of the board in one transaction; False: Redis is away.

    A key that already holds a later version of the same world stays: two commits may arrive here in
    either order.
    """
    values = {keys.board(): dict(board)}
    for reading in readings:
        values[keys.sector_sentiment(reading.sector)] = _sentiment(reading, board)
        values[keys.sector_top_stocks(reading.sector)] = _tops(reading, board)
    try:
        patient_client().transaction(lambda pipe: _replace(pipe, values), *values)
    except redis.RedisError as exc:
        redis_outage.failed(exc)
        return False
    redis_outage.answered()
    return True


def board_fetch(*, counted: bool = False) -> dict[str, Any] | None:
    """The newest board of the world in force; None: not there, of another world, unreadable or Redis away.

    ``counted``: the question is one of the hit rate's (`universe.hit_rates`).
    """
    try:
        with client().pipeline(transaction=False) as pipe:
            pipe.get(keys.board())
            if counted:
                ask_counted(pipe, "board")
            raw = pipe.execute(raise_on_error=False)[0]
        if isinstance(raw, redis.RedisError):
            raise raw
    except redis.RedisError as exc:
        redis_outage.failed(exc)
        return None
    redis_outage.answered()
    board = _parsed(raw)
    return board if board and board.get("world") == settings.MARKET_WORLD else None


def board_is_whole(board: Mapping[str, Any]) -> bool:
    """Whether each of its sectors has its keys; True while Redis is away, which nobody can mend."""
    slugs = list(board.get("sectors", {}))
    names = [key(slug) for slug in slugs for key in (keys.sector_sentiment, keys.sector_top_stocks)]
    try:
        return not names or client().exists(*names) == len(names)
    except redis.RedisError:
        return True


def board_forget() -> int:
    """Remove the board and every sector's keys, for a database that was exchanged; how many there were.

    The next tick puts the newest stored board there. Raises `redis.RedisError`.
    """
    patient = patient_client()
    found = {keys.board()}
    for pattern in (keys.sector_sentiment("*"), keys.sector_top_stocks("*")):
        found.update(key.decode() for key in patient.scan_iter(match=pattern, count=1000))
    removed: Any = patient.delete(*found)
    return int(removed)


def _replace(pipe: Any, values: dict[str, dict[str, Any]]) -> None:
    standing = [_parsed(raw) for raw in pipe.mget(list(values))]
    pipe.multi()
    for (key, value), old in zip(values.items(), standing, strict=True):
        if not _is_later(old, value):
            pipe.set(key, json.dumps(value, cls=DjangoJSONEncoder), ex=KEPT_SECONDS)


def _is_later(old: dict[str, Any] | None, new: dict[str, Any]) -> bool:
    if not old or old.get("world") != new["world"]:
        return False
    version = old.get("version")
    return isinstance(version, int) and version > new["version"]


def _parsed(raw: Any) -> dict[str, Any] | None:
    """None for an absent key and for what this product did not write."""
    if raw is None:
        return None
    try:
        value = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _sentiment(reading: SentimentReading, board: Mapping[str, Any]) -> dict[str, Any]:
    light = LIGHTS[reading.color_classification]
    withheld = reading.state == "insufficient"
    return _stamp(reading, board) | {
        "sector": reading.sector,
        "score": str(reading.sentiment_score),
        "colour": None if withheld else light.colour,
        "label": None if withheld else light.label,
        "signal": None if withheld else light.signal,
        "confidence": str(reading.confidence_level),
        "state": reading.state,
        "cautions": reading.cautions,
        "returns": reading.returns,
    }


def _tops(reading: SentimentReading, board: Mapping[str, Any]) -> dict[str, Any]:
    sides = {side: reading.tops.get(side, []) for side in ("bearish", "bullish", "halted")}
    return _stamp(reading, board) | {"sector": reading.sector} | sides


def _stamp(reading: SentimentReading, board: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "run_id": reading.run_id,
        "as_of": reading.as_of,
        "computed_at": reading.computed_at,
        "published_at": reading.timestamp,
        "version": board["version"],
        "world": reading.world,
    }
