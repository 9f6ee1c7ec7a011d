"""What followed a reading: the equal-weighted mean return of its sector's members up to a horizon.

Equal weights, because outcomes weighted by volume lean bullish: what runs trades most.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

import numpy as np

from analysis.engine.performance import clean_prices, winsorise
from analysis.engine.sums import exact_sum
from analysis.types import BoolArray, FloatArray, TextArray
from universe.sessions import close_after, session_minutes_after, session_of

#: Fewer members than these tell nothing of a sector.
LEAST_MEMBERS = 5
#: A price within a session that is older at the horizon is not its price. More than the half hour between two
#: passes, so that seconds do not decide whether the pass before still counts.
PRICE_MAX_AGE = dt.timedelta(minutes=35)
#: One so much after the horizon is, when it is nearer than the last one before.
PRICE_MAX_AHEAD = dt.timedelta(minutes=5)
#: A price is the reading's while at most this part of the way to the horizon lies between the two, within
#: these bounds.
START_SHARE = 0.25
START_MAX_AGE, START_MAX_AGE_LEAST = dt.timedelta(minutes=60), dt.timedelta(minutes=5)
STEP = Decimal("0.0001")


class LeftOut(StrEnum):
    """Why a member takes no part in an outcome, the first that holds."""

    QUARANTINED = "quarantined"
    NO_PRICE = "no_price"
    STALE_START = "stale_start"
    INTERPOLATED = "interpolated"
    CARRIED_FORWARD = "carried_forward"


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far an outcome looks: ``minutes`` of session time, or None, to the next regular close."""

    name: str
    minutes: int | None = None

    def due_at(self, as_of: dt.datetime, published_at: dt.datetime) -> dt.datetime:
        """The moment, New York time, at which the horizon of a reading of prices of ``as_of`` ends.

        A close that had passed when the reading was published is not what it looked ahead to.
        """
        if self.minutes is None:
            return close_after(max(as_of, published_at))
        return session_minutes_after(as_of, self.minutes)


HORIZONS = (Horizon("4h", 240), Horizon("close"))


def is_carried_over(as_of: dt.datetime, due_at: dt.datetime) -> bool:
    """Whether a night, a weekend or a holiday lies between the reading and its horizon."""
    return session_of(as_of) != session_of(due_at)


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of m members' moves, one row a member.

    start         USD, the price that the reading stands on, in shares of the horizon's session; NaN unknown
    stale         that price is too old to be the reading's, see `stale_starts`
    end           USD, the price at the horizon, NaN unknown
    age           seconds that it is older than the horizon, below 0 when it is later, 0 for a regular close
    interpolated  it was drawn, not traded
    quarantined   a price of the member was held at either end
    """

    start: FloatArray
    stale: BoolArray
    end: FloatArray
    age: FloatArray
    interpolated: BoolArray
    quarantined: BoolArray

    def __len__(self) -> int:
        return len(self.start)

    def of(self, rows: BoolArray | slice) -> Ends:
        """Those of some of the members."""
        return Ends(*(getattr(self, column.name)[rows] for column in fields(self)))


@dataclass(frozen=True, slots=True)
class SectorOutcome:
    """``value`` percent, four decimals; None with fewer than five members that count. ``left_out``: how many
    by reason; with ``used`` they are all ``members``."""

    value: Decimal | None
    members: int
    used: int
    left_out: dict[str, int]


def stale_starts(age: FloatArray, as_of: dt.datetime, due_at: dt.datetime) -> BoolArray:
    """Which prices are so much older than the reading of ``as_of`` that their moves up to ``due_at`` are not
    what followed it. ``age`` in seconds before ``as_of``; NaN, of an unknown moment, is too old."""
    limit = min(START_MAX_AGE, max(START_MAX_AGE_LEAST, START_SHARE * (due_at - as_of)))
    return ~(age <= limit.total_seconds())


def outcome_of(ends: Ends, winsor_pct: float) -> SectorOutcome:
    """The mean of the members' returns, each cut at ``+-winsor_pct``, in whatever order they come."""
    returns, reasons = _returns(ends)
    used = winsorise(returns[reasons == ""], winsor_pct)
    return SectorOutcome(
        value=_rounded(exact_sum(used) / len(used)) if len(used) >= LEAST_MEMBERS else None,
        members=len(ends),
        used=len(used),
        left_out=dict(sorted(Counter(reasons[reasons != ""].tolist()).items())),
    )


def move_of(ends: Ends) -> Decimal | None:
    """The move of the only symbol in ``ends``, percent, not cut; None where it would be left out."""
    returns, reasons = _returns(ends)
    return None if reasons[0] else _rounded(returns[0])


def _returns(ends: Ends) -> tuple[FloatArray, TextArray]:
    """Each member's return in percent, and why it is left out: a `LeftOut`, "" where it is not."""
    start, end = clean_prices(ends.start), clean_prices(ends.end)
    reasons = np.select(
        [
            ends.quarantined,
            ~(np.isfinite(start) & np.isfinite(end)),
            ends.stale,
            ends.interpolated,
            ends.age > PRICE_MAX_AGE.total_seconds(),
        ],
        [reason.value for reason in LeftOut],
        default="",
    )
    return 100.0 * (end / start - 1.0), reasons


def _rounded(value: float) -> Decimal:
    """Half to even of the decimal that the float prints as; never -0.0000."""
    return Decimal(repr(float(value))).quantize(STEP, ROUND_HALF_EVEN) + 0
