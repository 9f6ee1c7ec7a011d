"""Keeping what was asked of the vendors and answered, so that a figure can name the call it came by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import timezone

from universe.errors import SourceError
from universe.models import VendorCall
from universe.sources.calls import CallLog, calls_open

CALLS_KEPT = dt.timedelta(days=90)


@dataclass(slots=True)
class Kept:
    """The ids of the rows, once they are stored."""

    ids: tuple[int, ...] = ()


@contextmanager
def calls_kept(purpose: str, subject: object = "") -> Iterator[Kept]:
    """Store every call that is answered inside, also when a later one fails with a `SourceError`.

    ``subject`` is what the calls are about, a session mostly. One INSERT; none without a call.
    """
    with calls_open() as log:
        kept = Kept()
        try:
            yield kept
        except SourceError:
            kept.ids = calls_store(purpose, [(subject, log)])
            raise
    kept.ids = calls_store(purpose, [(subject, log)])


def calls_store(purpose: str, logs: Iterable[tuple[object, CallLog]]) -> tuple[int, ...]:
    """Store the logs of several subjects as one batch; gives the ids of the rows."""
    now = timezone.now()
    rows = [
        VendorCall(
            purpose=purpose,
            subject=str(subject),
            kept_at=now,
            vendor=call.vendor,
            transport=call.transport,
            path=call.path,
            request_id=call.request_id,
            received_at=call.received_at,
            rows=call.rows,
            asked=call.asked,
        )
        for subject, log in logs
        for call in log.calls()
    ]
    return tuple(row.pk for row in VendorCall.objects.bulk_create(rows)) if rows else ()


def calls_prune() -> int:
    """Drop the calls older than 90 days, as long as input frames are kept; gives the number dropped."""
    return VendorCall.objects.filter(kept_at__lt=timezone.now() - CALLS_KEPT).delete()[0]
