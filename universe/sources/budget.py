"""How fast one key may be used: a pace shared by all processes, since the vendors count per key.

Each call reserves the next free place in the pace (a token bucket kept as one time in Redis) and waits until
then. After a 429 nobody calls for as long as the vendor said. While Redis is away each process keeps the pace
by itself.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis

from universe import keys
from universe.errors import RateLimited
from universe.redis import client

logger = logging.getLogger(__name__)

#: A caller whose place in the pace is further away is told so instead.
WAIT_MAX_SECONDS = 120.0
#: The longest pause that a call waits for.
PAUSE_WAIT_MAX_SECONDS = 15.0
DAY_SECONDS = 86_400

# KEYS: the time at which the bucket is empty again, the pause. ARGV: seconds per call, burst, longest wait.
# Gives what it found ("paused", "far", "taken") and milliseconds.
_RESERVE = """
local pause = redis.call('PTTL', KEYS[2])
if pause > 0 then return {'paused', pause} end
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1e6
local interval, burst, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local free = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = math.max(0, free - now - interval * (burst - 1))
if wait > longest then return {'far', math.ceil(wait * 1000)} end
redis.call('SET', KEYS[1], string.format('%.6f', free + interval), 'EX', 3600)
return {'taken', math.ceil(wait * 1000)}
"""


# KEYS: the pause. ARGV: milliseconds; a longer one that is in force stays.
_PAUSE = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
return 1
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most ``per_minute`` calls, ``burst`` of them at once, and ``per_day`` calls of a UTC day (None: any
    number)."""

    per_minute: float
    burst: int = 1
    per_day: int | None = None

    @property
    def interval(self) -> float:
        """Seconds between two calls."""
        return 60.0 / self.per_minute


class Budget:
    """The calls that one key of one vendor has. Thread-safe.

    ``pace`` is asked before each call, since the plan may become known meanwhile.
    """

    def __init__(
        self,
        vendor: str,
        key: str,
        pace: Callable[[], Pace],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._vendor = vendor
        self._name = keys.vendor_budget(vendor, fingerprint(key))
        self._pace = pace
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free_at = self._paused_until = 0.0

    def take(self) -> None:
        """Wait for the next place in the pace and take it.

        Raises `RateLimited`, with nothing taken, when that place is too far away, when the vendor asked for a
        pause that is too long to wait for, or when the day's calls are used up.
        """
        pace = self._pace()
        found, seconds = self._reserve(pace)
        if found == "paused":
            self._wait_for_pause(seconds)
            found, seconds = self._reserve(pace)
        if found != "taken":
            raise self._refusal(f"the next call of this key is due in {seconds:.0f} s", seconds)
        self._count_the_day(pace)
        if seconds:
            self._sleep(seconds)

    def _wait_for_pause(self, seconds: float) -> None:
        if seconds > PAUSE_WAIT_MAX_SECONDS:
            raise self._refusal(f"the vendor wants no call for another {seconds:.0f} s", seconds)
        self._sleep(seconds)

    def _refusal(self, why: str, seconds: float) -> RateLimited:
        return RateLimited(
            f"{self._vendor}: {why}; it is left for later.", vendor=self._vendor, retry_after=seconds
        )

    def pause(self, seconds: float) -> None:
        """Nobody calls for ``seconds``: the vendor said so."""
        with self._lock:
            self._paused_until = max(self._paused_until, time.monotonic() + seconds)
        try:
            client().eval(_PAUSE, 1, self._pause_name(), str(max(1, math.ceil(seconds * 1000))))
        except redis.RedisError as exc:
            logger.debug("the pause of %s is this process's own: %s", self._vendor, exc)

    def used_today(self) -> int | None:
        """Calls of this UTC day; None while Redis is away."""
        try:
            used: Any = client().get(self._day_name())
        except redis.RedisError:
            return None
        return int(used or 0)

    def _reserve(self, pace: Pace) -> tuple[str, float]:
        """What there is, and its seconds: "taken" (wait so long), "far" or "paused" (nothing taken)."""
        shape = (str(pace.interval), str(pace.burst), str(WAIT_MAX_SECONDS))
        try:
            answer: Any = client().eval(_RESERVE, 2, self._name, self._pause_name(), *shape)
        except redis.RedisError as exc:
            logger.debug("the pace of %s is this process's own: %s", self._vendor, exc)
            return self._reserve_alone(pace)
        return answer[0].decode(), int(answer[1]) / 1000

    def _reserve_alone(self, pace: Pace) -> tuple[str, float]:
        with self._lock:
            now = time.monotonic()
            if now < self._paused_until:
                return "paused", self._paused_until - now
            free = max(self._free_at, now)
            wait = max(0.0, free - now - pace.interval * (pace.burst - 1))
            if wait > WAIT_MAX_SECONDS:
                return "far", wait
            self._free_at = free + pace.interval
            return "taken", wait

    def _count_the_day(self, pace: Pace) -> None:
        try:
            pipe = client().pipeline()
            pipe.incr(self._day_name())
            pipe.expire(self._day_name(), 2 * DAY_SECONDS)
            used = pipe.execute()[0]
        except redis.RedisError:
            return
        if pace.per_day is not None and used > pace.per_day:
            raise self._refusal(
                f"the {pace.per_day} calls that this plan has in a day are used up", _seconds_to_midnight()
            )

    def _pause_name(self) -> str:
        return f"{self._name}:pause"

    def _day_name(self) -> str:
        return f"{self._name}:{dt.datetime.now(dt.UTC):%Y%m%d}"


def fingerprint(key: str) -> str:
    """A name for a key that does not tell it."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def _seconds_to_midnight() -> float:
    now = dt.datetime.now(dt.UTC)
    return DAY_SECONDS - (now - now.replace(hour=0, minute=0, second=0)).total_seconds()
