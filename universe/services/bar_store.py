"""Daily bars into the tables: new ones as they are, differing ones as corrections, impossible ones never."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Min
from django.utils import timezone

from universe import clock
from universe.bulk import rows_insert, rows_stage
from universe.gates import Kind, Refusal, bar_key, bar_refusal, counted, told_once
from universe.models import BarCorrection, DailyBar
from universe.selectors.prices import NEWEST_CORRECTIONS
from universe.services.refusals import refusals_keep, refusals_release
from universe.types import Bar, Session, is_symbol

logger = logging.getLogger(__name__)

COLUMNS: Mapping[str, str] = {
    "session": "date",
    "symbol": "text",
    "open": "float8",
    "high": "float8",
    "low": "float8",
    "close": "float8",
    "volume": "float8",
    "source": "text",
    "fetched_at": "timestamptz",
}
NAMES = ", ".join(COLUMNS)
#: The values of a `Bar` in the order of the columns.
bar_values = attrgetter(*COLUMNS)
STAGING = "staging_bars"

_TOLD_TWICE = f"(SELECT session, symbol FROM {STAGING} GROUP BY 1, 2 HAVING count(*) > 1)"
_REPEATED = f"""
    DELETE FROM {STAGING} AS again USING (
        SELECT DISTINCT ON (session, symbol) ctid AS place, * FROM {STAGING}
        WHERE (session, symbol) IN {_TOLD_TWICE} ORDER BY session, symbol, ctid
    ) AS first
    WHERE again.session = first.session AND again.symbol = first.symbol AND again.ctid <> first.place
    AND (again.open, again.high, again.low, again.close, again.volume)
        IS NOT DISTINCT FROM (first.open, first.high, first.low, first.close, first.volume)
"""
_CONTRADICTING = f"SELECT {NAMES} FROM {STAGING} WHERE (session, symbol) IN {_TOLD_TWICE} ORDER BY ctid"
_FORGET = f"DELETE FROM {STAGING} WHERE (session, symbol) IN {_TOLD_TWICE}"
# Nothing is offered that is stored: even a conflict that does nothing opens the compressed rows beside it.
# In the order of the keys, so that two writers never wait for each other.
_NEW = f"""
    INSERT INTO universe_dailybar ({NAMES})
    SELECT {NAMES} FROM {STAGING} AS told
    WHERE NOT EXISTS (SELECT 1 FROM universe_dailybar AS bar
                      WHERE bar.session = told.session AND bar.symbol = told.symbol
                      AND bar.session BETWEEN %s AND %s)
    ORDER BY session, symbol COLLATE "C"
    ON CONFLICT (session, symbol) DO NOTHING
"""
_CORRECT = f"""
    INSERT INTO universe_barcorrection ({NAMES}, number)
    SELECT told.session, told.symbol, told.open, told.high, told.low, told.close, told.volume, told.source,
           told.fetched_at, COALESCE(newest.number, 0) + 1
    FROM {STAGING} AS told
    JOIN universe_dailybar AS bar USING (session, symbol)
    LEFT JOIN ({NEWEST_CORRECTIONS}) AS newest USING (session, symbol)
    WHERE bar.session BETWEEN %s AND %s
    AND CASE WHEN newest.number IS NULL
        THEN (bar.open, bar.high, bar.low, bar.close, bar.volume)
             IS DISTINCT FROM (told.open, told.high, told.low, told.close, told.volume)
        ELSE (newest.open, newest.high, newest.low, newest.close, newest.volume)
             IS DISTINCT FROM (told.open, told.high, told.low, told.close, told.volume) END
"""
_RELEASE = f"""
    UPDATE universe_refusedrow SET released_at = %s WHERE id IN (
        SELECT held.id FROM universe_refusedrow AS held
        WHERE held.kind = %s AND held.released_at IS NULL AND held.session BETWEEN %s AND %s
        AND EXISTS (SELECT 1 FROM {STAGING} AS told
                    WHERE told.session = held.session AND told.symbol = held.symbol)
        ORDER BY held.session, held.symbol COLLATE "C" FOR UPDATE OF held)
