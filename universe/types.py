"""What crosses the border between the vendors and the rest of the product.

Every class is frozen and typed. ``None`` always means "not known", never zero. Prices are USD per
share, volumes are shares, times are aware datetimes, a *session* is the New York calendar date of an
exchange session.

Every datum of a vendor says where it is from: ``source`` names the vendor ("polygon", "fmp"), ``as_of`` is
the market moment, or the session, that the datum is true for, ``fetched_at`` the moment it arrived (wall
clock, UTC). Each class says which moment its ``as_of`` is. ``fetched_at`` is None only for a datum that was
read back from a table that does not keep it.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Session = dt.date
Phase = Literal["closed", "pre", "regular", "post"]
#: The longest symbol that the tables hold; a vendor's longer one is left out.
SYMBOL_MAX = 16
MINUTE = dt.timedelta(minutes=1)
_SYMBOL = re.compile(rf"[A-Za-z0-9][A-Za-z0-9.^=+-]{{0,{SYMBOL_MAX - 1}}}")


def is_symbol(text: str) -> bool:
    """Whether an address can name it: 1 to 16 letters, digits and . ^ = + -, a letter or digit first."""
    return _SYMBOL.fullmatch(text) is not None


class Tier(StrEnum):
    CORE = "core"
    BREADTH = "breadth"


class CapTier(StrEnum):
    MICRO = "micro_cap"
    SMALL = "small_cap"


@dataclass(frozen=True, slots=True)
class Listing:
    """One row of the vendor's ticker list. ``figi`` is the listing's own number, which a rename keeps.
    ``kind`` is the vendor's type code (CS, ADRC, ETF, ...).

    ``as_of`` is when it was fetched: the list is of the moment it is asked for.
    """

    symbol: str
    name: str
    mic: str | None
    kind: str | None
    cik: str | None
    active: bool
    source: str
    fetched_at: dt.datetime
    figi: str | None = None

    @property
    def as_of(self) -> dt.datetime:
        return self.fetched_at


@dataclass(frozen=True, slots=True)
class Bar:
    """One regular session of one symbol, not adjusted for later splits. ``volume`` counts extended hours.

    ``as_of`` is the session: its close is true at that session's end.
    """

    symbol: str
    session: Session
    open: float | None
    high: float | None
    low: float | None
    close: float
    volume: float | None
    source: str
    fetched_at: dt.datetime

    @property
    def as_of(self) -> Session:
        return self.session


@dataclass(frozen=True, slots=True)
class Quote:
    """The newest price of one symbol. ``day_volume`` is shares so far today, from 4:00.

    ``as_of`` is the moment of the trade, or of the end of the minute, that made the price. ``prints`` counts
    the trades of the minute that it lies in, ``minute_close`` is the close of the newest minute,
    ``day_low`` the lowest price of the day so far.
    """

    symbol: str
    price: float
    as_of: dt.datetime
    day_volume: float | None
    day_open: float | None
    previous_close: float | None
    source: str
    fetched_at: dt.datetime
    interpolated: bool = False
    halted: bool = False
    prints: float | None = None
    minute_close: float | None = None
    day_low: float | None = None


@dataclass(frozen=True, slots=True)
class MinuteBar:
    """One minute of one symbol from ``start`` on. ``as_of`` is its end: the close is true then."""

    symbol: str
    start: dt.datetime
    close: float
    day_volume: float | None
    source: str
    interpolated: bool = False
    fetched_at: dt.datetime | None = None
    prints: float | None = None

    @property
    def as_of(self) -> dt.datetime:
        return self.start + MINUTE


@dataclass(frozen=True, slots=True)
class Split:
    """Prices before ``session`` are multiplied by ``split_from / split_to`` to compare with later ones.

    ``as_of`` is the session from whose opening on the split is in force.
    """

    symbol: str
    session: Session
    split_from: float
    split_to: float
    source: str
    fetched_at: dt.datetime | None = None

    @property
    def as_of(self) -> Session:
        return self.session

    @property
    def price_factor(self) -> float:
        return self.split_from / self.split_to


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """Slow facts of one company from one source; the newest known value of each field wins.

    ``as_of`` is the day that the vendor gives for them; None: it gives none, they are of when they came.
    ``is_fund`` is true for exchange-traded funds too.
    """

    symbol: str
    source: str
    fetched_at: dt.datetime
    as_of: Session | None = None
    market_cap_usd: float | None = None
    shares_outstanding: float | None = None
    float_shares: float | None = None
    sector_label: str | None = None
    industry_label: str | None = None
    sic: str | None = None
    description: str | None = None
    country: str | None = None
    is_fund: bool | None = None
    is_etf: bool | None = None
    is_adr: bool | None = None
    cik: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ShortInterest:
    """Shares sold short as told twice a month. ``as_of`` is the settlement day, some eight sessions before
    it is public."""

    symbol: str
    settlement: Session
    shares_short: float | None
    days_to_cover: float | None
    source: str
    fetched_at: dt.datetime

    @property
    def as_of(self) -> Session:
        return self.settlement


@dataclass(frozen=True, slots=True)
class Headline:
    """One news article as the vendor tells it; ``tone`` is -1, 0 or +1 per symbol, empty where the vendor
    judges none. ``text`` is the vendor's summary, "" without one. ``as_of`` is its publication."""

    id: str
    published_at: dt.datetime
    title: str
    url: str
    publisher: str
    symbols: tuple[str, ...]
    tone: dict[str, float]
    source: str
    fetched_at: dt.datetime
    text: str = ""

    @property
    def as_of(self) -> dt.datetime:
        return self.published_at


