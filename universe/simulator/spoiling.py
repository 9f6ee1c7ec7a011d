"""What a fault makes of a good answer's rows.

Pure. An answer is decoded JSON: an array of rows, or an envelope that has them under ``results``, ``tickers``
or ``ticker``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from universe.simulator.faults import Fault

ROW_KEYS = ("results", "tickers", "ticker")
NOT_FINITE = (float("nan"), float("inf"), float("-inf"))
SLIGHTLY = 1.001
"""The second of two duplicate rows differs by this factor, if it differs."""


def spoiled(answer: Any, fault: Fault) -> Any:
    """The answer with its fault. Kinds that change no row give it back as it is."""
    if fault.kind == "empty":
        return _emptied(answer, str(fault.how.get("shape", "absent")))
    if fault.kind == "duplicates":
        return _with_rows(answer, lambda rows: _doubled(rows, bool(fault.how.get("differ"))))
    if fault.kind in ("nan", "null", "strings"):
        change, every = _number_change(fault.kind), int(fault.how.get("every", 1))
        return _with_rows(answer, lambda rows: _changed(rows, change, every))
    return answer


def _with_rows(answer: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    if isinstance(answer, list):
        return change(answer)
    if not isinstance(answer, dict):
        return answer
    result = dict(answer)
    for key in ROW_KEYS:
        rows = answer.get(key)
        if isinstance(rows, list):
            result[key] = change(rows)
        elif isinstance(rows, dict):
            result[key] = change([rows])[0]
    return result


def _emptied(answer: Any, shape: str) -> Any:
    if not isinstance(answer, dict):
        return []
    rest = {key: value for key, value in answer.items() if key not in (*ROW_KEYS, "next_url")}
    rest |= {key: 0 for key in ("count", "queryCount", "resultsCount") if key in answer}
    if shape == "absent":
        return rest
    return rest | {key: None if shape == "null" else [] for key in ROW_KEYS if key in answer}


def _doubled(rows: list[Any], differ: bool) -> list[Any]:
    second: Callable[[Any], Any] = _slightly_other if differ else lambda row: row
    return [copy for row in rows for copy in (row, second(row))]


def _slightly_other(row: Any) -> Any:
    """Fractions move a little; whole numbers, which may be times, stay."""
    return _numbers(row, lambda value: value * SLIGHTLY if isinstance(value, float) else value)


def _number_change(kind: str) -> Callable[[float], Any]:
    if kind == "null":
        return lambda value: None
    if kind == "strings":
        return str
    values = itertools.cycle(NOT_FINITE)
    return lambda value: next(values)


def _changed(rows: list[Any], change: Callable[[float], Any], every: int) -> list[Any]:
    return [_numbers(row, change) if place % every == 0 else row for place, row in enumerate(rows)]


def _numbers(value: Any, change: Callable[[float], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _numbers(part, change) for key, part in value.items()}
    if isinstance(value, list):
        return [_numbers(part, change) for part in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return change(value)
    return value
