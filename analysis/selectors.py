"""What the pages, the API and the other apps read of runs, slots, alerts and preferences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Max, Q, QuerySet, Subquery
from django.utils import timezone

from analysis.catalyst_selectors import catalysts_since
from analysis.engine.freshness import freshness
from analysis.freshness import ActiveRun, BoardFacts, BoardFreshness, FailedRun, bar_of, moment_words
from analysis.models import (
    ANALYSIS_KINDS,
    PUBLISHED,
    UNPUBLISHED,
    Alert,
    AnalysisRun,
    FreshnessPreference,
    ParameterRevision,
    RunInput,
    RunKind,
    RunStatus,
    Slot,
    StockReading,
)
from analysis.rights import asker_name, askers_of, cancel_question, may_cancel
from analysis.schedule import PASS_INTERVAL, SlotRule, next_slot
from analysis.types import Freshness, FreshnessLimits, ScoringParameters
from sectors.types import Lineage
from universe.redis import resting
from universe.sessions import hours, minute_start, next_session, session_minutes_between, session_of

Reader = AbstractBaseUser | AnonymousUser

#: The runs that read the whole board; a mover's run reads one sector.
BOARD_KINDS = (*ANALYSIS_KINDS, RunKind.PASS)
#: The analyses that the schedule asks for.
SLOT_ANALYSES = (RunKind.COMPREHENSIVE, RunKind.OVERNIGHT, RunKind.RELEASE)
#: Of the people of a run nobody needs these.
UNASKED = ("requested_by__password", "cancelled_by__password")
ACTIVE = (RunStatus.QUEUED, RunStatus.RUNNING)


def run_newest_analysis() -> AnalysisRun | None:
    """The newest published full analysis; its ``as_of`` decides freshness."""
    return _published(ANALYSIS_KINDS).first()


def run_newest_board() -> AnalysisRun | None:
    """The newest published run of the whole board: an analysis or a pass."""
    return _published(BOARD_KINDS).first()


@dataclass(frozen=True, slots=True)
class BoardRuns:
    """The runs that the freshness bar tells of; None: no such run.

    ``ended`` is the newest that published, should have or was cancelled, ``settled`` the same but for runs on
    demand that were cancelled.
    """

    analysis: AnalysisRun | None
    board: AnalysisRun | None
    active: AnalysisRun | None
    ended: AnalysisRun | None
    settled: AnalysisRun | None


def board_runs() -> BoardRuns:
    """All of them at once: one query."""
    wanted = {
        "newest_analysis": _published(ANALYSIS_KINDS),
        "newest_board": _published(BOARD_KINDS),
        "newest_active": _active(),
        "newest_ended": _ended(),
        "newest_settled": _settled(),
    }
    rows = AnalysisRun.objects.annotate(
        **{name: Subquery(found.values("pk")[:1]) for name, found in wanted.items()}
    ).filter(pk__in=[F(name) for name in wanted])
    found = {row.pk: row for row in rows.select_related("requested_by", "cancelled_by").defer(*UNASKED)}
    told = next(iter(found.values()), None)
    return BoardRuns(*(found.get(getattr(told, name, 0)) for name in wanted))


def run_active() -> AnalysisRun | None:
    """The run of the whole board that works now, else the one that waits longest, else None."""
    return _active().select_related("requested_by", "cancelled_by").defer(*UNASKED).first()


def _active() -> QuerySet[AnalysisRun]:
    waiting = runs_of_world().filter(status__in=ACTIVE, kind__in=BOARD_KINDS)
    return waiting.order_by("-status", "id")  # "running" sorts after "queued"


def run_failed_since(board: AnalysisRun | None) -> AnalysisRun | None:
    """The newest board run, when it published nothing, and nothing was published after it.

    A run of the schedule that an admin has cancelled ends the waiting for a failed one; a cancelled run on
    demand changes nothing about it.
    """
    return _failed_since(_settled().first(), board)


def _failed_since(newest: AnalysisRun | None, board: AnalysisRun | None) -> AnalysisRun | None:
    if newest is None or newest.status not in UNPUBLISHED or (board is not None and newest.pk == board.pk):
        return None
    return newest


def analysis_owed(now: dt.datetime) -> AnalysisRun | None:
    """The newest analysis of a slot, when it gave no reading and doing it again still does its work.

    None beyond its session, for the overnight one from the first pass on, once an analysis of a later moment
    is published, and once a run of the schedule was cancelled after it.
    """
    slots = runs_of_world().filter(kind__in=SLOT_ANALYSES, retry_of=None, requested_by=None)
    slot = slots.filter(scheduled_for__lte=now).order_by("-scheduled_for", "-id").first()
    if slot is None or slot.status not in UNPUBLISHED or slot.finished_wall is None:
        return None
    session = session_of(now)
    is_past = slot.kind == RunKind.OVERNIGHT and now >= hours(session).pre_open + PASS_INTERVAL
    if is_past or session_of(slot.scheduled_for) != session:
        return None
    cancelled = _ended().filter(status=RunStatus.CANCELLED, finished_wall__gt=slot.finished_wall)
    is_done = _published(ANALYSIS_KINDS).filter(scheduled_for__gt=slot.scheduled_for).exists()
    return None if is_done or cancelled.exclude(kind=RunKind.ON_DEMAND).exists() else slot


def _ended() -> QuerySet[AnalysisRun]:
    """The board runs that published, should have published or were cancelled, the newest first."""
    ended = runs_of_world().filter(
        status__in=(*PUBLISHED, *UNPUBLISHED, RunStatus.CANCELLED),
        kind__in=BOARD_KINDS,
        finished_wall__isnull=False,
    )
    return ended.order_by("-finished_wall")


def _settled() -> QuerySet[AnalysisRun]:
    return _ended().exclude(status=RunStatus.CANCELLED, kind=RunKind.ON_DEMAND)


def movers_since(moment: dt.datetime) -> int:
    """How many alerts of 15 % movers were raised after a market moment."""
    return Alert.objects.filter(kind=Alert.Kind.MOVER, at__gt=moment).count()


def stock_reading_newest(symbol: str) -> StockReading | None:
    """The rank of one core stock that was published last."""
    return StockReading.objects.filter(symbol=symbol).order_by("-timestamp").first()


def run_stored(run_id: int) -> AnalysisRun | None:
    """A run of the market world in force with its ``input``, when that is still kept; None: no such run."""
    return runs_of_world().select_related("input").filter(pk=run_id).first()


def run_lineage(run_id: int) -> Lineage | None:
    """Where the inputs of a run came from; None when nothing was stored or it is kept no longer."""
    stored = RunInput.objects.filter(run_id=run_id).values_list("lineage", flat=True).first()
    return cast(Lineage, stored) if stored else None


def rules_enabled() -> list[SlotRule]:
    """The enabled slots as the schedule judges them."""
    return [
        SlotRule(slot.kind, slot.at, slot.name, slot.ceiling_seconds)
        for slot in Slot.objects.filter(enabled=True)
    ]


def slot_next(now: dt.datetime) -> dt.datetime | None:
    """When the next run is due (market time): every slot refreshes the board."""
    current = session_of(now)
    due = next_slot(now, rules_enabled(), [hours(current), hours(next_session(current))])
    return due.scheduled_for if due else None


def parameters_current() -> ScoringParameters:
    """The active constants of the score: the product's defaults, changed by the active revision."""
    active = parameter_revision()
    return parameters_from(active.values if active else {})


