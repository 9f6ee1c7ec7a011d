"""How tables of market detail grow old: compressed after a week, dropped after a quarter.

A model that has a `Series` is a hypertable where the server has TimescaleDB (its time column says how long a
chunk is) and a plain table elsewhere. Either way the same rows stay: what is dropped is dropped in whole
spans of a chunk's length, counted from 1970, as TimescaleDB cuts its chunks.

Pure: no Django, no clock.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
COMPRESSED_AFTER = dt.timedelta(days=7)
#: How long market detail is kept.
DETAIL_KEPT = dt.timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Series:
    """What becomes of a table's rows with age.

    ``segment_by`` and ``order_by`` say in which order the compressed rows lie together. ``keep`` None: for
    ever. ``keep_made_up`` is for a simulated or replayed market, whose hours may pass sixty times as fast.
    """

    segment_by: str
    order_by: str
    compress_after: dt.timedelta = COMPRESSED_AFTER
    keep: dt.timedelta | None = None
    keep_made_up: dt.timedelta | None = None

    def kept(self, world: str) -> dt.timedelta | None:
        """How long rows are kept in this market world; None: for ever."""
        return self.keep if world == "live" else self.keep_made_up or self.keep


def span_start(moment: dt.datetime, chunk: dt.timedelta) -> dt.datetime:
    """The start of the span of a chunk's length that ``moment`` (aware) lies in, UTC."""
    return EPOCH + (moment - EPOCH) // chunk * chunk


def chunk_length(interval: str) -> dt.timedelta:
    """A chunk's length as it is written at a time column: "1 day", "30 days"."""
    count, _, unit = interval.partition(" ")
    if not count.isdigit() or unit not in ("day", "days"):
        raise ValueError(f"A chunk is so many days long, such as '7 days', not {interval!r}.")
    return dt.timedelta(days=int(count))
