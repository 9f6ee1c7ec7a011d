"""One sector's past lights without their heavy parts: what the history of its page reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from sectors.lights import stored_band
from sectors.models import SentimentReading
from sectors.types import Band


@dataclass(frozen=True, slots=True)
class Past:
    """``at`` is the publish time in market time; ``band`` "none" when the verdict was withheld."""

    at: dt.datetime
    score: Decimal
    relative: Decimal | None
    band: Band
    confidence: Decimal
    run_kind: str


def lights_past(slug: str, since: dt.datetime) -> list[Past]:
    """Every light of one sector from ``since`` on in the market world in force, oldest first."""
    rows = SentimentReading.objects.filter(
        sector=slug, timestamp__gte=since, world=settings.MARKET_WORLD
    ).order_by("timestamp")
    return [
        Past(
            at, score, relative, "none" if state == "insufficient" else stored_band(colour), confidence, kind
        )
        for at, score, relative, colour, state, confidence, kind in rows.values_list(
            "timestamp",
            "sentiment_score",
            "relative_score",
            "color_classification",
            "state",
            "confidence_level",
            "run_kind",
        )
    ]
