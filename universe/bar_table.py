"""Daily bars as files: CSV and Parquet of the same typed columns, written and read batch by batch.

A file without exactly these columns, or one that is damaged, raises `BarFileError`. A cell that cannot be
read costs its row: it is named with file, line and column.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from universe.errors import BarFileError
from universe.gates import VALUE_LENGTH, Fault, Refusal, came_fault
from universe.types import Bar, Session, is_symbol

SCHEMA = pa.schema(
    [
        pa.field("session", pa.date32(), nullable=False),
        pa.field("symbol", pa.string(), nullable=False),
        pa.field("open", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("close", pa.float64(), nullable=False),
        pa.field("volume", pa.float64()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("fetched_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)
COLUMNS: tuple[str, ...] = tuple(SCHEMA.names)
NEEDED = tuple(column.name for column in SCHEMA if not column.nullable)
WORDS = {
    "session": "a date such as 2026-03-31",
    "symbol": "1 to 16 letters, digits and . ^ = + -",
    "source": "1 to 20 letters, digits and . _ -",
    "fetched_at": "a time with its zone, from 1990 to now, such as 2026-03-31T16:05:00Z",
}
ROWS_A_BATCH = 50_000
BLOCK_BYTES = 4 * 1024 * 1024
HEAD_BYTES = 4096
#: So many cells are named; the others are counted.
NAMED_MAX = 20
#: No such value, or one that Python has no date or time for.
UNREADABLE = (pa.ArrowInvalid, ValueError, OverflowError)
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")


def is_source(text: str) -> bool:
    """Whether it may name where a bar is from; nothing that a spreadsheet would take for a formula."""
    return _SOURCE.fullmatch(text) is not None


CHECKS: dict[str, Callable[[str], bool]] = {"symbol": is_symbol, "source": is_source}


class Writer(Protocol):
    """What pyarrow's two writers have in common."""

    def write_batch(self, batch: pa.RecordBatch) -> None: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Unread:
    """The rows that cannot be read, filled while a file is: the first in words, and all with a symbol and a
    session as refusals. ``now`` (wall time): no bar of it can have come later."""

    now: dt.datetime
    named: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    count: int = 0

    def add(self, words: str, refusal: Refusal | None) -> None:
        self.count += 1
        if len(self.named) < NAMED_MAX:
            self.named.append(words)
        if refusal is not None:
            self.refused.append(refusal)


def file_kind(path: Path) -> str:
    """ "csv" or "parquet", by the file's ending; `BarFileError` for another."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("csv", "parquet"):
        raise BarFileError(
            f"{path} ends in “{path.suffix}”; bars are kept in files that end in .csv or .parquet."
        )
    return kind


def writer_open(sink: Any, kind: str) -> Writer:
    """A writer of record batches of `SCHEMA` into an open binary file."""
    if kind == "parquet":
        writer: Writer = pq.ParquetWriter(sink, SCHEMA, compression="zstd")
    else:
        writer = pacsv.CSVWriter(sink, SCHEMA, write_options=pacsv.WriteOptions(quoting_style="needed"))
    return writer


def batch_of(rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    """Rows, their values in the order of the columns, as one batch."""
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, SCHEMA.types, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


def bars_read(source: Path | BufferedReader, unread: Unread) -> Iterator[Bar]:
    """The bars of a file as they stand there; what cannot be read goes to ``unread``. A path has its format
    by its ending; an open binary file is CSV, and read once from where it stands."""
    name = source if isinstance(source, Path) else "the standard input"
    try:
        for batch, places in _batches(source, name, unread):
            yield from _bars(batch, places, name, unread)
    except BarFileError:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError) as exc:
        raise BarFileError(f"{name} cannot be read, and nothing of it was stored: {first_line(exc)}") from exc


def _batches(
    source: Path | BufferedReader, name: object, unread: Unread
) -> Iterator[tuple[pa.RecordBatch, Iterator[str]]]:
    """The batches of a file, and in words where their rows stand."""
    if not isinstance(source, Path):
        yield from _csv_batches(source, name, unread)
    elif file_kind(source) == "parquet":
        yield from _parquet_batches(source)
    else:
        with source.open("rb") as file:
            yield from _csv_batches(file, name, unread)


def first_line(exc: BaseException) -> str:
    """The beginning of what an error says; a library's goes on over many lines."""
    return (str(exc).splitlines() or [type(exc).__name__])[0][:300]


