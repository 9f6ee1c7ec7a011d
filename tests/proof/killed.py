"""Workers killed with -9 within a run, again and again, and what became of the run.

A simulated market whose answers come 50 ms late, so that a run lasts as long as over a line; the worker is
the product's own and comes back as its supervisor brings it back.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.proof.markets import first_board
from tests.workers import FINISHED_WITHIN, Killing, kill_at, running_worker

POINTS = (10, 50, 90)
TIMES = 20
KINDS = ("on_demand", "pass")
CALL_SECONDS = 0.05
#: Up to so many seconds after the percent was seen the kill comes, so that it falls into all of a stage.
PAUSE_MAX = 0.15


def run() -> int:
    """Needs a database (`tests.benchmarks.servers`)."""
    rng = random.Random(20260331)
    with first_board("2026-03-31T10:05") as market, tempfile.TemporaryDirectory() as place:
        market.fault("slow", seconds=CALL_SECONDS)
        with running_worker(market, Path(place) / "worker.log") as worker:
            done = [
                kill_at(percent, worker, kind=KINDS[number % len(KINDS)], pause=rng.uniform(0, PAUSE_MAX))
                for number in range(TIMES)
                for percent in POINTS
            ]
    return _told(done)


def _told(done: Sequence[Killing]) -> int:
    print(f"killed: kill -9 of the worker within a run, {len(done)} times")
    heads = ("kills", "within it", "seen at", "median s", "most s", "of 120 s")
    print(f"{'aimed at':<10}" + "".join(f"{head:>11}" for head in heads))
    for percent in POINTS:
        some = [one for one in done if one.aimed == percent]
        seconds = sorted(one.seconds for one in some)
        within = sum(one.attempts > 1 for one in some)
        seen = f"{min(one.percent for one in some)}-{max(one.percent for one in some)} %"
        middle, most = seconds[len(seconds) // 2], seconds[-1]
        cells = (len(some), within, seen, f"{middle:.1f}", f"{most:.1f}", f"{most / FINISHED_WITHIN:.0%}")
        print(f"{f'{percent} %':<10}" + "".join(f"{cell:>11}" for cell in cells))
    faults = [fault for one in done for fault in one.faults]
    print(f"runs that left more or less than one result: {len(faults)}")
    for fault in faults:
        print(f"  {fault}")
    return int(bool(faults) or max(one.seconds for one in done) > FINISHED_WITHIN)
