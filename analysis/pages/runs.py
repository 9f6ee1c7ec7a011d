"""The list of runs: what was due, what came of it, how long each stage took and what was missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from analysis.models import RETRYABLE, TERMINAL, AnalysisRun, RunStatus
from analysis.pages.run_told import TOLD, told_words
from analysis.rights import Asker, Person, asker_name, askers_of, cancel_question, may_cancel
from analysis.selectors import queued_words
from analysis.stages import STAGES
from sectors import figures
from sectors.places import PLACES
from sectors.presenters.ages import moment_text

SECTOR_NAMES = {place.slug: place.name for place in PLACES}
KIND_NAMES = {
    "comprehensive": "Comprehensive",
    "overnight": "Overnight",
    "release": "Economic release",
    "pass": "Half-hourly pass",
    "on_demand": "On demand",
    "mover": "Mover",
    "reweight": "New weight",
}
#: Why stocks count for less than all of a run, in a reader's words.
MISSING_WORDS = {
    "no_print_today": "not traded yet today",
    "unknown_sector": "in none of the eight sectors",
    "price_not_positive": "price of zero or less",
    "no_previous_close": "no close of the day before",
    "no_relative_volume": "usual volume not known",
    "core_not_ranked": "core stocks not ranked, without a move today or a sector",
    "no_reference": "no reference price",
}
Look = Literal["", "ok", "caution", "bad"]
#: Glyph and badge of each state; the word is always there.
LOOKS: dict[str, tuple[str, Look]] = {
    RunStatus.QUEUED: ("g-clock", ""),
    RunStatus.RUNNING: ("g-run", ""),
    RunStatus.COMPLETE: ("g-ok", "ok"),
    RunStatus.PARTIAL: ("g-warn", "caution"),
    RunStatus.CARRIED: ("g-warn", "caution"),
    RunStatus.FAILED: ("g-x", "bad"),
    RunStatus.COVERED: ("g-bar", ""),
    RunStatus.CANCELLED: ("g-x", ""),
}


@dataclass(frozen=True, slots=True)
class StageBar:
    """One stage: its seconds in words and its place in a bar 100 wide."""

    name: str
    took: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class RunRow:
    id: int
    kind: str
    what: str
    due: str
    due_iso: str
    status: str
    glyph: str
    look: Look
    late: bool
    as_of: str
    published: str
    took: str
    stages: tuple[StageBar, ...]
    counts: str
    all_counts: str
    told: tuple[str, ...]
    missing: tuple[str, ...]
    message: str
    asked_by: str
    joined: tuple[str, ...]
    retry_of: int | None
    may_cancel: bool
    question: str
    again: bool


@dataclass(frozen=True, slots=True)
class ActiveBar:
    """The run that waits or works. ``percent`` is 0 to 100; ``question`` is asked before it is cancelled."""

    id: int
    title: str
    percent: int
    stage: str
    asked_by: str
    joined: tuple[str, ...]
    queued: bool
    cancelling: bool
    may_cancel: bool
    question: str


def run_rows(runs: Sequence[AnalysisRun], now: dt.datetime, reader: Person) -> tuple[RunRow, ...]:
    """The rows of the list, with what this reader may do; ``now`` is market time."""
    joined = askers_of(runs)
    return tuple(_row(run, now, reader, joined.get(run.pk, [])) for run in runs)


def active_bar(run: AnalysisRun | None, reader: Person) -> ActiveBar | None:
    if run is None or run.status in TERMINAL:
        return None
    queued, joined = run.status == RunStatus.QUEUED, askers_of([run]).get(run.pk, [])
    return ActiveBar(
        id=run.pk,
        title=f"{'Older prices' if run.completes_inputs else _kind_name(run)} run {figures.count(run.pk)}",
        percent=run.percent,
        stage=queued_words() if queued else run.stage or "at work",
        asked_by=asker_name(run),
        joined=_names(joined),
        queued=queued,
        cancelling=run.cancel_requested is not None,
        may_cancel=may_cancel(run, reader, joined),
        question=cancel_question(run, reader, joined),
    )


def _names(askers: Sequence[Asker]) -> tuple[str, ...]:
    return tuple(asker.name for asker in askers)


def _row(run: AnalysisRun, now: dt.datetime, reader: Person, joined: Sequence[Asker]) -> RunRow:
    glyph, look = LOOKS[run.status]
    counts, everything = count_words(run.counts)
    return RunRow(
        id=run.pk,
        kind=_kind_name(run),
        what=SECTOR_NAMES.get(run.sector, run.sector),
        due=moment_text(run.scheduled_for, now),
        due_iso=run.scheduled_for.isoformat(),
        status=_state(run),
        glyph=glyph,
        look=look,
        late=run.late,
        as_of=figures.clock(run.as_of, seconds=True),
        published=figures.clock(run.published_at, seconds=True),
        took=_took(run),
        stages=stage_bars(run.timings),
        counts=counts,
        all_counts=everything,
        told=told_words(run.counts),
        missing=missing_words(run.counts),
        message=run.message,
        asked_by=_asked_by(run),
        joined=_names(joined),
        retry_of=run.retry_of_id,
        may_cancel=may_cancel(run, reader, joined),
        question=cancel_question(run, reader, joined),
        again=run.status in RETRYABLE,
    )


def _asked_by(run: AnalysisRun) -> str:
    return asker_name(run) or ("older prices" if run.completes_inputs else "schedule")


def _kind_name(run: AnalysisRun) -> str:
    """The slot's name; a run beside the slots says what it is for."""
    return "Older prices came in" if run.completes_inputs else KIND_NAMES.get(run.kind, run.kind)


