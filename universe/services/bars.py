"""Daily bars of the whole market, one session a call, newest first."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress

from django.conf import settings

from universe import clock
from universe.errors import BadPayload, SourceError
from universe.gates import Gated, Kind, bars_gate, counted
from universe.selectors.prices import sessions_before, sessions_stored
from universe.services.bar_store import session_store
from universe.services.calls import calls_store
from universe.services.progress import Progress, unheard
from universe.services.refusals import refusals_keep
from universe.sessions import hours, previous_session
from universe.sources import price_source
from universe.sources.base import Parsed
from universe.sources.calls import CallLog, calls_open
from universe.types import Bar, Session, is_symbol

logger = logging.getLogger(__name__)

IN_FLIGHT = 4
#: Above this share of rows that cannot be read, and this number, a session's bars are damaged.
LOST_MAX, LOST_FEW = 0.05, 50


def bars_refresh(session: Session, *, sessions: int = 62, progress: Progress | None = None) -> dict[str, int]:
    """Fetch what is missing of the ``sessions`` sessions before ``session`` (which is left out).

    Counts: ``present`` and ``fetched`` sessions, ``empty`` ones (the vendor has nothing), ``failed`` ones,
    ``rows``, and dropped rows by reason. Rows that cannot be true are kept apart. A failed session is left
    for the next call; the error is raised only when nothing at all could be fetched.
    """
    tell = progress or unheard
    wanted = sessions_before(session, sessions)[::-1]
    present = sessions_stored(wanted)
    missing = [day for day in wanted if day not in present]
    counts: Counter[str] = Counter(present=len(present))
    tell(len(present), len(wanted))
    last_error: SourceError | None = None
    now = _now(session)
    calls: list[tuple[Session, CallLog]] = []
    with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="bars") as pool:
        asked = {pool.submit(_fetch, day, calls): day for day in missing}
        for done, future in enumerate(as_completed(asked), start=1):
            error = _keep(future, asked[future], counts, now=now)
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


def _now(session: Session) -> dt.datetime:
    """The market's time, by which what lies before ``session`` should be over. Where it is not, a simulated
    market's clock was moved and is asked for anew."""
    ended = hours(previous_session(session)).close
    try:
        now = clock.market_now()
    except clock.ClockUnavailableError as exc:
        logger.warning("bars are judged without the market's clock: %s", exc)
        return ended
    if now < ended and settings.MARKET_WORLD != "live":
        with suppress(clock.ClockUnavailableError):
            clock.refresh()
    return max(now, clock.market_now())


def _keep(
    future: Future[Parsed[Bar]], day: Session, counts: Counter[str], *, now: dt.datetime
) -> SourceError | None:
    """Store one fetched session and count it; gives the error of one that failed."""
    try:
        parsed = future.result()
        gated = bars_gate((bar for bar in parsed.rows if is_symbol(bar.symbol)), now=now)
        _refuse_damaged(parsed, gated, day)
    except SourceError as exc:
        logger.warning("no bars of %s: %s", day, exc)
        counts["failed"] += 1
        return exc
    counts.update(parsed.dropped)
    counts.update(counted(gated.refused))
    refusals_keep(Kind.BAR, [*parsed.refused, *gated.refused], now=now, session=day)
    counts["rows"] += session_store(gated.rows, day, now=now)
    counts["fetched" if parsed.rows else "empty"] += 1
    return None


def _refuse_damaged(parsed: Parsed[Bar], gated: Gated[Bar], day: Session) -> None:
    """A session is stored once and not asked for again: one that lost many rows is left for the next call."""
    lost = parsed.dropped.total() - parsed.dropped["duplicate"] + len(gated.refused)
    if lost > max(LOST_FEW, LOST_MAX * (lost + len(gated.rows))):
        raise BadPayload(
            f"Of the bars of {day} {lost:,} of {lost + len(gated.rows):,} cannot be read or be true; "
            "none is stored.",
            field="bars",
        )