def _columns_check(path: object, names: Iterable[str]) -> None:
    told = list(names)
    missing = [name for name in COLUMNS if name not in told]
    unknown = [name for name in told if name not in COLUMNS]
    twice = sorted({name for name in told if told.count(name) > 1})
    wrong = [("lacks", missing), ("has the unknown", unknown), ("has twice", twice)]
    words = "; ".join(
        f"{what} {', '.join(repr(name[:VALUE_LENGTH]) for name in found)}" for what, found in wrong if found
    )
    if words:
        raise BarFileError(
            f"{path}: the head {words}. The columns are {', '.join(COLUMNS)}. Nothing of it was stored."
        )


def _parquet_batches(path: Path) -> Iterator[tuple[pa.RecordBatch, Iterator[str]]]:
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        _columns_check(path, schema.names)
        wrong = [
            f"{name} is {schema.field(name).type}, not {SCHEMA.field(name).type}"
            for name in COLUMNS
            if not _fits(schema.field(name).type, SCHEMA.field(name).type)
        ]
        if wrong:
            raise BarFileError(f"{path}: the column {'; '.join(wrong)}. Nothing of it was stored.")
        places = (f"row {row}" for row in count(1))
        for batch in file.iter_batches(ROWS_A_BATCH, columns=list(COLUMNS)):
            arrays = [_cast(batch.column(name), SCHEMA.field(name).type) for name in COLUMNS]
            yield pa.record_batch(arrays, names=list(COLUMNS)), places


