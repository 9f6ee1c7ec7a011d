"""What surrounds a run: the economic release that is near, and what the board keeps of a run's conditions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.readings import finite
from analysis.types import InputFrame
from universe.changes import alarm_words
from universe.selectors import releases_between, universe_current
from universe.sessions import ET

#: A high-impact release of the day casts its shadow from 8:00 to 30 minutes after it.
SHADOW_FROM = dt.time(8, 0)
SHADOW_AFTER = dt.timedelta(minutes=30)
COUNTRY = "US"
IMPACT = "High"


def release_near(now: dt.datetime) -> str:
    """The caution of today's next high-impact release, "release: CPI at 8:30", or "" when none is near."""
    local = now.astimezone(ET)
    shadow = local.replace(hour=SHADOW_FROM.hour, minute=0, second=0, microsecond=0)
    if local < shadow:
        return ""
    end_of_day = local.replace(hour=23, minute=59, second=59, microsecond=0)
    for release in releases_between(local - SHADOW_AFTER, end_of_day, impact=IMPACT):
        if release.country == COUNTRY and release.at >= shadow:
            return f"release: {release.event} at {release.at.astimezone(ET):%-H:%M}"
    return ""


def context_of(
    frame: InputFrame, problems: Sequence[str], *, late: bool, failed: Mapping[str, str]
) -> dict[str, Any]:
    """What the stored board says about its run: session, phase, benchmark, problems in words.

    ``failed`` has the sectors that the run could not judge, with the reason; ``funnel`` are the alarms of the
    universe that it rests on.
    """
    benchmark = frame.benchmark
    universe = universe_current(frame.session)
    return {
        "session": frame.session.isoformat(),
        "phase": frame.phase,
        "release": frame.release,
        "late": late,
        "degraded": list(frame.degraded),
        "problems": list(problems),
        "failed": dict(failed),
        "funnel": [alarm_words(alarm) for alarm in universe.alarms] if universe else [],
        "benchmark": None
        if benchmark is None
        else {
            "symbol": benchmark.symbol,
            "last": finite(benchmark.last),
            "previous_close": finite(benchmark.closes[0]) if benchmark.closes else None,
        },
    }
