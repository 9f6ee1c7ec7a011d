"""A world with what a hand did to its listings: splits and renames, each from a session on; and what a hand
had told of them: articles and papers.

Pure but for these lists. Everything else is the world's own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from universe.sessions import hours, previous_session
from universe.simulator.world import (
    Article,
    DayBars,
    Flags,
    Floats,
    IndexDay,
    Listings,
    MinuteGrid,
    Paper,
    RealBars,
    ShortRow,
    SplitEvent,
    World,
    printed,
)
from universe.types import Session

_FIGI_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ0123456789"


@dataclass(frozen=True, slots=True)
class HandSplit:
    """``is_listed`` is whether the vendors' lists of splits name it; if not, nobody adjusts for it either."""

    event: SplitEvent
    is_listed: bool


@dataclass(frozen=True, slots=True)
class Rename:
    """``row`` is called ``symbol`` from ``session`` on."""

    row: int
    symbol: str
    session: Session


class Amended:
    """A `World`; ``today`` tells which session's names are the present ones."""

    def __init__(self, world: World, today: Callable[[], Session]) -> None:
        self._world = world
        self._today = today
        self._splits: tuple[HandSplit, ...] = ()
        self._renames: tuple[Rename, ...] = ()
        self._articles: tuple[Article, ...] = ()
        self._papers: tuple[Paper, ...] = ()
        self._named: dict[tuple[Rename, ...], Listings] = {}

    # What was done

    @property
    def hand_splits(self) -> tuple[HandSplit, ...]:
        return self._splits

    @property
    def renames(self) -> tuple[Rename, ...]:
        return self._renames

    @property
    def version(self) -> object:
        """Changes whenever an answer from before may be wrong."""
        return (self._splits, self._in_force(self._today()) if self._renames else ())

    @property
    def hand_articles(self) -> tuple[Article, ...]:
        return self._articles

    @property
    def hand_papers(self) -> tuple[Paper, ...]:
        return self._papers

    def tell(self, articles: Sequence[Article] = (), papers: Sequence[Paper] = ()) -> None:
        """Their symbols are those before any rename."""
        self._articles = (*self._articles, *articles)
        self._papers = (*self._papers, *papers)

    def amend(self, splits: Sequence[HandSplit] = (), renames: Sequence[Rename] = ()) -> None:
        self._splits = (*self._splits, *splits)
        self._renames = (*self._renames, *renames)

    # Names

    @property
    def original(self) -> Listings:
        """The names before any rename: what rows are remembered by."""
        return self._world.listings

    @property
    def listings(self) -> Listings:
        return self.listings_on(self._today()) if self._renames else self._world.listings

    def listings_on(self, session: Session) -> Listings:
        """With the names of then."""
        renames = self._in_force(session)
        if not renames:
            return self._world.listings
        named = self._named.get(renames)
        if named is None:
            symbols = list(self._world.listings.symbols)
            for rename in renames:
                symbols[rename.row] = rename.symbol
            named = self._named[renames] = replace(self._world.listings, symbols=tuple(symbols))
        return named

    def _in_force(self, session: Session) -> tuple[Rename, ...]:
        return tuple(rename for rename in self._renames if rename.session <= session)

    @cached_property
    def figis(self) -> tuple[tuple[str, str], ...]:
        """Composite and share class identifier of each row, which no rename changes."""
        return tuple(
            (f"BBG00{_letters(symbol, 7)}", f"BBG001S{_letters('share ' + symbol, 5)}")
            for symbol in self._world.listings.symbols
        )

    # Prices

    def _factor(self, session: Session) -> Floats | None:
        """(N,) what prices are multiplied by in ``session``; None: nothing."""
        events = [split.event for split in self._splits if split.event.session <= session]
        if not events:
            return None
        factor = np.ones(len(self._world.listings))
        for event in events:
            factor[event.row] *= event.price_factor
        return factor

    def day(self, session: Session) -> DayBars:
        bars, factor = self._world.day(session), self._factor(session)
        if factor is None:
            return bars
        prices = {
            name: np.where(factor != 1.0, printed(getattr(bars, name) * factor), getattr(bars, name))
            for name in ("open", "high", "low", "close")
        }
        return DayBars(session=session, volume=_shares(bars.volume, factor), **prices)

    def grid(self, session: Session) -> MinuteGrid:
        grid, factor = self._world.grid(session), self._factor(session)
        if factor is None:
            return grid
        single = factor.astype(np.float32)
        return replace(
            grid,
            price=grid.price * single,
            volume=grid.volume / single,
            open=grid.open * factor,
            real={row: _scaled(bars, float(factor[row])) for row, bars in grid.real.items()},
        )

    def shares(self, through: Session) -> Floats:
        return self._shares_now(self._world.shares(through), through)

    def float_shares(self, through: Session) -> Floats:
        return self._shares_now(self._world.float_shares(through), through)

    def _shares_now(self, shares: Floats, through: Session) -> Floats:
        factor = self._factor(through)
        return shares if factor is None else _shares(shares, factor)

    def splits(self) -> Sequence[SplitEvent]:
        listed = [split.event for split in self._splits if split.is_listed]
        if not listed:
            return self._world.splits()
        return sorted([*self._world.splits(), *listed], key=lambda event: (event.session, event.row))

    # The world's own

    @property
    def kind(self) -> Literal["simulated", "replay"]:
        return self._world.kind

    @property
    def first_session(self) -> Session:
        return self._world.first_session

    @property
    def last_session(self) -> Session | None:
        return self._world.last_session

    @property
    def seed(self) -> int | None:
        """What the drawn market follows from; None: it is recorded."""
        seed: int | None = getattr(self._world, "seed", None)
        return seed

    def followers(self, row: int) -> NDArray[np.int64] | None:
        """Rows of the companies that a fund follows; None: nobody knows."""
        ask: Callable[[int], NDArray[np.int64]] | None = getattr(self._world, "followers", None)
        return None if ask is None else ask(row)

    def label(self, session: Session) -> str:
        return self._world.label(session)

    def listed(self, through: Session) -> Flags:
        return self._world.listed(through)

    def kinds(self, through: Session) -> tuple[str, ...]:
        return self._world.kinds(through)

    def short_interest(self, through: Session) -> Sequence[ShortRow]:
        return self._world.short_interest(through)

    def articles(self, session: Session) -> Sequence[Article]:
        """With the names of today."""
        told = [row for row in self._articles if _belongs(row.published_at, session)]
        articles = self._world.articles(session)
        if told:
            articles = sorted([*articles, *told], key=lambda article: article.published_at)
        new = self._new_names()
        if not new:
            return articles
        return [
            replace(
                article,
                symbols=tuple(new.get(symbol, symbol) for symbol in article.symbols),
                tones={new.get(symbol, symbol): tone for symbol, tone in article.tones.items()},
            )
            for article in articles
        ]

    def papers(self, session: Session) -> Sequence[Paper]:
        """With the names of today."""
        told = [row for row in self._papers if _belongs(row.public_at, session)]
        papers = self._world.papers(session)
        if told:
            papers = sorted([*papers, *told], key=lambda paper: paper.public_at)
        new = self._new_names()
        return [replace(row, symbol=new.get(row.symbol, row.symbol)) for row in papers] if new else papers

    def _new_names(self) -> dict[str, str]:
        """Today's names by those before any rename, of the rows that have a new one."""
        original, names = self._world.listings, self.listings
        return {original.symbols[rename.row]: names.symbols[rename.row] for rename in self._renames}

    def indices(self, moment: dt.datetime, session: Session) -> Sequence[IndexDay]:
        return self._world.indices(moment, session)

    def describe(self, row: int) -> str:
        return self._world.describe(row)


def _belongs(moment: dt.datetime, session: Session) -> bool:
    """Between the end of the session before and the end of this one."""
    return hours(previous_session(session)).post_close < moment <= hours(session).post_close


def _shares(count: Floats, factor: Floats) -> Floats:
    """A number of shares after splits, rounded where there were any."""
    return np.where(factor != 1.0, np.floor(count / factor), count)


def _scaled(bars: RealBars, factor: float) -> RealBars:
    return replace(
        bars, open=bars.open * factor, high=bars.high * factor, low=bars.low * factor,
        close=bars.close * factor, volume=bars.volume / factor,
    )  # fmt: skip


def _letters(text: str, count: int) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "".join(_FIGI_LETTERS[byte % len(_FIGI_LETTERS)] for byte in digest[:count])
