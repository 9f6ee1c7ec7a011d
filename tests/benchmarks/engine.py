"""The engine beside a pandas groupby on a long frame and beside bare NumPy, on the same arrays.

The rivals get a head start: returns and weights are handed to them ready, and they give only R, mean,
median and the number of risers of each sector and timeframe. `sector returns` of ours does the same work
with sums that do not depend on order; `score_board` does everything: checks, stock returns, factors,
scores, confidence, ranks.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.engine import score_board
from analysis.engine.frames import pack, unpack
from analysis.engine.performance import (
    FRAMES,
    SectorMoves,
    benchmark_returns,
    frame_returns,
    sector_moves,
    stock_numbers,
)
from analysis.types import InputFrame
from tests.analysis.engine.cast import random_frame
from tests.benchmarks.timing import medians_ms

SIZES = (1_500, 10_000)
REPEATS = 31
#: How many times its rival's time each may take: our sector returns beside bare NumPy's, and the whole board
#: beside the groupby that gives the sector returns alone.
LIMIT = 2.0
OURS, BARE = "sector returns, order-free sums", "sector returns, bare NumPy"
WHOLE, GROUPBY = "score_board, all of it", "sector returns, pandas long groupby"
RIVALS = {OURS: BARE, WHOLE: GROUPBY}
WINSOR = 25.0

Table = dict[tuple[str, str], tuple[float, float, float, int]]


def run() -> int:
    print(f"engine: medians of {REPEATS} rounds; ratios are to bare NumPy of the same run")
    print(f"{'names':>6}  {'method':<36}{'ms':>9}{'ratio':>9}     beside its rival")
    return max(_size(count) for count in SIZES)


def _size(count: int) -> int:
    frame = random_frame(count, seed=count, missing=0.05)
    moves = _moves(frame)
    long = _long_frame(moves)
    if disagreement := _disagreement(_ours(frame, moves), _by_pandas(long), _by_numpy(moves)):
        print(f"{count:>6}  the methods disagree: {disagreement}")
        return 1
    packed = pack(frame)
    times = medians_ms(
        {
            WHOLE: lambda: score_board(frame),
            OURS: lambda: _ours(frame, moves),
            BARE: lambda: _by_numpy(moves),
            GROUPBY: lambda: _by_pandas(long),
            "pack": lambda: pack(frame),
            "unpack": lambda: unpack(packed),
        },
        repeats=REPEATS,
    )
    for name, value in times.items():
        rival = RIVALS.get(name)
        told = f"{value / times[rival]:>9.2f} of {LIMIT:.0f} times {rival}" if rival else ""
        print(f"{count:>6}  {name:<36}{value:>9.2f}{value / times[BARE]:>9.2f}{told}")
    return 0


def _moves(frame: InputFrame) -> list[SectorMoves]:
    numbers = stock_numbers(frame)
    sectors = frame.members.sector
    return [
        sector_moves(frame, numbers, sector, np.flatnonzero(sectors == sector.slug))
        for sector in frame.sectors
    ]


def _ours(frame: InputFrame, moves: list[SectorMoves]) -> Table:
    benchmark = benchmark_returns(frame.benchmark, carried=False)
    return {
        (one.sector.slug, part.timeframe.value): (part.value, part.mean, part.median, part.advancing)
        for one in moves
        for part in frame_returns(one, benchmark, frame.parameters)
    }


def _by_numpy(moves: list[SectorMoves]) -> Table:
    table: Table = {}
    for one in moves:
        for column, timeframe in enumerate(FRAMES):
            present = np.isfinite(one.returns[:, column])
            values, weights = one.returns[present, column], one.weights[present]
            table[one.sector.slug, timeframe.value] = (
                float((np.clip(values, -WINSOR, WINSOR) * weights).sum() / weights.sum()),
                float(values.mean()),
                float(np.median(values)),
                int((values > 0).sum()),
            )
    return table


def _long_frame(moves: list[SectorMoves]) -> pd.DataFrame:
    """One row per stock and timeframe, as a database query would give it."""
    parts = [
        pd.DataFrame(
            {
                "sector": one.sector.slug,
                "timeframe": timeframe.value,
                "weight": one.weights,
                "value": one.returns[:, column],
            }
        )
        for one in moves
        for column, timeframe in enumerate(FRAMES)
    ]
    return pd.concat(parts, ignore_index=True)


def _by_pandas(long: pd.DataFrame) -> Table:
    present = long.dropna(subset="value")
    present = present.assign(
        moved=present["value"].clip(-WINSOR, WINSOR) * present["weight"], up=present["value"] > 0
    )
    told = present.groupby(["sector", "timeframe"]).agg(
        moved=("moved", "sum"),
        weight=("weight", "sum"),
        mean=("value", "mean"),
        median=("value", "median"),
        up=("up", "sum"),
    )
    rows = zip(
        told.index, told["moved"] / told["weight"], told["mean"], told["median"], told["up"], strict=True
    )
    return {key: (value, mean, median, int(up)) for key, value, mean, median, up in rows}


def _disagreement(ours: Table, *others: Table) -> str:
    for other in others:
        for key, values in ours.items():
            if not np.allclose(values, other[key], rtol=1e-9, atol=1e-9):
                return f"{key}: {values} and {other[key]}"
    return ""