def parameter_revision() -> ParameterRevision | None:
    """The active revision of the constants; None while the product's defaults stand."""
    rows = ParameterRevision.objects.select_related("author").defer("author__password")
    return rows.filter(active=True).first()


def parameter_revisions(limit: int | None = None) -> list[ParameterRevision]:
    """The revisions of the constants with their authors, the newest first."""
    rows = ParameterRevision.objects.select_related("author").defer("author__password")
    rows = rows.order_by("-created_at", "-pk")
    return list(rows[:limit])


def parameters_from(values: dict[str, Any]) -> ScoringParameters:
    """Defaults changed by ``values``; a table such as ``weights`` may name only some of its frames."""
    defaults = ScoringParameters()
    changed: dict[str, Any] = {}
    for field in fields(ScoringParameters):
        if field.name not in values:
            continue
        before, given = getattr(defaults, field.name), values[field.name]
        changed[field.name] = {**before, **given} if isinstance(before, dict) else given
    return ScoringParameters(**changed)


def preference_of(user: Reader) -> FreshnessPreference:
    """The user's stored preferences, or unsaved defaults; read once for each user object."""
    stored: FreshnessPreference | None = getattr(user, "freshness", None)
    return stored or FreshnessPreference()


def board_freshness(user: Reader, now: dt.datetime) -> BoardFreshness:
    """What the freshness bar prints for this user at market time ``now``."""
    preference = preference_of(user)
    runs = board_runs()
    analysis, board = runs.analysis, runs.board
    analysis_as_of = analysis.as_of if analysis else None
    board_as_of = board.as_of if board else None
    facts = BoardFacts(
        analysis_as_of=analysis_as_of,
        analysis_published_at=analysis.published_at if analysis else None,
        board_as_of=board_as_of,
        board_arrived_at=board.published_at if board else None,
        freshness=_age(analysis_as_of, now, preference) if analysis_as_of else None,
        minutes_since_analysis=_minutes_since(analysis, now),
        minutes_since_board=_minutes_since(board, now),
        active=_active_words(runs.active, user),
        failed=_failed_words(_failed_since(runs.settled, board)),
        cancelled=_cancelled_words(runs.ended, now),
        next_at=slot_next(now),
        catalysts=catalysts_since(analysis_as_of, now) if analysis_as_of else 0,
        movers=movers_since(analysis_as_of) if analysis_as_of else 0,
        missing=" ".join(board.message.splitlines()) if board and board.status == RunStatus.PARTIAL else "",
        on_open=preference.on_open,
        stale_minutes=preference.stale_minutes,
        asked=len(runs_asked(user)) if preference.on_open == FreshnessPreference.OnOpen.RUN else 0,
    )
    return bar_of(facts, now)


