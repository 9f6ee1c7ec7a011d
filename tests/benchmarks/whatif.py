"""What another weight would change, over 60 stored sessions of 1,550 members, against its limit.

Beside it stands what the same frames cost when only read and unpacked: what no way of scoring can save.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from tests.benchmarks.timing import medians_ms

MEMBERS = 1_550
REPEATS = 5
LIMIT_MS = 2_000.0
LAST = dt.date(2026, 3, 31)


def run() -> int:
    """Needs a database (`tests.benchmarks.servers`). Exit 1 when a session of the 60 is not compared."""
    from django.db import transaction

    with transaction.atomic():
        failed = _run()
        transaction.set_rollback(True)
    return failed


def _run() -> int:
    from analysis.engine.frames import unpack
    from analysis.models import RunInput
    from analysis.whatif import SESSIONS, weight_whatif
    from sectors.types import WeightSetting

    _store(SESSIONS)
    setting = WeightSetting(Decimal("0.90"))
    found = weight_whatif("healthcare", setting)
    times = medians_ms(
        {
            "what-if": lambda: weight_whatif("healthcare", setting),
            "frames read": lambda: [unpack(bytes(one.frame)) for one in RunInput.objects.all()],
        },
        repeats=REPEATS,
    )
    print(f"what-if: medians of {REPEATS} rounds, {SESSIONS} sessions of {MEMBERS:,} members")
    print(f"{'':>12}{'ms':>10}{'of limit':>10}")
    for name, value in times.items():
        print(f"{name:>12}{value:>10.1f}{value / LIMIT_MS:>10.0%}")
    return int(len(found.compared) != SESSIONS)


def _store(count: int) -> None:
    """The board of each session's close, published as a run does."""
    from analysis.engine import score_board
    from analysis.engine.frames import digest, pack
    from analysis.models import AnalysisRun, RunInput, RunKind, RunStatus
    from analysis.readings import Provenance, reading_inputs
    from sectors.services import readings_record, sectors_seed
    from sectors.types import RunStamp
    from tests.analysis.engine.cast import random_frame
    from universe.sessions import hours, session_offset

    sectors_seed()
    for back in range(count - 1, -1, -1):
        session = session_offset(LAST, -back)
        as_of = hours(session).close
        frame = replace(random_frame(MEMBERS, seed=back), as_of=as_of, session=session)
        run = AnalysisRun.objects.create(
            kind=RunKind.PASS, scheduled_for=as_of, status=RunStatus.COMPLETE, as_of=as_of
        )
        stamp = RunStamp(run.pk, "pass", as_of, as_of, as_of, run.world, False)  # type: ignore[arg-type]
        readings = reading_inputs(frame, score_board(frame), Provenance("Polygon", as_of))
        readings_record(readings, stamp)
        packed = pack(frame)
        RunInput.objects.create(run=run, frame=packed, sha256=digest(packed))
