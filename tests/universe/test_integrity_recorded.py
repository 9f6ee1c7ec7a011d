"""How many real splits are caught, had nobody listed them, and how many real movers are held up for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from tests.recorded import DATA
from universe.integrity import Doubt, PriceSet, judge
from universe.simulator.replay.splits import derive

pytestmark = [pytest.mark.recorded, pytest.mark.unmeasured]

#: The breadth tier's own limits: what the product prices.
VOLUME_MIN, PRICE_MIN, PRICE_MAX = 100_000, 2.0, 100.0


@dataclass(frozen=True)
class Panel:
    close: NDArray[np.float64]
    before: NDArray[np.float64]
    returns: NDArray[np.float64]
    volume: NDArray[np.float64]
    average: NDArray[np.float64]
    splits: NDArray[np.bool_]


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Sessions by symbols, as printed; a split is where the close jumps and the return does not."""
    rows = pd.read_parquet(
        DATA / "market_daily.parquet", columns=["date", "symbol", "close", "ret", "volume"]
    )
    close, returns, volume = (
        rows.pivot(index="date", columns="symbol", values=name).astype(np.float64)
        for name in ("close", "ret", "volume")
    )
    splits = np.zeros(close.shape, dtype=np.bool_)
    place = {session: index for index, session in enumerate(close.index)}
    for event in derive(tuple(close.index), close.to_numpy(), returns.to_numpy()):
        splits[place[event.session], event.row] = True
    average = volume.shift(1).rolling(20, min_periods=10).mean().to_numpy()
    before = close.shift(1).to_numpy()
    return Panel(close.to_numpy(), before, returns.to_numpy(), volume.to_numpy(), average, splits)


def held_share(panel: Panel, chosen: NDArray[np.bool_]) -> tuple[int, float]:
    """How many were looked at, at the day's end without its open, and the share taken for a split."""
    count = int(chosen.sum())
    unknown = np.full(count, np.nan)
    prices = PriceSet(
        price=panel.close[chosen],
        at=unknown,
        previous_close=panel.before[chosen],
        last=unknown,
        day_open=unknown,
        day_volume=panel.volume[chosen],
        avg_volume=panel.average[chosen],
        prints=unknown,
        minute_close=unknown,
        held=unknown,
        held_at=unknown,
        confirmed=np.zeros(count, dtype=np.bool_),
    )
    return count, float((judge(prices, share_done=1.0) == Doubt.RATIO).mean())


def test_real_splits_that_nobody_listed_are_caught(panel: Panel) -> None:
    traded = panel.splits & (panel.average >= VOLUME_MIN)
    count, share = held_share(panel, traded)
    print(f"hidden splits caught: {share:.1%} of {count}; of all {held_share(panel, panel.splits)}")
    assert count > 600
    assert share >= 0.90


def test_real_movers_are_hardly_ever_held_up(panel: Panel) -> None:
    with np.errstate(invalid="ignore", divide="ignore"):
        printed = np.abs(panel.close / panel.before / (1.0 + panel.returns) - 1.0) < 0.02
        moved = printed & (np.abs(panel.returns) > 0.30)
        ours = (panel.average >= VOLUME_MIN) & (panel.before >= PRICE_MIN) & (panel.before <= PRICE_MAX)
    count, share = held_share(panel, moved & ours)
    print(f"movers over 30 % held up: {share:.2%} of {count}; of all {held_share(panel, moved)}")
    assert count > 2_000
    assert share <= 0.02
