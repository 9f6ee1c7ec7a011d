"""The drawn economic calendar: the usual American releases on their usual days, with invented figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from universe.sessions import ET, is_session


@dataclass(frozen=True, slots=True)
class Release:
    """``at`` is UTC; whoever answers keeps ``actual`` back until then."""

    at: dt.datetime
    event: str
    impact: str
    previous: float
    estimate: float
    actual: float
    unit: str | None


_WEEKLY = {
    0: (
        ("Dallas Fed Manufacturing Index", "Medium", 10, 30, -2.0, 6.0, None),
        ("3-Month Bill Auction", "Low", 11, 30, 3.9, 0.1, "%"),
        ("2-Year Note Auction", "Medium", 13, 0, 3.6, 0.1, "%"),
    ),
    1: (
        ("Redbook YoY", "Low", 8, 55, 5.4, 0.5, "%"),
        ("CB Consumer Confidence", "High", 10, 0, 96.0, 4.0, None),
        ("3-Year Note Auction", "Medium", 13, 0, 3.6, 0.1, "%"),
        ("API Crude Oil Stock Change", "Medium", 16, 30, 0.4, 2.5, "M"),
    ),
    2: (
        ("MBA 30-Year Mortgage Rate", "Medium", 7, 0, 6.3, 0.1, "%"),
        ("New Home Sales", "Medium", 10, 0, 0.7, 0.05, "M"),
        ("EIA Crude Oil Stocks Change", "Medium", 10, 30, -1.2, 2.5, "M"),
        ("10-Year Note Auction", "Medium", 13, 0, 4.1, 0.1, "%"),
    ),
    3: (
        ("Initial Jobless Claims", "Medium", 8, 30, 225.0, 9.0, "K"),
        ("Durable Goods Orders MoM", "High", 8, 30, 0.3, 1.5, "%"),
        ("EIA Natural Gas Stocks Change", "Low", 10, 30, 20.0, 30.0, "B"),
        ("30-Year Bond Auction", "Medium", 13, 0, 4.7, 0.1, "%"),
    ),
    4: (
        ("Personal Spending MoM", "Medium", 8, 30, 0.4, 0.2, "%"),
        ("Michigan Consumer Sentiment", "Medium", 10, 0, 61.0, 2.0, None),
        ("Baker Hughes Oil Rig Count", "Low", 13, 0, 414.0, 5.0, None),
    ),
}


def releases(day: dt.date, seed: int) -> Iterator[Release]:
    """The releases of one New York date, in order; none on days without a session."""
    if not is_session(day):
        return
    rng = np.random.default_rng([seed, 6, day.toordinal()])
    plans = list(_WEEKLY.get(day.weekday(), ()))
    if day.weekday() == 4 and day.day <= 7:
        plans.append(("Non Farm Payrolls", "High", 8, 30, 120.0, 60.0, "K"))
    if 10 <= day.day <= 14 and day.weekday() == 2:
        plans.append(("Core Inflation Rate MoM", "High", 8, 30, 0.3, 0.1, "%"))
    if 15 <= day.day <= 18 and day.weekday() in (1, 3):
        plans.append(("Retail Sales MoM", "High", 8, 30, 0.2, 0.5, "%"))
    if 15 <= day.day <= 21 and day.weekday() == 2 and day.month % 3 == 0:
        plans.append(("Fed Interest Rate Decision", "High", 14, 0, 3.75, 0.0, "%"))
    for event, impact, hour, minute, usual, spread, unit in sorted(plans, key=lambda plan: plan[2:4]):
        values = usual + spread * rng.standard_normal(3)
        yield Release(
            at=dt.datetime.combine(day, dt.time(hour, minute), tzinfo=ET).astimezone(dt.UTC),
            event=event, impact=impact, unit=unit,
            previous=round(float(values[0]), 2), estimate=round(float(values[1]), 2),
            actual=round(float(values[2]), 2),
        )  # fmt: skip
