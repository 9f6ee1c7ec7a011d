"""What surrounds a run: the economic release that is near, and what the board keeps of a run's conditions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.readings import finite
from analysis.types import InputFrame
from sectors.presenters.rail import value_words
from sectors.presenters.strip import Release
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


def releases_counted(day: dt.date, now: dt.datetime) -> dict[str, Any]:
    """How many releases the stored calendar has on a New York ``day``, and those of high impact in words."""
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=ET)
    found = releases_between(midnight, midnight + dt.timedelta(hours=23, minutes=59), impact="")
    own = [release for release in found if release.country == COUNTRY]
    return {
        "releases_today": len(own),
        "high_impact": [release_words(release, now) for release in own if release.impact == IMPACT],
    }


def release_words(release: Release, now: dt.datetime) -> str:
    """ "CPI at 8:30, expected 3.1%, before 2.9%"; once it is out, "CPI at 8:30: 3.2%, expected 3.1%, ..."."""
    words = f"{release.event} at {release.at.astimezone(ET):%-H:%M}"
    if release.actual is not None:
        words += f": {value_words(release.actual, release.unit)}"
    elif release.at <= now:
        words += ": no figure yet"
    for name, value in (("expected", release.estimate), ("before", release.previous)):
        words += "" if value is None else f", {name} {value_words(value, release.unit)}"
    return words


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
