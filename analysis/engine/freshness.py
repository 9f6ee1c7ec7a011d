"""How old an analysis is by the user's limits."""

from __future__ import annotations

import datetime as dt

from analysis.types import Freshness, FreshnessLimits


def freshness(
    as_of: dt.datetime, now: dt.datetime, limits: FreshnessLimits, session_minutes: float
) -> Freshness:
    """State and both ages of an analysis whose data is of ``as_of``, at market time ``now``.

    ``session_minutes`` are the minutes of 4:00 to 20:00 of sessions between the two; they decide, so that
    Friday's 20:00 run is new on Monday at 4:00. Both limits belong to ``aging``. An ``as_of`` after
    ``now`` has age 0.
    """
    age = max(dt.timedelta(0), dt.timedelta(minutes=session_minutes))
    wall_age = max(dt.timedelta(0), now - as_of)
    if age < dt.timedelta(minutes=limits.fresh_minutes):
        return Freshness("fresh", age, wall_age)
    if age <= dt.timedelta(minutes=limits.stale_minutes):
        return Freshness("aging", age, wall_age)
    return Freshness("stale", age, wall_age)
