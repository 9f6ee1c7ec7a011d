"""What a simulated market consists of, whoever draws it.

Pure. A world has N listings, in a fixed order; every array that speaks of listings has N entries in that
order. Prices are USD per share as printed that day (no later split applied), volumes are shares, NaN means:
there is none. A world knows every session between its ends and forgets nothing, so that any past day can be
asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from universe.types import Session, SessionHours

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Flags = NDArray[np.bool_]

PRE_MINUTES = 330
"""Minutes from 4:00 to 9:30."""


def minute_of(moment: dt.datetime, hours: SessionHours) -> int:
    """Minutes since the session's 4:00, rounded down, 0 at least and the session's length at most."""
    span = hours.post_close - hours.pre_open
    passed = min(max(moment - hours.pre_open, dt.timedelta()), span)
    return int(passed.total_seconds() // 60)


def printed(prices: Floats) -> Floats:
    """Prices as they are printed: cents from a dollar on, four decimals below."""
    return np.where(np.abs(prices) >= 1.0, np.round(prices, 2), np.round(prices, 4))


@dataclass(frozen=True)
class Listings:
    """The cast: everything that trades or ever traded. Empty text means: the vendor does not know.

    ``kinds`` are the vendor's type codes, ``sectors`` and ``industries`` its words, ``ciks`` ten digits,
    ``sics`` four digits.
    """

    symbols: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    mics: tuple[str, ...]
    ciks: tuple[str, ...]
    sectors: tuple[str, ...]
    industries: tuple[str, ...]
    sics: tuple[str, ...]
    countries: tuple[str, ...]

    @cached_property
    def index(self) -> dict[str, int]:
        return {symbol: row for row, symbol in enumerate(self.symbols)}

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Rows in the order of their symbols, as vendors list them."""
        return tuple(sorted(range(len(self.symbols)), key=self.symbols.__getitem__))

    def __len__(self) -> int:
        return len(self.symbols)


@dataclass(frozen=True)
class DayBars:
    """One finished regular session, each array (N,). ``volume`` counts extended hours."""

    session: Session
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


@dataclass(frozen=True, slots=True)
class SplitEvent:
    """``split_from`` old shares became ``split_to`` new ones at the start of ``session``."""

    row: int
    session: Session
    split_from: float
    split_to: float

    @property
    def price_factor(self) -> float:
        return self.split_from / self.split_to


@dataclass(frozen=True, slots=True)
class Halt:
    """No trade from minute ``start`` on, until ``end`` (exclusive; None: for the rest of the session)."""

    row: int
    start: int
    end: int | None


@dataclass(frozen=True)
class RealBars:
    """Recorded intraday bars of one symbol in one session, in order of ``start`` (minutes after 4:00)."""

    row: int
    length: int
    start: NDArray[np.int64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


@dataclass(frozen=True)
class MinuteGrid:
    """One session minute by minute, from 4:00 to 20:00 (960 minutes, early closes 780).

    price    (minutes, N) last price by the end of each minute; before the first trade the previous close
    volume   (minutes, N) shares so far since 4:00
    last     (minutes, N) the newest minute with a trade, -1 before the first
    open     (N,) first price of the regular session, NaN without
    liquid   (N,) trades so often that its price moves within the minute
    drawn    (N,) the path between two known prices is drawn, not recorded
    """

    session: Session
    hours: SessionHours
    price: Singles
    volume: Singles
    last: NDArray[np.int16]
    open: Floats
    liquid: Flags
    drawn: Flags
    halts: tuple[Halt, ...] = ()
    real: dict[int, RealBars] = field(default_factory=dict)

    @property
    def minutes(self) -> int:
        return int(self.price.shape[0])

    @property
    def close_minute(self) -> int:
        """The first minute after the regular session."""
        return minute_of(self.hours.close, self.hours)


@dataclass(frozen=True, slots=True)
class Article:
    """One piece of news. ``tones`` gives positive, neutral or negative per symbol; empty: not judged."""

    id: str
    published_at: dt.datetime
    title: str
    text: str
    publisher: str
    url: str
    symbols: tuple[str, ...]
    tones: dict[str, str]
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper filed with the SEC; ``number`` is its accession number. It is public from ``public_at`` on,
    which ``is_timed`` says is the moment of its acceptance and not only the end of its day.

    ``title`` is what it discloses, in a sentence; empty: nobody recorded that.
    """

    number: str
    symbol: str
    cik: str
    form: str
    filed_on: dt.date
    public_at: dt.datetime
    is_timed: bool
    url: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ShortRow:
    row: int
    settlement: Session
    shares_short: float
    days_to_cover: float | None
    float_shares: float | None = None


@dataclass(frozen=True, slots=True)
class IndexDay:
    """An index that is no listing. ``price`` as of the asked moment."""

    symbol: str
    name: str
    price: float
    previous_close: float
    open: float
    high: float
    low: float
    as_of: dt.datetime


class World(Protocol):
    """A drawn or a recorded market. ``last_session`` None: it has no end."""

    @property
    def kind(self) -> Literal["simulated", "replay"]: ...

    @property
    def listings(self) -> Listings: ...

    @property
    def first_session(self) -> Session: ...

    @property
    def last_session(self) -> Session | None: ...

    def label(self, session: Session) -> str:
        """The banner's text."""
        ...

    def listed(self, through: Session) -> Flags:
        """(N,) on the vendor's list once session ``through`` is over."""
        ...

    def kinds(self, through: Session) -> tuple[str, ...]:
        """The vendor's type codes as of then."""
        ...

    def day(self, session: Session) -> DayBars: ...

    def shares(self, through: Session) -> Floats:
        """(N,) shares outstanding as known once session ``through`` is over."""
        ...

    def float_shares(self, through: Session) -> Floats: ...

    def short_interest(self, through: Session) -> Sequence[ShortRow]: ...

    def splits(self) -> Sequence[SplitEvent]:
        """All of them, oldest first, future ones included."""
        ...

    def grid(self, session: Session) -> MinuteGrid: ...

    def articles(self, session: Session) -> Sequence[Article]:
        """Published from the end of the session before to the end of this one, oldest first."""
        ...

    def papers(self, session: Session) -> Sequence[Paper]:
        """Public from the end of the session before to the end of this one, oldest first."""
        ...

    def indices(self, moment: dt.datetime, session: Session) -> Sequence[IndexDay]: ...

    def describe(self, row: int) -> str:
        """What the company does, in a few sentences; empty when nobody said."""
        ...
