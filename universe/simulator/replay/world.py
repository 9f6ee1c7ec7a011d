"""Recorded days as a world: real closes, and between them a path that is drawn and says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from universe.sessions import hours, next_session, previous_session, session_offset
from universe.simulator.paths import DayPlan, draw_grid
from universe.simulator.replay.filings import read_papers
from universe.simulator.replay.folder import Panel, read_candles, read_opens, read_panel, read_texts
from universe.simulator.replay.intraday import IntradayFiles
from universe.simulator.replay.listings import canonical, read_cast
from universe.simulator.replay.news import between, read_articles
from universe.simulator.replay.splits import derive
from universe.simulator.sectors import SLUGS, slug_of
from universe.simulator.world import (
    Article,
    DayBars,
    Flags,
    Floats,
    IndexDay,
    Listings,
    MinuteGrid,
    Paper,
    ShortRow,
    SplitEvent,
)
from universe.types import Session

SHARES_SESSIONS = 20
"""Shares outstanding are the newest of the last 20 sessions; older ones are not known any more."""
VOLUME_SESSIONS = 20
SPREAD_SESSIONS = 60
PUBLICATION_SESSIONS = 8
"""Short interest is public this many sessions after its settlement."""
USUAL_SPREAD = 0.03
NIGHT = 0.3
"""Part of a day's return that an unrecorded open has on average."""
OPEN_AGREES = 0.01
GROUP_SPREAD = 0.006
COMMON_SPREAD = 0.005
SEED = 2


