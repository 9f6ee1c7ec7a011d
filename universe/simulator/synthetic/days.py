"""Daily prices of the drawn market, for any session, without walking there from a first day.

Pure. Sessions are numbered from the calendar's first; 64 of them are a block. At each block's edge every
log level is fixed by the seed alone; between two edges runs a walk, bent to meet both. So any block can be
drawn by itself, levels never drift away, and the same date has the same prices for ever. A day's move is
the market's, plus the sector's, plus the listing's own: fat-tailed, with rare overnight jumps.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np

from universe.sessions import FIRST_DAY, LAST_DAY, sessions_between
from universe.simulator.synthetic.cast import LISTINGS, Cast
from universe.simulator.synthetic.funds import ALL, GROUPS, OTHER
from universe.simulator.world import DayBars, Floats, Singles, SplitEvent, printed
from universe.types import Session

BLOCK = 64
KEPT_BLOCKS = 6
MARKET_SPREAD = 0.008
GROUP_SPREAD = np.array(
    [0.0210, 0.0200, 0.0170, 0.0165, 0.0190, 0.0220, 0.0215, 0.0180, 0.0160, 0.0145, 0.0175, 0.0030, 0.0]
)
OVERNIGHT = 0.35
"""Share of a day's variance that happens before the open."""
SPLITS_PER_SESSION = 0.4


@dataclass(frozen=True)
class Block:
    """64 sessions of log moves (64, N): ``close`` levels, and of each day the move to the open and the
    extremes beyond open and close; ``busy`` multiplies the usual volume."""

    number: int
    before: Floats
    close: Singles
    gap: Singles
    above: Singles
    below: Singles
    busy: Singles