def runs_asked(user: Reader) -> list[dt.datetime]:
    """When the user asked for the runs of the last hour (wall time), newest first; without those that a fault
    of the program ended, or that were cancelled before they asked for prices."""
    first = timezone.now() - dt.timedelta(hours=1)
    asked = AnalysisRun.objects.filter(
        kind__in=BOARD_KINDS, requested_by_id=user.pk, created_wall__gt=minute_start(first)
    )
    asked = asked.exclude(counts__has_key="fault")
    asked = asked.exclude(~Q(timings__has_key="prices"), status=RunStatus.CANCELLED)
    moments = asked.order_by("-created_wall").values_list("created_wall", flat=True)
    return [moment for moment in moments if moment > first]


def _minutes_since(run: AnalysisRun | None, now: dt.datetime) -> float:
    """Session minutes since a run arrived; what it tells may be older on a delayed plan."""
    arrived = run.published_at if run else None
    return session_minutes_between(arrived, now) if arrived else 0.0


def _age(as_of: dt.datetime, now: dt.datetime, preference: FreshnessPreference) -> Freshness:
    """Age of a market moment in session time against the user's limits."""
    limits = FreshnessLimits(preference.fresh_minutes, preference.stale_minutes)
    return freshness(as_of, now, limits, session_minutes_between(as_of, now))


def published_until(now: dt.datetime) -> dt.datetime | None:
    """The newest ``as_of`` of a published board run, not after ``now``."""
    newest = _published(BOARD_KINDS).filter(as_of__lte=now).aggregate(newest=Max("as_of"))["newest"]
    return cast(dt.datetime | None, newest)


def slots_done(since: dt.datetime, kinds: Sequence[str]) -> set[tuple[str, dt.datetime]]:
    """(kind, moment) of every slot from ``since`` on that has a row in any state."""
    rows = runs_of_world().filter(scheduled_for__gte=since, kind__in=kinds)
    return set(rows.values_list("kind", "scheduled_for"))


def _published(kinds: Sequence[str]) -> QuerySet[AnalysisRun]:
    rows = runs_of_world().filter(status__in=PUBLISHED, kind__in=kinds, as_of__isnull=False)
    return rows.order_by("-published_at", "-id")


def runs_of_world() -> QuerySet[AnalysisRun]:
    """The runs of the market world in force; a simulated run never makes a live board look fresh."""
    return AnalysisRun.objects.filter(world=settings.MARKET_WORLD)


def queued_words() -> str:
    """For what a run waits that was asked for: the worker hears of it through Redis."""
    return "waiting for Redis, which does not answer" if resting() else "waiting for the worker"


def _active_words(run: AnalysisRun | None, user: Reader) -> ActiveRun | None:
    if run is None:
        return None
    joined = askers_of([run]).get(run.pk, [])
    return ActiveRun(
        run_id=run.pk,
        label=run.get_kind_display(),
        percent=run.percent,
        stage=queued_words() if run.status == RunStatus.QUEUED else run.stage,
        started_by=asker_name(run),
        queued=run.status == RunStatus.QUEUED,
        joined=len(joined),
        may_cancel=may_cancel(run, user, joined),
        question=cancel_question(run, user, joined),
        cancelled_by=_name(run.cancelled_by) if run.cancel_requested else "",
    )


def _cancelled_words(run: AnalysisRun | None, now: dt.datetime) -> str:
    if run is None or run.status != RunStatus.CANCELLED:
        return ""
    return f"The run of {moment_words(run.scheduled_for, now)} was cancelled by {_name(run.cancelled_by)}."


def _name(user: AbstractBaseUser | None) -> str:
    return user.get_username() if user else "somebody"


def _failed_words(run: AnalysisRun | None) -> FailedRun | None:
    return FailedRun(run.percent, run.message, carried=run.status == RunStatus.CARRIED) if run else None