def _took(run: AnalysisRun) -> str:
    if run.started_wall is None or run.finished_wall is None:
        return figures.DASH
    return seconds((run.finished_wall - run.started_wall).total_seconds())


def seconds(value: float) -> str:
    """ "0.34 s", "12.4 s", "2 min 5 s"."""
    if value < 10:
        return f"{value:.2f} s"
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value // 60)} min {int(value % 60)} s"


def stage_bars(timings: Mapping[str, Any]) -> tuple[StageBar, ...]:
    """The stages in the order of a run; stored JSON keeps none."""
    known = {name: float(took) for name, took in timings.items() if isinstance(took, int | float)}
    total = sum(known.values())
    names = [*(stage for stage in STAGES if stage in known), *sorted(set(known) - set(STAGES))]
    bars, x = [], 0.0
    for name in names:
        width = 100 * known[name] / total if total else 0.0
        bars.append(StageBar(name.replace("_", " "), seconds(known[name]), f"{x:.1f}", f"{width:.1f}"))
        x += width
    return tuple(bars)


def count_words(counts: Mapping[str, Any]) -> tuple[str, str]:
    """The line of the list, "1,549 of 1,588 priced, 500 core", and everything that was counted."""
    others = {name: value for name, value in counts.items() if name not in TOLD}
    groups = [_counts({name: value for name, value in others.items() if not isinstance(value, Mapping)})]
    groups += [
        f"{name.replace('_', ' ')}: {_counts(value)}"
        for name, value in sorted(others.items())
        if isinstance(value, Mapping) and name != "dropped" and _counts(value)
    ]
    everything = "; ".join(group for group in (*groups, *told_words(counts)) if group)
    if not {"priced", "members", "core"} <= set(counts):
        return everything, everything
    priced, members, core = (figures.count(counts[name]) for name in ("priced", "members", "core"))
    return f"{priced} of {members} priced, {core} core", everything


def _counts(counts: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{figures.count(value)} {name.replace('_', ' ')}"
        for name, value in sorted(counts.items())
        if isinstance(value, int | float) and not isinstance(value, bool)
    )


def missing_words(counts: Mapping[str, Any]) -> tuple[str, ...]:
    """Which stocks a run could not use in full, one reason each: "not traded yet today: 1,204"."""
    dropped = counts.get("dropped", {})
    return tuple(
        f"{MISSING_WORDS.get(reason, reason.replace('_', ' '))}: {figures.count(count)}"
        for reason, count in sorted(dropped.items())
    )


def _state(run: AnalysisRun) -> str:
    if run.status == RunStatus.RUNNING:
        return f"{'cancelling' if run.cancel_requested else 'running'} {run.percent}%"
    return "carried forward" if run.status == RunStatus.CARRIED else str(run.status)
