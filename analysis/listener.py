"""The stream listener: minute bars from the vendor's socket into the tables, movers told at once.

Two threads share a bounded queue. The first runs the socket's event loop and never waits for a database; when
the queue is full the oldest batch is let go, because the next snapshot brings newer prices anyway. The second
stores, watches for movers, fills the gap after each connect, and asks for snapshots while there is no socket.
Beside them a third looks whether the slots have their results (`analysis.deadman`).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

from analysis.deadman import watch_forever
from analysis.engine.frames import unpack
from analysis.models import RunInput
from analysis.movers import MoverWatch
from analysis.selectors import run_newest_board
from analysis.services import pass_request
from sectors.outages import OutageLog
from universe import keys
from universe.clock import ClockUnavailableError, market_now
from universe.errors import Rejected, SourceError
from universe.redis import client
from universe.selectors import quotes_newest, reference_prices
from universe.services import (
    minute_bars_accept,
    minutes_refuse,
    quotes_backfill,
    quotes_refresh,
    refresh_order,
    tracked_symbols,
)
from universe.sessions import hours, phase, session_of
from universe.sources import MinuteStream, minute_stream
from universe.types import MinuteBar

logger = logging.getLogger(__name__)
storage_outage = OutageLog(logger, "PostgreSQL or Redis", "minute bars are kept and stored later")

QUEUE_BATCHES = 256
#: Minute bars that are kept while they cannot be stored: half an hour of the busiest market.
KEPT_BARS = 100_000
#: After so many breaks without a connect, prices are asked for instead.
BREAKS_BEFORE_POLLING = 3
POLL_SECONDS = 60.0
HEARTBEAT_SECONDS = 10.0
HEARTBEAT_KEPT_SECONDS = 3600
REJECTED_PAUSE_SECONDS = 300.0
#: How far back a gap is filled: the 30 minutes of the reference and some minutes for quiet names.
GAP = dt.timedelta(minutes=40)
#: Below this share of members with a price of 30 minutes ago, the minutes are fetched.
REFERENCES_MIN = 0.5
MINUTE = dt.timedelta(minutes=1)

OpenStream = Callable[..., MinuteStream]


class BatchQueue:
    """A bounded queue of batches that lets the oldest go instead of waiting; ``lost`` counts those."""

    def __init__(self, size: int = QUEUE_BATCHES) -> None:
        self._batches: queue.Queue[list[MinuteBar]] = queue.Queue(size)
        self.lost = 0

    def put(self, batch: list[MinuteBar]) -> None:
        while True:
            try:
                self._batches.put_nowait(batch)
                return
            except queue.Full:
                self._drop_oldest()

    def take(self, timeout: float) -> list[MinuteBar]:
        """Everything that waits, at most ``timeout`` seconds waited for; empty when nothing came."""
        bars: list[MinuteBar] = []
        try:
            bars += self._batches.get(timeout=timeout)
            while True:
                bars += self._batches.get_nowait()
        except queue.Empty:
            return bars

    def _drop_oldest(self) -> None:
        try:
            self._batches.get_nowait()
            self.lost += 1
        except queue.Empty:
            return


class StreamListener:
    """Runs until ``stop()``. ``open_stream`` takes ``is_open`` and ``on_link`` and gives a stream."""

    def __init__(self, open_stream: OpenStream = minute_stream, *, poll_seconds: float | None = None) -> None:
        self._open_stream = open_stream
        self._poll_seconds = poll_seconds or max(2.0, POLL_SECONDS / float(settings.MARKET_SPEED))
        self._queue = BatchQueue()
        self._stream: MinuteStream | None = None
        self._watch = MoverWatch()
        self._stopping = threading.Event()
        self._is_linked = False
        self._gap_from_link = True
        self._breaks = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._beat_at = self._poll_at = 0.0
        self._unstored: list[MinuteBar] = []

    # -- the socket's thread ---------------------------------------------------------------------

    def run(self) -> None:
        """Listen and store until ``stop()``; returns when both threads have ended."""
        storage = threading.Thread(target=self._store_forever, name="stream-storage")
        storage.start()
        # A thread of its own: filling a gap may take minutes, and so may a mail server; nobody waits for it.
        threading.Thread(target=watch_forever, args=(self._stopping,), name="slot-watch", daemon=True).start()
        try:
            asyncio.run(self._listen())
        finally:
            self._stopping.set()
            storage.join()

    def stop(self) -> None:
        """End from any thread or signal handler."""
        self._stopping.set()
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            loop.call_soon_threadsafe(task.cancel)

    async def _listen(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        stream = self._stream = self._open_stream(is_open=is_open_now, on_link=self._on_link)
        try:
            while not self._stopping.is_set():
                try:
                    async with aclosing(stream.bars()) as batches:
                        async for batch in batches:
                            self._queue.put(batch)
                except Rejected as exc:
                    logger.error("the stream refuses us: %s; prices are asked for instead", exc)
                    self._breaks = BREAKS_BEFORE_POLLING
                    await asyncio.sleep(REJECTED_PAUSE_SECONDS)
        except asyncio.CancelledError:
            logger.info("the stream listener stops")

    def _on_link(self, is_linked: bool) -> None:
        self._is_linked = is_linked
        if is_linked:
            logger.info("the minute stream is connected")
            self._breaks, self._gap_from_link = 0, True
        else:
            self._breaks += 1

    # -- the storing thread ----------------------------------------------------------------------

    def _store_forever(self) -> None:
        """The supervisor of the storing thread: what is away is logged, and the next batch tries again."""
        try:
            while not self._stopping.is_set():
                try:
                    self._turn()
                except (OperationalError, InterfaceError, redis.RedisError) as exc:
                    storage_outage.failed(exc)
                except (DatabaseError, SourceError, ClockUnavailableError) as exc:
                    logger.warning("the stream listener goes on after: %s", exc)
                else:
                    storage_outage.answered()
                    continue
                connection.close()
                self._stopping.wait(1.0)
        finally:
            connection.close()

    def _turn(self) -> None:
        """One look: store what came, fill the gap once per connect, poll while there is no socket."""
        self._unstored += self._queue.take(timeout=1.0)
        if self._unstored:
            self._store_kept()
        if storage_outage.is_away:
            _ask_both()
        self._beat()
        refused = self._stream.refused_take() if self._stream is not None else []
        if refused:
            minutes_refuse(refused, only=tracked_symbols(session_of(market_now())))
        if self._gap_from_link and self._is_linked:
            self._fill_gap()
        if not self._is_linked and self._breaks >= BREAKS_BEFORE_POLLING:
            self._poll()

    def _store_kept(self) -> None:
        """Store what has come. While PostgreSQL or Redis is away it is kept for the next turn, the newest of
        it: the gap that an outage of hours leaves is fetched like that of a stream which was cut."""
        bars, self._unstored = self._unstored, []
        try:
            self._store(bars)
        except (OperationalError, InterfaceError, redis.RedisError):
            if len(bars) > KEPT_BARS:
                self._gap_from_link = True
            self._unstored = bars[-KEPT_BARS:]
            raise

    def _fill_gap(self) -> None:
        """Once per connect: a connect that comes while a gap is being filled asks again."""
        self._gap_from_link = False
        is_filled = False
        try:
            is_filled = gap_fill(market_now(), go_on=lambda: not self._stopping.is_set())
        finally:
            if not is_filled:
                self._gap_from_link = True

    def _store(self, bars: Sequence[MinuteBar]) -> None:
        session = session_of(market_now())
        tracked = tracked_symbols(session)
        believed = minute_bars_accept(bars, only=tracked)
        newest = {bar.symbol: bar for bar in sorted(believed, key=lambda bar: bar.start)}
        if newest:
            at = max(bar.start for bar in newest.values()) + MINUTE
            self._watch.look({symbol: bar.close for symbol, bar in newest.items()}, at)

    def _poll(self) -> None:
        """A snapshot instead of the stream, once a minute."""
        now = time.monotonic()
        if now < self._poll_at or not is_open_now():
            return
        self._poll_at = now + self._poll_seconds
        asked_at = market_now()
        report = quotes_refresh(asked_at)
        logger.info("no stream: %s prices by snapshot", report.stored)
        at = market_now()
        prices = quotes_newest(sorted(tracked_symbols(session_of(at))), at)["price"].dropna()
        self._watch.look({str(symbol): float(price) for symbol, price in prices.items()}, at)

    def _beat(self) -> None:
        now = time.monotonic()
        if now < self._beat_at:
            return
        self._beat_at = now + HEARTBEAT_SECONDS
        client().set(keys.stream_heartbeat(), timezone.now().isoformat(), ex=HEARTBEAT_KEPT_SECONDS)


def _ask_both() -> None:
    """Raises what the servers raise: a turn that needs neither of them does not tell that they are back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    client().ping()


