"""Stored daily bars row by row, for a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction

from universe.selectors.prices import NEWEST_CORRECTIONS
from universe.types import Session

_ROWS = f"""
    SELECT bar.session, bar.symbol, told.*
    FROM universe_dailybar AS bar
    LEFT JOIN ({NEWEST_CORRECTIONS}) AS newest USING (session, symbol),
    LATERAL (
        SELECT newest.open, newest.high, newest.low, newest.close, newest.volume, newest.source,
               newest.fetched_at WHERE newest.number IS NOT NULL
        UNION ALL
        SELECT bar.open, bar.high, bar.low, bar.close, bar.volume, bar.source, bar.fetched_at
        WHERE newest.number IS NULL
    ) AS told
    WHERE bar.session BETWEEN %s AND %s AND (%s::text[] IS NULL OR bar.symbol = ANY(%s))
    ORDER BY bar.session, bar.symbol
"""


def bar_rows(
    first: Session, last: Session, symbols: Sequence[str] | None = None, *, batch: int
) -> Iterator[list[tuple[Any, ...]]]:
    """The bars of the sessions ``first`` to ``last``, as they were corrected last, ``batch`` at a time:
    session, symbol, open, high, low, close, volume, source, fetched_at. ``symbols`` None: of all."""
    asked = None if symbols is None else list(symbols)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS, [first, last, first, last, asked, asked])
        while rows := cursor.fetchmany(batch):
            yield rows
