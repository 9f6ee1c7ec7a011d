"""The life of one run as a row: queued, claimed by one worker, kept alive, ended once.

One run works at a time. The row decides, not the broker: a run is claimed by a conditional update, its worker
renews a heartbeat, and whatever the worker does at the end is refused when the row is no longer its own.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DatabaseError, connection, transaction
from django.db.models import Case, IntegerField, Max, QuerySet, Value, When
from django.utils import timezone
from kombu.exceptions import OperationalError

from analysis.errors import CeilingPassed, RunCancelled, RunLost
from analysis.models import ANALYSIS_KINDS, AnalysisRun, RunKind, RunStatus, Slot
from analysis.rights import cancelled_words
from analysis.selectors import run_newest_board, runs_of_world
from analysis.stages import stage_spans
from sectors.broadcast import announce_progress
from universe.clock import market_now
from universe.services import lock_take
from universe.sessions import ET

logger = logging.getLogger(__name__)

#: A running row whose heartbeat is older is given to another worker.
LEASE = dt.timedelta(seconds=30)
HEARTBEAT_SECONDS = 5.0
#: After so many workers died over it, a run has failed.
ATTEMPTS_MAX = 3
#: Seconds that a run beside the slots may take, and one that has to build its universe first, which a plan of
#: five calls a minute makes long. A slot has its own.
CEILINGS = {RunKind.ON_DEMAND: 300.0}
CEILING, BUILD_CEILING = 120.0, 1_800.0
#: A step that hangs is not waited for: so long after its ceiling, or after somebody has cancelled it, the run
#: is ended beside it.
HANGING_SECONDS = 10.0
#: What the counts of a run say that ended by a fault of the program: it is none of who asked for it.
FAULT = {"fault": True}
#: Advisory locks of PostgreSQL, held for one short transaction.
CLAIM_LOCK = 7_310_001
PUBLISH_LOCK = 7_310_002
TICK_LOCK = 7_310_003
CLAIMED_FIELDS = (
    *("status", "stage", "percent", "message", "started_wall", "heartbeat_wall", "counts", "publishing"),
)


def lock_try(number: int) -> bool:
    """Take an advisory lock until the transaction ends, unless somebody holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        row = cursor.fetchone()
    return bool(row and row[0])


def run_create_now(
    kind: RunKind,
    *,
    sector: str = "",
    requested_by: AbstractBaseUser | None = None,
    counts: Mapping[str, bool] | None = None,
    retry_of: AnalysisRun | None = None,
) -> AnalysisRun:
    """A run of this very moment; a market clock that stands still gets moments of a microsecond apart."""
    moment = market_now()
    taken = runs_of_world().filter(kind=kind, scheduled_for__gte=moment)
    newest = taken.aggregate(newest=Max("scheduled_for"))["newest"]
    if newest is not None:
        moment = newest + dt.timedelta(microseconds=1)
    return AnalysisRun.objects.create(
        kind=kind,
        scheduled_for=moment,
        sector=sector,
        requested_by_id=requested_by.pk if requested_by else None,
        counts=dict(counts or {}),
        retry_of=retry_of,
    )


def run_claim(run_id: int) -> AnalysisRun | None:
    """Make a queued run this worker's own. None: it is not queued any more, another run works, or it is of
    another market world."""
    with transaction.atomic():
        lock_take(CLAIM_LOCK)
        if runs_of_world().filter(status=RunStatus.RUNNING).exists():
            return None
        run = runs_of_world().filter(pk=run_id, status=RunStatus.QUEUED).first()
        if run is None:
            return None
        run.status, run.stage, run.percent, run.message = RunStatus.RUNNING, "starting", 0, ""
        run.started_wall = run.heartbeat_wall = timezone.now()
        run.counts, run.publishing = run.counts | {"worker": worker_name()}, False
        own = AnalysisRun.objects.filter(pk=run_id, status=RunStatus.QUEUED)
        claimed = own.update(**{name: getattr(run, name) for name in CLAIMED_FIELDS})
    return run if claimed else None