def is_open_now() -> bool:
    """Whether prices may come now: then silence is suspicious."""
    try:
        return phase(market_now()) != "closed"
    except ClockUnavailableError:
        return False


def gap_fill(now: dt.datetime, *, go_on: Callable[[], bool] = lambda: True) -> bool:
    """Fetch the last 40 minutes of members that have no price of half an hour ago.

    Then, if the board shows no 30-minute return for most of them, a pass is asked for. False: there is no
    universe yet, or ``go_on`` said no before the end; ask again.
    """
    session = session_of(now)
    symbols = refresh_order(session)
    if run_newest_board() is None:
        return False
    since = max(now - GAP, hours(session).pre_open)
    if now - since < dt.timedelta(minutes=30) or phase(now) == "closed":
        return True
    references = reference_prices(symbols, now, same_phase=False)["price"]
    missing = [str(symbol) for symbol in references.index[references.isna()]]
    if len(missing) <= (1 - REFERENCES_MIN) * len(symbols):
        return True
    counts = quotes_backfill(session, missing, since=since, go_on=go_on)
    if not go_on():
        return False
    logger.info("gap of the stream filled: %s", counts)
    if board_lacks_half_hour():
        pass_request(completes_inputs=True)
    return True


def board_lacks_half_hour() -> bool:
    """Whether the newest board was computed without a 30-minute reference for most members."""
    board = run_newest_board()
    stored = RunInput.objects.filter(run=board).first() if board is not None else None
    if stored is None:
        return False
    references = unpack(bytes(stored.frame)).members.ref_30min
    known = int((references > 0).sum())
    return known < REFERENCES_MIN * max(len(references), 1)
