"""Who asked for a run, who may cancel it, and which runs may be asked for again; in words for who may not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from analysis.errors import RunForbidden, RunRefused, RunSettled
from analysis.models import RETRYABLE, SECTOR_KINDS, TERMINAL, AnalysisRun, RunKind, RunRequest, RunStatus

Person = AbstractBaseUser | AnonymousUser

KEPT = "the board keeps what it has"
NOT_AGAIN = "It is not tried again by itself"
NEXT_SLOT = "the next slot comes as planned"
GONE = "a user who is gone"


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asked for a run that had been started already, by the schedule or by another user."""

    user_id: int
    name: str


def is_admin(user: Person) -> bool:
    return bool(getattr(user, "is_staff", False))


def asker_name(run: AnalysisRun) -> str:
    """Who began the run; empty: the schedule. A run on demand is somebody's, also when they are gone."""
    if run.requested_by:
        return run.requested_by.get_username()
    return GONE if run.kind == RunKind.ON_DEMAND else ""


def askers_of(runs: Iterable[AnalysisRun]) -> dict[int, list[Asker]]:
    """By run id, everyone who got the run besides who began it, in the order of asking. One query."""
    began = {run.pk: run.requested_by_id for run in runs}
    rows = RunRequest.objects.filter(run_id__in=began).order_by("id")
    joined: dict[int, dict[int, Asker]] = defaultdict(dict)
    for run_id, user_id, name in rows.values_list("run_id", "user_id", "user__username"):
        if user_id != began[run_id]:
            joined[run_id][user_id] = Asker(user_id, name)
    return {run_id: list(names.values()) for run_id, names in joined.items()}


def cancel_check(run: AnalysisRun, user: Person, joined: Sequence[Asker]) -> None:
    """Raise RunForbidden, with words, unless the run is this user's to cancel; ``joined`` are its askers."""
    if is_admin(user):
        return
    name = asker_name(run)
    if not name:
        raise RunForbidden(f"Run {run.pk} belongs to the schedule; only an admin may cancel it.")
    if not _is_own(run, user, joined):
        may = "who joined it" if run.requested_by is None else name
        words = f"{name} asked for run {run.pk}; only {may} or an admin may cancel it."
        raise RunForbidden(words[0].upper() + words[1:] if name == GONE else words)
    others = _others(user, joined)
    if others:
        wait = f"{others[0].name} waits" if len(others) == 1 else f"{len(others)} others wait"
        raise RunForbidden(f"{wait} for it; only an admin may cancel it.")


def cancel_time_check(run: AnalysisRun) -> None:
    """Raise RunSettled, with words, when the run has come too far to be cancelled."""
    if run.status in TERMINAL:
        raise RunSettled(f"Run {run.pk} has ended already: {run.get_status_display()}.")
    if run.status == RunStatus.RUNNING and run.publishing:
        raise RunSettled(f"Run {run.pk} is being published; it is too late to cancel it.")


def is_cancelled(run: AnalysisRun) -> bool:
    """Whether the run was cancelled or is about to end so."""
    return run.status == RunStatus.CANCELLED or run.cancel_requested is not None


def may_cancel(run: AnalysisRun, user: Person, joined: Sequence[Asker]) -> bool:
    """Whether a button to cancel the run is of use to this user."""
    try:
        cancel_time_check(run)
        cancel_check(run, user, joined)
    except RunRefused:
        return False
    return not is_cancelled(run)


def cancel_question(run: AnalysisRun, user: Person, joined: Sequence[Asker]) -> str:
    """What is asked before a run is cancelled that is not the user's alone; empty: it is."""
    others = len(_others(user, joined))
    name = asker_name(run)
    if not name:
        return f"Cancel run {run.pk} of the schedule? {_not_again(run)}"
    if not _is_own(run, user, joined):
        return f"Cancel run {run.pk} that {name} asked for?"
    if others:
        wait = "another user waits" if others == 1 else f"{others} others wait"
        return f"Cancel run {run.pk}? {wait.capitalize()} for it."
    return ""


def _is_own(run: AnalysisRun, user: Person, joined: Sequence[Asker]) -> bool:
    """Whether the user asked for the run; what a user who is gone began is left to those who joined."""
    if run.requested_by is None:
        return any(asker.user_id == user.pk for asker in joined)
    return run.requested_by_id == user.pk


def _others(user: Person, joined: Sequence[Asker]) -> list[Asker]:
    return [asker for asker in joined if asker.user_id != user.pk]


def again_check(run: AnalysisRun) -> None:
    """Raise RunSettled unless the run ended in a way that somebody may want it again."""
    if run.status not in TERMINAL:
        raise RunSettled(f"Run {run.pk} has not ended yet.")
    if run.status not in RETRYABLE:
        raise RunSettled(
            f"Run {run.pk} ended as {run.get_status_display()}; ask for a fresh analysis instead."
        )


def cancelled_words(run: AnalysisRun, by: AbstractBaseUser | None) -> str:
    """ "Cancelled by mara at 43 %; the board keeps what it has." """
    name = by.get_username() if by else "somebody who is no user any more"
    when = f"at {run.percent} %" if run.started_wall else "before it began"
    words = f"Cancelled by {name} {when}; {KEPT}."
    return words if asker_name(run) else f"{words} {_not_again(run)}"


def _not_again(run: AnalysisRun) -> str:
    """What follows a cancelled run of nobody: a mover's or a new weight's has no slot that comes."""
    return f"{NOT_AGAIN}." if run.kind in SECTOR_KINDS else f"{NOT_AGAIN}; {NEXT_SLOT}."
