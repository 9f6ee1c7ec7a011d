"""A sector's past lights by the hour or the day, by one plain query on whichever server."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import connection

from sectors.lights import stored_band
from sectors.types import Past
from universe.sessions import ET

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
#: Buckets are counted from a midnight in New York, where every session begins anew.
ORIGIN = "2000-01-01"
_LAST_OF_EACH = """
    SELECT DISTINCT ON (date_bin(%(bucket)s, timestamp AT TIME ZONE %(zone)s, %(origin)s::timestamp))
           timestamp, sentiment_score, relative_score, state, color_classification, confidence_level, run_kind
    FROM sector_sentiment
    WHERE sector = %(sector)s AND world = %(world)s AND timestamp >= %(first)s AND timestamp < %(last)s
    ORDER BY date_bin(%(bucket)s, timestamp AT TIME ZONE %(zone)s, %(origin)s::timestamp), timestamp DESC
"""


def lights_by(bucket: dt.timedelta, slug: str, first: dt.datetime, last: dt.datetime) -> list[Past]:
    """The light that stood at the end of each hour or day of New York in which one was published, from
    ``first`` on and before ``last``, oldest first."""
    wanted: dict[str, Any] = {
        "bucket": bucket,
        "zone": str(ET),
        "origin": ORIGIN,
        "sector": slug,
        "world": settings.MARKET_WORLD,
        "first": first,
        "last": last,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LAST_OF_EACH, wanted)
        rows = cursor.fetchall()
    return [
        Past(
            at, score, relative, "none" if state == "insufficient" else stored_band(colour), confidence, kind
        )
        for at, score, relative, state, colour, confidence, kind in rows
    ]
