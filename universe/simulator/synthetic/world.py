"""The drawn market as a world: invented companies, invented prices, the same for the same seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from universe.sessions import FIRST_DAY, LAST_DAY, hours, next_session, previous_session, session_offset
from universe.simulator.paths import DayPlan, draw_grid
from universe.simulator.synthetic import news
from universe.simulator.synthetic.cast import LISTINGS, Cast, make_cast
from universe.simulator.synthetic.days import GROUP_SPREAD, MARKET_SPREAD, Days
from universe.simulator.synthetic.funds import INDICES
from universe.simulator.world import (
    PRE_MINUTES,
    Article,
    DayBars,
    Flags,
    Floats,
    Halt,
    IndexDay,
    Listings,
    MinuteGrid,
    Paper,
    ShortRow,
    SplitEvent,
)
from universe.types import Session, SessionHours

DEFAULT_SEED = 20
INTRADAY = 0.62
"""Spread of the walk inside the regular session, as a share of a day's."""
LATE = 0.3
"""Part of the next gap that the evening before has already seen."""
HALTS_PER_SESSION = 4
KEPT_STORIES = 64
"""Sessions whose news are kept: more than anybody looks back."""


class SyntheticWorld:
    """Every method is a pure function of seed and session; blocks of days are kept for speed only."""

    kind: Literal["simulated", "replay"] = "simulated"
    first_session: Session = next_session(FIRST_DAY)
    last_session: Session | None = None

    def __init__(self, seed: int = DEFAULT_SEED, listings: int = LISTINGS) -> None:
        self.seed = seed
        self._cast: Cast = make_cast(seed, listings)
        self._days = Days(self._cast, seed)
        self._stories = lru_cache(maxsize=KEPT_STORIES)(self._draw_stories)

    @property
    def listings(self) -> Listings:
        return self._cast.listings

    def label(self, session: Session) -> str:
        return "SIMULATED MARKET"

    def listed(self, through: Session) -> Flags:
        return np.ones(len(self.listings), dtype=np.bool_)

    def kinds(self, through: Session) -> tuple[str, ...]:
        return self.listings.kinds

    def day(self, session: Session) -> DayBars:
        return self._days.bars(session)

    def shares(self, through: Session) -> Floats:
        return np.round(self._cast.shares / self._days.factor(through))

    def float_shares(self, through: Session) -> Floats:
        return np.round(self.shares(through) * self._cast.float_part)

    def short_interest(self, through: Session) -> Sequence[ShortRow]:
        """The newest settlement that is public: the middle or the end of a month, eight sessions later."""
        public = session_offset(through, -8)
        settled = public.replace(day=15) if public.day >= 15 else public.replace(day=1)
        settlement = (
            previous_session(settled)
            if settled.day == 1
            else previous_session(settled + dt.timedelta(days=1))
        )
        rng = np.random.default_rng([self.seed, 7, settlement.toordinal()])
        part = 0.045 * rng.lognormal(0.0, 0.8, len(self.listings))
        short = np.floor(self.shares(through) * np.minimum(part, 0.6))
        usual = self.shares(through) * self._cast.turnover
        return [
            ShortRow(row, settlement, float(short[row]), round(max(1.0, float(short[row] / usual[row])), 2))
            for row in self._cast.companies.tolist()
        ]

    def splits(self) -> Sequence[SplitEvent]:
        return self._days.splits

    def grid(self, session: Session) -> MinuteGrid:
        day = hours(session)
        bars = self.day(session)
        factor = self._days.factor(session)
        before = self.day(previous_session(session)).close
        before = before * factor / self._days.factor(previous_session(session))
        gap = self._days.gap(session)
        next_gap = self._days.gap(next_session(session)) if session < LAST_DAY else gap
        plan = DayPlan(
            hours=day,
            before=before * np.exp(LATE * gap),
            open=bars.open,
            close=bars.close,
            late=bars.close * np.exp(LATE * next_gap),
            low=bars.low,
            high=bars.high,
            volume=bars.volume,
            spread=self._cast.spread * INTRADAY,
            group=self._cast.group,
            loading=self._cast.loading,
            group_spread=GROUP_SPREAD * 1.1,
            common_spread=MARKET_SPREAD * 0.7,
            drawn=False,
            halts=self._halts(bars, day),
        )
        return draw_grid(plan, np.random.Generator(np.random.SFC64([self.seed, 8, session.toordinal()])))

    def _halts(self, bars: DayBars, day: SessionHours) -> tuple[Halt, ...]:
        """A few of the session's wildest companies stop for five or ten minutes, one of them for much
        longer."""
        rng = np.random.default_rng([self.seed, 9, day.session.toordinal()])
        companies = self._cast.companies
        with np.errstate(invalid="ignore"):
            wild = np.abs(np.log(bars.close / bars.open))[companies]
        rows = companies[np.argsort(-wild)[: 3 * HALTS_PER_SESSION]]
        chosen = rng.choice(rows, size=HALTS_PER_SESSION, replace=False).tolist()
        regular = int((day.close - day.open).total_seconds() // 60)
        starts = PRE_MINUTES + rng.integers(3, regular - 70, size=HALTS_PER_SESSION)
        lengths = rng.choice([5, 5, 10], size=HALTS_PER_SESSION)
        lengths[0] = 60
        return tuple(
            Halt(row, int(start), int(start + length))
            for row, start, length in zip(chosen, starts, lengths, strict=True)
        )

    def articles(self, session: Session) -> Sequence[Article]:
        return [story.article for story in self._stories(session)]

    def papers(self, session: Session) -> Sequence[Paper]:
        return news.papers(self._cast, self._stories(session), session)

    def _draw_stories(self, session: Session) -> tuple[news.Story, ...]:
        previous_end = hours(previous_session(session)).post_close
        return news.stories(
            self._cast, self.day(session), self._days.gap(session),
            hours=hours(session), previous_end=previous_end, seed=self.seed,
        )  # fmt: skip

    def indices(self, moment: dt.datetime, session: Session) -> Sequence[IndexDay]:
        """American indices follow SPY through the day; the others closed or stand since before 4:00."""
        row = self.listings.index["SPY"]
        bars, before = self.day(session), self.day(previous_session(session))
        day = hours(session)
        passed = np.clip((moment - day.open) / (day.close - day.open), 0.0, 1.0)
        spy = np.log([before.close[row], bars.open[row], bars.close[row]])
        now = spy[0] if moment < day.open else spy[1] + passed * (spy[2] - spy[1])
        rng = np.random.default_rng([self.seed, 10, session.toordinal()])
        rows = []
        for symbol, name, level, share in INDICES:
            abroad = symbol in ("^N225", "^HSI", "^FTSE", "^GDAXI")
            move = 0.006 * float(rng.standard_normal()) if abroad else share * float(now - spy[0])
            previous = level * float(np.exp(share * (spy[0] - np.log(self._cast.price[row]))))
            price = previous * float(np.exp(move))
            rows.append(
                IndexDay(symbol, name, round(price, 2), round(previous, 2), round(previous, 2),
                         round(max(price, previous), 2), round(min(price, previous), 2), moment)
            )  # fmt: skip
        return rows

    def followers(self, row: int) -> NDArray[np.int64]:
        """Rows of the companies whose sector a fund follows; all companies for a broad fund."""
        companies = self._cast.companies
        group = self._cast.group
        return companies if group[row] > 10 else companies[group[companies] == group[row]]

    def describe(self, row: int) -> str:
        return self._cast.texts[row]
