"""Splits as the vendor lists them, doubles and all: `universe.adjustment` decides which to believe."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings
from django.core.cache import cache

from universe.bulk import Target, rows_upsert
from universe.models import StockSplit
from universe.services.calls import calls_kept
from universe.services.progress import Progress, unheard
from universe.sessions import session_offset
from universe.sources import price_source
from universe.types import SYMBOL_MAX, Session, Split

#: Splits listed late are looked for this far back.
LATE_SESSIONS = 5
ASKED_SECONDS = 20 * 3600

TARGET = Target(
    StockSplit,
    {"symbol": "text", "session": "date", "split_from": "numeric", "split_to": "numeric", "source": "text"},
    key=("symbol", "session"),
)


def splits_refresh(
    session: Session, *, sessions: int = 90, progress: Progress | None = None
) -> dict[str, int]:
    """Fetch the splits of the ``sessions`` sessions before ``session`` and of ``session`` itself."""
    tell = progress or unheard
    with calls_kept("splits", session):
        parsed = price_source().fetch_splits(session_offset(session, -sessions), session)
    stored = splits_store(parsed.rows)
    tell(1, 1)
    return {"splits": stored} | dict(parsed.dropped)


def splits_today(session: Session) -> bool:
    """Ask for the splits of ``session`` once, before its first pass: some are listed after the universe was
    built. False: they were asked for already. Raises `SourceError`; then the next pass asks again."""
    key = f"splits-asked:{settings.MARKET_WORLD}:{session.isoformat()}"
    if cache.get(key):
        return False
    splits_refresh(session, sessions=LATE_SESSIONS)
    cache.set(key, True, ASKED_SECONDS)
    return True


def splits_store(splits: Iterable[Split]) -> int:
    """Store splits, replacing those of the same symbol and session."""
    rows = {(row.symbol, row.session): row for row in splits if len(row.symbol) <= SYMBOL_MAX}
    return rows_upsert(
        TARGET,
        (
            (row.symbol, row.session, _decimal(row.split_from), _decimal(row.split_to), row.source)
            for row in rows.values()
        ),
    )


def _decimal(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("1E-8"))
