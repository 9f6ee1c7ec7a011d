"""Real Celery workers and beats on the tests' database and Redis, to be killed as a machine kills them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.market import RunningMarket

ROOT = Path(__file__).resolve().parents[1]
LOOK_SECONDS = 0.005
#: What the product promises from a kill to the end of the run.
FINISHED_WITHIN = 120.0
LOG_SHOWN = 4_000


#: As the product starts them (`sectorlight.family`).
WORKER = (
    *("worker", "--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle"),
    *("--loglevel", "INFO"),
)
BEAT = ("beat", "--pidfile=", "--loglevel", "INFO")


@dataclass(slots=True)
class Worker:
    """``celery`` in a process of its own: a worker, or with the ``words`` `BEAT` a beat."""

    environment: Mapping[str, str]
    log: Path
    words: tuple[str, ...] = WORKER
    child: Any = None

    def start(self) -> None:
        from sectorlight.embedded.processes import Program, spawn

        celery = (sys.executable, "-m", "celery", "--quiet", "-A", "sectorlight", *self.words)
        program = Program(self.words[0], celery, self.environment, folder=ROOT)
        with self.log.open("ab") as output:
            self.child = spawn(program, output=output.fileno())

    @property
    def pid(self) -> int:
        return int(self.child.process.pid)

    def kill(self) -> None:
        """As the kernel kills it: nothing is said, nothing is tidied up."""
        from sectorlight.embedded.processes import end_group

        end_group(self.child.process)


def environment_of(market: RunningMarket, *, speed: float = 1.0) -> dict[str, str]:
    """What a process needs to work on the test's database and on this market."""
    from urllib.parse import urlsplit, urlunsplit

    from django.conf import settings
    from django.db import connection

    name, address = str(connection.settings_dict["NAME"]), urlsplit(str(settings.DATABASE_URL))
    return {
        "DATABASE_URL": urlunsplit(address._replace(path=f"/{name}")),
        "DJANGO_SETTINGS_MODULE": "sectorlight.settings.base",
        "SECTORLIGHT_DOTENV": "off",
        "MARKET": "simulated",
        "MARKET_SPEED": f"{speed:g}",
        "SIMULATOR_URL": market.url,
        "POLYGON_BASE_URL": market.url,
        "FMP_BASE_URL": f"{market.url}/stable",
        "PYTHONWARNINGS": "ignore:You're running the worker",
    }


@contextmanager
def running_worker(
    market: RunningMarket, log: Path, *, words: tuple[str, ...] = WORKER, speed: float = 1.0
) -> Iterator[Worker]:
    """A worker that serves the test's queue, or a beat that fills it; dead at the end."""
    worker = Worker(environment_of(market, speed=speed), log, words)
    worker.start()
    try:
        yield worker
    finally:
        worker.kill()


@dataclass(frozen=True, slots=True)
class Killing:
    """One run whose worker was killed: at which percent, how long it took to its end from there, and what is
    wrong with what it left; nothing is, when ``faults`` is empty."""

    aimed: int
    percent: int
    stage: str
    seconds: float
    attempts: int
    faults: tuple[str, ...] = field(default=())


def kill_at(percent: int, worker: Worker, *, kind: str, pause: float = 0.0) -> Killing:
    """Ask for a run, kill its worker ``pause`` seconds after it has shown ``percent``, start another, and
    look at what is there when the run has ended."""
    from analysis.lifecycle import run_enqueue
    from analysis.models import TERMINAL, AnalysisRun, RunKind
    from analysis.services import run_create_now

    run = run_create_now(RunKind(kind))
    rows = AnalysisRun.objects.filter(pk=run.pk)
    run_enqueue(run.pk)
    begun = rows.filter(percent__gte=percent) | rows.filter(status__in=TERMINAL)
    until(begun.exists, log=worker.log)
    time.sleep(pause)
    worker.kill()
    killed_at = time.monotonic()
    seen = rows.get()
    worker.start()
    until(rows.filter(status__in=TERMINAL).exists, log=worker.log)
    seconds = time.monotonic() - killed_at
    ended = rows.get()
    faults = tuple(_faults(ended))
    return Killing(
        percent,
        seen.percent,
        seen.stage or seen.status,
        seconds,
        int(ended.counts.get("attempts", 1)),
        faults,
    )


def until(is_so: Callable[[], bool], *, log: Path | None = None) -> None:
    """Look again and again; AssertionError after two minutes, with the end of ``log``."""
    deadline = time.monotonic() + FINISHED_WITHIN
    while not is_so():
        if time.monotonic() > deadline:
            said = log.read_text(errors="replace")[-LOG_SHOWN:] if log else ""
            raise AssertionError(f"nothing came of it within {FINISHED_WITHIN:g} s\n{said}")
        time.sleep(LOOK_SECONDS)


def _faults(run: Any) -> Iterator[str]:
    """What a run that was done exactly once would not show."""
    from django.db.models import Count

    from analysis.models import PUBLISHED, Alert, AnalysisRun, RunInput, StockReading
    from sectors.board_cache import board_fetch
    from sectors.models import BoardSnapshot, SentimentReading

    if run.status not in PUBLISHED:
        yield f"run {run.pk} ended as {run.status}: {run.message}"
        return
    counts = {
        "rows of its slot": (
            AnalysisRun.objects.filter(kind=run.kind, scheduled_for=run.scheduled_for).count(),
            1,
        ),
        "boards": (BoardSnapshot.objects.filter(run_id=run.pk).count(), 1),
        "readings": (SentimentReading.objects.filter(run_id=run.pk).count(), 8),
        "frames": (RunInput.objects.filter(run_id=run.pk).count(), 1),
    }
    if not StockReading.objects.filter(run_id=run.pk).exists():
        yield f"run {run.pk} has no ranks"
    for what, (found, wanted) in counts.items():
        if found != wanted:
            yield f"run {run.pk} has {found} {what} instead of {wanted}"
    told = Alert.objects.order_by().values(
        "kind", "session", "symbol", "sector", "level", "crossing", "run_id"
    )
    if told.annotate(times=Count("id")).filter(times__gt=1).exists():
        yield f"an alert was told twice after run {run.pk}"
    until(lambda: (board_fetch() or {}).get("run_id") == run.pk)
