"""What crosses the border between the vendors and the rest of the product.

Every class is frozen and typed. ``None`` always means "not known", never zero. Prices are USD per
share, volumes are shares, times are aware datetimes, a *session* is the New York calendar date of an
exchange session. ``source`` names the vendor ("polygon", "fmp"), ``as_of`` the market moment a fact is
true for, ``fetched_at`` the moment it arrived (wall clock, UTC).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Session = dt.date
Phase = Literal["closed", "pre", "regular", "post"]
#: The longest symbol that the tables hold; a vendor's longer one is left out.
SYMBOL_MAX = 16


class Tier(StrEnum):
    CORE = "core"
    BREADTH = "breadth"


class CapTier(StrEnum):
    MICRO = "micro_cap"
    SMALL = "small_cap"


@dataclass(frozen=True, slots=True)
class Listing:
    """One row of the vendor's ticker list. ``kind`` is the vendor's type code (CS, ADRC, ETF, ...)."""

    symbol: str
    name: str
    mic: str | None
    kind: str | None
    cik: str | None
    active: bool
    source: str
    fetched_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """One regular session of one symbol, not adjusted for later splits. ``volume`` counts extended hours."""

    symbol: str
    session: Session
    open: float | None
    high: float | None
    low: float | None
    close: float
    volume: float | None
    source: str
    fetched_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """The newest price of one symbol. ``day_volume`` is shares so far today, from 4:00."""

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


@dataclass(frozen=True, slots=True)
class MinuteBar:
    """One minute of one symbol, ``start`` is its first moment."""

    symbol: str
    start: dt.datetime
    close: float
    day_volume: float | None
    source: str
    interpolated: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """Prices before ``session`` are multiplied by ``split_from / split_to`` to compare with later ones."""

    symbol: str
    session: Session
    split_from: float
    split_to: float
    source: str

    @property
    def price_factor(self) -> float:
        return self.split_from / self.split_to


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """Slow facts of one company from one source; the newest known value of each field wins."""

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


@dataclass(frozen=True, slots=True)
class ShortInterest:
    symbol: str
    settlement: Session
    shares_short: float | None
    days_to_cover: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Headline:
    """One news article as the vendor tells it; ``tone`` is -1, 0 or +1 per symbol."""

    id: str
    published_at: dt.datetime
    title: str
    url: str
    publisher: str
    symbols: tuple[str, ...]
    tone: dict[str, float]
    source: str


@dataclass(frozen=True, slots=True)
class EconomicRelease:
    at: dt.datetime
    country: str
    event: str
    impact: Literal["High", "Medium", "Low", "None"]
    previous: float | None
    estimate: float | None
    actual: float | None
    unit: str | None
    source: str


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
