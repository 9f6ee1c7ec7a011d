"""Recorded intraday bars, read for one session at a time and served as they are."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from universe.simulator.replay.folder import FolderError
from universe.simulator.world import PRE_MINUTES, Floats, RealBars, minute_of
from universe.types import SessionHours

_NAME = re.compile(r"intraday_(\d+)m[^/]*\.parquet$")
CLOSE_TOLERANCE = 0.03
"""Bars whose last regular close is further from the day's are adjusted or another company's: they are left
out."""


class IntradayFiles:
    """Files ``intraday_<minutes>m*.parquet`` with ts (start, UTC), symbol, open, high, low, close, volume."""

    def __init__(self, folder: Path) -> None:
        self._files: list[tuple[int, Path, dt.date, dt.date]] = []
        for path in sorted(folder.glob("intraday_*.parquet")):
            match = _NAME.search(path.name)
            if match:
                self._files.append((int(match[1]), path, *_span(path)))
        self._files.sort(key=lambda file: file[0])

    def bars(self, hours: SessionHours, index: dict[str, int], close: Floats) -> tuple[RealBars, ...]:
        """The session's recorded bars, finest first where several files have a symbol."""
        found: dict[int, RealBars] = {}
        for length, path, first, last in self._files:
            if first <= hours.session <= last:
                for bars in _read(path, length, hours, index):
                    if bars.row not in found and _agrees(bars, hours, float(close[bars.row])):
                        found[bars.row] = bars
        return tuple(found.values())


def _span(path: Path) -> tuple[dt.date, dt.date]:
    """First and last UTC date by the file's statistics, or by its column where it has none."""
    try:
        file = pq.ParquetFile(path)
        column = file.schema_arrow.get_field_index("ts")
        if column < 0:
            raise FolderError(f"{path.name} has no column ts (bar start, UTC)")
        groups = [
            file.metadata.row_group(number).column(column).statistics for number in range(file.num_row_groups)
        ]
    except (pa.ArrowException, OSError) as exc:
        raise FolderError(f"{path.name} cannot be read ({exc})") from exc
    if not all(group is not None and group.has_min_max for group in groups):
        return dt.date.min, dt.date.max
    return min(group.min for group in groups).date(), max(group.max for group in groups).date()


def _read(path: Path, length: int, hours: SessionHours, index: dict[str, int]) -> list[RealBars]:
    start, end = hours.pre_open.astimezone(dt.UTC), hours.post_close.astimezone(dt.UTC)
    columns = ["ts", "symbol", "open", "high", "low", "close", "volume"]
    table = pq.read_table(path, columns=columns, filters=[("ts", ">=", start), ("ts", "<", end)])
    if table.num_rows == 0:
        return []
    table = table.sort_by([("symbol", "ascending"), ("ts", "ascending")])
    seconds = table["ts"].cast(pa.timestamp("s", "UTC"), safe=False).cast(pa.int64()).to_numpy()
    minutes = (seconds - int(start.timestamp())) // 60
    symbols = np.array(table["symbol"].to_pylist(), dtype=object)
    edges = np.flatnonzero(np.concatenate([[True], symbols[1:] != symbols[:-1], [True]]))
    values = {name: table[name].cast(pa.float64()).to_numpy() for name in columns[2:]}
    result: list[RealBars] = []
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        row = index.get(symbols[first])
        if row is not None:
            part = slice(first, last)
            result.append(
                RealBars(
                    row=row,
                    length=length,
                    start=minutes[part],
                    open=np.round(values["open"][part], 4),
                    high=np.round(values["high"][part], 4),
                    low=np.round(values["low"][part], 4),
                    close=np.round(values["close"][part], 4),
                    volume=values["volume"][part],
                )
            )
    return result


def _agrees(bars: RealBars, hours: SessionHours, close: float) -> bool:
    end = minute_of(hours.close, hours)
    regular = bars.close[(bars.start >= PRE_MINUTES) & (bars.start < end)]
    if not len(regular) or not np.isfinite(close):
        return False
    return abs(float(regular[-1]) / close - 1.0) <= CLOSE_TOLERANCE
