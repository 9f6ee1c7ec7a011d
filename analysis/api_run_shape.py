"""What a run looks like over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.urls import reverse
from django.utils.http import urlencode
from rest_framework import serializers
from rest_framework.request import Request

from analysis.api_problems import AnySerializer
from analysis.models import RETRYABLE, TERMINAL, AnalysisRun, RunKind, RunStatus
from analysis.pages.runs import missing_words
from analysis.rights import Asker, askers_of, may_cancel

#: What a run notes for the program alone.
INTERNAL_COUNTS = frozenset({"worker", "fault"})


class RunLinksSerializer(AnySerializer):
    self = serializers.URLField()
    cancel = serializers.URLField(allow_null=True, help_text="Null: not the caller's to cancel, or too late.")
    retry = serializers.URLField(allow_null=True, help_text="Null: nothing to do again.")
    board = serializers.URLField(
        allow_null=True, help_text="The page of the board that it published; null: none."
    )
    sectors = serializers.URLField(allow_null=True, help_text="The readings that stood when it published.")


class RunSerializer(AnySerializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(RunKind.choices)
    sector = serializers.CharField(allow_null=True, help_text="Of a run of one sector.")
    status = serializers.ChoiceField(RunStatus.choices)
    ended = serializers.BooleanField(help_text="The status stays as it is.")
    cancelling = serializers.BooleanField(help_text="It was cancelled and ends with its next step.")
    stage = serializers.CharField(allow_null=True, help_text="What it does now, in words.")
    percent = serializers.IntegerField(help_text="0 to 100.")
    message = serializers.CharField(help_text="Why it failed, what was missing, who cancelled it; or empty.")
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="Members that it could not use, by reason."
    )
    counts = serializers.DictField()
    timings = serializers.DictField(child=serializers.FloatField(), help_text="Seconds by stage.")
    took_seconds = serializers.FloatField(allow_null=True)
    late = serializers.BooleanField(help_text="Its slot was five minutes past when it was started.")
    scheduled_for = serializers.DateTimeField(help_text="Market time, as are as_of and published_at.")
    as_of = serializers.DateTimeField(allow_null=True, help_text="Moment that its prices are true for.")
    published_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField(help_text="By the wall clock, as are started_at and finished_at.")
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    asked_by = serializers.CharField(
        allow_null=True, help_text="Null: the schedule or, of a run on demand, a user who is gone."
    )
    joined_by = serializers.ListField(
        child=serializers.CharField(), help_text="Who asked later and got this run."
    )
    cancelled_by = serializers.CharField(allow_null=True)
    retry_of = serializers.IntegerField(allow_null=True, help_text="The run that was asked for again.")
    links = RunLinksSerializer()


class RunsSerializer(AnySerializer):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RunSerializer(many=True)


def runs_json(runs: Sequence[AnalysisRun], request: Request) -> list[dict[str, Any]]:
    joined = askers_of(runs)
    return [_json(run, request, joined.get(run.pk, [])) for run in runs]


def run_json(run: AnalysisRun, request: Request) -> dict[str, Any]:
    return runs_json([run], request)[0]


def _json(run: AnalysisRun, request: Request, joined: Sequence[Asker]) -> dict[str, Any]:
    is_working = run.status == RunStatus.RUNNING
    return {
        "id": run.pk,
        "kind": run.kind,
        "sector": run.sector or None,
        "status": run.status,
        "ended": run.status in TERMINAL,
        "cancelling": is_working and run.cancel_requested is not None,
        "stage": run.stage or None,
        "percent": run.percent,
        "message": run.message,
        "missing": missing_words(run.counts),
        "counts": {name: value for name, value in run.counts.items() if name not in INTERNAL_COUNTS},
        "timings": run.timings,
        "took_seconds": _took(run),
        "late": run.late,
        "scheduled_for": run.scheduled_for,
        "as_of": run.as_of,
        "published_at": run.published_at,
        "created_at": run.created_wall,
        "started_at": run.started_wall,
        "finished_at": run.finished_wall,
        "asked_by": _name(run.requested_by),
        "joined_by": [asker.name for asker in joined],
        "cancelled_by": _name(run.cancelled_by),
        "retry_of": run.retry_of_id,
        "links": _links(run, request, joined),
    }


def _links(run: AnalysisRun, request: Request, joined: Sequence[Asker]) -> dict[str, str | None]:
    def link(name: str, *args: object, **query: str) -> str:
        address = reverse(name, args=args) + (f"?{urlencode(query)}" if query else "")
        return str(request.build_absolute_uri(address))

    at = run.published_at.isoformat() if run.published_at else ""
    return {
        "self": link("api-run", run.pk),
        "cancel": link("api-run-cancel", run.pk) if may_cancel(run, request.user, joined) else None,
        "retry": link("api-run-retry", run.pk) if run.status in RETRYABLE else None,
        "board": link("board", at=at) if at else None,
        "sectors": link("api-sectors", at=at) if at else None,
    }


def _took(run: AnalysisRun) -> float | None:
    if run.started_wall is None or run.finished_wall is None:
        return None
    return round((run.finished_wall - run.started_wall).total_seconds(), 3)


def _name(user: AbstractBaseUser | None) -> str | None:
    return user.get_username() if user else None
