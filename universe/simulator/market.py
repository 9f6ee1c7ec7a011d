"""A running market: a world, a clock, and what was done to both.

The one object that the dialects ask. It keeps the few session grids that are in use, applies shocks and
halts, and writes its state down so that a restart goes on at the same market time and the same prices.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from universe.sessions import (
    LAST_DAY,
    hours,
    next_session,
    previous_session,
    session_of,
    session_offset,
    sessions_between,
)
from universe.simulator import interventions, picture, sight
from universe.simulator.amended import Amended, HandSplit, Rename
from universe.simulator.interventions import BadPrint, Interventions, ManualHalt, Shock
from universe.simulator.marketclock import SimulatedClock, into_session
from universe.simulator.picture import Picture
from universe.simulator.world import Article, DayBars, Floats, MinuteGrid, Paper, SplitEvent, World, printed
from universe.types import Session

KEPT_GRIDS = 3


class Market:
    """All times are New York. Methods may be called from any thread."""

    def __init__(self, world: World, clock: SimulatedClock) -> None:
        self.world = Amended(world, self.session)
        self._clock = clock
        self._shocks: tuple[Shock, ...] = ()
        self._halts: tuple[ManualHalt, ...] = ()
        self._prints: tuple[BadPrint, ...] = ()
        self._lock = threading.RLock()
        self._calm: OrderedDict[Session, MinuteGrid] = OrderedDict()
        self._moved: dict[Session, tuple[object, MinuteGrid]] = {}
        self._picture: tuple[object, Picture] | None = None
        self._adjustments = lru_cache(maxsize=256)(self._draw_adjustment)

    # Time

    def now(self) -> dt.datetime:
        """The moment that the asker takes for now."""
        return sight.current().moment(self._clock.at(time.time()))

    def session(self) -> Session:
        return session_of(self.now())

    def finished(self) -> Session:
        """The newest session whose regular close has passed."""
        moment = self.now()
        session = session_of(moment)
        return session if moment >= hours(session).close else previous_session(session)

    @property
    def clock(self) -> SimulatedClock:
        return self._clock

    def has_ended(self) -> bool:
        return self._clock.has_ended(time.time())

    def set_clock(self, moment: dt.datetime) -> dt.datetime:
        """Put the market's time to ``moment``, or to the next moment inside a session."""
        with self._lock:
            goal = into_session(moment, self._clock.last_session)
            self._clock = SimulatedClock(goal, time.time(), self._clock.speed, self._clock.last_session)
            return goal

    # Interventions

    @property
    def shocks(self) -> tuple[Shock, ...]:
        return self._shocks

    @property
    def halts(self) -> tuple[ManualHalt, ...]:
        return self._halts

    @property
    def prints(self) -> tuple[BadPrint, ...]:
        return self._prints

    @property
    def version(self) -> object:
        """Changes with everything that a hand does: what was worked out before may then be wrong."""
        return (self._shocks, self._halts, self._prints, self.world.version)

    @property
    def interventions(self) -> Interventions:
        world = self.world
        return Interventions(
            shocks=self._shocks,
            halts=self._halts,
            prints=self._prints,
            splits=world.hand_splits,
            renames=world.renames,
            articles=world.hand_articles,
            papers=world.hand_papers,
        )

    def restore(self, done: Interventions) -> None:
        """Do again, in a market that was just begun, what was done before a restart."""
        self._shocks, self._halts, self._prints = done.shocks, done.halts, done.prints
        self.world.amend(done.splits, done.renames)
        self.world.tell(done.articles, done.papers)

    def shock(self, rows: Sequence[int], percent: float) -> Shock:
        """Every price of ``rows`` is ``percent`` higher (or lower) from now on."""
        shock = Shock(self.now(), tuple(rows), 1.0 + percent / 100.0)
        with self._lock:
            self._shocks = (*self._shocks, shock)
        return shock

    def halt(self, row: int, minutes: float | None) -> ManualHalt:
        """Stop ``row`` from now on; a halt that runs ends here, those of the past stay."""
        now = self.now()
        halt = ManualHalt(row, now, None if minutes is None else now + dt.timedelta(minutes=minutes))
        with self._lock:
            self.resume(row)
            self._halts = (*self._halts, halt)
        return halt

    def resume(self, row: int) -> None:
        now = self.now()
        with self._lock:
            self._halts = tuple(
                replace(halt, until=now)
                if halt.row == row and (halt.until is None or halt.until > now)
                else halt
                for halt in self._halts
            )

    def bad_print(self, row: int, percent: float, seconds: float) -> BadPrint:
        """One trade now, ``percent`` off the last price, that the tape shows for so many market seconds."""
        now = self.now()
        taken = self.picture(has_prints=False)
        last = (
            taken.price[row] if taken.traded[row] else self.day(previous_session(self.session())).close[row]
        )
        price = float(printed(np.asarray(last * (1.0 + percent / 100.0))))
        bad = BadPrint(row, now.replace(microsecond=0), now + dt.timedelta(seconds=seconds), price)
        with self._lock:
            self._prints = (*self._prints, bad)
        return bad

    def amend(self, splits: Sequence[HandSplit] = (), renames: Sequence[Rename] = ()) -> None:
        """Let splits and renames begin with their sessions."""
        with self._lock:
            self.world.amend(splits, renames)
            first = min((split.event.session for split in splits), default=LAST_DAY)
            for kept in (self._calm, self._moved):
                for session in [day for day in kept if day >= first]:
                    del kept[session]

    def tell(self, articles: Sequence[Article] = (), papers: Sequence[Paper] = ()) -> None:
        """Let articles and papers be told from their moments on; they name symbols before any rename."""
        with self._lock:
            self.world.tell(articles, papers)

    # Prices

    def grid(self, session: Session) -> MinuteGrid:
        """The session as it is after all shocks and halts."""
        calm = self._calm_grid(session)
        version = (self._shocks, self._halts)
        with self._lock:
            kept = self._moved.get(session)
            if kept is None or kept[0] != version:
                self._moved = {day: pair for day, pair in self._moved.items() if day in self._calm}
                kept = self._moved[session] = (version, interventions.disturbed(calm, *version))
            return kept[1]

    def _calm_grid(self, session: Session) -> MinuteGrid:
        with self._lock:
            grid = self._calm.get(session)
            if grid is None:
                grid = self._calm[session] = self.world.grid(session)
            self._calm.move_to_end(session)
            while len(self._calm) > KEPT_GRIDS:
                self._calm.popitem(last=False)
            return grid

    def picture(self, *, has_prints: bool = True) -> Picture:
        """The tape now, cut to whole seconds; a frozen one has the prices of then at the times of now. Who
        takes the tape with its bad prints sees those that show."""
        clean = self._clean_picture()
        return picture.with_prints(clean, self._prints) if has_prints and self._prints else clean

    def _clean_picture(self) -> Picture:
        moment = self.now().replace(microsecond=0)
        frozen_at = sight.current().frozen_at
        at = moment if frozen_at is None else min(moment, frozen_at.replace(microsecond=0))
        version = (moment, at, self._shocks, self._halts, self.world.version)
        kept = self._picture
        if kept is not None and kept[0] == version:
            return kept[1]
        session = session_of(at)
        shock = interventions.factors(self._shocks, frozen_at or self.now(), len(self.world.listings))
        taken = picture.take(self.grid(session), self._calm_grid(session), shock, at)
        if at != moment:
            taken = picture.shifted(taken, moment)
        self._picture = (version, taken)
        return taken

    def day(self, session: Session) -> DayBars:
        """A session's bars, shocks included; of a running session what will have been."""
        bars = self.world.day(session)
        day = hours(session)
        if not any(shock.at < day.close for shock in self._shocks):
            return bars
        inside = any(day.pre_open <= shock.at < day.close for shock in self._shocks)
        grid = self.grid(session) if inside else None
        return interventions.disturbed_day(bars, grid, self._shocks, day.close)

    def mean_volume(self, through: Session, sessions: int) -> Floats:
        """(N,) mean of the volumes known in the ``sessions`` sessions up to ``through``; NaN without any."""
        first = max(session_offset(through, 1 - sessions), self.world.first_session)
        volumes = np.array([self.day(day).volume for day in sessions_between(first, through)])
        known = np.isfinite(volumes)
        mean = np.nansum(volumes, axis=0) / np.maximum(known.sum(axis=0), 1)
        return np.asarray(np.where(known.any(axis=0), mean, np.nan))

    def adjustment(self, session: Session) -> Floats:
        """(N,) what to multiply a past session's prices by, for splits since then that have taken effect."""
        return self._adjustments(session, self.session(), self.world.hand_splits)

    def _draw_adjustment(self, session: Session, today: Session, _: object) -> Floats:
        factor = np.ones(len(self.world.listings))
        for split in self.world.splits():
            if session < split.session <= today:
                factor[split.row] *= split.price_factor
        return factor

    def known_splits(self) -> list[SplitEvent]:
        """Those executed, and those of the next session, which is announced."""
        horizon = self.session()
        if self.world.last_session is None or horizon < self.world.last_session:
            horizon = next_session(horizon)
        return [split for split in self.world.splits() if split.session <= horizon]
