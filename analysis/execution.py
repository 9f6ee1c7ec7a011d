"""One run from claim to terminal state: the two couriers of the price path meet here.

1. claim the row; a pass or a mover's run that a published run has overtaken ends as covered  `run_claim`
2. make sure that the session has a universe                                            `universe_ensure`
3. releases (analyses), news and filings, the world's indices (before the first prints), prices
                            `releases_refresh`, `catalysts_refresh`, `night_take`, `quotes_refresh`
4. the input frame from what is stored                                                      `frame_build`
5. scores                                                                                   `score_board`
6. the next session's universe (20:00)                                                  `universe_ensure`
7. readings, ranks, frame, its lineage, alerts and the end: one transaction                     `_publish`
8. older sessions and news if they are missing, correlations, the next run   `_follow_up`, `runs_dispatch`

A vendor that gives less than everything makes the run partial and says what is missing. Only when there is
no fresh price at all the run fails, with words, and the board keeps what it has.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import InterfaceError, connection, transaction
from django.db import OperationalError as DatabaseFault
from kombu.exceptions import OperationalError

from analysis.alerts import ColourChange, Move, colours_raise, movers_raise
from analysis.at_work import at_work
from analysis.catalyst_selectors import catalysts_are_short
from analysis.context import context_of, release_near, releases_counted
from analysis.engine import FrameError, score_board
from analysis.engine.frames import digest, pack
from analysis.errors import CeilingPassed, PricesMissing, RunCancelled, RunLost
from analysis.frames import frame_build
from analysis.inputs import (
    Findings,
    catalysts_take,
    coverage_judge,
    prices_take,
    sectors_judge,
    splits_take,
)
from analysis.lifecycle import (
    FAULT,
    PUBLISH_LOCK,
    RunProgress,
    run_claim,
    run_end,
    run_end_cancelled,
    run_requeue,
    runs_dispatch,
    worker_name,
)
from analysis.lineage import lineage_build
from analysis.models import (
    ANALYSIS_KINDS,
    SECTOR_KINDS,
    AnalysisRun,
    RunInput,
    RunKind,
    RunStatus,
    StockReading,
)
from analysis.night import is_night, night_context, night_keep, night_moves, night_take
from analysis.preparation import history_is_short, universe_ensure, universe_stands
from analysis.readings import Provenance, reading_inputs, stock_readings
from analysis.reweighing import is_weighed, standing_take
from analysis.selectors import published_until, run_newest_board, runs_of_world
from analysis.types import BoardScores, InputFrame, RunReport
from sectors.selectors import readings_newest
from sectors.services import readings_record
from sectors.types import ReadingInput, RunStamp
from universe.clock import ClockUnavailableError, clock_state, market_now
from universe.errors import NotEnoughData, SourceError
from universe.selectors import universe_current
from universe.services import lock_take, releases_refresh
from universe.sessions import next_session, session_of

logger = logging.getLogger(__name__)

MESSAGE_LENGTH = 1_000


def run_execute(run_id: int) -> RunReport:
    """Do one queued run and end it. A run that is not queued any more, or whose turn it is not, is left.

    One that this process let go, because PostgreSQL was away when its end was to be written, is taken up.
    """
    with at_work(run_id, alone=_take_back):
        run = run_claim(run_id)
        if run is None:
            status = AnalysisRun.objects.filter(pk=run_id).values_list("status", flat=True).first()
            return RunReport(run_id, str(status or "gone"))
        try:
            with RunProgress(run) as progress:
                _supervise(run, progress)
        except RunLost as exc:
            logger.warning("%s", exc)
    runs_dispatch()
    return RunReport(run_id, str(run.status))


def _take_back(run_id: int) -> None:
    own = runs_of_world().filter(pk=run_id, status=RunStatus.RUNNING, counts__worker=worker_name())
    if (run := own.first()) is None:
        return
    try:
        run_requeue(run, why="PostgreSQL was away at its end")
    except RunCancelled:
        run_end_cancelled(run, run.timings)


def _supervise(run: AnalysisRun, progress: RunProgress) -> None:
    """Give the run its terminal state whatever happens; only a lost run is nobody's to end."""
    try:
        _attempt(run, progress)
    except RunCancelled as exc:
        logger.info("%s", exc)
        run_end_cancelled(run, progress.done())


def _attempt(run: AnalysisRun, progress: RunProgress) -> None:
    """Do the run and end it, however that goes; RunLost and RunCancelled are the caller's."""
    try:
        if _is_covered(run):
            run_end(run, RunStatus.COVERED, message="A later run covered this one.")
            return
        _perform(run, progress)
    except (RunLost, RunCancelled):
        raise
    except (
        *(PricesMissing, CeilingPassed),
        *(NotEnoughData, SourceError, FrameError, ClockUnavailableError),
    ) as exc:
        logger.warning("run %s gave no reading: %s", run.pk, exc)
        _fail(run, progress, str(exc), carried=run_newest_board() is not None)
    except Exception as exc:
        # The supervisor of a run: a fault of ours must not leave a row that works for ever.
        if isinstance(exc, DatabaseFault | InterfaceError) and _is_queued_again(run, exc):
            return
        logger.exception("run %s failed by a fault of the program", run.pk)
        run.counts = run.counts | FAULT
        _fail(
            run, progress, f"A fault of the program stopped the run ({type(exc).__name__}); the log has it."
        )


