"""Read a folder of recorded market days. The layout is described in docs/simulated-market.md.

Only ``market_daily.parquet`` and ``symbols.csv.gz`` must be there; everything else adds to them. Prices are
as printed that day. Arrays of the panel are (sessions, symbols), NaN where the recording has nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from universe.sessions import FIRST_DAY, LAST_DAY, is_session
from universe.simulator.world import Floats, Singles
from universe.types import Session

PANEL = "market_daily.parquet"
SYMBOLS = "symbols.csv.gz"
_EPOCH = dt.date(1970, 1, 1)


class FolderError(ValueError):
    """The folder is not what it must be; the text names the file, the fault and what is needed."""


@dataclass(frozen=True)
class Panel:
    """Daily rows of all symbols. ``returns`` are split-adjusted fractions, ``shares`` outstanding."""

    sessions: tuple[Session, ...]
    symbols: tuple[str, ...]
    close: Floats
    returns: Singles
    volume: Floats
    shares: Floats


@dataclass(frozen=True)
class Candles:
    """Daily open, high, low, close and volume (sessions, symbols) of some symbols."""

    symbols: tuple[str, ...]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def read_panel(folder: Path) -> Panel:
    """The daily panel; dates that are no sessions of the exchange are dropped."""
    columns = ["date", "symbol", "close", "ret", "volume", "shares_k"]
    table = _parquet(folder / PANEL, columns, dictionary=["symbol"])
    try:
        return _panel(table)
    except FolderError:
        raise
    except (pa.ArrowException, ValueError) as exc:
        raise FolderError(
            f"{PANEL} has rows without a date or symbol, or with texts for numbers ({exc})"
        ) from exc


def _panel(table: pa.Table) -> Panel:
    codes, symbols = _codes(table["symbol"])
    days = table["date"].cast(pa.date32()).cast(pa.int32()).to_numpy()
    sessions, place, kept = _places(days)
    if not sessions:
        raise FolderError(f"{PANEL} holds no session between {FIRST_DAY} and {LAST_DAY}")
    shape = (len(sessions), len(symbols))

    def dense(name: str, scale: float = 1.0) -> Floats:
        cells = np.full(shape, np.nan)
        values = table[name].cast(pa.float64()).to_numpy()
        cells[place[kept], codes[kept]] = values[kept] * scale
        return cells

    shares = dense("shares_k", 1000.0)
    shares[shares <= 0] = np.nan
    close = _cents(dense("close"))
    close[close <= 0] = np.nan
    return Panel(sessions, symbols, close, dense("ret").astype(np.float32), dense("volume"), shares)


def _cents(prices: Floats) -> Floats:
    """Undo the single precision of a stored price: no exchange prints more than four decimals."""
    return np.round(prices, 4)


def _parquet(path: Path, columns: list[str], dictionary: list[str] | None = None) -> pa.Table:
    if not path.is_file():
        raise FolderError(f"{path.name} is missing; a recording needs {PANEL} and {SYMBOLS}")
    try:
        return pq.read_table(path, columns=columns, read_dictionary=dictionary, memory_map=True)
    except (pa.ArrowException, KeyError, OSError) as exc:
        raise FolderError(
            f"{path.name} cannot be read; it needs the columns {', '.join(columns)} ({exc})"
        ) from exc


def _codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Row codes of a text column and the texts."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    return whole.indices.to_numpy().astype(np.int64), tuple(whole.dictionary.to_pylist())


def _places(days: NDArray[np.int32]) -> tuple[tuple[Session, ...], NDArray[np.int64], NDArray[np.bool_]]:
    """Sessions among the dates, each row's place among them, and whether its date is a session at all."""
    first = int(days.min()) if len(days) else 0
    offset = days.astype(np.int64) - first
    present = np.flatnonzero(np.bincount(offset)) if len(days) else np.array([], dtype=np.int64)
    dates = [_EPOCH + dt.timedelta(days=first + number) for number in present.tolist()]
    sessions = tuple(day for day in dates if FIRST_DAY <= day <= LAST_DAY and is_session(day))
    place = np.full(int(offset.max()) + 1 if len(days) else 1, -1, dtype=np.int64)
    for number, session in enumerate(sessions):
        place[(session - _EPOCH).days - first] = number
    return sessions, place[offset], place[offset] >= 0


def read_texts(path: Path, columns: list[str]) -> dict[str, list[str]]:
    """Columns of a CSV file as text; a missing file or column gives empty columns. ``NA`` is a symbol, not a
    gap."""
    if not path.is_file():
        return {column: [] for column in columns}
    table = _csv(path)
    return {
        column: [text or "" for text in table[column].to_pylist()] if column in table.column_names else []
        for column in columns
    }


def _csv(path: Path) -> pa.Table:
    try:
        with pa.csv.open_csv(path) as head:
            names = head.schema.names
        convert = pa.csv.ConvertOptions(
            column_types={name: pa.string() for name in names}, strings_can_be_null=False
        )
        parse = pa.csv.ParseOptions(newlines_in_values=True)
        return pa.csv.read_csv(path, convert_options=convert, parse_options=parse)
    except (pa.ArrowException, OSError) as exc:
        raise FolderError(f"{path.name} is no readable CSV file ({exc})") from exc


def read_candles(folder: Path, sessions: tuple[Session, ...]) -> Candles:
    """Funds and the like from ``etf_daily.csv.gz``, on the panel's sessions."""
    path = folder / "etf_daily.csv.gz"
    names = ["date", "symbol", "open", "high", "low", "close", "volume"]
    texts = read_texts(path, names)
    return _candles({name: np.array(texts[name], dtype=object) for name in names}, sessions)


def read_opens(folder: Path, sessions: tuple[Session, ...]) -> Candles:
    """Recorded opens, highs and lows from ``ohlcv_daily.parquet``, as far as they lie in the panel's
    sessions."""
    path = folder / "ohlcv_daily.parquet"
    names = ["date", "symbol", "open", "high", "low", "close", "volume"]
    if not path.is_file():
        return _candles({name: np.array([], dtype=object) for name in names}, sessions)
    table = _parquet(path, names)
    dates = table["date"].cast(pa.date32())
    inside = pc.and_(
        pc.greater_equal(dates, pa.scalar(sessions[0])), pc.less_equal(dates, pa.scalar(sessions[-1]))
    )
    table = table.filter(inside)
    columns = {name: np.array(table[name].to_pylist(), dtype=object) for name in names}
    columns["date"] = np.array([day.isoformat()[:10] for day in columns["date"]], dtype=object)
    return _candles(columns, sessions)


def _candles(columns: dict[str, NDArray[np.object_]], sessions: tuple[Session, ...]) -> Candles:
    place = {session.isoformat(): number for number, session in enumerate(sessions)}
    symbols = tuple(sorted(set(columns["symbol"].tolist())))
    code = {symbol: number for number, symbol in enumerate(symbols)}
    kept = [row for row, date in enumerate(columns["date"].tolist()) if date in place]
    where = (
        [place[columns["date"][row]] for row in kept],
        [code[columns["symbol"][row]] for row in kept],
    )

    def dense(name: str) -> Floats:
        cells = np.full((len(sessions), len(symbols)), np.nan)
        cells[where] = [_number(columns[name][row]) for row in kept]
        return cells

    return Candles(symbols, *(dense(name) for name in ("open", "high", "low", "close", "volume")))


def _number(value: object) -> float:
    try:
        return float(value) if value not in (None, "") else np.nan  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")
