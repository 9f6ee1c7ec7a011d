"""A sector's past lights by the hour or the day, by one plain query on whichever server."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from sectors.lights import stored_band
from sectors.types import Past
from universe.sessions import ET

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
#: Buckets are counted from a midnight in New York, where every session begins anew.
ORIGIN = "2000-01-01"
# The last light of a bucket is the one that stood at its end; an insufficient one has no score to count.
_BUCKETS = """
    SELECT date_bin(%(bucket)s, timestamp AT TIME ZONE %(zone)s, %(origin)s::timestamp)
               AT TIME ZONE %(zone)s AS start,
           count(*), count(*) FILTER (WHERE state <> 'insufficient'),
           round(avg(sentiment_score) FILTER (WHERE state <> 'insufficient'), 3),
           min(sentiment_score) FILTER (WHERE state <> 'insufficient'),
           max(sentiment_score) FILTER (WHERE state <> 'insufficient'),
           (array_agg(sentiment_score ORDER BY timestamp DESC))[1],
           (array_agg(color_classification ORDER BY timestamp DESC))[1],
           (array_agg(state ORDER BY timestamp DESC))[1],
           (array_agg(confidence_level ORDER BY timestamp DESC))[1],
           (array_agg(relative_score ORDER BY timestamp DESC))[1],
           (array_agg(run_kind ORDER BY timestamp DESC))[1],
           max(timestamp)
    FROM sector_sentiment
    WHERE sector = %(sector)s AND world = %(world)s AND timestamp >= %(first)s AND timestamp < %(last)s
    GROUP BY 1
    ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The lights of one sector in one hour or day of New York that has any.

    ``start`` is aware. ``mean``, ``low`` and ``high`` are of the ``judged`` ones of its ``lights`` (None:
    none had a verdict). The rest is the last one's, published ``at``.
    """

    start: dt.datetime
    lights: int
    judged: int
    mean: Decimal | None
    low: Decimal | None
    high: Decimal | None
    score: Decimal
    colour: str
    state: str
    confidence: Decimal
    relative: Decimal | None
    run_kind: str
    at: dt.datetime

    @property
    def closing(self) -> Past:
        """The light that stood at the end of the bucket."""
        band = "none" if self.state == "insufficient" else stored_band(self.colour)
        return Past(self.at, self.score, self.relative, band, self.confidence, self.run_kind)


def lights_by(bucket: dt.timedelta, slug: str, first: dt.datetime, last: dt.datetime) -> list[Bucket]:
    """The lights published from ``first`` on and before ``last``, oldest bucket first."""
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
        cursor.execute(_BUCKETS, wanted)
        return [Bucket(*row) for row in cursor.fetchall()]
