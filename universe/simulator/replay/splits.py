"""Find the splits that a recording does not list: the printed close jumps by a ratio, the return does not.

Pure. close[t] / close[t-1] / (1 + return[t]) is 1 on ordinary days, n on a 1-for-n reverse split and 1/n on
an n-for-1 split. Anything that is no such ratio (a special dividend, a bad row) is left alone.
"""

from __future__ import annotations

import numpy as np

from universe.simulator.world import Floats, Singles, SplitEvent
from universe.types import Session

TOLERANCE = 0.004
SMALLEST_JUMP = 0.15
#: Ratios between whole numbers: old shares to new ones of a split below 2 for 1.
FRACTIONS = ((2, 3), (3, 4), (4, 5), (2, 5), (3, 2), (4, 3), (5, 4), (5, 2))
FINE_RATIOS = 50
"""Up to here any whole ratio counts, beyond it only multiples of five: they lie too close together."""


def derive(
    sessions: tuple[Session, ...], close: Floats, returns: Singles, *, first_row: int = 0
) -> list[SplitEvent]:
    """Splits of a panel (sessions, symbols), oldest first; ``first_row`` is the listing of its first
    column."""
    with np.errstate(invalid="ignore", divide="ignore"):
        jump = close[1:] / close[:-1] / (1.0 + returns[1:])
        places = np.argwhere(np.isfinite(jump) & (np.abs(np.log(jump)) > SMALLEST_JUMP))
    events: list[SplitEvent] = []
    for place, column in places.tolist():
        ratio = split_ratio(float(jump[place, column]))
        if ratio is not None:
            events.append(SplitEvent(first_row + column, sessions[place + 1], *ratio))
    return events


def split_ratio(jump: float) -> tuple[float, float] | None:
    """(old shares, new shares) for a price jump; None when it is no ratio of a split."""
    for old, new in FRACTIONS:
        if abs(jump / (old / new) - 1.0) < TOLERANCE:
            return float(old), float(new)
    is_reverse = jump > 1.0
    size = jump if is_reverse else 1.0 / jump
    whole = round(size)
    if whole < 2 or abs(size / whole - 1.0) > TOLERANCE:
        return None
    if whole > FINE_RATIOS and whole % 5:
        return None
    return (float(whole), 1.0) if is_reverse else (1.0, float(whole))
