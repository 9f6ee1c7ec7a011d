"""How one asker sees the market: as it is, late, of the day before, or frozen.

Pure. The dialects ask the market without knowing for whom; whoever lets a request through puts the sight
round it, and everything that the request leads to, threads included, sees the market so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from universe.sessions import hours, previous_session, session_of


@dataclass(frozen=True, slots=True)
class Sight:
    """``late`` is how far behind prices and times are, ``is_day_old`` shows the same moment of the session
    before, ``is_end_of_day`` what was known at the newest close, ``frozen_at`` the moment whose prices and
    volumes stand still (None: they move). ``word`` is what Polygon calls the answer; the last two say which
    blocks of a snapshot there are."""

    late: dt.timedelta = dt.timedelta()
    is_day_old: bool = False
    is_end_of_day: bool = False
    frozen_at: dt.datetime | None = None
    word: str = "OK"
    has_trades: bool = True
    has_quotes: bool = True

    def moment(self, now: dt.datetime) -> dt.datetime:
        """What the asker takes for now. Lateness never leads out of the session."""
        if self.is_day_old:
            day = hours(previous_session(session_of(now)))
            same = dt.datetime.combine(day.session, now.timetz())
            now = min(max(same, day.pre_open), day.post_close)
        if self.is_end_of_day and now < hours(session_of(now)).close:
            return hours(previous_session(session_of(now))).post_close
        if not self.late:
            return now
        return max(now - self.late, hours(session_of(now)).pre_open)


CLEAR = Sight()
_current: ContextVar[Sight] = ContextVar("sight", default=CLEAR)


def current() -> Sight:
    return _current.get()


@contextmanager
def seen(sight: Sight) -> Iterator[None]:
    token = _current.set(sight)
    try:
        yield
    finally:
        _current.reset(token)