def _is_queued_again(run: AnalysisRun, fault: Exception) -> bool:
    """Whether a run that the database let down has an attempt left. A connection that broke is opened anew;
    while there is none this raises, and the row's lease runs out instead."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    return run_requeue(run, why=str(fault))


def _fail(run: AnalysisRun, progress: RunProgress, message: str, *, carried: bool = False) -> None:
    """End a run that publishes nothing; ``carried``: the board before it goes on standing."""
    status = RunStatus.CARRIED if carried else RunStatus.FAILED
    run_end(run, status, message=message[:MESSAGE_LENGTH], timings=progress.done(), counts=run.counts)


def _is_covered(run: AnalysisRun) -> bool:
    """Whether a published run of the whole board looked at a later market than this one was asked for, or
    the light uses the new weight already."""
    if run.kind == RunKind.REWEIGHT:
        return is_weighed(run.sector)
    if run.kind not in (RunKind.PASS, RunKind.MOVER):
        return False
    newest = published_until(market_now())
    return newest is not None and newest >= run.scheduled_for


def _perform(run: AnalysisRun, progress: RunProgress) -> None:
    if run.kind == RunKind.REWEIGHT:
        _reweigh(run, progress)
        return
    findings = Findings()
    session = _prepare(progress, findings)
    release = _releases(run, session, progress, findings)
    progress.stage("catalysts", "reading news and filings")
    # A pass has five calls: the splits, asked before the first one of a session, take those of the filings.
    asked = splits_take(findings)
    catalysts_take(findings, filings=not asked and run.kind != RunKind.MOVER, progress=progress.part)
    if is_night(run.kind, market_now()):
        night_take(market_now(), findings)
    elif run.kind == RunKind.MOVER:
        night_keep(market_now(), findings)
    progress.stage("prices", "fetching the prices")
    as_of = prices_take(findings, progress=progress.part)
    progress.stage("frame", "reading the input frame")
    frame = frame_build(
        as_of,
        degraded=findings.degraded,
        release=release,
        overnight=night_moves(findings),
        progress=progress.part,
    )
    coverage_judge(frame, findings)
    if run.kind != RunKind.MOVER and not findings.end_of_day:
        sectors_judge(frame, findings)
    progress.stage("score", f"scoring {len(frame.members):,} stocks")
    scores = score_board(frame)
    findings.counts["dropped"] = {reason: count for reason, count in scores.dropped.items() if count}
    if run.kind == RunKind.COMPREHENSIVE:
        _prepare_next(session, progress, findings)
    progress.stage("publish", "publishing the board")
    _publish(run, progress, Result(frame, scores, findings, lineage_build(frame, findings)))


def _reweigh(run: AnalysisRun, progress: RunProgress) -> None:
    """The sector's light again, from the inputs that it stands on: nothing is fetched, nothing has moved."""
    progress.stage("frame", "reading the input frame of the light")
    standing = standing_take(run.sector)
    progress.stage("score", "scoring with the new weight")
    scores = score_board(standing.frame)
    progress.stage("publish", "publishing the light")
    _publish(
        run,
        progress,
        Result(standing.frame, scores, standing.findings, standing.lineage, standing.context),
    )


@dataclass(frozen=True, slots=True)
class Result:
    """``context`` is what the board says about its run; None: it is made from these findings."""

    frame: InputFrame
    scores: BoardScores
    findings: Findings
    lineage: Mapping[str, Any]
    context: Mapping[str, Any] | None = None


def _prepare(progress: RunProgress, findings: Findings) -> dt.date:
    """The universe of the session that the market is in; it may turn while a long build goes on."""
    while True:
        session = session_of(market_now())
        if not universe_stands(session):
            progress.builds_universe()
        progress.stage("universe", f"the universe of {session:%-d %b}")
        findings.problems += universe_ensure(session, progress.within)
        if session == session_of(market_now()):
            break
    standing = universe_current(session)
    if standing is not None and standing.session != session:
        findings.degraded.append(f"the universe of {standing.session:%-d %b}")
    return session


def _prepare_next(session: dt.date, progress: RunProgress, findings: Findings) -> None:
    """At 20:00: the next session's universe. If today's bars are not out yet, the 4:00 run builds it."""
    following = next_session(session)
    progress.stage("next_universe", f"the universe of {following:%-d %b}")
    try:
        findings.problems += universe_ensure(following, progress.within)
    except CeilingPassed:
        findings.problems.append(
            f"The universe of {following:%-d %b} is not built yet: the run's time was up. The next run "
            "builds it."
        )


