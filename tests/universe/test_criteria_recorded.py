"""The criteria on every recorded session of March 2026 and on the four that were counted apart.

The product's verdicts stand beside counts that pandas makes from the same panel.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.recorded import DATA
from universe.criteria import select
from universe.sessions import previous_session, sessions_between
from universe.types import Candidate, Selection, UniverseCriteria

pytestmark = [pytest.mark.recorded, pytest.mark.unmeasured]

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "universe_sessions.json").read_text())["sessions"]
#: All 22 sessions of the month.
MARCH = sessions_between(dt.date(2026, 3, 1), dt.date(2026, 3, 31))


@dataclass(frozen=True)
class Day:
    """What is known before a session of each listed symbol: NaN not known."""

    close: pd.Series
    cap: pd.Series
    volume: pd.Series
    shares: pd.Series


@pytest.fixture(scope="module")
def day_before() -> Callable[[dt.date], Day]:
    columns = ["date", "symbol", "close", "volume", "shares_k"]
    rows = pd.read_parquet(DATA / "market_daily.parquet", columns=columns)
    panel = {name: rows.pivot(index="date", columns="symbol", values=name) for name in columns[2:]}
    # Stored in single precision; no exchange prints more than four decimals.
    closes = panel["close"].astype(np.float64).round(4)
    shares = panel["shares_k"].where(panel["shares_k"] > 0) * 1000
    places = {pd.Timestamp(day).date(): place for place, day in enumerate(closes.index)}

    def before(session: dt.date) -> Day:
        last = places[previous_session(session)]
        window = slice(last - 19, last + 1)
        close = closes.iloc[last].dropna()
        volumes = panel["volume"].iloc[window][close.index]
        mean = volumes.mean().where(volumes.notna().sum() >= 15)
        told = shares.iloc[window].ffill().iloc[-1][close.index]
        return Day(close, close * told, mean, told)

    return before


def candidates(day: Day) -> Iterator[Candidate]:
    known = zip(day.close.index, day.close, day.cap, day.volume, day.shares, strict=True)
    for symbol, *values in known:
        price, cap, volume, shares = (None if np.isnan(value) else float(value) for value in values)
        yield Candidate(symbol, "XNAS", "CS", price, cap, volume, None, shares)


def judged(day: Day) -> Selection:
    return select(list(candidates(day)), UniverseCriteria())


def counted(day: Day) -> dict[str, int]:
    """Each reason and each tier by pandas alone."""
    limit = np.where(day.cap >= 300e6, 10e6, 5e6)
    lacks = {
        "price_below": day.close < 2,
        "price_above": day.close > 100,
        "market_cap_below": day.cap < 10e6,
        "market_cap_above": day.cap > 2e9,
        "data_missing:market_cap": day.cap.isna(),
        "float_below": day.shares <= limit,
        "data_missing:float": day.shares.isna(),
        "volume_below": day.volume < 1e6,
        "data_missing:avg_volume": day.volume.isna(),
    }
    others = pd.concat([lack for name, lack in lacks.items() if name != "volume_below"], axis=1).any(axis=1)
    tiers = {"core": ~others & (day.volume >= 1e6), "breadth": ~others & (day.volume >= 1e5)}
    return {name: count for name, holds in (lacks | tiers).items() if (count := int(holds.sum()))}


def told(selection: Selection) -> dict[str, int]:
    reasons = Counter(reason for verdict in selection.verdicts for reason in verdict.reasons)
    return dict(reasons) | {"core": selection.core, "breadth": selection.breadth}


@pytest.mark.parametrize("session", sorted(GOLDEN))
def test_tiers_and_reasons_of_a_golden_session_are_those_that_were_counted(
    session: str, day_before: Callable[[dt.date], Day]
) -> None:
    day = day_before(dt.date.fromisoformat(session))
    selection, expected = judged(day), GOLDEN[session]
    assert (selection.core, selection.breadth) == (expected["core"], expected["breadth"])
    stages = {stage.name: stage.count for stage in selection.funnel}
    assert (stages["listings"], stages["price"]) == (expected["listings"], expected["cap_and_price"])
    assert told(selection) == counted(day)


def test_over_march_the_breadth_tier_has_fifteen_hundred_names_and_everyone_has_a_verdict(
    day_before: Callable[[dt.date], Day], record_property: Callable[[str, object], None]
) -> None:
    sizes = []
    for session in MARCH:
        day = day_before(session)
        selection = judged(day)
        assert told(selection) == counted(day)
        assert len(selection.verdicts) == len(day.close)
        assert all(verdict.tier or verdict.reasons for verdict in selection.verdicts)
        sizes.append(selection.breadth)
    assert len(sizes) == 22
    median, least = np.median(sizes), min(sizes)
    record_property("recorded universes", f"22 sessions of 2026-03: median {median:,.1f}, least {least:,}")
    assert np.median(sizes) >= 1_500
    assert np.median(sizes[-20:]) >= 1_500
