"""The market's time. Nothing else in the product reads a clock for a market moment.

Live, it is the real time in New York. In a simulated or replayed market it is the simulator's: its anchor is
asked for once, run on by the same arithmetic that the simulator uses, and asked for again every ten seconds
beside a call, so that none waits for it (but the first of a process, two seconds at most). While the
simulator is away the last anchor goes on; a process that never reached it takes the copy in Redis.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Literal

import redis
from django.conf import settings
from django.utils import timezone

from universe import keys
from universe.redis import client
from universe.sessions import ET, new_york
from universe.simulator.marketclock import SimulatedClock, time_run

World = Literal["live", "simulated", "replay"]

REFRESH_SECONDS = 10.0
RETRY_SECONDS = 2.0
TIMEOUT_SECONDS = 2.0

logger = logging.getLogger(__name__)


class ClockUnavailableError(RuntimeError):
    """The simulated market's time is not known: it does not answer and left no copy. Goes away by itself."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """What to say about the clock. ``label`` is the banner's text, empty in a live market. ``interpolated``:
    prices between two real closes are drawn, not recorded."""

    world: World
    interpolated: bool
    speed: float
    ended: bool
    label: str


@dataclass(frozen=True, slots=True)
class _Known:
    clock: SimulatedClock
    world: World
    interpolated: bool
    label: str
    asked_at: float  # monotonic seconds


_LIVE = ClockState(world="live", interpolated=False, speed=1.0, ended=False, label="")
_lock = threading.Lock()
_known: _Known | None = None
_asking = False
_failed_at = -RETRY_SECONDS
_is_failing = False
_override: dt.datetime | None = None


def market_now() -> dt.datetime:
    """The market's time, New York. Raises ClockUnavailableError when a simulated market was never reached."""
    if _override is not None:
        return _override
    if settings.MARKET_WORLD == "live":
        return timezone.now().astimezone(ET)
    return _anchor().clock.at(time.time())


def clock_state() -> ClockState:
    """World, speed and banner; of a simulated market that was never reached what the settings tell."""
    if settings.MARKET_WORLD == "live":
        return _LIVE
    try:
        known = _anchor()
    except ClockUnavailableError:
        world: World = "replay" if settings.MARKET_WORLD == "replay" else "simulated"
        label = "REPLAY" if world == "replay" else "SIMULATED MARKET"
        return ClockState(world, world == "replay", float(settings.MARKET_SPEED), False, label)
    ended = known.clock.has_ended(time.time())
    return ClockState(known.world, known.interpolated, known.clock.speed, ended, known.label)


def wall_since(moment: dt.datetime) -> dt.timedelta:
    """Wall time since the market's time was ``moment``; 0 or less when that is still to come.

    A simulated market may be fast and skips nights; while the clock is overridden, both times are one. Raises
    ClockUnavailableError as `market_now` does.
    """
    earlier = moment.astimezone(dt.UTC)
    if _override is not None:
        return _override.astimezone(dt.UTC) - earlier
    if settings.MARKET_WORLD == "live":
        return timezone.now() - earlier
    clock = _anchor().clock
    return time_run(earlier, clock.at(time.time())) / clock.speed


@contextmanager
def override(moment: dt.datetime) -> Iterator[None]:
    """The market's time stands at ``moment`` (aware) in this whole process: for tests and recomputation."""
    global _override
    before, _override = _override, new_york(moment)
    try:
        yield
    finally:
        _override = before


def refresh() -> None:
    """Ask the simulator for its clock and wait for the answer; ClockUnavailableError when it gives none."""
    if not _ask():
        raise ClockUnavailableError(_silence())


def forget() -> None:
    """Drop what this process knows of the simulator's clock."""
    global _known, _failed_at, _is_failing
    with _lock:
        _known, _failed_at, _is_failing = None, -RETRY_SECONDS, False


def _anchor() -> _Known:
    known = _known
    now = time.monotonic()
    if known is None:
        if now - _failed_at >= RETRY_SECONDS:
            _ask()
        known = _known
        if known is None:
            raise ClockUnavailableError(_silence())
        return known
    if now - known.asked_at >= REFRESH_SECONDS and now - _failed_at >= RETRY_SECONDS:
        _ask_beside()
    return known


def _silence() -> str:
    return (
        f"the simulated market at {settings.SIMULATOR_URL} does not tell its time and Redis holds no copy; "
        "start it with manage.py simulate_market or set SIMULATOR_URL"
    )


def _ask_beside() -> None:
    global _asking
    with _lock:
        if _asking:
            return
        _asking = True
    threading.Thread(target=_ask_once, name="market-clock", daemon=True).start()


def _ask_once() -> None:
    global _asking
    try:
        _ask()
    finally:
        with _lock:
            _asking = False


def _ask() -> bool:
    """Fetch and keep the anchor. False when the simulator is silent; Redis may still teach a newcomer."""
    global _known, _failed_at, _is_failing
    try:
        payload = _fetch()
        known = _parse(payload)
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as exc:
        _failed_at = time.monotonic()
        if not _is_failing:
            logger.warning("simulated market does not tell its time: %s", exc)
        _is_failing = True
        if _known is None:
            _known = _remembered()
        return False
    if _is_failing:
        logger.warning("simulated market tells its time again")
    _is_failing = False
    _known = known
    _remember(payload)
    return True


def _fetch() -> dict[str, Any]:
    url = settings.SIMULATOR_URL.rstrip("/") + "/simulator/clock"
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
        payload = json.loads(answer.read())
    if not isinstance(payload, dict):
        raise ValueError(f"{url} answered no JSON object")
    return payload


def _parse(payload: dict[str, Any]) -> _Known:
    last = payload.get("last_session")
    clock = SimulatedClock(
        market_anchor=dt.datetime.fromisoformat(payload["market_anchor"]).astimezone(ET),
        wall_anchor=float(payload["wall_anchor"]),
        speed=float(payload["speed"]),
        last_session=dt.date.fromisoformat(last) if last else None,
    )
    world: World = "replay" if payload["world"] == "replay" else "simulated"
    return _Known(clock, world, bool(payload["interpolated"]), str(payload["label"]), time.monotonic())


def _remember(payload: dict[str, Any]) -> None:
    try:
        client().set(keys.market_clock(), json.dumps(payload))
    except redis.RedisError as exc:
        logger.debug("the market clock's copy was not kept: %s", exc)


def _remembered() -> _Known | None:
    try:
        raw = client().get(keys.market_clock())
        return _parse(json.loads(raw)) if isinstance(raw, bytes | str) else None
    except (redis.RedisError, ValueError, KeyError, TypeError):
        return None