def _cast(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    """The column in the type of ours that it fits; nanoseconds, and digits of a whole number that no share's
    figure has, are left off."""
    is_ns = pa.types.is_timestamp(column.type) and column.type.unit == "ns"
    return column.cast(wanted, safe=not (is_ns or pa.types.is_integer(column.type)))


def _fits(told: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether every value of one type is one of the other, nanoseconds left off."""
    if pa.types.is_dictionary(told):
        told = told.value_type
    if pa.types.is_timestamp(wanted):
        return bool(pa.types.is_timestamp(told) and told.tz is not None)
    if pa.types.is_floating(wanted):
        return bool(pa.types.is_floating(told) or pa.types.is_integer(told))
    if pa.types.is_string(wanted):
        return bool(pa.types.is_string(told) or pa.types.is_large_string(told))
    return bool(told == wanted)


def _csv_batches(
    file: BufferedReader, name: object, unread: Unread
) -> Iterator[tuple[pa.RecordBatch, Iterator[str]]]:
    """Every cell comes as text first, so that one that is no number costs its row and not the file.

    No cell of ours has a comma, a quote or a line break inside, so that quotes around one mean nothing: one
    that is never closed costs its line, not all that follow.
    """
    columns = _csv_head(file, name)
    if not file.peek(1):
        return
    ragged: dict[int, str] = {}

    def skip(row: pacsv.InvalidRow) -> str:
        ragged[row.number] = f"it has {row.actual_columns} columns, not {row.expected_columns}"
        return "skip"

    reader = pacsv.open_csv(
        file,
        read_options=pacsv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=columns),
        parse_options=pacsv.ParseOptions(
            quote_char=False, invalid_row_handler=skip, ignore_empty_lines=False
        ),
        convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string())),
    )
    places = _lines(ragged, name, unread)
    for batch in reader:
        yield pa.record_batch([_unquoted(column) for column in batch.columns], names=columns), places
    for row in sorted(ragged):
        unread.add(f"{name} line {row + 1}: {ragged[row]}", None)


def _lines(ragged: dict[int, str], name: object, unread: Unread) -> Iterator[str]:
    """Where each row stands. The reader tells of the ``ragged`` ones, which it leaves out, by their numbers
    and ahead of the others: here they are named in their turn."""
    for row in count(1):
        if row in ragged:
            unread.add(f"{name} line {row + 1}: {ragged.pop(row)}", None)
        else:
            yield f"line {row + 1}"


def _unquoted(column: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(column, r'^"(.*)"$', r"\1")


def _csv_head(file: BufferedReader, name: object) -> list[str]:
    """The columns' names, from the first line alone: the reader would take a wrong head for a number of
    columns. The file stands at the second line then."""
    head = bytearray()
    while len(head) < HEAD_BYTES and (one := file.read(1)) not in (b"", b"\n"):
        head += one
        if one == b"\r" and file.peek(1)[:1] != b"\n":
            break
    columns = [column.strip().strip('"').strip() for column in head.decode("utf-8-sig").split(",")]
    _columns_check(name, columns)
    return columns


def _bars(batch: pa.RecordBatch, places: Iterator[str], origin: object, unread: Unread) -> Iterator[Bar]:
    """The rows of a batch that can be read, as bars."""
    values: dict[str, list[Any]] = {}
    wrong: dict[int, tuple[str, Any]] = {}
    for name in COLUMNS:
        texts = batch.column(name)
        values[name] = _typed(texts, SCHEMA.field(name).type)
        for row in _wrong_rows(name, values[name], texts, unread.now):
            wrong.setdefault(row, (name, texts[row].as_py()))
    rows = zip(*(values[name] for name in COLUMNS), strict=True)
    # The places go on with the next batch, and must not be asked for one more than there are rows.
    for row, (cells, place) in enumerate(zip(rows, places, strict=False)):
        if row in wrong and not any(batch.column(name)[row].as_py() for name in COLUMNS):
            # An empty line is no row.
            continue
        if row in wrong:
            name, value = wrong[row]
            told = "is empty" if value in (None, "") else f"is {str(value)[:VALUE_LENGTH]!r}"
            words = f"{origin} {place}, column {name}: it {told}; it must be {WORDS.get(name, 'a number')}"
            unread.add(words, _refusal(cells, name, value, unread.now))
        else:
            session, symbol, *rest = cells
            yield Bar(symbol, session, *rest)


def _typed(texts: pa.Array, kind: pa.DataType) -> list[Any]:
    """The values of a column, None for an empty cell and for one that cannot be read."""
    if pa.types.is_string(texts.type) and not pa.types.is_string(kind):
        texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
        if pa.types.is_timestamp(kind):
            texts = pc.replace_substring_regex(texts, r"(\.\d{6})\d{1,3}", r"\1")
    try:
        typed: list[Any] = texts.cast(kind).to_pylist()
    except UNREADABLE:
        return [_cell(text, kind) for text in texts]
    return typed


def _cell(text: pa.Scalar, kind: pa.DataType) -> Any:
    try:
        return text.cast(kind).as_py()
    except UNREADABLE:
        return None


def _wrong_rows(name: str, values: Sequence[Any], texts: pa.Array, now: dt.datetime) -> Iterator[int]:
    """The rows whose cell of this column is none that a bar can have."""
    for row, value in enumerate(values):
        if value is None:
            if name in NEEDED or texts[row].as_py() not in (None, ""):
                yield row
        elif not _can_be(name, value, now):
            yield row


def _can_be(name: str, value: Any, now: dt.datetime) -> bool:
    if name == "fetched_at":
        return came_fault(value, now=now) is None
    return name not in CHECKS or CHECKS[name](value)


def _refusal(cells: Sequence[Any], name: str, value: Any, now: dt.datetime) -> Refusal | None:
    """For the quarantine, where it is known what the row is of."""
    found = dict(zip(COLUMNS, cells, strict=True))
    session: Session | None = found["session"]
    symbol, source = found["symbol"] or "", found["source"] or ""
    if session is None or not is_symbol(symbol):
        return None
    source = source if is_source(source) else "file"
    came = found["fetched_at"] if name == "fetched_at" else None
    fault = came_fault(came, now=now) if came is not None else None
    told = str(value or "")[:VALUE_LENGTH]
    return Refusal(symbol, fault or Fault.UNREADABLE, name, told, source, session)