def worker_name() -> str:
    """This process as host and process id, so that a restart on the same host knows its dead."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(worker: str) -> bool:
    """Whether ``worker`` was a process of this host and is gone. Of other hosts nothing is known."""
    host, _, pid = worker.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it lives, as another user's
        return False
    return False


def run_end(run: AnalysisRun, status: RunStatus, **values: Any) -> None:
    """Give an own run its terminal state; RunLost when it is not this worker's any more, RunCancelled when
    somebody has cancelled it."""
    values = {"status": status, "finished_wall": timezone.now(), "stage": ""} | values
    if not _wanted(run).update(**values):
        raise _given_up(run)
    for name, value in values.items():
        setattr(run, name, value)


def run_requeue(run: AnalysisRun, *, why: str) -> bool:
    """Queue an own run again that the database let down; False when it has had its attempts. Raises as
    `run_end`."""
    attempts = int(run.counts.get("attempts", 1))
    if attempts >= ATTEMPTS_MAX:
        return False
    values = {
        "status": RunStatus.QUEUED,
        "counts": run.counts | {"attempts": attempts + 1},
        "stage": "",
        "percent": 0,
        "publishing": False,
    }
    if not _wanted(run).update(**values):
        raise _given_up(run)
    for name, value in values.items():
        setattr(run, name, value)
    logger.warning("run %s is queued again, attempt %s: %s", run.pk, attempts, why)
    return True


def run_ceiling(run: AnalysisRun) -> float:
    """Seconds that a run may take: its slot's, also when it is done again, or what its kind may take beside
    the slots."""
    at = _first_of(run).scheduled_for.astimezone(ET).time()
    slot = Slot.objects.filter(kind=run.kind, at=at).values_list("ceiling_seconds", flat=True).first()
    return float(slot) if slot else CEILINGS.get(RunKind(run.kind), CEILING)


def _first_of(run: AnalysisRun) -> AnalysisRun:
    """The run that this one does again, through any number of tries."""
    first = run
    while first.retry_of is not None:
        first = first.retry_of
    return first


def run_end_cancelled(run: AnalysisRun, timings: Mapping[str, float]) -> None:
    """End an own run that somebody has cancelled; RunLost as `run_end`."""
    told = AnalysisRun.objects.select_related("cancelled_by").get(pk=run.pk)
    values = cancelled_values(told, by=told.cancelled_by) | {"timings": dict(timings)}
    if not _own(run).update(**values):
        raise _given_up(run)
    for name, value in (values | {"percent": told.percent}).items():
        setattr(run, name, value)


def cancelled_values(run: AnalysisRun, *, by: AbstractBaseUser | None) -> dict[str, Any]:
    """What the row of a cancelled run says from its end on."""
    return {
        "status": RunStatus.CANCELLED,
        "finished_wall": timezone.now(),
        "stage": "",
        "message": cancelled_words(run, by=by),
        "cancelled_by": by,
    }


def _own(run: AnalysisRun) -> QuerySet[AnalysisRun]:
    """The row of a claimed run while it is this worker's: nobody has claimed it again since."""
    return AnalysisRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING, started_wall=run.started_wall)


def _wanted(run: AnalysisRun) -> QuerySet[AnalysisRun]:
    """The own row while nobody has cancelled the run."""
    return _own(run).filter(cancel_requested=None)


def _given_up(run: AnalysisRun) -> RunLost | RunCancelled:
    """Why the row could not be written: it is still this worker's and cancelled, or another's."""
    if _own(run).exists():
        return RunCancelled(f"run {run.pk} was cancelled; its worker stops")
    return RunLost(f"run {run.pk} was given to another worker after {LEASE.seconds} s of silence")


def runs_reclaim() -> int:
    """Queue again what dead workers left behind, or end it: cancelled, or with words after three attempts."""
    count = 0
    for run in runs_of_world().filter(status=RunStatus.RUNNING).select_related("cancelled_by"):
        is_silent = run.heartbeat_wall is None or run.heartbeat_wall < timezone.now() - LEASE
        if not is_silent and not is_dead(str(run.counts.get("worker", ""))):
            continue
        attempts = int(run.counts.get("attempts", 1))
        own = AnalysisRun.objects.filter(
            pk=run.pk,
            status=RunStatus.RUNNING,
            heartbeat_wall=run.heartbeat_wall,
            cancel_requested=run.cancel_requested,
        )
        if run.cancel_requested:
            count += own.update(**cancelled_values(run, by=run.cancelled_by))
        elif attempts >= ATTEMPTS_MAX:
            message = f"The worker died {attempts} times over this run, last in the stage “{run.stage}”."
            values = {"message": message, "finished_wall": timezone.now(), "counts": run.counts | FAULT}
            status = RunStatus.CARRIED if run_newest_board() else RunStatus.FAILED
            count += own.update(status=status, stage="", **values)
        else:
            counts = run.counts | {"attempts": attempts + 1}
            count += own.update(status=RunStatus.QUEUED, counts=counts, stage="", percent=0)
        logger.warning("run %s lost its worker in the stage %r, attempt %s", run.pk, run.stage, attempts)
    return count


def run_enqueue(run_id: int) -> None:
    """Hand a run to the workers. Without a broker it stays queued; a later tick hands it over."""
    from analysis.tasks import run_task  # tasks import services, so only here

    try:
        run_task.delay(run_id)
    except OperationalError as exc:
        logger.warning("run %s stays queued, the broker does not answer: %s", run_id, exc)