"""


@dataclass(frozen=True, slots=True)
class BarsStored:
    """What became of told bars: ``new`` ones, ``equal`` to what is stored, ``corrected`` ones, those
    ``repeated`` in the same answer, and the ``refused`` by "refused:<reason>"."""

    new: int = 0
    equal: int = 0
    corrected: int = 0
    repeated: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def written(self) -> int:
        """The rows that the tables have more."""
        return self.new + self.corrected


@dataclass(slots=True)
class _Passing:
    """Bars on their way to the staging table: who is refused, and between which sessions the others lie."""

    now: dt.datetime
    refused: list[Refusal] = field(default_factory=list)
    first: Session = dt.date.max
    last: Session = dt.date.min

    def values(self, bars: Iterable[Bar]) -> Iterator[Sequence[object]]:
        for bar in bars:
            if not is_symbol(bar.symbol):
                continue
            refusal = bar_refusal(bar, now=self.now)
            if refusal is not None:
                self.refused.append(refusal)
            else:
                self.first, self.last = min(self.first, bar.session), max(self.last, bar.session)
                yield bar_values(bar)


def bars_store(
    bars: Iterable[Bar], *, now: dt.datetime | None = None, unread: Sequence[Refusal] = ()
) -> BarsStored:
    """Store the bars of one answer or file, in one piece, as they come: they need not fit into memory.

    A stored bar is never overwritten: one that tells other values becomes its newest correction, an equal
    one changes nothing. Bars that cannot be true at ``now`` (the market's time; None: by its clock) are
    refused and kept apart, as is what was ``unread`` when the last bar came; symbols that no table holds are
    passed over.
    """
    now = now or _market_now()
    passing = _Passing(now or dt.datetime.max.replace(tzinfo=dt.UTC))
    told_at = now or timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        staged = rows_stage(cursor, STAGING, COLUMNS, passing.values(bars))
        passing.refused += unread
        if not staged:
            refusals_keep(Kind.BAR, passing.refused, now=told_at)
            return BarsStored(refused=Counter(counted(passing.refused)))
        cursor.execute(f"ANALYZE {STAGING}")
        kept, repeated = _contradictions_out(cursor, passing, staged)
        span = (passing.first, passing.last)
        refusals_keep(Kind.BAR, passing.refused, now=told_at)
        # Also what this answer tells wrongly of a bar beside the right one.
        cursor.execute(_RELEASE, [told_at, str(Kind.BAR), *span])
        cursor.execute(_NEW, span)
        new = int(cursor.rowcount)
        corrected = _correct(cursor, span) if new < kept else 0
    return BarsStored(new, kept - new - corrected, corrected, repeated, Counter(counted(passing.refused)))


def _market_now() -> dt.datetime | None:
    """None while the market does not tell its time: then no session is known to be still to come."""
    try:
        return clock.market_now()
    except clock.ClockUnavailableError as exc:
        logger.warning("bars are judged without the market's clock: %s", exc)
        return None


def _contradictions_out(cursor: Any, passing: _Passing, staged: int) -> tuple[int, int]:
    """Leave each key once in the staging table: how many bars that are, how many were told again alike. Of a
    key that is told with different values none is left."""
    cursor.execute(_REPEATED)
    repeated = int(cursor.rowcount)
    cursor.execute(_CONTRADICTING)
    told = [_bar(row) for row in cursor.fetchall()]
    if told:
        passing.refused += told_once(told, bar_key).refused
        cursor.execute(_FORGET)
    return staged - repeated - len(told), repeated


def _correct(cursor: Any, span: tuple[Session, Session]) -> int:
    """One writer at a time: two who correct the same bar would both take the same number."""
    cursor.execute("LOCK TABLE universe_barcorrection IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute(_CORRECT, [*span, *span])
    return int(cursor.rowcount)


def session_store(bars: Sequence[Bar], session: Session, *, now: dt.datetime) -> int:
    """Store bars that passed the gate, of a session that had none a moment ago, without looking for rows that
    are there; gives the number written."""
    try:
        # In the order of `_NEW`, which an import of the same session may be at.
        stored = rows_insert(DailyBar, COLUMNS, map(bar_values, sorted(bars, key=bar_key)))
    except IntegrityError:
        # Another worker stored it meanwhile.
        return bars_store(bars, now=now).written
    refusals_release([Kind.BAR], session, {bar.symbol: now for bar in bars}, now=now)
    return stored


def corrections_prune() -> int:
    """Delete corrections whose bars are gone; gives the number deleted."""
    oldest = DailyBar.objects.aggregate(Min("session"))["session__min"]
    return BarCorrection.objects.filter(session__lt=oldest).delete()[0] if oldest else 0


def _bar(row: tuple[Any, ...]) -> Bar:
    session, symbol, *values = row
    return Bar(symbol, session, *values)
