"""One run delivered ten times at once: one does it, nine do nothing, and how long those nine take."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests.proof.markets import first_board

TIMES = 10
NOTHING_MS = 50.0


def run() -> int:
    """Needs a database (`tests.benchmarks.servers`)."""
    from django.db import connection

    from analysis.models import AnalysisRun, RunKind, RunStatus
    from analysis.services import run_create_now, run_execute
    from sectors.models import BoardSnapshot

    gate = threading.Barrier(TIMES)

    def deliver(run_id: int) -> float:
        """Milliseconds; the connection is there before, as a worker's is."""
        try:
            connection.ensure_connection()
            gate.wait(30)
            started = time.perf_counter()
            run_execute(run_id)
            return (time.perf_counter() - started) * 1000
        finally:
            connection.close()

    with first_board("2026-03-31T09:55"):
        asked = run_create_now(RunKind.ON_DEMAND)
        with ThreadPoolExecutor(TIMES) as pool:
            took = sorted(pool.map(deliver, [asked.pk] * TIMES))
        rows = AnalysisRun.objects.filter(kind=asked.kind, scheduled_for=asked.scheduled_for)
        done = rows.filter(status__in=(RunStatus.COMPLETE, RunStatus.PARTIAL)).count()
        boards = BoardSnapshot.objects.filter(run_id=asked.pk).count()
    *nothing, whole = took
    print(f"deliveries: one run, {TIMES} times at once")
    print(f"rows {rows.count()}, {done} of them done; boards {boards}; the run took {whole / 1000:.1f} s")
    share = f"{nothing[-1] / NOTHING_MS:.0%} of {NOTHING_MS:.0f} ms"
    print(f"the nine that do nothing: {nothing[0]:.1f} to {nothing[-1]:.1f} ms, at most {share}")
    return int((done, boards) != (1, 1) or nothing[-1] > NOTHING_MS)
