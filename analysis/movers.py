"""Watching core stocks between the runs: a 15 % move is told at once and its sector is read again."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.alerts import FIRST_LEVEL, REARM_BELOW, Move, movers_raise
from analysis.models import Alert
from analysis.services import mover_request
from sectors.selectors import classification_map
from universe.selectors import members, price_frame
from universe.sessions import session_of
from universe.types import Session

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class MoverWatch:
    """The core stocks of a session with their sectors and previous closes; read again when the session turns.

    ``near`` holds the symbols that were above 12 %: only they can fall back under it.
    """

    session: Session | None = None
    closes: dict[str, float] = field(default_factory=dict)
    sectors: dict[str, str] = field(default_factory=dict)
    near: set[str] = field(default_factory=set)

    def look(self, prices: Mapping[str, float], at: dt.datetime) -> list[Alert]:
        """Judge new prices (USD) at market time ``at``. Raises alerts and asks for their sectors' runs."""
        self._turn(at)
        moves = [move for symbol, price in prices.items() if (move := self._move(symbol, price)) is not None]
        worth = [move for move in moves if self._is_worth_a_look(move)]
        if worth:
            worth = self._looked_twice(worth, prices, at)
        if not worth:
            return []
        raised = movers_raise(worth, at)
        self.near = self.near - {move.symbol for move in worth} | {
            move.symbol for move in worth if abs(move.change_pct) >= REARM_BELOW
        }
        for sector in sorted({alert.sector for alert in raised if alert.sector}):
            run, created = mover_request(sector, at)
            logger.info(
                "a mover of %s asks for run %s%s", sector, run.pk, "" if created else ", already asked"
            )
        return raised

    def _looked_twice(
        self, moves: Sequence[Move], prices: Mapping[str, float], at: dt.datetime
    ) -> list[Move]:
        """The moves that stand on closes read anew: a split of today may have been listed meanwhile."""
        self._read_closes([move.symbol for move in moves], at)
        again = [self._move(move.symbol, prices[move.symbol]) for move in moves]
        return [move for move in again if move is not None and self._is_worth_a_look(move)]

    def _read_closes(self, symbols: Sequence[str], at: dt.datetime) -> None:
        closes = price_frame(symbols, at, 1).close.iloc[-1]
        self.closes |= {
            str(symbol): float(close) for symbol, close in closes.items() if np.isfinite(close) and close > 0
        }

    def _is_worth_a_look(self, move: Move) -> bool:
        return abs(move.change_pct) >= FIRST_LEVEL or move.symbol in self.near

    def _move(self, symbol: str, price: float) -> Move | None:
        close = self.closes.get(symbol)
        if close is None or not price > 0:
            return None
        return Move(symbol, self.sectors.get(symbol, ""), 100.0 * (price / close - 1.0))

    def _turn(self, at: dt.datetime) -> None:
        """Read the core stocks of the session of ``at``, once there are any."""
        session = session_of(at)
        if session == self.session and self.closes:
            return
        core = [row.symbol for row in members(session) if row.is_core]
        self.session, self.near, self.closes = session, set(), {}
        self._read_closes(core, at)
        self.sectors = classification_map(core)
