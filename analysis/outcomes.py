"""What followed each reading, written down once and for ever by a task of its own.

A reading of a published run is followed to each horizon of `analysis.engine.outcomes`; one of a new weight is
not: it is no reading of the market, the same prices have their reading already. The record begins with the
first run after the table was made. What is due is measured from stored prices, oldest first, a run and
horizon in one transaction: any number of workers at once, and one that is killed, write each row once.

A reading that stands on prices that were drawn or carried forward gets a row without a value, and so does one
whose prices are not kept any more: it is counted, and not tried again.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from django.db import InterfaceError, OperationalError, transaction

from analysis.engine.frames import FrameError, unpack
from analysis.engine.outcomes import (
    HORIZONS,
    PRICE_MAX_AGE,
    PRICE_MAX_AHEAD,
    Ends,
    Horizon,
    LeftOut,
    SectorOutcome,
    is_carried_over,
    move_of,
    outcome_of,
    stale_starts,
)
from analysis.inputs import FROZEN
from analysis.models import Outcome, RunInput, RunKind
from analysis.selectors import runs_of_world
from analysis.types import BoolArray, FloatArray, InputFrame
from sectors.models import SentimentReading
from sectors.selectors import is_flagged, readings_of_run
from universe.benchmarks import BENCHMARK
from universe.clock import ClockUnavailableError, market_now
from universe.selectors import (
    closes_stored,
    prices_between,
    prices_nearest,
    quarantined_at,
    sessions_stored,
    split_factors,
)
from universe.services import minutes_kept_from
from universe.sessions import hours, next_session, previous_session, session_of
from universe.types import Session

logger = logging.getLogger(__name__)

MEASURED, INSUFFICIENT, LEFT_OUT = "measured", "insufficient", "left_out:"
FRAME_GONE, PRICES_GONE = "frame_gone", "prices_gone"
#: So long after its end a horizon is measured: prices of five minutes after it may count, a delayed plan's
#: come a quarter of an hour later, and vendors repeat a minute for as long.
SETTLE = dt.timedelta(minutes=25)
#: So many horizons of runs are written by one call at most.
BATCH = 40


@dataclass(frozen=True, slots=True)
class Due:
    """One horizon of one run, which ended ``at``."""

    run_id: int
    as_of: dt.datetime
    horizon: Horizon
    at: dt.datetime

    @property
    def is_close(self) -> bool:
        return self.horizon.minutes is None


def outcomes_write() -> int:
    """`outcomes_measure` of now; 0 while the clock or PostgreSQL does not answer: the next call does it."""
    try:
        return outcomes_measure(market_now())
    except (ClockUnavailableError, OperationalError, InterfaceError) as exc:
        logger.warning("no outcomes are written: %s", exc)
        return 0


def outcomes_finish(now: dt.datetime) -> None:
    """Write everything that is due at market time ``now``, before prices are dropped that it needs."""
    while outcomes_measure(now):
        pass


def outcomes_measure(now: dt.datetime, *, most: int = BATCH) -> int:
    """Write the outcomes that are due at market time ``now`` and not written yet, oldest first; gives of how
    many runs and horizons, at most ``most``."""
    written = 0
    for due in _due(now):
        written += _try(due, now)
        if written == most:
            break
    return written


def _try(due: Due, now: dt.datetime) -> bool:
    try:
        return _write(due, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # One run that cannot be measured must not keep all later ones from it.
        logger.exception("what followed run %s is not written down (%s)", due.run_id, due.horizon.name)
        return False


@transaction.atomic
def _write(due: Due, now: dt.datetime) -> bool:
    """Write one run's rows of one horizon; False when somebody else has. The run's row is held meanwhile."""
    runs = runs_of_world().filter(pk=due.run_id)
    stored = Outcome.objects.filter(run_id=due.run_id).order_by()
    if not runs.select_for_update(no_key=True) or stored.filter(horizon=due.horizon.name).exists():
        return False
    readings = readings_of_run(due.run_id)
    Outcome.objects.bulk_create(_rows(due, readings, now), ignore_conflicts=True)
    if not readings or stored.values("horizon").distinct().count() == len(HORIZONS):
        runs.update(outcomes_open=False)
    return True


# -- what is due -----------------------------------------------------------------------------------------


def _due(now: dt.datetime) -> list[Due]:
    """What ended long enough ago and is not written, oldest first; without closes that may still come."""
    runs = runs_of_world().filter(outcomes_open=True, published_at__isnull=False, as_of__lt=now)
    rows = runs.exclude(kind=RunKind.REWEIGHT).order_by("as_of", "pk")
    moments = list(rows.values_list("pk", "as_of", "published_at"))
    stored = Outcome.objects.filter(run_id__in=[run_id for run_id, _, _ in moments]).order_by()
    written = set(stored.values_list("run_id", "horizon").distinct())
    followed = [
        Due(run_id, as_of, horizon, horizon.due_at(as_of, published_at))
        for run_id, as_of, published_at in moments
        for horizon in HORIZONS
        if as_of and published_at and (run_id, horizon.name) not in written
    ]
    ended = [due for due in followed if due.at + SETTLE <= now]
    awaited = _closes_awaited({session_of(due.at) for due in ended if due.is_close}, now)
    return [due for due in ended if not (due.is_close and session_of(due.at) in awaited)]


def _closes_awaited(sessions: set[Session], now: dt.datetime) -> set[Session]:
    """Those of ``sessions`` without daily bars for which it is too early to do without.

    They come with the next universe: they are waited for until the next session's open, and then the last
    minute prices are taken. Where these are dropped already, the product stood still: then until the bars of
    a later session have come.
    """
    missing = sessions - sessions_stored(sorted(sessions))
    today = session_of(now)
    kept_from = minutes_kept_from(today)
    is_behind = bool(missing) and not sessions_stored([previous_session(today)])
    return {
        session
        for session in missing
        if (now < hours(next_session(session)).open if hours(session).pre_open >= kept_from else is_behind)
    }


# -- the rows of one run and horizon -----------------------------------------------------------------------


def _rows(due: Due, readings: Sequence[SentimentReading], now: dt.datetime) -> Iterator[Outcome]:
    frame = _frame(due.run_id)
    ends = _ends(due, frame) if frame is not None else None
    doubt = _doubt(due, ends, now)
    for reading in readings:
        reason = _reading_doubt(reading) or doubt
        if reason or frame is None or ends is None:
            figures = SectorOutcome(None, reading.members, 0, {reason: reading.members})
            yield _row(due, reading, now, figures=figures, state=LEFT_OUT + reason)
            continue
        own = np.append(frame.members.sector == reading.sector, False)
        figures = outcome_of(ends.of(own), frame.parameters.winsor_pct)
        row = _row(
            due, reading, now, figures=figures, state=INSUFFICIENT if figures.value is None else MEASURED
        )
        row.benchmark_pct = move_of(ends.of(slice(-1, None)))
        yield row


def _row(
    due: Due, reading: SentimentReading, now: dt.datetime, *, figures: SectorOutcome, state: str
) -> Outcome:
    return Outcome(
        run_id=due.run_id,
        world=reading.world,
        sector=reading.sector,
        timestamp=reading.timestamp,
        as_of=reading.as_of,
        score=reading.sentiment_score,
        colour=reading.color_classification,
        reading_state=reading.state,
        horizon=due.horizon.name,
        due_at=due.at,
        carried_over=is_carried_over(due.as_of, due.at),
        measured_at=now,
        state=state,
        value_pct=figures.value,
        members=figures.members,
        used=figures.used,
        left_out=figures.left_out,
    )


def _frame(run_id: int) -> InputFrame | None:
    """What the run looked at; None when it is not kept any more, or cannot be read."""
    packed = RunInput.objects.filter(run_id=run_id).values_list("frame", flat=True).first()
    try:
        return unpack(bytes(packed)) if packed is not None else None
    except FrameError as exc:
        logger.warning("the frame of run %s cannot be read: %s", run_id, exc)
        return None


def _reading_doubt(reading: SentimentReading) -> str:
    """Why a reading is no call that one could be measured by; "" when it is."""
    if reading.interpolated:
        return LeftOut.INTERPOLATED
    return LeftOut.CARRIED_FORWARD if reading.flags else ""


def _doubt(due: Due, ends: Ends | None, now: dt.datetime) -> str:
    """Why nothing can be measured at the horizon, whichever the sector; "" when it can."""
    if ends is None:
        return FRAME_GONE
    if not np.isfinite(ends.end).any() and due.at < minutes_kept_from(session_of(now)):
        return PRICES_GONE
    if not due.is_close and is_flagged(FROZEN, due.at - PRICE_MAX_AGE, due.at + SETTLE):
        return LeftOut.CARRIED_FORWARD
    return ""


def _ends(due: Due, frame: InputFrame) -> Ends:
    """Both ends of every member's move, and of the benchmark's in the last row."""
    symbols = [*frame.members.symbol.tolist(), BENCHMARK]
    start = np.append(frame.members.last, frame.benchmark.last if frame.benchmark else np.nan)
    end, age, interpolated = _prices(due, symbols)
    held = quarantined_at(due.as_of) | quarantined_at(due.at)
    known_at = np.append(frame.members.last_at, _benchmark_at(frame))
    return Ends(
        start=start * split_factors(symbols, frame.session, session_of(due.at)),
        stale=stale_starts(due.as_of.timestamp() - known_at, due.as_of, due.at),
        end=end,
        age=age,
        interpolated=interpolated,
        quarantined=np.array([symbol in held for symbol in symbols], dtype=np.bool_),
    )


def _benchmark_at(frame: InputFrame) -> float:
    """Unix seconds of the benchmark's price in the frame, which keeps none: those of the stored price; the
    frame's own where that is not kept any more."""
    first = hours(frame.session).pre_open
    (found,) = prices_between([BENCHMARK], first, frame.as_of)["as_of"].tolist()
    return float((frame.as_of if pd.isna(found) else found).timestamp())


def _prices(due: Due, symbols: Sequence[str]) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Price, its age in seconds, and whether it was drawn, at the horizon: the nearest one, for a close that
    of the daily bar, and only without one the last price of the regular hours since the reading."""
    session = session_of(due.at)
    day = hours(session)
    if due.is_close:
        told = prices_between(symbols, max(day.open, due.as_of), due.at)
    else:
        told = prices_nearest(symbols, due.at, first=day.pre_open, last=due.at + PRICE_MAX_AHEAD)
    price = told["price"].to_numpy(dtype=np.float64)
    age = (due.at - told["as_of"]).dt.total_seconds().to_numpy(dtype=np.float64)
    interpolated = told["interpolated"].to_numpy(dtype=np.bool_)
    if not due.is_close:
        return price, age, interpolated
    close = closes_stored(session, symbols)
    has_bar = np.isfinite(close)
    return np.where(has_bar, close, price), np.where(has_bar, 0.0, age), interpolated & ~has_bar
