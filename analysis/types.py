"""What the engine takes and gives. Arrays are float64 with NaN for missing unless said otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.catalysts.kinds import Catalyst
from sectors.types import Colour, WeightSource

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
TextArray = NDArray[np.str_]


class Timeframe(StrEnum):
    MIN30 = "30min"
    DAY1 = "1d"
    DAY3 = "3d"
    WEEK1 = "1w"


@dataclass(frozen=True, slots=True)
class ScoringParameters:
    """The tunable constants of docs/numbers.md; the defaults are the product's."""

    weights: dict[str, float] = field(
        default_factory=lambda: {"30min": 0.25, "1d": 0.30, "3d": 0.25, "1w": 0.20}
    )
    scales: dict[str, float] = field(default_factory=lambda: {"30min": 0.8, "1d": 2.5, "3d": 4.5, "1w": 6.0})
    winsor_pct: float = 25.0
    relative_volume_min: float = 0.25
    relative_volume_max: float = 5.0
    volume_slope: float = 0.25
    catalyst_slope: float = 0.1
    technical_slope: float = 0.2
    gap_scale: float = 8.75
    relative_volume_scale: float = 1.3
    caution_edge: float = 0.05
    caution_confidence: float = 0.25
    minimum_valid: int = 5
    withhold_score: float = 0.5


@dataclass(frozen=True, slots=True)
class MemberFrame:
    """One row per breadth-tier member, n rows, all columns the same length.

    closes        (n, 6) USD, split-adjusted to today: the regular closes of the six sessions before
                  today, newest first; closes[:, 0] is the previous close
    ref_30min     USD, last price at or before 30 minutes ago in the same session (and phase), else NaN;
                  NaN too where nothing has traded since
    last          USD, newest price of today, NaN without a print today
    last_at       Unix seconds of that price
    regular_close USD, last price of today's regular hours, NaN until they end
    day_low       USD, lowest price of today's regular hours so far, NaN unknown
    day_volume    shares so far today from 4:00;  avg_volume  20-session mean, shares
    high_20/low_20  USD, of the 20 sessions before today
    avg_dollar_volume USD a day; short_interest shares; days_to_cover days
    restricted    short-sale restriction in force today from yesterday's fall
    confirmed     a second source told the same move over 30 %
    """

    symbol: TextArray
    sector: TextArray
    core: BoolArray
    last: FloatArray
    last_at: FloatArray
    ref_30min: FloatArray
    closes: FloatArray
    day_open: FloatArray
    day_low: FloatArray
    regular_close: FloatArray
    day_volume: FloatArray
    avg_volume: FloatArray
    high_20: FloatArray
    low_20: FloatArray
    float_shares: FloatArray
    avg_dollar_volume: FloatArray
    short_interest: FloatArray
    days_to_cover: FloatArray
    float_estimated: BoolArray
    halted: BoolArray
    restricted: BoolArray
    confirmed: BoolArray

    def __len__(self) -> int:
        return len(self.symbol)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """IWM: ``closes`` newest first, six sessions before today; NaN where unknown."""

    symbol: str
    last: float
    ref_30min: float
    closes: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SectorInput:
    """``usual_mover_volume`` is the median q of the last 60 sessions (NaN: unknown, volume factor 1.0).
    Catalyst fields NaN/0: factor 1.0.

    ``weight`` is the one that the score uses, made from ``weight_set``, the admin's (NaN: the same), and
    ``realised``, the sector's volatility against the whole (NaN: unknown), which counts ``measured_share``.
    """

    slug: str
    weight: float
    weight_revision_id: int | None
    usual_mover_volume: float = float("nan")
    catalysts: int = 0
    usual_catalysts: float = float("nan")
    catalyst_tone: float = float("nan")
    weight_source: WeightSource = "static"
    weight_set: float = float("nan")
    measured_share: float = 0.0
    realised: float = float("nan")