@dataclass(frozen=True, slots=True)
class EconomicRelease:
    """One figure of an economic calendar; ``actual`` is None until it is out. ``as_of`` is its moment."""

    at: dt.datetime
    country: str
    event: str
    impact: Literal["High", "Medium", "Low", "None"]
    previous: float | None
    estimate: float | None
    actual: float | None
    unit: str | None
    source: str
    fetched_at: dt.datetime

    @property
    def as_of(self) -> dt.datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class UniverseCriteria:
    """The tunable limits of the universe. Defaults are the product's."""

    micro_cap_min: float = 10_000_000
    small_cap_min: float = 300_000_000
    small_cap_max: float = 2_000_000_000
    core_volume_min: float = 1_000_000
    breadth_volume_min: float = 100_000
    price_min: float = 2.0
    price_max: float = 100.0
    micro_float_over: float = 5_000_000
    small_float_over: float = 10_000_000
    exchanges: tuple[str, ...] = ("XNAS", "XNYS", "XASE")
    kinds: tuple[str, ...] = ("CS", "ADRC", "OS", "NYRS")
    volume_sessions: int = 20
    volume_sessions_min: int = 15
    target_names: int = 1_500


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the criteria look at for one listing. ``None`` gives the reason ``data_missing:<field>``."""

    symbol: str
    exchange: str | None
    kind: str | None
    price: float | None
    market_cap: float | None
    avg_volume: float | None
    float_shares: float | None
    shares_outstanding: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """In (``tier`` set) or out (``reasons`` not empty). A breadth member keeps ``volume_below`` as its
    reason for not being core."""

    symbol: str
    tier: Tier | None
    cap_tier: CapTier | None
    reasons: tuple[str, ...]
    float_estimated: bool = False


@dataclass(frozen=True, slots=True)
class FunnelStage:
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Selection:
    verdicts: tuple[Verdict, ...]
    funnel: tuple[FunnelStage, ...]
    core: int
    breadth: int
    relaxing: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SessionHours:
    """The moments of one session, aware, New York time."""

    session: Session
    pre_open: dt.datetime
    open: dt.datetime
    close: dt.datetime
    post_close: dt.datetime
