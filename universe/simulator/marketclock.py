"""How a simulated market's time runs: at a speed, from an anchor, only through sessions.

Pure. A clock is an anchor (this market moment was at that wall moment) and a speed. Nights, weekends and
holidays do not exist: five minutes after a session's 20:00 (early closes 17:00), so that what is due at 20:00
finds its moment, comes the next session's 4:00. A replay ends at 20:00 of its last session and stands there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from universe.sessions import hours, is_session, new_york, next_session, sessions_between
from universe.types import Session

LINGER = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SimulatedClock:
    """``market_anchor`` is a New York moment inside a session, ``wall_anchor`` epoch seconds, ``speed``
    market seconds per wall second, ``last_session`` where a recording ends (None: never)."""

    market_anchor: dt.datetime
    wall_anchor: float
    speed: float = 1.0
    last_session: Session | None = None

    def at(self, wall: float) -> dt.datetime:
        """The market moment (New York) at epoch seconds ``wall``; before the anchor it is the anchor."""
        left = dt.timedelta(seconds=max(0.0, wall - self.wall_anchor) * self.speed)
        return self._walk(left)[0]

    def has_ended(self, wall: float) -> bool:
        left = dt.timedelta(seconds=max(0.0, wall - self.wall_anchor) * self.speed)
        return self._walk(left)[1]

    def anchored(self, wall: float) -> SimulatedClock:
        """The same clock with its anchor moved to a wall moment."""
        return SimulatedClock(self.at(wall), wall, self.speed, self.last_session)

    def _walk(self, left: dt.timedelta) -> tuple[dt.datetime, bool]:
        moment = into_session(self.market_anchor, self.last_session)
        while True:
            day = hours(moment.date())
            if self.last_session is not None and day.session >= self.last_session:
                return (moment + left, False) if moment + left < day.post_close else (day.post_close, True)
            turn = day.post_close + LINGER
            if moment + left < turn:
                return moment + left, False
            left -= max(turn - moment, dt.timedelta())
            moment = hours(next_session(day.session)).pre_open


def into_session(moment: dt.datetime, last_session: Session | None = None) -> dt.datetime:
    """``moment`` itself inside a session (and the minutes it lingers), else the next session's 4:00, never
    beyond the end of ``last_session``."""
    local = new_york(moment)
    if last_session is not None and local >= hours(last_session).post_close:
        return hours(last_session).post_close
    if is_session(local.date()):
        day = hours(local.date())
        if local < day.post_close + LINGER:
            return max(local, day.pre_open)
    return hours(next_session(local.date())).pre_open


def time_run(earlier: dt.datetime, later: dt.datetime) -> dt.timedelta:
    """Market time that such a clock runs from one moment to a later one, without the nights that it skips."""
    start, end = new_york(earlier), new_york(later)
    total = dt.timedelta()
    for session in sessions_between(start.date(), end.date()):
        day = hours(session)
        total += max(min(end, day.post_close + LINGER) - max(start, day.pre_open), dt.timedelta())
    return total
