"""Recorded days for other apps to compute on: the readers of the replay, without the world that draws.

What lies between two recorded closes is drawn by the replay and says so; nothing of it can come through here.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from universe.simulator.replay.folder import PANEL, Candles, FolderError, Panel, read_candles, read_panel
from universe.simulator.replay.intraday import IntradayFiles
from universe.simulator.replay.listings import Cast, read_cast
from universe.simulator.world import PRE_MINUTES, RealBars

__all__ = [
    "PRE_MINUTES",
    "Candles",
    "Cast",
    "FolderError",
    "IntradayFiles",
    "Panel",
    "RealBars",
    "crowded_days",
    "drawn_files",
    "read_candles",
    "read_cast",
    "read_panel",
]
DRAWN = "interpolated"


def drawn_files(folder: Path) -> list[str]:
    """Names of the files of prices in ``folder`` that hold a row marked ``interpolated``."""
    paths = [folder / PANEL, *sorted(folder.glob("intraday_*.parquet"))]
    return [path.name for path in paths if path.is_file() and _is_drawn(path)]


def _is_drawn(path: Path) -> bool:
    try:
        if DRAWN not in pq.read_schema(path).names:
            return False
        return bool(pc.any(pq.read_table(path, columns=[DRAWN])[DRAWN].cast(pa.bool_())).as_py())
    except (pa.ArrowException, OSError) as exc:
        raise FolderError(f"{path.name} cannot be read ({exc})") from exc


def crowded_days(folder: Path, least: int) -> list[dt.date]:
    """UTC dates on which one file of recorded intraday bars has at least ``least`` symbols, ascending."""
    found: set[dt.date] = set()
    for path in sorted(folder.glob("intraday_*.parquet")):
        try:
            table = pq.read_table(path, columns=["ts", "symbol"])
        except (pa.ArrowException, KeyError, OSError) as exc:
            raise FolderError(f"{path.name} cannot be read ({exc})") from exc
        dated = table.set_column(0, "day", table["ts"].cast(pa.timestamp("us")).cast(pa.date32(), safe=False))
        counts = dated.group_by("day").aggregate([("symbol", "count_distinct")])
        rows = zip(counts["day"].to_pylist(), counts["symbol_count_distinct"].to_pylist(), strict=True)
        found |= {day for day, count in rows if count >= least}
    return sorted(found)