def runs_dispatch() -> int | None:
    """Hand over the queued run whose turn it is, when no run works. Its id, or None."""
    if runs_of_world().filter(status=RunStatus.RUNNING).exists():
        return None
    turn = Case(
        When(kind__in=ANALYSIS_KINDS, then=Value(0)),
        When(kind=RunKind.PASS, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    waiting = runs_of_world().filter(status=RunStatus.QUEUED)
    queued = waiting.order_by(turn, "id").first()
    if queued is None:
        return None
    run_enqueue(queued.pk)
    return queued.pk


def progress_event(run: AnalysisRun) -> dict[str, Any]:
    """What an open page is told of a run: plain words and numbers. A run that is being cancelled has a state
    of its own here, so that a page asks for the words."""
    cancelling = run.status == RunStatus.RUNNING and run.cancel_requested
    return {
        "id": run.pk,
        "kind": run.kind,
        "label": run.get_kind_display(),
        "status": "cancelling" if cancelling else str(run.status),
        "stage": run.stage,
        "percent": run.percent,
        "message": run.message,
        "sector": run.sector,
    }


class RunProgress:
    """Stages, percent, timings and the heartbeat of a claimed run, as a context manager."""

    def __init__(self, run: AnalysisRun) -> None:
        self.run = run
        self.timings: dict[str, float] = {}
        self._spans = stage_spans(run.kind, builds=False)
        self._name = self._words = ""
        self._since = self._started = time.monotonic()
        self._ceiling: float | None = run_ceiling(run)
        self._stop = threading.Event()
        self._beat = threading.Thread(target=self._keep_alive, name=f"run-{run.pk}-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._beat.start()
        announce_progress(progress_event(self.run))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._beat.join()
        announce_progress(progress_event(self.run))

    def builds_universe(self) -> None:
        """The session's universe has to be built first, which takes most of the run."""
        self._spans = stage_spans(self.run.kind, builds=True)
        self._ceiling = BUILD_CEILING

    def stage(self, name: str, words: str) -> None:
        """Enter a stage of `analysis.stages`: store and announce it. ``words`` are for the reader."""
        self._close_stage()
        if name == "publish":
            # Everything has been computed: what is ready is not thrown away.
            self._ceiling = None
        self._name, self._words = name, words
        self.within(0, words)
        # Not before: a run that was cancelled did not enter it.
        self.timings.setdefault(name, 0.0)

    def within(self, percent: int, words: str) -> None:
        """``percent`` of the stage at work is done, 0 to 100."""
        first, last = self._spans[self._name]
        self._tell(first + (last - first) * percent // 100, words)

    def part(self, done: int, total: int) -> None:
        """A `Progress` listener for the stage at work."""
        self.within(100 * done // max(total, 1), self._words)

    def _tell(self, percent: int, words: str) -> None:
        """Store and announce; RunLost when the run is not this worker's any more, RunCancelled when somebody
        has cancelled it, CeilingPassed when it has worked for too long. From the stage "publish" on nobody
        can cancel it."""
        if self._ceiling is not None and time.monotonic() - self._started > self._ceiling:
            raise CeilingPassed(self._ceiling, words)
        self.run.stage, self.run.percent = words[:80], max(self.run.percent, min(percent, 99))
        told = _wanted(self.run).update(
            stage=self.run.stage,
            percent=self.run.percent,
            heartbeat_wall=timezone.now(),
            publishing=self._name == "publish",
        )
        if not told:
            raise _given_up(self.run)
        announce_progress(progress_event(self.run))

    def done(self) -> dict[str, float]:
        """Close the last stage and give the seconds of all."""
        self._close_stage()
        return self.timings

    def _close_stage(self) -> None:
        now = time.monotonic()
        if self._name in self.timings:
            self.timings[self._name] = round(self.timings[self._name] + now - self._since, 3)
        self._name, self._since = "", now

    def _keep_alive(self) -> None:
        """Renew the heartbeat through stages that say nothing for long, and end the run beside a step that
        hangs; a missed beat is tried again."""
        try:
            while not self._stop.wait(HEARTBEAT_SECONDS):
                try:
                    if not self._beat_once():
                        return
                except (RunLost, RunCancelled):
                    return  # its own worker, or another, has ended it meanwhile
                except DatabaseError as exc:
                    logger.warning("heartbeat of run %s was not stored: %s", self.run.pk, exc)
        finally:
            connection.close()

    def _beat_once(self) -> bool:
        """False: the run is not this worker's any more, or was ended here."""
        ended = self._end_hanging()
        if ended:
            announce_progress(progress_event(self.run))
            runs_dispatch()
        return not ended and bool(_own(self.run).update(heartbeat_wall=timezone.now()))

    def _end_hanging(self) -> bool:
        """End a run whose step has hung for too long past its ceiling, or past its cancelling. Whatever the
        step brings after all is refused, as that of any run which is not the worker's any more."""
        ceiling, words = self._ceiling, self.run.stage or "it began"
        waited = dt.timedelta(seconds=HANGING_SECONDS)
        if _own(self.run).filter(cancel_requested__lt=timezone.now() - waited, publishing=False).exists():
            run_end_cancelled(self.run, self.timings)
            return True
        if ceiling is None or time.monotonic() - self._started < ceiling + HANGING_SECONDS:
            return False
        logger.warning("run %s hangs while %s; it is ended beside it", self.run.pk, words)
        status = RunStatus.CARRIED if run_newest_board() is not None else RunStatus.FAILED
        run_end(self.run, status, message=str(CeilingPassed(ceiling, words)), timings=dict(self.timings))
        return True
