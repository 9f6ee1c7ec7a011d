"""Whether the vendor and our calendar agree on the days on which the market is closed or closes early."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator

from universe import clock
from universe.errors import SourceError
from universe.notices import ClosedDay
from universe.sessions import ET, LAST_DAY, hours, is_early_close, is_session, session_of
from universe.sources import price_source

logger = logging.getLogger(__name__)

EXCHANGES = ("NYSE", "NASDAQ")


def market_days_check() -> list[str]:
    """Ask for the coming closed days; each disagreement in words. A vendor that does not tell is only logged:
    the calendar is ours."""
    try:
        parsed = price_source().fetch_closed_days()
    except SourceError as exc:
        logger.warning("the coming closed days were not compared: %s", exc)
        return []
    if parsed.dropped:
        logger.warning("closed days that could not be read: %s", dict(parsed.dropped))
    return list(disagreements(parsed.rows, after=session_of(clock.market_now())))


def disagreements(told: Iterable[ClosedDay], *, after: dt.date) -> Iterator[str]:
    """What vendor and calendar see differently on the days after ``after``, up to the last that is told."""
    rows = [row for row in told if row.exchange in EXCHANGES and after < row.day <= LAST_DAY]
    days: defaultdict[dt.date, dict[str, str]] = defaultdict(dict)
    for row in rows:
        days[row.day][_told(row)] = row.name
    for day, words in sorted(days.items()):
        for word, name in words.items():
            if word != _ours(day):
                yield (
                    f"{day:%-d %B %Y} ({name or 'no name'}): the price vendor says that the market is "
                    f"{word}, our calendar says {_ours(day)}."
                )
    last = max(days, default=after)
    for number in range(1, (last - after).days):
        day = after + dt.timedelta(days=number)
        if day not in days and day.weekday() < 5 and _ours(day) != "open as usual":
            yield (
                f"{day:%-d %B %Y}: our calendar says {_ours(day)}, the price vendor's list of closed days "
                f"up to {last:%-d %B %Y} does not name it."
            )


def _told(row: ClosedDay) -> str:
    if not row.is_early or row.close is None:
        return "closed"
    return f"open until {row.close.astimezone(ET):%-H:%M}"


def _ours(day: dt.date) -> str:
    if not is_session(day):
        return "closed"
    return f"open until {hours(day).close:%-H:%M}" if is_early_close(day) else "open as usual"
