"""The cast of the sector tests: readings, runs and users as the other apps hand them over."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sectors.types import ReadingInput, RunStamp

ET = ZoneInfo("America/New_York")
SLUGS = (
    "technology",
    "healthcare",
    "energy",
    "financial",
    "consumer_discretionary",
    "industrials",
    "materials",
    "utilities",
)
COLOURS = ((-0.6, "dark_red"), (-0.2, "light_red"), (0.2, "blue_neutral"), (0.6, "light_green"))


def at(hour: int, minute: int = 0, *, day: int = 10) -> dt.datetime:
    """A moment of March 2026, New York; the 10th is a Tuesday."""
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=ET)


def colour_of(score: float) -> str:
    return next((colour for edge, colour in COLOURS if score < edge), "dark_green")


def ranked(symbol: str, gap_pct: float) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "sector": "technology",
        "rank": 7.25,
        "gap_pct": gap_pct,
        "relative_volume": 2.5,
        "shortability": "good",
        "restricted": False,
        "squeeze": False,
        "halted": False,
        "dollar_volume": 5e6,
    }


def reading(sector: str = "technology", score: float = -0.25, **changes: Any) -> ReadingInput:
    base = ReadingInput(
        sector=sector,
        score=Decimal(str(score)).quantize(Decimal("0.001")),
        colour=colour_of(score),  # type: ignore[arg-type]
        confidence=Decimal("0.62"),
        state="normal",
        cautions=(),
        relative_score=Decimal("-0.100"),
        relative_colour="blue_neutral",
        returns={"30min": -0.2, "1d": -1.4, "3d": -2.5, "1w": None},
        frame_notes={},
        pattern="",
        advancing=31,
        valid=110,
        members=120,
        core=40,
        coverage=0.92,
        waterfall={"base": -0.19, "factors": {"volatility": 1.3}, "score": str(score)},
        tops={"bearish": [ranked("SOUN", -8.2)], "bullish": [ranked("BBAI", 6.1)], "halted": []},
        weight_revision_id=None,
        oldest_input_at=at(10, 29),
        confirmed_at=at(10, 30),
        source="polygon",
    )
    return replace(base, **changes)


def eight(score: float = -0.25) -> list[ReadingInput]:
    return [reading(slug, score) for slug in SLUGS]


def stamp(run_id: int, published_at: dt.datetime, **changes: Any) -> RunStamp:
    base = RunStamp(
        run_id=run_id,
        kind="pass",
        as_of=published_at,
        computed_at=published_at,
        published_at=published_at,
        world="simulated",
        interpolated=False,
    )
    return replace(base, **changes)