class ReplayWorld:
    """Every method is a pure function of the folder and the session."""

    kind: Literal["simulated", "replay"] = "replay"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._panel: Panel = read_panel(folder)
        sessions = self._panel.sessions
        funds = read_candles(folder, sessions)
        self._indices = {symbol: column for column, symbol in enumerate(funds.symbols) if symbol in ("VIX",)}
        self._fund_columns = [n for n, symbol in enumerate(funds.symbols) if symbol not in self._indices]
        self._candles = funds
        self._cast = read_cast(
            folder, self._panel.symbols, tuple(funds.symbols[column] for column in self._fund_columns)
        )
        self._opens = read_opens(folder, sessions)
        self._place = {session: place for place, session in enumerate(sessions)}
        self._splits = tuple(
            sorted(
                derive(sessions, self._panel.close, self._panel.returns),
                key=lambda split: (split.session, split.row),
            )
        )
        self._intraday = IntradayFiles(folder)
        self._group = _groups(self._cast.listings)

    @property
    def listings(self) -> Listings:
        return self._cast.listings

    @property
    def first_session(self) -> Session:
        return self._panel.sessions[0]

    @property
    def last_session(self) -> Session:
        return self._panel.sessions[-1]

    def label(self, session: Session) -> str:
        return f"REPLAY of {session.isoformat()}"

    def listed(self, through: Session) -> Flags:
        flags = np.isfinite(self.day(through).close)
        for day in (through, next_session(through)):
            flags[list(self._cast.extras.get(day, ()))] = True
        return flags

    def kinds(self, through: Session) -> tuple[str, ...]:
        return self.listings.kinds

    def day(self, session: Session) -> DayBars:
        """Opens, highs and lows only where they were recorded."""
        blank = np.full(len(self.listings), np.nan)
        columns = {name: blank.copy() for name in ("open", "high", "low", "close", "volume")}
        place = self._place.get(session)
        if place is not None:
            stocks, funds = (
                slice(0, self._cast.stocks),
                slice(self._cast.stocks, self._cast.stocks + self._cast.funds),
            )
            columns["close"][stocks] = self._panel.close[place]
            columns["volume"][stocks] = self._panel.volume[place]
            self._pin_opens(columns, place)
            for name, cells in columns.items():
                cells[funds] = getattr(self._candles, name)[place, self._fund_columns]
        return DayBars(session, **columns)

    def _pin_opens(self, columns: dict[str, Floats], place: int) -> None:
        """Take recorded opens where their close is the panel's: elsewhere they are adjusted for a later
        split."""
        rows = [self.listings.index.get(canonical(symbol), -1) for symbol in self._opens.symbols]
        for column, row in enumerate(rows):
            close = self._opens.close[place, column]
            if row >= 0 and abs(close / columns["close"][row] - 1.0) <= OPEN_AGREES:
                for name in ("open", "high", "low"):
                    columns[name][row] = getattr(self._opens, name)[place, column]

    def shares(self, through: Session) -> Floats:
        """The newest figure as it was recorded; nobody corrects it for a split before the source does."""
        known = np.full(len(self.listings), np.nan)
        place = self._place.get(through)
        if place is not None:
            window = self._panel.shares[max(0, place - SHARES_SESSIONS + 1) : place + 1]
            newest = known[: self._cast.stocks]
            for row in window:
                np.copyto(newest, row, where=np.isfinite(row))
        return known

    def float_shares(self, through: Session) -> Floats:
        free = np.full(len(self.listings), np.nan)
        for short in self.short_interest(through):
            if short.float_shares:
                free[short.row] = short.float_shares
        return free

    @cached_property
    def _short(self) -> tuple[ShortRow, ...]:
        columns = ["symbol", "settlement_date", "shares_short", "short_ratio", "float_shares"]
        table = read_texts(self._folder / "short_interest.csv.gz", columns)
        rows = []
        for symbol, day, short, ratio, free in zip(*(table[name] for name in columns), strict=True):
            row = self.listings.index.get(canonical(symbol))
            if row is not None and _figure(short) is not None:
                rows.append(
                    ShortRow(
                        row, dt.date.fromisoformat(day), _figure(short) or 0.0, _figure(ratio), _figure(free)
                    )
                )
        return tuple(rows)

    def short_interest(self, through: Session) -> Sequence[ShortRow]:
        public = session_offset(through, -PUBLICATION_SESSIONS)
        return [row for row in self._short if row.settlement <= public]

    def splits(self) -> Sequence[SplitEvent]:
        return self._splits

    def grid(self, session: Session) -> MinuteGrid:
        day, bars = hours(session), self.day(session)
        rng = np.random.Generator(np.random.SFC64([SEED, session.toordinal()]))
        spread = self._spread(session)
        night = rng.standard_normal(len(self.listings)) * 0.3 * spread
        before = self._evening(previous_session(session)) * self._split_today(session)
        before = np.where(np.isfinite(before), before, bars.close * np.exp(night))
        move = np.log(bars.close / before)
        drawn_open = before * np.exp(NIGHT * move + np.where(move == 0.0, 0.0, night))
        opens = np.where(np.isfinite(bars.open), bars.open, drawn_open)
        plan = DayPlan(
            hours=day,
            before=before,
            open=opens,
            close=bars.close,
            late=self._evening(session),
            low=bars.low,
            high=bars.high,
            volume=self._drawable_volume(session, bars),
            spread=0.7 * spread,
            group=self._group,
            loading=np.where(self._group == len(SLUGS) + 1, 0.8, 1.0),
            group_spread=np.full(len(SLUGS) + 2, GROUP_SPREAD),
            common_spread=COMMON_SPREAD,
            drawn=True,
            real=self._intraday.bars(day, self.listings.index, bars.close),
        )
        return draw_grid(plan, rng)

    def _evening(self, session: Session) -> Floats:
        """(N,) drawn prices at 20:00, a little off the close."""
        rng = np.random.default_rng([SEED, 1, session.toordinal()])
        drift = 0.08 * self._spread(session) * rng.standard_normal(len(self.listings))
        evening: Floats = self.day(session).close * np.exp(drift)
        return evening

    def _spread(self, session: Session) -> Floats:
        """(N,) standard deviation of the daily return over the 60 sessions before; what is usual where
        unknown."""
        spread = np.full(len(self.listings), USUAL_SPREAD)
        place = self._place.get(session, 0)
        window = self._panel.returns[max(0, place - SPREAD_SESSIONS) : place].astype(np.float64)
        known = np.isfinite(window)
        count = known.sum(axis=0)
        filled = np.where(known, np.clip(window, -0.3, 0.3), 0.0)
        mean = filled.sum(axis=0) / np.maximum(count, 1)
        variance = (np.where(known, filled - mean, 0.0) ** 2).sum(axis=0) / np.maximum(count, 1)
        stocks = spread[: self._cast.stocks]
        np.copyto(stocks, np.clip(np.sqrt(variance), 0.004, 0.09), where=count >= 10)
        spread[self._cast.stocks : self._cast.stocks + self._cast.funds] = 0.011
        return spread

    def _split_today(self, session: Session) -> Floats:
        factor = np.ones(len(self.listings))
        for split in self._splits:
            if split.session == session:
                factor[split.row] = split.price_factor
        return factor

    def _drawable_volume(self, session: Session, bars: DayBars) -> Floats:
        """The day's volume; where it was not recorded, the mean of the sessions before, to have trades at
        all."""
        place = self._place[session]
        window = self._panel.volume[max(0, place - VOLUME_SESSIONS) : place]
        known = np.isfinite(window)
        mean = np.where(known, window, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        volume = bars.volume.copy()
        stocks = volume[: self._cast.stocks]
        np.copyto(stocks, mean, where=~np.isfinite(stocks) & np.isfinite(bars.close[: self._cast.stocks]))
        return volume

    @cached_property
    def _news(self) -> list[Article]:
        return read_articles(self._folder)

    def articles(self, session: Session) -> Sequence[Article]:
        after, until = hours(previous_session(session)).post_close, hours(session).post_close
        return between(self._news, after, until, lambda article: article.published_at)

    @cached_property
    def _papers(self) -> list[Paper]:
        return read_papers(self._folder)

    def papers(self, session: Session) -> Sequence[Paper]:
        after, until = hours(previous_session(session)).post_close, hours(session).post_close
        return between(self._papers, after, until, lambda paper: paper.public_at)

    def indices(self, moment: dt.datetime, session: Session) -> Sequence[IndexDay]:
        """VIX where it was recorded; between its open and close a straight line."""
        rows: list[IndexDay] = []
        place = self._place.get(session, 0)
        day = hours(session)
        for symbol, column in self._indices.items():
            opened = float(self._candles.open[place, column])
            close = float(self._candles.close[place, column])
            previous = float(self._candles.close[max(place - 1, 0), column])
            if not np.isfinite(previous):
                continue
            passed = float(np.clip((moment - day.open) / (day.close - day.open), 0.0, 1.0))
            price = (
                opened + passed * (close - opened) if moment >= day.open and np.isfinite(close) else previous
            )
            opened = opened if moment >= day.open and np.isfinite(opened) else previous
            rows.append(
                IndexDay(f"^{symbol}", symbol, round(price, 2), round(previous, 2), round(opened, 2),
                         round(max(opened, price), 2), round(min(opened, price), 2), moment)
            )  # fmt: skip
        return rows

    def describe(self, row: int) -> str:
        return self._cast.texts[row]


def _groups(listings: Listings) -> NDArray[np.int64]:
    """Column of the common movement: the eight sectors, then others, then funds (which follow them all)."""
    slugs = map(slug_of, listings.sectors, listings.industries)
    groups = [SLUGS.index(slug) if slug else len(SLUGS) for slug in slugs]
    return np.array(
        [
            len(SLUGS) + 1 if kind == "ETF" else group
            for group, kind in zip(groups, listings.kinds, strict=True)
        ],
        dtype=np.int64,
    )


def _figure(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
