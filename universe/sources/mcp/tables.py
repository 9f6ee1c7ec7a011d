"""CSV text back into the vendor's rows: blocks nested again, numbers, flags and lists read by column.

What a column holds is said by a `Table`, never guessed from the text: TRUE, NAN, INF and NA are tickers. A
cell that is not what its column holds stays text, and `parse` drops that datum as it would over REST.
"""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from universe.errors import BadPayload

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WHOLE = re.compile(r"-?\d{1,30}")
FLAGS = {"True": True, "False": False}
LIST_CHARS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of answer. ``needed`` columns must be there; ``empty`` are the columns of an answer without
    rows; ``blocks`` are nested keys whose parts carry them in front ("day_c"); all other columns are text."""

    needed: frozenset[str]
    numbers: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    blocks: tuple[str, ...] = ()
    empty: frozenset[str] = frozenset()
    key: str = "results"
    single: bool = False


def columns(**blocks: str) -> frozenset[str]:
    """``columns(day="c o")`` is day_c and day_o; a block called ``_`` has no name in front."""
    return frozenset(
        leaf if block == "_" else f"{block}_{leaf}"
        for block, leaves in blocks.items()
        for leaf in leaves.split()
    )


def rows_read(text: str, table: Table) -> list[dict[str, Any]]:
    """The rows of ``text``. Raises `BadPayload` for missing columns, cut-off text, rows of other width."""
    if not text.endswith("\n"):
        raise BadPayload("sent a table that is cut off at its end", field="body")
    lines = _lines(text)
    header = next(lines, [])
    if not table.needed <= set(header):
        if set(header) <= table.empty:
            return []
        lost = ", ".join(sorted(table.needed - set(header)))
        raise BadPayload(f"sent a table without the columns {lost}", field=lost.split(",")[0])
    if len(set(header)) != len(header):
        raise BadPayload("sent a table with a column twice", field="body")
    places = [_place(column, table) for column in header]
    return [_row(cells, places) for cells in _whole(lines, len(header))]


def _lines(text: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error as exc:
        raise BadPayload(f"sent a table that cannot be read ({exc})", field="body") from None


def _whole(lines: Iterator[list[str]], width: int) -> Iterator[list[str]]:
    for cells in lines:
        if not cells:
            continue
        if len(cells) != width:
            raise BadPayload(f"sent a row of {len(cells)} cells under {width} columns", field="body")
        yield cells


Place = tuple[str, str, Any]


def _place(column: str, table: Table) -> Place:
    """(block or "", key, reader) of a column."""
    read = (
        number
        if column in table.numbers
        else flag
        if column in table.flags
        else listed
        if column in table.lists
        else str
    )
    block = next((name for name in table.blocks if column.startswith(f"{name}_")), "")
    return block, column[len(block) + 1 :] if block else column, read


def _row(cells: list[str], places: list[Place]) -> dict[str, Any]:
    """An empty cell is a missing key."""
    row: dict[str, Any] = {}
    for cell, (block, key, read) in zip(cells, places, strict=True):
        if cell == "":
            continue
        if not block:
            row[key] = read(cell)
            continue
        inner = row.setdefault(block, {})
        if not isinstance(inner, dict):
            raise BadPayload(f"sent {block} both as a value and as a block", field=block)
        inner[key] = read(cell)
    return row


def number(cell: str) -> int | float | str:
    """A whole number exactly, any other by way of `Decimal`; what is neither stays text."""
    if _WHOLE.fullmatch(cell):
        return int(cell)
    if _NUMBER.fullmatch(cell):
        return float(Decimal(cell))
    return cell


def flag(cell: str) -> bool | str:
    return FLAGS.get(cell, cell)


def listed(cell: str) -> Any:
    """A list written as Python's literal, such as "['A', 'B']". Only literals are read, nothing is run."""
    if len(cell) > LIST_CHARS_MAX or not cell.startswith("["):
        return cell
    try:
        return ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return cell


def shaped(rows: list[dict[str, Any]], table: Table) -> Mapping[str, Any]:
    """Rows under the key of the vendor's JSON; the one row of a single thing as that thing."""
    if not table.single:
        return {table.key: rows}
    return {table.key: rows[0]} if rows else {}
