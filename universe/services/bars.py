"""Daily bars of the whole market, one session a call, newest first."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from django.db import IntegrityError

from universe.bulk import Target, rows_insert, rows_upsert
from universe.errors import BadPayload, SourceError
from universe.models import DailyBar
from universe.selectors.prices import sessions_before, sessions_stored
from universe.services.calls import calls_store
from universe.services.progress import Progress, unheard
from universe.sources import price_source
from universe.sources.base import Parsed
from universe.sources.calls import CallLog, calls_open
from universe.types import SYMBOL_MAX, Bar, Session

logger = logging.getLogger(__name__)

IN_FLIGHT = 4
#: Above this share of rows that cannot be read, and this number, a session's bars are damaged.
LOST_MAX, LOST_FEW = 0.05, 50
TARGET = Target(
    DailyBar,
    {
        "session": "date",
        "symbol": "text",
        "open": "float8",
        "high": "float8",
        "low": "float8",
        "close": "float8",
        "volume": "float8",
        "source": "text",
        "fetched_at": "timestamptz",
    },
    key=("session", "symbol"),
)


def bars_refresh(session: Session, *, sessions: int = 62, progress: Progress | None = None) -> dict[str, int]:
    """Fetch what is missing of the ``sessions`` sessions before ``session`` (which is left out).

    Counts: ``present`` and ``fetched`` sessions, ``empty`` ones (the vendor has nothing), ``failed`` ones,
    ``rows``, and dropped rows by reason. A failed session is left for the next call; the error is raised only
    when nothing at all could be fetched.
    """
    tell = progress or unheard
    wanted = sessions_before(session, sessions)[::-1]
    present = sessions_stored(wanted)
    missing = [day for day in wanted if day not in present]
    counts: Counter[str] = Counter(present=len(present))
    tell(len(present), len(wanted))
    last_error: SourceError | None = None
    calls: list[tuple[Session, CallLog]] = []
    with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="bars") as pool:
        asked = {pool.submit(_fetch, day, calls): day for day in missing}
        for done, future in enumerate(as_completed(asked), start=1):
            error = _keep(future, asked[future], counts)
            last_error = error or last_error
            tell(len(present) + done, len(wanted))
    calls_store("bars", calls)
    if last_error is not None and not counts["fetched"]:
        raise last_error
    return dict(counts)


def _fetch(day: Session, calls: list[tuple[Session, CallLog]]) -> Parsed[Bar]:
    """The bars of one session; the call that brought them goes to ``calls``."""
    with calls_open() as log:
        parsed = price_source().fetch_daily_bars(day)
    calls.append((day, log))
    return parsed


def _keep(future: Future[Parsed[Bar]], day: Session, counts: Counter[str]) -> SourceError | None:
    """Store one fetched session and count it; gives the error of one that failed."""
    try:
        parsed = future.result()
        _refuse_damaged(parsed, day)
    except SourceError as exc:
        logger.warning("no bars of %s: %s", day, exc)
        counts["failed"] += 1
        return exc
    counts.update(parsed.dropped)
    counts["rows"] += _session_store(parsed.rows)
    counts["fetched" if parsed.rows else "empty"] += 1
    return None


def _refuse_damaged(parsed: Parsed[Bar], day: Session) -> None:
    """A session is stored once and not asked for again: one that lost many rows is left for the next call."""
    lost = parsed.dropped.total() - parsed.dropped["duplicate"]
    if lost > max(LOST_FEW, LOST_MAX * (lost + len(parsed.rows))):
        raise BadPayload(
            f"Of the bars of {day} {lost:,} of {lost + len(parsed.rows):,} cannot be read; none is stored.",
            field="bars",
        )


def _session_store(bars: Sequence[Bar]) -> int:
    """Store a session that had no bar a moment ago, without looking for rows to replace."""
    rows = _by_key(bars)
    try:
        return rows_insert(DailyBar, TARGET.columns, map(_values, rows))
    except IntegrityError:
        # Another worker stored it meanwhile.
        return rows_upsert(TARGET, map(_values, rows))


def bars_store(bars: Iterable[Bar]) -> int:
    """Store bars, replacing those of the same session and symbol; gives the number of rows written."""
    return rows_upsert(TARGET, map(_values, _by_key(bars)))


def _by_key(bars: Iterable[Bar]) -> list[Bar]:
    """One bar per session and symbol, the last one told."""
    return list({(bar.session, bar.symbol): bar for bar in bars if len(bar.symbol) <= SYMBOL_MAX}.values())


def _values(bar: Bar) -> Sequence[object]:
    return (
        bar.session,
        bar.symbol,
        bar.open,
        bar.high,
        bar.low,
        bar.close,
        bar.volume,
        bar.source,
        bar.fetched_at,
    )
