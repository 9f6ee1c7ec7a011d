"""The input frame as bytes: what a run stores, so that it can be recomputed decimal for decimal.

A zip of one ``header.json`` and one ``.npy`` per member column, without pickle. The same frame gives the
same bytes: fixed names, order, dates, text widths and compression level. Missing floats of the header
are null there and NaN here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import json
import math
import zipfile
import zlib
from typing import Any

import numpy as np

from analysis.catalysts.kinds import Catalyst, CatalystKind
from analysis.types import Benchmark, InputFrame, MemberFrame, ScoringParameters, SectorInput

FORMAT = 1
HEADER = "header.json"
#: Zip needs a date; the oldest that it can hold says nothing.
NO_DATE = (1980, 1, 1, 0, 0, 0)
COLUMNS = tuple(column.name for column in dataclasses.fields(MemberFrame))
TEXTS = ("symbol", "sector")
FLAGS = ("core", "float_estimated", "halted", "restricted", "confirmed")
#: Columns that older frames do not hold, and what they are then: of these no move was ever labelled, the
#: day's low and its regular close were not known.
ABSENT = {"confirmed": True, "day_low": math.nan, "regular_close": math.nan}
CLOSES = 6
_NULLABLE = (
    "weight",
    "usual_mover_volume",
    "usual_catalysts",
    "catalyst_tone",
    "weight_set",
    "realised",
)


class FrameError(ValueError):
    """The frame, or its bytes, cannot be computed with. The run that holds it fails and says so."""


def check(frame: InputFrame) -> None:
    """Raises FrameError when a column's length, shape or kind is not what MemberFrame says."""
    count = len(frame.members)
    for name in COLUMNS:
        column = getattr(frame.members, name)
        shape = (count, CLOSES) if name == "closes" else (count,)
        if column.shape != shape:
            raise FrameError(f"column {name} has shape {column.shape}, not {shape} as {count} symbols need")
        if column.dtype.kind != _kind(name):
            raise FrameError(f"column {name} holds {column.dtype}, not the {_dtype(name)} that it should")


def _kind(name: str) -> str:
    return "U" if name in TEXTS else "b" if name in FLAGS else "f"


def _dtype(name: str) -> str:
    return {"U": "text", "b": "bool", "f": "float64"}[_kind(name)]


def pack(frame: InputFrame) -> bytes:
    """The frame as compressed bytes, the same for the same frame. Raises FrameError like ``check``."""
    check(frame)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        _write(archive, HEADER, json.dumps(_header(frame), sort_keys=True, allow_nan=False).encode())
        for name in COLUMNS:
            _write(archive, f"{name}.npy", _array_bytes(name, getattr(frame.members, name)))
    return target.getvalue()


def digest(packed: bytes) -> str:
    """The SHA-256 of packed bytes, 64 hexadecimal digits."""
    return hashlib.sha256(packed).hexdigest()


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, NO_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content, compresslevel=6)


def _array_bytes(name: str, column: np.ndarray[Any, Any]) -> bytes:
    # Text is packed at the width of its longest word: the width of the array it came in is chance.
    plain = np.array(column.tolist(), dtype=np.str_) if name in TEXTS else column
    target = io.BytesIO()
    np.lib.format.write_array(target, np.ascontiguousarray(plain), version=(1, 0), allow_pickle=False)
    return target.getvalue()


def _header(frame: InputFrame) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "as_of": frame.as_of.isoformat(),
        "session": frame.session.isoformat(),
        "phase": frame.phase,
        "expected_volume_share": frame.expected_volume_share,
        "sectors": [_nulled(dataclasses.asdict(sector)) for sector in frame.sectors],
        "benchmark": _benchmark_header(frame.benchmark),
        "parameters": dataclasses.asdict(frame.parameters),
        "degraded": frame.degraded,
        "world": frame.world,
        "interpolated": frame.interpolated,
        "overnight": [_null(move) for move in frame.overnight],
        "release": frame.release,
        "catalysts": [_catalyst_header(catalyst) for catalyst in frame.catalysts],
        "cause_from": frame.cause_from.isoformat() if frame.cause_from else None,
        "dilution": {symbol: list(kinds) for symbol, kinds in frame.dilution.items()},
    }


