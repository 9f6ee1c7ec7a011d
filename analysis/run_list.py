"""Runs and alerts page by page: what the lists under /analysis/ and /alerts/ read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Subquery

from analysis.models import Alert, AnalysisRun, RunStatus
from analysis.selectors import UNASKED, runs_of_world

RUNS_PER_PAGE = 25
ALERTS_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Paging:
    """Place in a list: ``number`` of ``pages``, both from 1; ``total`` rows in all."""

    number: int
    pages: int
    total: int

    @property
    def newer(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def older(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def run_found(run_id: int) -> AnalysisRun | None:
    """A run of the market world in force; None: no such run."""
    return runs_found().filter(pk=run_id).first()


def runs_found(**wanted: Sequence[str]) -> QuerySet[AnalysisRun]:
    """The runs of the market world in force with one of the ``wanted`` values of each field."""
    rows = runs_of_world().select_related("requested_by", "cancelled_by").defer(*UNASKED)
    return rows.filter(**{f"{field}__in": values for field, values in wanted.items()})


def runs_page(number: str, *, covered: bool = False) -> tuple[list[AnalysisRun], Paging]:
    """One page of the runs of the market world in force, newest first; slots covered by a later run on wish.

    A ``number`` that is no page gives the nearest one.
    """
    rows = runs_of_world().select_related("requested_by").defer(UNASKED[0])
    if not covered:
        rows = rows.exclude(status=RunStatus.COVERED)
    page = Paginator(rows.order_by("-scheduled_for", "-id"), RUNS_PER_PAGE).get_page(number)
    return list(page.object_list), Paging(page.number, page.paginator.num_pages, page.paginator.count)


def alerts_page(number: str, *, kind: str = "") -> tuple[list[Alert], Paging]:
    """One page of alerts, newest first, of one kind or of both."""
    rows = Alert.objects.filter(kind=kind) if kind else Alert.objects.all()
    page = Paginator(rows.order_by("-at", "-id"), ALERTS_PER_PAGE).get_page(number)
    return list(page.object_list), Paging(page.number, page.paginator.num_pages, page.paginator.count)


def alerts_latest(session: dt.date, limit: int) -> tuple[list[Alert], dict[str, int]]:
    """The newest alerts of one session, and how many of each kind it has had."""
    of_kind = Alert.objects.filter(session=session).order_by().values("kind")
    counts = {
        f"count_{kind}": Subquery(of_kind.filter(kind=kind).annotate(count=Count("pk")).values("count"))
        for kind in Alert.Kind.values
    }
    rows = list(Alert.objects.filter(session=session).annotate(**counts).order_by("-at", "-id")[:limit])
    return rows, {kind: getattr(rows[0], f"count_{kind}") or 0 for kind in Alert.Kind.values} if rows else {}