def _releases(run: AnalysisRun, session: dt.date, progress: RunProgress, findings: Findings) -> str:
    """Refresh the economic calendar in an analysis; the caution of a release that is near, or ""."""
    if run.kind in ANALYSIS_KINDS:
        progress.stage("releases", "reading the economic calendar")
        try:
            findings.counts["releases"] = releases_refresh(session)
        except SourceError as exc:
            findings.problems.append(f"The economic calendar is not fresh: {exc}")
        findings.counts |= releases_counted(session, market_now())
    return release_near(market_now())


def _publish(run: AnalysisRun, progress: RunProgress, result: Result) -> None:
    """Readings, ranks, frame, alerts and the end of the run: all of it or nothing."""
    findings, frame = result.findings, result.frame
    only = run.sector if run.kind in SECTOR_KINDS else ""
    provenance = Provenance(findings.source, findings.oldest_input_at, tuple(findings.degraded))
    readings = reading_inputs(frame, result.scores, provenance, only=only, without=findings.failed)
    packed = pack(frame)
    with transaction.atomic():
        lock_take(PUBLISH_LOCK)
        before = {row.sector: row for row in readings_newest()}
        stamp = _stamp(run, result)
        snapshot = readings_record(readings, stamp)
        RunInput.objects.create(run=run, frame=packed, sha256=digest(packed), lineage=result.lineage)
        StockReading.objects.bulk_create(
            stock_readings(result.scores.stocks, run.pk, snapshot.timestamp, only=only), batch_size=2_000
        )
        run_end(
            run,
            RunStatus.PARTIAL if findings.problems else RunStatus.COMPLETE,
            as_of=frame.as_of,
            published_at=snapshot.timestamp,
            percent=100,
            message="\n".join(findings.problems)[:MESSAGE_LENGTH],
            counts=run.counts | findings.counts,
            timings=progress.done(),
        )
        _raise_alerts(run, result, readings, before=before)
    _follow_up(run, frame)


def _stamp(run: AnalysisRun, result: Result) -> RunStamp:
    now, state = market_now(), clock_state()
    return RunStamp(
        run_id=run.pk,
        kind=run.kind,
        as_of=result.frame.as_of,
        computed_at=now,
        published_at=now,
        world=state.world,
        interpolated=result.frame.interpolated,
        context=dict(result.context) if result.context is not None else _context(run, result),
    )


def _context(run: AnalysisRun, result: Result) -> dict[str, Any]:
    findings = result.findings
    return context_of(result.frame, findings.problems, late=run.late, failed=findings.failed) | {
        "lag_seconds": round(findings.lag.total_seconds()) if findings.lag else None,
        "end_of_day": findings.end_of_day,
        "night": night_context(result.frame, result.scores, findings),
    }


def _raise_alerts(
    run: AnalysisRun, result: Result, readings: list[ReadingInput], *, before: Mapping[str, Any]
) -> None:
    """Colour changes of this run's sectors, and 15 % movers among the core stocks.

    A run that completes inputs tells no colour: what turned the light is older than the board before. Nor
    does a new weight, which is no move of the market.
    """
    if run.kind == RunKind.REWEIGHT:
        return
    at = result.frame.as_of
    changes = [
        ColourChange(
            reading.sector,
            old=before[reading.sector].color_classification,
            new=reading.colour,
            old_score=before[reading.sector].sentiment_score,
            new_score=reading.score,
        )
        for reading in readings
        if _has_turned(before.get(reading.sector), reading)
    ]
    if not run.completes_inputs:
        colours_raise(changes, at, run_id=run.pk)
    movers_raise(core_moves(result.frame), at, run_id=run.pk)


def _has_turned(before: Any, reading: ReadingInput) -> bool:
    """A light changed its colour; an unlit one has none to change from or to, and what another weight turned
    is no move of the market."""
    if before is None or "insufficient" in (before.state, reading.state):
        return False
    if before.weight_revision_id != reading.weight_revision_id:
        return False
    return bool(before.color_classification != reading.colour)


def core_moves(frame: InputFrame) -> list[Move]:
    """The day's moves of the core stocks that have a price of today and a previous close."""
    members = frame.members
    with np.errstate(invalid="ignore", divide="ignore"):
        change = 100.0 * (members.last / members.closes[:, 0] - 1.0)
    seen = members.core & np.isfinite(change)
    return [
        Move(str(symbol), str(sector), float(pct))
        for symbol, sector, pct in zip(members.symbol[seen], members.sector[seen], change[seen], strict=True)
    ]


def _follow_up(run: AnalysisRun, frame: InputFrame) -> None:
    """After an analysis: ask for the older sessions and news that it had to do without, and have the
    correlations measured."""
    from analysis.tasks import correlations_task, history_task  # tasks import services, so only here

    if run.kind not in ANALYSIS_KINDS:
        return
    is_short = history_is_short(frame.session) or catalysts_are_short(frame.as_of)
    try:
        # The history's task measures too, once it is there.
        (history_task if is_short else correlations_task).delay()
    except OperationalError as exc:
        logger.warning("what follows the run is not done yet, the broker does not answer: %s", exc)