def _catalyst_header(catalyst: Catalyst) -> dict[str, Any]:
    return dataclasses.asdict(catalyst) | {
        "at": catalyst.at.isoformat(),
        "fetched_at": catalyst.fetched_at.isoformat(),
    }


def _null(value: float) -> float | None:
    return None if math.isnan(value) else value


def _nan(value: float | None) -> float:
    return math.nan if value is None else value


def _nulled(sector: dict[str, Any]) -> dict[str, Any]:
    return sector | {name: _null(sector[name]) for name in _NULLABLE}


def _benchmark_header(benchmark: Benchmark | None) -> dict[str, Any] | None:
    if benchmark is None:
        return None
    return {
        "symbol": benchmark.symbol,
        "last": _null(benchmark.last),
        "ref_30min": _null(benchmark.ref_30min),
        "closes": [_null(close) for close in benchmark.closes],
    }


def unpack(packed: bytes) -> InputFrame:
    """The frame that ``pack`` was given; ``as_of`` is the same moment with a fixed offset.

    Raises FrameError for bytes that are no frame, or one of another format.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            header = json.loads(archive.read(HEADER))
            if header["format"] != FORMAT:
                raise FrameError(f"frame format is {header['format']}, this version reads {FORMAT}")
            return _frame(header, MemberFrame(**{name: _column(archive, name) for name in COLUMNS}))
    except FrameError:
        raise
    except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError) as exc:
        raise FrameError(f"{len(packed)} bytes are no packed input frame: {exc}") from exc


def _column(archive: zipfile.ZipFile, name: str) -> np.ndarray[Any, Any]:
    if name in ABSENT and f"{name}.npy" not in archive.namelist():
        return np.full(len(_column(archive, "symbol")), ABSENT[name])
    return np.lib.format.read_array(io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False)


def _frame(header: dict[str, Any], members: MemberFrame) -> InputFrame:
    sectors = (
        SectorInput(**(sector | {name: _nan(sector[name]) for name in _NULLABLE if name in sector}))
        for sector in header["sectors"]
    )
    return InputFrame(
        as_of=dt.datetime.fromisoformat(header["as_of"]),
        session=dt.date.fromisoformat(header["session"]),
        phase=header["phase"],
        expected_volume_share=header["expected_volume_share"],
        members=members,
        sectors=tuple(sectors),
        benchmark=_benchmark(header["benchmark"]),
        parameters=ScoringParameters(**header["parameters"]),
        degraded=tuple(header["degraded"]),
        world=header["world"],
        interpolated=header["interpolated"],
        overnight=tuple(_nan(move) for move in header["overnight"]),
        release=header["release"],
        catalysts=tuple(_catalyst(told) for told in header.get("catalysts", ())),
        cause_from=dt.datetime.fromisoformat(header["cause_from"]) if header.get("cause_from") else None,
        dilution={symbol: tuple(kinds) for symbol, kinds in header.get("dilution", {}).items()},
    )


def _catalyst(told: dict[str, Any]) -> Catalyst:
    moments = {name: dt.datetime.fromisoformat(told[name]) for name in ("at", "fetched_at")}
    return Catalyst(**(told | moments | {"kind": CatalystKind(told["kind"])}))


def _benchmark(header: dict[str, Any] | None) -> Benchmark | None:
    if header is None:
        return None
    return Benchmark(
        symbol=header["symbol"],
        last=_nan(header["last"]),
        ref_30min=_nan(header["ref_30min"]),
        closes=tuple(_nan(close) for close in header["closes"]),
    )
