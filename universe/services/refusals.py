"""Keeping what was told and cannot be true: the same told again is the same row, seen once more."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from universe.gates import VALUE_LENGTH, Kind, Refusal
from universe.models import ConfirmedMove, QuarantinedPrice, RefusedRow
from universe.sessions import ET, session_of
from universe.types import Session

logger = logging.getLogger(__name__)

QUARANTINE_KEPT = dt.timedelta(days=90)
#: Prices within the session: one that comes either way ends the quarantine of both.
INTRADAY = (Kind.MINUTE, Kind.QUOTE)

_KEEP = """
    INSERT INTO universe_refusedrow AS kept
        (session, symbol, reason, field, value, source, at, seen, kind, first_at, last_at)
    SELECT *, %s, %s, %s
    FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
                %s::int[])
    ON CONFLICT (session, symbol, kind, reason, field) DO UPDATE SET
        value = excluded.value, source = excluded.source, at = excluded.at,
        seen = kept.seen + excluded.seen, last_at = GREATEST(kept.last_at, excluded.last_at),
        released_at = NULL
"""
Key = tuple[Session, str, str, str]


@dataclass(slots=True)
class _Entry:
    """The last refusal of one key that was told, and how many there are."""

    newest: Refusal
    seen: int = 0


def refusals_keep(
    kind: Kind, refused: Iterable[Refusal], *, now: dt.datetime, session: Session | None = None
) -> int:
    """Write down refused rows, by what `RefusedRow` has one row for; gives the number of those rows.

    ``session`` is that of rows that do not name theirs; without any a row is passed over. ``now`` is the
    market's time.
    """
    entries: dict[Key, _Entry] = {}
    for one in refused:
        of = one.session or session
        if of is not None:
            entry = entries.setdefault((of, one.symbol, str(one.fault), one.field[:40]), _Entry(one))
            entry.newest = one
            entry.seen += 1
    if entries:
        _write(kind, entries, now)
        total = sum(entry.seen for entry in entries.values())
        logger.warning("%s: refused %s as %s", kind, total, sorted({reason for _, _, reason, _ in entries}))
    return len(entries)


def _write(kind: Kind, entries: Mapping[Key, _Entry], now: dt.datetime) -> None:
    """In the order of the keys, so that two writers never wait for each other."""
    rows = [
        (*key, _printable(entry.newest.value), entry.newest.source, entry.newest.at, entry.seen)
        for key, entry in sorted(entries.items(), key=lambda item: item[0])
    ]
    columns: Sequence[list[object]] = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [str(kind), now, now, *columns])


def _printable(value: str) -> str:
    """As it was told, but for what no text column or page can hold, such as a NUL, which is spelled out."""
    told = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in value)
    return told[:VALUE_LENGTH]


def refusals_release(
    kinds: Collection[Kind], session: Session, believed: Mapping[str, dt.datetime], *, now: dt.datetime
) -> int:
    """End the quarantine of the symbols of which rows that can be true came: moments by symbol.

    A row that claims a later moment than those stays held. Gives the number released.
    """
    held = RefusedRow.objects.filter(
        kind__in=[str(kind) for kind in kinds], session=session, released_at=None
    )
    released = [
        row.pk
        for row in held.only("symbol", "at")
        if row.symbol in believed and (row.at is None or believed[row.symbol] >= row.at)
    ]
    return RefusedRow.objects.filter(pk__in=released).update(released_at=now) if released else 0


def quarantine_prune(now: dt.datetime) -> int:
    """Drop held prices and confirmations of sessions more than 90 days before that of ``now`` (market time),
    and rows whose refusal was told last before then; gives the number dropped."""
    oldest = session_of(now) - QUARANTINE_KEPT
    # A refused row may claim any session: one of 1990 is as new as one of 2099.
    told_before = dt.datetime.combine(oldest, dt.time.min, tzinfo=ET)
    dropped = (
        QuarantinedPrice.objects.filter(session__lt=oldest),
        ConfirmedMove.objects.filter(session__lt=oldest),
        RefusedRow.objects.filter(last_at__lt=told_before),
    )
    return sum(rows.delete()[0] for rows in dropped)
