"""Splits made comparable: which splits to believe, and the factor of each old bar.

Vendors list some splits twice, a week apart. Of two splits of one symbol within ten days with the same ratio,
the one that the prices show is believed; where no price tells, the first. A split of 1.5 or more that the
closes around it refute, nearer to no split than to its ratio, is not believed at all.

Pure: NumPy in, NumPy out.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from universe.types import Session, Split

DOUBLE_WITHIN = dt.timedelta(days=10)
#: Below it, in logs, a split is too small to tell from an ordinary day.
TELLING = math.log(1.5) - 1e-9
FloatArray = NDArray[np.float64]


def price_factors(
    splits: Sequence[Split], *, sessions: Sequence[Session], symbols: Sequence[str], closes: FloatArray
) -> FloatArray:
    """What each price is multiplied by to compare with a price of today; shares are divided by it.

    ``closes`` is [session x symbol], USD, oldest first, NaN missing, as the vendor sent it; the answer has
    its shape. Every split given is applied to the sessions before its own: leave out those yet to come.
    """
    factors = np.ones((len(sessions), len(symbols)))
    column = {symbol: index for index, symbol in enumerate(symbols)}
    place = {session: index for index, session in enumerate(sessions)}
    days = list(sessions)
    for symbol, known in _by_symbol(splits, column).items():
        index = column[symbol]
        for split in believed(known, place=place, closes=closes[:, index]):
            factors[: bisect_left(days, split.session), index] *= split.price_factor
    return factors


def _by_symbol(splits: Sequence[Split], wanted: Mapping[str, int]) -> dict[str, list[Split]]:
    found: defaultdict[str, list[Split]] = defaultdict(list)
    for split in sorted(splits, key=lambda split: split.session):
        if split.symbol in wanted:
            found[split.symbol].append(split)
    return found


def believed(splits: Sequence[Split], *, place: Mapping[Session, int], closes: FloatArray) -> list[Split]:
    """The splits of one symbol, oldest first, without doubles and without those that the prices refute.
    ``closes`` is its column."""
    kept: list[Split] = []
    for split in splits:
        last = kept[-1] if kept else None
        if last is None or not _is_double(last, split):
            kept.append(split)
        elif _misfit(split, place, closes) < _misfit(last, place, closes):
            kept[-1] = split
    return [split for split in kept if not _is_refuted(split, place, closes)]


def _is_refuted(split: Split, place: Mapping[Session, int], closes: FloatArray) -> bool:
    """Whether the closes around it are nearer to no split than to this one."""
    size = abs(math.log(split.price_factor))
    return (
        size >= TELLING and _misfit(split, place, closes) > size / 2 + 1e-9 and _tells(split, place, closes)
    )


def _tells(split: Split, place: Mapping[Session, int], closes: FloatArray) -> bool:
    """Whether the closes of its session and the one before are known."""
    index = place.get(split.session, 0)
    return bool(index) and bool(closes[index - 1] > 0) and bool(closes[index] > 0)


def _is_double(first: Split, second: Split) -> bool:
    same = math.isclose(first.price_factor, second.price_factor, rel_tol=1e-6)
    return same and second.session - first.session <= DOUBLE_WITHIN


def _misfit(split: Split, place: Mapping[Session, int], closes: FloatArray) -> float:
    """How far the closes around the split are from its ratio, in logs. When they do not tell, as of a split
    of today, half of the ratio: further than a day that shows the split, nearer than one that refutes it."""
    index = place.get(split.session, 0)
    before, after = (closes[index - 1], closes[index]) if index else (math.nan, math.nan)
    if not (before > 0 and after > 0):
        return abs(math.log(split.price_factor)) / 2
    return abs(math.log(after / (before * split.price_factor)))
