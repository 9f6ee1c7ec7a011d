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
#: Milliseconds that a whole board may take, by names.
LIMITS_MS = {1_500: 10.0, 10_000: 60.0}
WINSOR = 25.0

Table = dict[tuple[str, str], tuple[float, float, float, int]]


def run() -> int:
    print(f"engine: medians of {REPEATS} rounds; ratios are to bare NumPy of the same run")
    print(f"{'names':>6}  {'method':<34}{'ms':>9}{'ratio':>9}{'of limit':>10}")
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
            "score_board, all of it": lambda: score_board(frame),
            "sector returns, order-free sums": lambda: _ours(frame, moves),
            "sector returns, bare NumPy": lambda: _by_numpy(moves),
            "sector returns, pandas long groupby": lambda: _by_pandas(long),
            "pack": lambda: pack(frame),
            "unpack": lambda: unpack(packed),
        },
        repeats=REPEATS,
    )
    bare = times["sector returns, bare NumPy"]
    for name, value in times.items():
        limit = f"{value / LIMITS_MS[count]:>9.0%}" if name.startswith("score_board") else ""
        print(f"{count:>6}  {name:<34}{value:>9.2f}{value / bare:>9.2f}{limit:>10}")
    whole, pandas_long = times["score_board, all of it"], times["sector returns, pandas long groupby"]
    print(f"{count:>6}  the whole board takes {whole / pandas_long:.2f} times the groupby's sector returns")
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
