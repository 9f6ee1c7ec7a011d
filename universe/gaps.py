"""How often prices gap at the open, in five classes: of one stock, and of a sector's mean member. Pure.

A gap is an opening 5 % or more away from the close before; its share is of the last 60 sessions. The edges
are measured: docs/gap-classes.md has the openings that they were chosen on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from enum import StrEnum

SESSIONS = 60


class GapClass(StrEnum):
    VERY_LOW = "very_low"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    EXTREME = "extreme"

    @property
    def words(self) -> str:
        return self.replace("_", " ")


#: Shares at which the next class begins. A stock: one gap in 60 sessions, two, four, six. A sector's mean
#: member gaps more evenly than stocks do one by one, so that its classes lie closer.
STOCK_EDGES = (0.5 / SESSIONS, 1.5 / SESSIONS, 3.5 / SESSIONS, 5.5 / SESSIONS)
SECTOR_EDGES = (0.01, 0.02, 0.024, 0.035)
#: Gaps of 10 % are frequent from three in 60 sessions on: 2.9 % of real stocks have as many.
FREQUENT_EDGE = 2.5 / SESSIONS
_CLASSES = tuple(GapClass)


def stock_class(share: float | None) -> GapClass | None:
    """The class of one stock by its share of sessions with a gap, 0 to 1; None of a share not known."""
    return _class_of(share, STOCK_EDGES)


def sector_class(mean_share: float | None) -> GapClass | None:
    """The class of a sector by the mean share of its members, 0 to 1; None of a share not known."""
    return _class_of(mean_share, SECTOR_EDGES)


def has_frequent_wide_gaps(share_10: float | None) -> bool:
    """Whether a stock opens 10 % or more away from the close before on three of 60 sessions or more."""
    return share_10 is not None and share_10 >= FREQUENT_EDGE


def _class_of(share: float | None, edges: Sequence[float]) -> GapClass | None:
    if share is None or not 0.0 <= share <= 1.0:
        return None
    return _CLASSES[bisect_right(edges, share)]


def gap_words(share: float) -> str:
    """ "7 of the last 60 sessions"; "about" where not all of them are known, so that no whole number fits."""
    count = share * SESSIONS
    near = "" if abs(count - round(count)) < 0.01 else "about "
    return f"{near}{round(count) or 'none'} of the last {SESSIONS} sessions"
