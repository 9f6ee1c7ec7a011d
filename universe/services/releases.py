"""The economic calendar of a day."""

from __future__ import annotations

import datetime as dt

from universe.bulk import Target, rows_upsert
from universe.models import EconomicEvent
from universe.services.calls import calls_kept
from universe.sources import facts_source

TARGET = Target(
    EconomicEvent,
    {
        "at": "timestamptz",
        "country": "text",
        "event": "text",
        "impact": "text",
        "previous": "float8",
        "estimate": "float8",
        "actual": "float8",
        "unit": "text",
        "source": "text",
    },
    key=("at", "country", "event"),
)


def releases_refresh(day: dt.date) -> dict[str, int]:
    """Fetch the United States' releases of ``day`` and the day after; new figures replace the old."""
    with calls_kept("releases", day):
        parsed = facts_source().fetch_releases(day, day + dt.timedelta(days=1))
    rows = {(row.at, row.country, row.event[:160]): row for row in parsed.rows}
    stored = rows_upsert(
        TARGET,
        (
            (
                row.at,
                row.country[:8],
                row.event[:160],
                row.impact,
                row.previous,
                row.estimate,
                row.actual,
                (row.unit or "")[:16],
                row.source,
            )
            for row in rows.values()
        ),
    )
    return {"releases": stored} | dict(parsed.dropped)
