"""Alerts: a core stock's 15 % move, a light that changed its colour.

A stock's latch remembers the highest level that it was told about and whether it came back under 12 % since.
The first part is pure; the second keeps latches in Redis and alerts in PostgreSQL. The unique constraint of
`Alert` and not the latch is what makes an alert single, so a Redis that is away costs repeated looks, not
repeated alerts.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import redis
from django.db import transaction

from analysis.models import Alert
from sectors.broadcast import announce_alerts
from universe import keys
from universe.redis import client
from universe.sessions import session_of

logger = logging.getLogger(__name__)

FIRST_LEVEL = 15.0
LEVEL_STEP = 10.0
REARM_BELOW = 12.0
LATCH_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Latch:
    """What a symbol was last told about in a session. ``level`` is the signed highest level, 0: none yet;
    ``crossing`` counts the ways from under 12 % to 15 %; ``armed``: the next 15 % is a new crossing."""

    session: str
    level: int = 0
    crossing: int = 0
    armed: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """A stock's move of the day, percent against the previous close, with its sector's slug or ""."""

    symbol: str
    sector: str
    change_pct: float


@dataclass(frozen=True, slots=True)
class ColourChange:
    sector: str
    old: str
    new: str
    old_score: Decimal
    new_score: Decimal


def level_of(change_pct: float) -> int:
    """The highest level passed, signed: 15, 25, 35, ...; 0 below 15 %. NaN: 0."""
    size = abs(change_pct)
    if math.isnan(size) or size < FIRST_LEVEL:
        return 0
    level = int(FIRST_LEVEL + LEVEL_STEP * math.floor((size - FIRST_LEVEL) / LEVEL_STEP))
    return level if change_pct > 0 else -level


def latch_advance(latch: Latch, change_pct: float) -> tuple[Latch, int]:
    """The latch after a look at ``change_pct``, and the level to tell about now (0: nothing).

    The first 15 % tells once, then each further 10 points; falling back under 12 % arms it again. The other
    side of zero cannot be reached without passing under 12 %, even when no price was seen there.
    """
    if math.isnan(change_pct):
        return latch, 0
    level = level_of(change_pct)
    turned = latch.level * change_pct < 0
    armed = latch.armed or turned or abs(change_pct) < REARM_BELOW
    if level == 0:
        return Latch(latch.session, latch.level, latch.crossing, armed), 0
    if armed:
        return Latch(latch.session, level, latch.crossing + 1, armed=False), level
    if abs(level) > abs(latch.level):
        return Latch(latch.session, level, latch.crossing, armed=False), level
    return latch, 0


def movers_raise(moves: Iterable[Move], at: dt.datetime, *, run_id: int | None = None) -> list[Alert]:
    """Look at the moves of core stocks at market time ``at``; store and announce what is new."""
    session = session_of(at)
    moves = list(moves)
    before = _latches_read([move.symbol for move in moves if not math.isnan(move.change_pct)], session)
    raised: list[Alert] = []
    changed: dict[str, Latch] = {}
    for move in moves:
        latch = before.get(move.symbol) or Latch(session.isoformat())
        after, level = latch_advance(latch, move.change_pct)
        if after != latch:
            changed[move.symbol] = after
        if level:
            alert = _mover_store(move, session, at, level=level, crossing=after.crossing, run_id=run_id)
            raised += [alert] if alert else []
    transaction.on_commit(lambda: _latches_write(changed))
    _announce(raised)
    return raised


def colours_raise(changes: Sequence[ColourChange], at: dt.datetime, *, run_id: int) -> list[Alert]:
    """Store and announce lights that changed their colour in a run."""
    raised = [
        Alert.objects.create(
            kind=Alert.Kind.COLOUR,
            at=at,
            session=session_of(at),
            sector=change.sector,
            old=change.old,
            new=change.new,
            old_score=change.old_score,
            new_score=change.new_score,
            run_id=run_id,
        )
        for change in changes
    ]
    _announce(raised)
    return raised


def alert_event(alert: Alert) -> dict[str, Any]:
    """What an open page is told of an alert: plain values; scores as text."""
    return {
        "id": alert.pk,
        "kind": str(alert.kind),
        "at": alert.at.isoformat(),
        "sector": alert.sector,
        "symbol": alert.symbol,
        "level": alert.level,
        "change_pct": alert.change_pct,
        "old": alert.old,
        "new": alert.new,
        "old_score": None if alert.old_score is None else str(alert.old_score),
        "new_score": None if alert.new_score is None else str(alert.new_score),
    }


def _announce(raised: Sequence[Alert]) -> None:
    if raised:
        events = [alert_event(alert) for alert in raised]
        transaction.on_commit(lambda: announce_alerts(events))


def _mover_store(
    move: Move, session: dt.date, at: dt.datetime, *, level: int, crossing: int, run_id: int | None
) -> Alert | None:
    """Insert the alert, or None when another process told it first."""
    alert, created = Alert.objects.get_or_create(
        kind=Alert.Kind.MOVER,
        session=session,
        symbol=move.symbol,
        level=level,
        crossing=crossing,
        defaults={
            "at": at,
            "sector": move.sector,
            "change_pct": round(move.change_pct, 2),
            "run_id": run_id,
        },
    )
    return alert if created else None


def _latches_read(symbols: Sequence[str], session: dt.date) -> dict[str, Latch]:
    """Latches of the session from Redis; what Redis does not know is rebuilt from the stored alerts."""
    found = _latches_rebuilt(symbols, session)
    if not symbols:
        return found
    try:
        raw = client().mget([keys.mover_latch(symbol) for symbol in symbols])
    except redis.RedisError as exc:
        logger.warning("mover latches are read from the stored alerts, Redis does not answer: %s", exc)
        return found
    for symbol, text in zip(symbols, raw, strict=True):  # type: ignore[arg-type]
        latch = _latch_parsed(text)
        is_current = latch is not None and latch.session == session.isoformat()
        if latch is not None and is_current and latch.crossing >= found.get(symbol, latch).crossing:
            found[symbol] = latch
    return found


def _latch_parsed(text: bytes | None) -> Latch | None:
    try:
        return Latch(**json.loads(text)) if text else None
    except (ValueError, TypeError):
        return None


def _latches_rebuilt(symbols: Sequence[str], session: dt.date) -> dict[str, Latch]:
    told = Alert.objects.filter(kind=Alert.Kind.MOVER, session=session, symbol__in=symbols)
    latches: dict[str, Latch] = {}
    for alert in told.order_by("crossing", "at", "id"):
        latches[alert.symbol] = Latch(session.isoformat(), alert.level, alert.crossing, armed=False)
    return latches


def _latches_write(latches: Mapping[str, Latch]) -> None:
    if not latches:
        return
    try:
        with client().pipeline(transaction=False) as pipe:
            for symbol, latch in latches.items():
                pipe.set(keys.mover_latch(symbol), json.dumps(asdict(latch)), ex=LATCH_SECONDS)
            pipe.execute()
    except redis.RedisError as exc:
        logger.warning("%s mover latches were not kept, Redis does not answer: %s", len(latches), exc)
