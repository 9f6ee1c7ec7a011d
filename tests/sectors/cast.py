"""The cast of the board: eight sectors in the conditions of a card, and what stands around them."""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sectors.types import ReadingInput, RunStamp
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
        "cause": cause,
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


def sector(slug: str, score: float, frames: tuple[float, ...], pattern: str, **more: Any) -> ReadingInput:
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


def full_board() -> list[ReadingInput]:
    """The eight readings of the 10:30 pass: every colour, a caution, one within the noise."""
    return [
        sector(
            "technology",
            -0.77,
            (-0.9, -2.1, -1.7, -1.1),
            "all frames down",
            relative=-0.61,
            confidence=0.78,
            advancing=52,
            valid=238,
            members=238,
            core=61,
            tops=lists(
                "KLYX -12.1 3.2 Offering !ssr; SOUN -8.2 2.4 Earnings; PTHR -6.1 1.4",
                "RVSN 4.1 1.3; BBAI 3.2 1.1",
            ),
        ),
        sector(
            "healthcare",
            0.70,
            (0.3, 1.8, 0.8, 1.5),
            "all frames up",
            relative=0.92,
            confidence=0.71,
            advancing=272,
            valid=412,
            members=412,
            core=104,
            tops=lists(
                "BRTX -5.2 1.2",
                "OCUL 45.3 6.8 FDA; NVHX 18.7 4.1 Trial; RLDA 11.4 2.2 Trial !sqz",
            ),
        ),
        sector(
            "energy",
            -0.37,
            (-0.2, -1.0, -1.3, -1.9),
            "all frames down",
            relative=-0.19,
            confidence=0.41,
            advancing=38,
            valid=121,
            members=121,
            core=27,
            tops=lists(
                "PXHR -7.4 1.8 Guidance; DLTN -5.9 1.2; BRVO -4.4 0.9 Oil price",
                "GRNV 6.3 2.7 Merger; SOLQ 3.1 1.1; UMBR 2.8 0.8",
            ),
        ),
        sector(
            "financial",
            -0.05,
            (0.1, -0.4, -0.5, 0.4),
            "30m and 1w up, rest down",
            relative=0.13,
            confidence=0.52,
            advancing=106,
            valid=231,
            members=231,
            core=48,
            tops=lists(
                "CRLB -5.8 1.6 Downgrade; HIVE -5.1 2.3 Coin price; NFSB -3.2 0.7",
                "AFRQ 7.7 2.9 Earnings; LNDR 4.5 1.5; MBNK 3.9 1.1 Buyback",
            ),
        ),
        sector(
            "consumer_discretionary",
            0.24,
            (-0.1, 1.3, 0.7, 0.9),
            "30m down, rest up",
            relative=0.41,
            confidence=0.58,
            advancing=96,
            valid=168,
            members=168,
            core=42,
            cautions=("close to +0.20",),
            tops=lists(
                "PRPL -6.6 1.7 Guidance; FTWR -4.9 1.3; SHKE -3.0 0.9 Store sales",
                "KOSS 14.8 5.2 !sqz; DRFT 8.1 2.0 Earnings; PLTB 5.5 1.4 Contract",
            ),
        ),
        sector(
            "industrials",
            -0.28,
            (-0.3, -1.2, -1.1, 0.2),
            "1w up, rest down",
            relative=-0.12,
            confidence=0.63,
            advancing=64,
            valid=187,
            members=187,
            core=45,
            tops=lists(
                "ARCD -9.3 2.8 Offering !ssr; STLM -6.2 1.5 Earnings; HVAC -4.1 1.0",
                "DRNE 6.9 2.1 Contract; RLWY 3.3 1.2; TRKN 2.6 0.9",
            ),
        ),
        sector(
            "materials",
            0.47,
            (0.4, 1.6, 2.3, 2.4),
            "all frames up",
            relative=0.58,
            confidence=0.66,
            advancing=57,
            valid=89,
            members=89,
            core=26,
            tops=lists(
                "SID -3.9 1.1 Tariff; PLPW -2.7 0.8; GLSX -1.9 0.6",
                "CPRX 9.6 2.6 Copper price; LITH 7.2 2.2 Contract; RARE 5.0 1.3",
            ),
        ),
        sector(
            "utilities",
            -0.04,
            (-0.1, -0.3, 0.3, -0.4),
            "3d up, rest down",
            relative=0.07,
            confidence=0.24,
            advancing=26,
            valid=58,
            members=58,
            core=7,
            state="noise",
            tops=lists(
                "WTRX -2.4 1.2; GRDN -1.8 0.9 Rate case; NGSU -1.1 0.7",
                "SLRP 4.2 1.6 Guidance; HYDN 2.2 1.0; PWRB 1.3 0.8",
            ),
        ),
    ]


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