class Days:
    """Daily bars by session. Blocks are drawn when first asked for and the last six are kept."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self._cast = cast
        self._seed = seed
        self._sessions = sessions_between(FIRST_DAY, LAST_DAY)
        self._number = {session: number for number, session in enumerate(self._sessions)}
        self._blocks: OrderedDict[int, Block] = OrderedDict()
        self._lock = Lock()
        self.splits = self._draw_splits()

    def bars(self, session: Session) -> DayBars:
        block, place = self._place(session)
        before = self._close(block, place - 1)
        open_, close = before + block.gap[place], self._close(block, place)
        factor = self.factor(session)
        busy = block.busy[place].astype(np.float64)
        return DayBars(
            session=session,
            open=printed(np.exp(open_) * factor),
            high=printed(np.exp(np.maximum(open_, close) + block.above[place]) * factor),
            low=printed(np.exp(np.minimum(open_, close) - block.below[place]) * factor),
            close=printed(np.exp(close) * factor),
            volume=np.floor(self._cast.shares * self._cast.turnover * busy / factor),
        )

    def gap(self, session: Session) -> Floats:
        """(N,) log move from the close before to the open."""
        block, place = self._place(session)
        gap: Floats = block.gap[place].astype(np.float64)
        return gap

    def factor(self, session: Session) -> Floats:
        """(N,) printed price over level: not 1 while a split is still to come."""
        factor = np.ones(len(self._cast.listings))
        for split in self.splits:
            if split.session > session:
                factor[split.row] = 1.0 / split.price_factor
        return factor

    def _place(self, session: Session) -> tuple[Block, int]:
        number, place = divmod(self._number[session], BLOCK)
        return self._block(number), place

    def _close(self, block: Block, place: int) -> Floats:
        return block.before if place < 0 else block.close[place].astype(np.float64)

    def _block(self, number: int) -> Block:
        with self._lock:
            block = self._blocks.get(number)
            if block is None:
                block = self._blocks[number] = self._draw(number)
            self._blocks.move_to_end(number)
            while len(self._blocks) > KEPT_BLOCKS:
                self._blocks.popitem(last=False)
            return block

    def _levels(self, edge: int) -> tuple[Floats, Floats]:
        """Log levels at a block's edge: the common ones (G + 1,) and each listing's own (N,)."""
        rng = np.random.default_rng([self._seed, 2, edge])
        spreads = np.append(GROUP_SPREAD, MARKET_SPREAD)
        common = 4.0 * spreads * np.clip(rng.standard_normal(len(spreads)), -2, 2)
        own = np.minimum(0.35, 5.0 * self._cast.spread) * np.clip(
            rng.standard_normal(len(self._cast.spread)), -2, 2
        )
        return common, np.log(self._cast.price) + own

    def _draw(self, number: int) -> Block:
        cast = self._cast
        rng = np.random.Generator(np.random.SFC64([self._seed, 3, number]))
        first_common, first_own = self._levels(number)
        last_common, last_own = self._levels(number + 1)
        spreads = np.append(GROUP_SPREAD, MARKET_SPREAD)
        common = _with_all(rng.standard_t(5, (BLOCK, len(spreads))) * spreads * 0.77)
        first_common, last_common = _with_all(first_common[None])[0], _with_all(last_common[None])[0]
        common_close = _bend(common, first_common, last_common)
        shape = (BLOCK, len(cast.spread))
        own, jump = self._own_moves(rng, shape)
        own_close = _bend(own + jump, first_own, last_own)
        taken = np.concatenate([first_common[None], common_close])
        shared = taken[:, cast.group] * cast.loading + taken[:, GROUPS][:, None] * cast.market
        close = own_close + shared[1:]
        before = first_own + shared[0]
        move = np.diff(close, axis=0, prepend=before[None])
        night = rng.standard_normal(shape, dtype=np.float32) * np.float32(0.45)
        gap = jump + OVERNIGHT * (move - jump) + night * cast.spread.astype(np.float32)
        reach = np.abs(rng.standard_normal((2, *shape), dtype=np.float32)) * (0.45 * cast.spread).astype(
            np.float32
        )
        surprise = np.abs(move) / np.maximum(cast.spread, 0.004) / 2.2
        luck = rng.standard_normal(shape, dtype=np.float32) * np.float32(0.33)
        busy = np.exp(luck) * (0.62 + 0.38 * np.minimum(surprise, 9.0) ** 1.3)
        return Block(
            number, before, close.astype(np.float32), gap.astype(np.float32),
            reach[0], reach[1], busy.astype(np.float32),
        )  # fmt: skip

    def _own_moves(self, rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Floats, Floats]:
        """Each listing's own moves (64, N): the fat-tailed walk, and the jumps apart from it."""
        calm = rng.standard_normal(shape, dtype=np.float32)
        mood = np.exp(np.float32(0.55) * rng.standard_normal(shape, dtype=np.float32) - np.float32(0.25))
        walk = calm * mood * self._cast.spread
        luck = rng.random(shape, dtype=np.float32)
        size = 0.12 + 0.16 * rng.standard_exponential(shape, dtype=np.float32)
        sign = np.where(luck < 0.55 * self._cast.jumps, 1.0, -1.0)
        jump = np.where(luck < self._cast.jumps, sign * np.minimum(size, 1.1), 0.0)
        return walk.astype(np.float64), jump.astype(np.float64)

    def _draw_splits(self) -> tuple[SplitEvent, ...]:
        """At most one split per company between the calendar's ends: cheap ones consolidate, dear ones
        split."""
        rng = np.random.default_rng([self._seed, 4])
        part = len(self._cast.listings) / LISTINGS
        count = int(SPLITS_PER_SESSION * part * len(self._sessions))
        price = self._cast.price[self._cast.companies]
        pool = np.flatnonzero((price < 12.0) | (price > 45.0))
        rows = rng.permutation(pool)[:count]
        days = rng.integers(1, len(self._sessions), size=len(rows))
        events = []
        for row, day in zip(rows.tolist(), days.tolist(), strict=True):
            if price[row] > 45.0:
                ratio = (1.0, float(rng.choice([2, 2, 3, 4])))
            else:
                ratio = (float(rng.choice([5, 8, 10, 10, 15, 20, 25, 30])), 1.0)
            events.append(SplitEvent(int(row), self._sessions[day], *ratio))
        return tuple(sorted(events, key=lambda event: (event.session, event.row)))


def _with_all(common: Floats) -> Floats:
    """Fill the column that follows all sectors with their mean; (days, G + 1), last column the market."""
    common[:, ALL] = common[:, :OTHER].mean(axis=1)
    return common


def _bend(moves: Floats, first: Floats, last: Floats) -> Floats:
    """Levels (64, k) of a walk by ``moves`` that starts at ``first`` and ends at ``last``."""
    path = np.cumsum(moves, axis=0)
    part = np.arange(1, BLOCK + 1)[:, None] / BLOCK
    bent: Floats = first + path + part * (last - first - path[-1])
    return bent
