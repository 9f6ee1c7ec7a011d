"""Two beats at once, and none over a slot: each slot has one row, the missed one is served late.

At six times the market's speed: from 7:57 both beats tick, from 7:59:50 to 8:03 none does, 8:30 sees both.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.market import RunningMarket
from tests.proof.markets import first_board
from tests.workers import BEAT, Worker, running_worker, until

SPEED = 6.0
DAY = "2026-03-31"


@dataclass(frozen=True, slots=True)
class Served:
    """What is there for one slot: its rows, whether they say late, and how many boards they published."""

    slot: str
    rows: int
    late: bool
    boards: int
    state: str


def run() -> int:
    """Needs a database (`tests.benchmarks.servers`)."""
    with ExitStack() as family:
        market = family.enter_context(first_board(f"{DAY}T07:57", speed=SPEED))
        place = Path(family.enter_context(tempfile.TemporaryDirectory()))
        family.enter_context(running_worker(market, place / "worker.log", speed=SPEED))
        beats = [
            family.enter_context(running_worker(market, place / f"beat{number}.log", words=BEAT, speed=SPEED))
            for number in (1, 2)
        ]
        return _told(_over_a_slot(market, beats))


def _over_a_slot(market: RunningMarket, beats: list[Worker]) -> list[Served]:
    market.control(clock=f"{DAY}T07:59")
    _until_market("07:59:50")
    for beat in beats:
        beat.kill()
    _until_market("08:03:00")
    for beat in beats:
        beat.start()
    late = _served("release", "08:00")
    market.control(clock=f"{DAY}T08:29:30")
    return [late, _served("pass", "08:30")]


def _until_market(time: str) -> None:
    import datetime as dt

    from universe import clock
    from universe.sessions import ET

    wanted = dt.datetime.fromisoformat(f"{DAY}T{time}").replace(tzinfo=ET)
    clock.forget()
    until(lambda: clock.market_now() >= wanted)


def _served(kind: str, time: str) -> Served:
    """Wait for the end of the slot's run, then a tick longer, for a second row that should not come."""
    import datetime as dt

    from analysis.models import TERMINAL, AnalysisRun
    from sectors.models import BoardSnapshot
    from universe import clock
    from universe.sessions import ET

    moment = dt.datetime.fromisoformat(f"{DAY}T{time}").replace(tzinfo=ET)
    rows = AnalysisRun.objects.filter(kind=kind, scheduled_for=moment)
    until(lambda: rows.filter(status__in=TERMINAL).exists())
    clock.forget()
    ended = clock.market_now()
    until(lambda: clock.market_now() >= ended + dt.timedelta(minutes=2))
    found = list(rows)
    boards = BoardSnapshot.objects.filter(run_id__in=[row.pk for row in found]).count()
    return Served(f"{time} {kind}", len(found), found[0].late, boards, str(found[0].status))


def _told(done: list[Served]) -> int:
    print("beats: two at once, and none from 7:59:50 to 8:03 market time")
    print(f"{'slot':<16}{'rows':>6}{'late':>7}{'boards':>8}  state")
    for one in done:
        print(f"{one.slot:<16}{one.rows:>6}{'yes' if one.late else 'no':>7}{one.boards:>8}  {one.state}")
    wanted = [(1, True, 1), (1, False, 1)]
    return int([(one.rows, one.late, one.boards) for one in done] != wanted)
