"""Redis and PostgreSQL away for a minute each under fifty people who browse, with a slot due meanwhile.

The product runs as `make run` starts it, on servers that are stopped here and come back on the same port with
the same data: Redis is killed; PostgreSQL is shut down fast, then killed, then frozen for 20 s, so that it
keeps its connections and answers nothing. A third into each outage a half-hourly pass falls due.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.proof.browsing import BOARD, Crowd, Visit
from tests.proof.outage_family import PASSWORD, Product, running_product, until

PEOPLE, SOCKETS = 50, 8
DAY = "2026-03-31"
CALM, CALM_SECONDS = "all there", 15.0
TICK_SECONDS, SLACK_SECONDS = 60.0, 15.0
AWAY_SECONDS = float(os.environ.get("AWAY_SECONDS", "60"))
#: Limits, in seconds.
BANNER_WITHIN = HEALED_WITHIN = 10.0
LEVEL_WITHIN = 5.0
P95_MAX = 1.0
#: While a server hangs, somebody has to wait for it to find out, again and again.
P95_HUNG = 5.0
RESULT_WITHIN = 120.0
#: Pages that answer also without PostgreSQL; the others say 503 in the product's own words.
ALWAYS = {BOARD, "watched board", "sector", "preferences"}
HUNG_SECONDS = 20.0
#: Server, what befalls it, the slot that falls due meanwhile, and for how many seconds it is away.
OUTAGES = (
    ("Redis", signal.SIGKILL, "10:30", AWAY_SECONDS),
    ("PostgreSQL", signal.SIGINT, "11:00", AWAY_SECONDS),
    ("PostgreSQL", signal.SIGKILL, "11:30", AWAY_SECONDS),
    ("PostgreSQL", signal.SIGSTOP, "12:00", HUNG_SECONDS),
)
TWICE = {
    "slots": "SELECT kind, scheduled_for FROM analysis_analysisrun WHERE kind <> 'on_demand'",
    "boards": "SELECT run_id, 1 FROM sectors_boardsnapshot",
    "readings": "SELECT run_id, sector FROM sector_sentiment",
    "alerts": "SELECT kind, session, symbol, sector, level, crossing, run_id FROM analysis_alert",
}


@dataclass(slots=True)
class Outage:
    """What one outage did; seconds are None where it never came."""

    server: str
    how: str
    away_at: float = 0.0
    back_at: float = 0.0
    ended_at: float = 0.0
    words: Counter[str] = field(default_factory=Counter)
    health_ok: float | None = None
    slot: str = ""
    slot_seconds: float | None = None
    slot_words: str = ""


def run() -> int:
    """Needs no database of the proof's own: it starts the product's."""
    with (
        tempfile.TemporaryDirectory(prefix="sectorlight-outages-") as folder,
        running_product(Path(folder), first=DAY, readers=PEOPLE) as product,
    ):
        crowd, stop = Crowd(product.url, PASSWORD), threading.Event()
        browsing = threading.Thread(target=_browse, args=(crowd, stop))
        browsing.start()
        try:
            until(lambda: len(crowd.visits) > PEOPLE or not browsing.is_alive(), 120)
            began = time.monotonic()
            time.sleep(CALM_SECONDS)
            outages = [_outage(product, *one) for one in OUTAGES]
            twice = {what: _twice(product, rows) for what, rows in TWICE.items()}
        finally:
            stop.set()
            browsing.join(30)
        if kept := os.environ.get("KEEP_LOG"):
            Path(kept).write_text(product.said())
        return _told(crowd, began, outages, twice, product.said())


def _browse(crowd: Crowd, stop: threading.Event) -> None:
    async def go() -> None:
        ended = asyncio.Event()
        task = asyncio.create_task(crowd.browse(PEOPLE, SOCKETS, ended))
        while not stop.is_set() and not task.done():
            await asyncio.sleep(0.2)
        ended.set()
        await task

    asyncio.run(go())


def _outage(product: Product, name: str, how: signal.Signals, slot: str, seconds: float) -> Outage:
    server = product.servers[name]
    found = Outage(name, how.name, slot=slot)
    due = dt.datetime.fromisoformat(f"{DAY}T{slot}")
    lead = _lead(name, seconds)
    product.market(clock=(due - dt.timedelta(seconds=seconds / 3 + lead)).isoformat())
    time.sleep(lead)
    if how == signal.SIGSTOP:
        server.freeze()
    else:
        server.stop(how)
    found.away_at = time.monotonic()
    while time.monotonic() - found.away_at < seconds:
        found.words[product.health()[0]] += 1
        time.sleep(1)
    if how == signal.SIGSTOP:
        server.thaw()
    else:
        server.start()
    found.back_at = time.monotonic()
    _heal(product, found)
    _await_result(product, found)
    time.sleep(max(LEVEL_WITHIN, found.back_at + HEALED_WITHIN + CALM_SECONDS - time.monotonic()))
    found.ended_at = time.monotonic()
    return found


def _lead(name: str, seconds: float) -> float:
    """How long before an outage the clock is set. A worker looks at it once a minute, with its tick, and the
    first one behind a clock that was set does not know of it yet. While PostgreSQL alone is away ticks go on;
    else one is waited for, so that the result waits for the outage and not for this proof."""
    return 0.0 if name == "PostgreSQL" and seconds >= TICK_SECONDS else TICK_SECONDS + SLACK_SECONDS


def _heal(product: Product, found: Outage) -> None:
    while time.monotonic() - found.back_at < 60:
        checks = product.health()[1]
        if checks and all(checks[name]["status"] == "ok" for name in ("database", "redis")):
            found.health_ok = time.monotonic() - found.back_at
            return
        time.sleep(0.5)


def _await_result(product: Product, found: Outage) -> None:
    """Until the slot that fell due meanwhile has its row and its result, or the time is up."""
    due = "%s::timestamp AT TIME ZONE 'America/New_York'"
    rows = (
        "SELECT r.status, r.late, (SELECT count(*) FROM sectors_boardsnapshot b WHERE b.run_id = r.id),"
        f" EXISTS (SELECT 1 FROM sectors_boardsnapshot b WHERE b.timestamp > {due})"
        f" FROM analysis_analysisrun r WHERE r.kind = 'pass' AND r.scheduled_for = {due}"
    )
    moment = f"{DAY} {found.slot}"
    while time.monotonic() - found.back_at < RESULT_WITHIN:
        told = product.ask(rows, moment, moment)
        found.slot_words = (
            ", ".join(f"{state}{' late' if late else ''}" for state, late, *_ in told) or "none"
        )
        # A pass that waited while a later run read the whole board is covered by it.
        if len(told) == 1 and (told[0][2] == 1 or (told[0][0] == "covered" and told[0][3])):
            found.slot_seconds = time.monotonic() - found.back_at
            return
        time.sleep(0.5)


def _twice(product: Product, rows: str) -> int:
    statement = f"SELECT count(*) FROM (SELECT t::text FROM ({rows}) t GROUP BY 1 HAVING count(*) > 1) d"
    return int(product.ask(statement)[0][0])


def _told(crowd: Crowd, began: float, outages: list[Outage], twice: dict[str, int], log: str) -> int:
    faults = list(crowd.faults)
    print(
        f"outages: {PEOPLE} people and {SOCKETS} open pages, a server away for {AWAY_SECONDS:.0f} s each time"
    )
    spans = [(CALM, began, outages[0].away_at)]
    for one in outages:
        spans.append((f"{one.server} {one.how}", one.away_at, one.back_at))
        spans.append(("back", one.back_at + HEALED_WITHIN, one.ended_at))
    faults += _pages_told(crowd.visits, spans)
    for one in outages:
        faults += _outage_told(one, crowd)
    print("twice: " + ", ".join(f"{what} {count}" for what, count in twice.items()))
    faults += [f"{count} {what} are there twice" for what, count in twice.items() if count]
    for words in ("Traceback (most recent call last)", "Internal Server Error", '  File "'):
        if count := log.count(words):
            faults.append(f"the log has {count} times “{words}”")
    print("limits kept" if not faults else "\n".join(["limits missed:", *(f"  {words}" for words in faults)]))
    return int(bool(faults))


def _pages_told(visits: list[Visit], spans: list[tuple[str, float, float]]) -> list[str]:
    faults = []
    print(f"{'phase':<22}{'pages':>7}{'board p95 s':>13}  statuses")
    for name, first, last in spans:
        # A page that was asked for just before a server went away was answered without it.
        some = [one for one in visits if first <= one.at + one.seconds < last]
        counts: Counter[tuple[int, str]] = Counter((one.status, one.page) for one in some)
        by_status: dict[int, list[str]] = {}
        for (status, page), count in sorted(counts.items()):
            by_status.setdefault(status, []).append(f"{page} {count}")
        told = "; ".join(f"{status}: {', '.join(pages)}" for status, pages in by_status.items())
        p95 = _p95([one.seconds for one in some if one.page in (BOARD, "watched board")])
        print(f"{name:<22}{len(some):>7}{p95:>13.2f}  {told}")
        if name != CALM and p95 > (P95_HUNG if "SIGSTOP" in name else P95_MAX):
            faults.append(f"{name}: the board's p95 is {p95:.2f} s, too much")
        for one in some:
            if one.status != 200 and not _is_excused(one, name):
                faults.append(f"{name}: {one.page} answered {one.status or 'nothing'}")
    return sorted(set(faults))


def _is_excused(one: Visit, phase: str) -> bool:
    """A page that needs PostgreSQL while it is away, and says so."""
    return phase.startswith("PostgreSQL") and one.status == 503 and one.is_ours and one.page not in ALWAYS


def _outage_told(one: Outage, crowd: Crowd) -> list[str]:
    boards = [visit for visit in crowd.visits if visit.page == "watched board" and visit.status == 200]
    shown = _first([v.at + v.seconds for v in boards if one.server in v.away and v.at > one.away_at])
    clean = _last([v.at + v.seconds for v in boards if v.away and one.away_at < v.at < one.ended_at])
    told, levels, lost = _sockets(one, crowd)
    figures = {
        "banner in a page": (_since(shown, one.away_at), BANNER_WITHIN),
        "banner on open pages": (told, BANNER_WITHIN),
        "pages clean": (max(0.0, _since(clean, one.back_at) or 0.0), HEALED_WITHIN),
        "open pages clean": (levels, HEALED_WITHIN),
        "health well": (one.health_ok, HEALED_WITHIN),
        f"result of {one.slot}": (one.slot_seconds, RESULT_WITHIN),
        "push to all open pages": (_pushed(one, crowd), RESULT_WITHIN),
    }
    words = ", ".join(f"{word} {count}" for word, count in one.words.items())
    print(f"{one.server} away ({one.how}); health meanwhile: {words}; slot: {one.slot_words}; closed {lost}")
    faults = []
    for what, (seconds, limit) in figures.items():
        print(f"  {what:<24}{'never' if seconds is None else f'{seconds:.1f} s':>8} of {limit:g} s")
        if seconds is None or seconds > limit:
            faults.append(
                f"{one.server} {one.how}: {what}: {'never' if seconds is None else round(seconds, 1)}"
            )
    if set(one.words) - {"degraded", "ok"}:
        faults.append(f"{one.server} {one.how}: /health said {sorted(one.words)}")
    return faults


def _sockets(one: Outage, crowd: Crowd) -> tuple[float | None, float | None, int]:
    """When the last open page had the banner, when the last had lost it, and how often one was closed."""
    told: list[float | None] = []
    clean: list[float | None] = []
    lost = 0
    for heard in crowd.heard:
        lost += sum(h.kind == "closed" and one.away_at <= h.at <= one.ended_at for h in heard)
        told.append(_first([h.at for h in heard if h.away and one.server in h.away and h.at > one.away_at]))
        clean.append(_first([h.at for h in heard if h.away == frozenset() and h.at > one.back_at]))
    return _latest(told, one.away_at), _latest(clean, one.back_at), lost


def _pushed(one: Outage, crowd: Crowd) -> float | None:
    firsts = [
        _first([h.at for h in heard if h.kind == "cards" and h.at > one.back_at]) for heard in crowd.heard
    ]
    return _latest(firsts, one.back_at)


def _latest(moments: list[float | None], since: float) -> float | None:
    known = [moment for moment in moments if moment is not None]
    return max(known) - since if known and len(known) == len(moments) else None


def _first(moments: list[float]) -> float | None:
    return min(moments, default=None)


def _last(moments: list[float]) -> float | None:
    return max(moments, default=None)


def _since(moment: float | None, begin: float) -> float | None:
    return None if moment is None else moment - begin


def _p95(seconds: list[float]) -> float:
    ordered = sorted(seconds)
    return ordered[int(0.95 * (len(ordered) - 1))] if ordered else 0.0
