"""Whether a price is to be believed: a split that nobody listed, one lone print, a move that cannot be.

Pure: NumPy in, verdicts out. A price that is not believed is kept apart with its reason and reaches no
figure; a move that is only large is believed, or the gappers would be hidden. The constants are measured on
real days (docs/numbers.md, "Prices that are not believed").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from universe.types import SessionHours

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
TextArray = NDArray[np.str_]


class Doubt(StrEnum):
    """Why a price is not believed."""

    RATIO = "ratio_like_jump"
    SINGLE = "single_print"
    IMPLAUSIBLE = "implausible"


#: A move is looked at, and asked about at a second source, beyond this fraction.
JUMP = 0.30
#: A second price this near to a lone one stands by it.
SECONDED = 0.10
#: So few shares in a whole day are one print.
LONE_SHARES = 300.0
IMPLAUSIBLE_UP, IMPLAUSIBLE_DOWN = 10.0, -0.95

#: New price to old of the usual splits. 3 for 2 looks like a common fall: it needs the day's open too.
HALFWAY = 2 / 3
FORWARD = np.array([1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 10])
REVERSE = np.array([2.0, 3.0, *np.arange(4.0, 51.0), 60.0, 75.0, 80.0, 100.0, 125.0, 150.0, 200.0, 250.0])
RATIOS = np.concatenate([FORWARD, REVERSE])
#: How far from the ratio a price may lie. From 1 for 4 on, the stock's own move of the day is allowed for.
NEAR, NEAR_LARGE, LARGE = 0.04, 0.15, 4.0
#: How far from the open of its day a price may be and still belong to it.
DRIFT = 0.25
#: A rise on fewer shares than this many times the usual, by this time of the day, is no real one ...
QUIET_SHARES = 2.0
#: ... nor is a fall on fewer dollars: a split leaves them as they were, a real fall multiplies them.
QUIET_DOLLARS = 1.5

#: The part of a day's volume that is usual at the open; it grows evenly to the close.
OPENING_SHARE, FIRST_MINUTES_SHARE = 0.02, 0.05


@dataclass(frozen=True, slots=True)
class PriceSet:
    """One row a symbol, float64, NaN for what is not known. Prices in USD, volumes in shares, times in Unix
    seconds.

    ``previous_close`` is adjusted for the splits that are known, ``last`` is the last price of the session
    that was believed, ``avg_volume`` the mean of 20 sessions, ``prints`` the trades of the price's minute and
    ``minute_close`` its close. ``held`` is the price of the session that waits for a second one, ``held_at``
    its moment. ``confirmed``: a second source tells the same move.
    """

    price: FloatArray
    at: FloatArray
    previous_close: FloatArray
    last: FloatArray
    day_open: FloatArray
    day_volume: FloatArray
    avg_volume: FloatArray
    prints: FloatArray
    minute_close: FloatArray
    held: FloatArray
    held_at: FloatArray
    confirmed: BoolArray

    @property
    def reference(self) -> FloatArray:
        """What a jump is measured against: the last believed price, else the previous close."""
        return np.where(np.isfinite(self.last), self.last, self.previous_close)

    def is_jump(self) -> BoolArray:
        """Whether the price is 30 % off its reference. A row without a reference does not jump."""
        return _beyond(self.price, self.reference, JUMP)


def judge(prices: PriceSet, *, share_done: FloatArray | float) -> TextArray:
    """A `Doubt` for each price, "" for one that is believed.

    ``share_done`` is the part of a usual day's volume that is traded by now, see `usual_share`.
    """
    jumps = prices.is_jump()
    verdict = np.full(len(prices.price), "", dtype="U20")
    verdict[_is_implausible(prices)] = Doubt.IMPLAUSIBLE
    verdict[jumps & _is_alone(prices) & ~_is_seconded(prices)] = Doubt.SINGLE
    verdict[jumps & _is_ratio_like(prices, share_done)] = Doubt.RATIO
    return verdict


def usual_share(at: FloatArray, day: SessionHours) -> FloatArray:
    """The part of a day's volume that is usually traded at ``at`` (Unix seconds), 0.02 to 1; a rough line."""
    opened, closed = day.open.timestamp(), day.close.timestamp()
    elapsed = np.clip((at - opened) / (closed - opened), 0.0, 1.0)
    within = FIRST_MINUTES_SHARE + (1.0 - FIRST_MINUTES_SHARE) * elapsed
    return np.where(at < opened, OPENING_SHARE, within)


def _is_ratio_like(prices: PriceSet, share_done: FloatArray | float) -> BoolArray:
    """The day's open, or the first price where the open is not known, lies at a split's ratio to the previous
    close, the price has not gone far from there, and the volume so far is an ordinary day's. A split comes
    overnight: after a believed price, only an open at the ratio tells of one."""
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = prices.price / prices.previous_close
        opened = prices.day_open / prices.previous_close
        shares = np.nan_to_num(prices.day_volume / (prices.avg_volume * share_done), posinf=np.inf)
    has_opened = np.isfinite(opened)
    first = np.where(has_opened, opened, np.where(np.isfinite(prices.last), np.nan, moved))
    is_near = _at_ratio(first) | (has_opened & _within(opened, HALFWAY, NEAR))
    is_near &= _within(moved, first, DRIFT)
    is_quiet = np.where(moved > 1.0, shares < QUIET_SHARES, shares * moved < QUIET_DOLLARS)
    return np.asarray(is_near & is_quiet, dtype=np.bool_)


def _at_ratio(moved: FloatArray) -> BoolArray:
    """Whether each new price over its old one is the ratio of a usual split."""
    near = np.where(RATIOS >= LARGE, NEAR_LARGE, NEAR)
    with np.errstate(invalid="ignore"):
        found: BoolArray = (np.abs(moved[:, None] / RATIOS - 1.0) <= near).any(axis=1)
    return found


def _is_alone(prices: PriceSet) -> BoolArray:
    """Whether one print carries the price: counted, or so few shares, or the minute's close is elsewhere."""
    few = np.nan_to_num(prices.day_volume, nan=np.inf) <= LONE_SHARES
    apart = _beyond(prices.price, prices.minute_close, SECONDED)
    return np.asarray((prices.prints == 1) | few | apart, dtype=np.bool_)


def _is_seconded(prices: PriceSet) -> BoolArray:
    """Whether a later trade than the held one is near it. The same trade told again seconds nothing."""
    with np.errstate(invalid="ignore"):
        later = prices.at > prices.held_at
    return np.asarray(later & _within(prices.price, prices.held, SECONDED), dtype=np.bool_)


def _is_implausible(prices: PriceSet) -> BoolArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        change = prices.price / prices.previous_close - 1.0
        beyond = (change > IMPLAUSIBLE_UP) | (change < IMPLAUSIBLE_DOWN)
    return np.asarray(beyond & ~prices.confirmed, dtype=np.bool_)


def _beyond(values: FloatArray, reference: FloatArray, fraction: float) -> BoolArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: BoolArray = np.abs(values / reference - 1.0) > fraction
    return found


def _within(values: FloatArray, reference: FloatArray | float, fraction: float) -> BoolArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: BoolArray = np.abs(values / reference - 1.0) <= fraction
    return found
