"""The cast of the board: eight sectors in the conditions of a card, and what stands around them."""

from __future__ import annotations

import datetime as dt
import json
import math
import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from sectors.models import SentimentReading
from sectors.presenters import board_payload
from sectors.services.lights import _reading
from sectors.types import HistoryPoint, PreviousLight, ReadingInput, RunStamp
from tests.sectors.market import at, colour_of, reading
from universe.models import EconomicEvent, MarketContext

#: Tuesday 10 March 2026, in the regular session.
NOW = at(10, 42).replace(second=18)
PASS = at(10, 30)

Row = tuple[str, float, float, str | None, str]


def stock(row: Row) -> dict[str, Any]:
    """A ranked stock; ``flags`` is any of "ssr", "sqz" and "halt"."""
    symbol, gap, volume, cause, flags = row
    return {
        "symbol": symbol,
        "sector": "",
        "rank": 5.0,
        "gap_pct": gap,
        "relative_volume": volume,
        "shortability": "good",
        "restricted": "ssr" in flags,
        "squeeze": "sqz" in flags,
        "halted": "halt" in flags,
        "dollar_volume": 5e6,
        "cause": None
        if cause is None
        else {
            "kind": cause.lower(),
            "tag": cause,
            "title": f"{symbol} in the news",
            "url": f"https://news.example/{symbol.lower()}",
            "publisher": "Wire Daily",
            "at": at(7, 5).isoformat(),
        },
    }


def lists(bearish: str, bullish: str) -> dict[str, list[dict[str, Any]]]:
    """Both sides as text: "SYMBOL move volume cause !flag; ..."."""
    return {"bearish": _stocks(bearish), "bullish": _stocks(bullish), "halted": []}


def _stocks(text: str) -> list[dict[str, Any]]:
    made = []
    for line in text.split("; "):
        symbol, gap, volume, *rest = line.split()
        cause = " ".join(word for word in rest if not word.startswith("!")) or None
        flags = " ".join(word for word in rest if word.startswith("!"))
        made.append(stock((symbol, float(gap), float(volume), cause, flags)))
    return made


def sector(slug: str, score: float, frames: Sequence[float], pattern: str, **more: Any) -> ReadingInput:
    """One reading; ``frames`` are the 30min, 1d, 3d and 1w returns, percent."""
    relative = more.pop("relative", 0.0)
    returns = dict(zip(("30min", "1d", "3d", "1w"), frames, strict=True))
    base = reading(
        slug,
        score,
        returns=returns,
        pattern=pattern,
        relative_score=Decimal(str(relative)),
        relative_colour=colour_of(relative),
        confirmed_at=at(10, 42).replace(second=16),
        oldest_input_at=at(10, 41).replace(second=40),
        waterfall={"base": score, "scales": {"30min": 0.8, "1d": 2.5, "3d": 4.5, "1w": 6.0}},
    )
    more["confidence"] = Decimal(str(more.get("confidence", 0.5)))
    return replace(base, **more)


#: The eight readings of the 10:30 pass: every colour, a caution, one within the noise.
BOARD = json.loads((Path(__file__).parent / "board.json").read_text())


def full_board() -> list[ReadingInput]:
    """The readings of board.json; every member of a sector has a price."""
    return [_from_row(dict(row)) for row in BOARD]


def _from_row(row: dict[str, Any]) -> ReadingInput:
    return sector(
        row.pop("slug"),
        row.pop("score"),
        row.pop("frames"),
        row.pop("pattern"),
        valid=row["members"],
        tops=lists(row.pop("bearish"), row.pop("bullish")),
        cautions=tuple(row.pop("cautions", ())),
        **row,
    )


def earlier(readings: list[ReadingInput], step: int, steps: int, *, seed: int = 7) -> list[ReadingInput]:
    """The same sectors ``steps - step`` passes before: scores that wander towards the final ones."""
    made = []
    for place, last in enumerate(readings):
        noise = random.Random(seed * 1000 + place * 100 + step).uniform(-0.06, 0.06)
        share = step / steps
        score = float(last.score) * (0.35 + 0.65 * share) + noise + 0.12 * math.sin(step / 4 + place)
        score = round(max(-0.95, min(0.95, score)), 3)
        made.append(replace(last, score=Decimal(str(score)), colour=colour_of(score)))
    return made


def run_stamp(run_id: int, moment: dt.datetime, **changes: Any) -> RunStamp:
    """A pass of the simulated market, published two seconds after its moment."""
    base = RunStamp(
        run_id=run_id,
        kind="pass",
        as_of=moment,
        computed_at=moment + dt.timedelta(seconds=2),
        published_at=moment + dt.timedelta(seconds=2),
        world="simulated",
        interpolated=False,
    )
    return replace(base, **changes)


STAMP = run_stamp(7, PASS)


def rows(readings: list[ReadingInput], stamp: RunStamp = STAMP) -> list[SentimentReading]:
    return [_reading(reading, stamp) for reading in readings]


def payload(
    readings: list[ReadingInput] | None = None,
    *,
    stamp: RunStamp = STAMP,
    history: dict[str, list[HistoryPoint]] | None = None,
    previous: dict[str, PreviousLight] | None = None,
    standing: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The stored board of ``readings``, the full board without any."""
    readings = full_board() if readings is None else readings
    return board_payload(rows(readings, stamp), history or {}, previous or {}, stamp, standing=standing)


def surroundings() -> None:
    """Benchmarks and releases around the board of 10:42."""
    for symbol, price, move in (
        ("IWM", 206.41, -0.64),
        ("SPY", 566.02, -0.31),
        ("QQQ", 478.9, -0.22),
        ("^VIX", 26.8, 3.1),
    ):
        MarketContext.objects.create(
            symbol=symbol, price=price, previous_close=price / (1 + move / 100), as_of=NOW, source="polygon"
        )
    for moment, event, impact, actual, unit in (
        (at(6), "Small business optimism", "Medium", 100.7, ""),
        (at(10), "Job openings", "High", 7.74, "M"),
        (at(13), "3-year note auction", "Medium", None, ""),
        (at(16, 30), "Crude oil stocks", "Medium", None, "M"),
        (at(8, 30, day=11), "Consumer prices", "High", None, "%"),
    ):
        EconomicEvent.objects.create(
            at=moment,
            country="US",
            event=event,
            impact=impact,
            actual=actual,
            unit=unit,
            source="fmp",
            estimate=2.1 if event == "Crude oil stocks" else None,
        )