@dataclass(frozen=True, slots=True)
class InputFrame:
    """Everything that one run used. Stored with the run; recomputing it gives the same decimals.

    ``degraded`` names every input that is carried forward or incomplete (any entry lowers the
    confidence; a delayed plan is a label, not an entry). ``overnight`` holds the moves of the world
    indices in percent, only in the 4:00 run. ``release`` names a high-impact release that is near.
    ``catalysts`` are the members' distinct events since the close before, at least of 24 hours; those after
    ``cause_from``, the close before, may be the cause of a move (None: all). ``dilution`` names the standing
    kinds of dilution by symbol.
    """

    as_of: dt.datetime
    session: dt.date
    phase: Literal["closed", "pre", "regular", "post"]
    expected_volume_share: float
    members: MemberFrame
    sectors: tuple[SectorInput, ...]
    benchmark: Benchmark | None
    parameters: ScoringParameters
    degraded: tuple[str, ...] = ()
    world: Literal["live", "simulated", "replay"] = "live"
    interpolated: bool = False
    overnight: tuple[float, ...] = ()
    release: str = ""
    catalysts: tuple[Catalyst, ...] = ()
    dilution: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cause_from: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the score; ``known`` False: its input was missing and it is 1.0."""

    name: str
    value: float
    known: bool
    inputs: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FrameReturn:
    """One timeframe of one sector; percent. ``value`` None: absent. ``note`` e.g. "last session"."""

    timeframe: Timeframe
    value: float | None
    mean: float | None
    median: float | None
    valid: int
    advancing: int
    part: float
    benchmark: float | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PhaseMove:
    """A sector's move within one part of today's session, percent; ``value`` None: not begun or no data."""

    phase: Literal["pre", "regular", "post"]
    value: float | None
    valid: int


@dataclass(frozen=True, slots=True)
class SectorScore:
    """One sector's light with everything that explains it; ``parts + shift`` is the base.

    ``premarket`` is the 1d move of the few members that already traded today, only while the frames
    show the last session. ``day_mean`` and ``day_error`` are the winsorised 1d mean and its standard
    error, percent, ``dispersion`` the spread of the members around it; None where too few returns are
    there to tell. ``phases`` are pre-market, regular and after hours apart, however the frames are carried.
    ``new_highs`` and ``new_lows`` count members beyond their 20-session levels, of ``levels`` known ones.
    ``momentum`` is one word, ``divergences`` say what contradicts the day's move. ``trust`` are the factors
    of the confidence by name: coverage, and 0.7 or 0.8 where inputs are degraded or a release is near (else
    1); and the three parts that it multiplies.
    """

    slug: str
    members: int
    core: int
    frames: tuple[FrameReturn, ...]
    base: float
    factors: tuple[Factor, ...]
    unclamped: float
    score: Decimal
    colour: Colour
    label: str
    signal: str
    state: Literal["normal", "noise", "insufficient"]
    cautions: tuple[str, ...]
    confidence: Decimal
    coverage: float
    breadth: float
    relative_score: Decimal | None
    relative_colour: Colour | None
    raw_alpha: float | None
    relative_alpha: float | None
    strength: str | None
    pattern: str
    shift: float = 0.0
    premarket: FrameReturn | None = None
    day_mean: float | None = None
    day_error: float | None = None
    dispersion: float | None = None
    phases: tuple[PhaseMove, ...] = ()
    new_highs: int = 0
    new_lows: int = 0
    levels: int = 0
    momentum: str = ""
    divergences: tuple[str, ...] = ()
    trust: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cause:
    """The likeliest reason of a stock's move: class, tag for the card, and the article or paper."""

    kind: str
    tag: str
    title: str
    url: str
    publisher: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class RankedStock:
    """A core stock's rank and its four parts; ``gap_pct`` is the day's move, percent, and ``pre_pct``,
    ``regular_pct`` and ``post_pct`` its legs, None where one has not begun or is not known.

    ``unconfirmed``: it moved over 30 % and no second source tells the same. ``dilution`` names the kinds of
    new shares that may come. ``borrow`` is not known until a feed tells it.
    """

    symbol: str
    sector: str
    rank: float
    gap_part: float
    volume_part: float
    alignment_part: float
    shortability_part: float
    gap_pct: float
    opening_gap_pct: float | None
    relative_volume: float | None
    alignment: float
    shortability: Literal["excellent", "good", "fair", "poor", "none"]
    restricted: bool
    squeeze: bool
    halted: bool
    dollar_volume: float
    unconfirmed: bool = False
    pre_pct: float | None = None
    regular_pct: float | None = None
    post_pct: float | None = None
    cause: Cause | None = None
    dilution: tuple[str, ...] = ()
    borrow: Literal["unknown", "easy", "hard", "none"] = "unknown"


@dataclass(frozen=True, slots=True)
class TopStocks:
    bearish: tuple[RankedStock, ...]
    bullish: tuple[RankedStock, ...]
    halted: tuple[RankedStock, ...]


@dataclass(frozen=True, slots=True)
class BoardScores:
    """The whole result of one run: eight sector scores and every ranked core stock."""

    sectors: tuple[SectorScore, ...]
    stocks: tuple[RankedStock, ...]
    tops: dict[str, TopStocks]
    dropped: dict[str, int]


@dataclass(frozen=True, slots=True)
class FreshnessLimits:
    fresh_minutes: int = 120
    stale_minutes: int = 240


@dataclass(frozen=True, slots=True)
class Freshness:
    """``age`` is session time (4:00 to 20:00 of sessions); ``wall_age`` is beside it."""

    state: Literal["fresh", "aging", "stale"]
    age: dt.timedelta
    wall_age: dt.timedelta


@dataclass(frozen=True, slots=True)
class RunReport:
    run_id: int
    status: str
