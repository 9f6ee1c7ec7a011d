"""How the world's indices moved over the American night."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from universe.benchmarks import WORLD_INDICES
from universe.services.calls import calls_kept
from universe.sessions import hours, previous_session, session_of
from universe.sources import facts_source
from universe.types import Quote

#: A quote may be so much ahead of the market's clock: clocks differ.
AHEAD_MAX = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class IndexMove:
    """``move_pct``: percent from the index's own previous close, NaN when it tells nothing of this night;
    then ``note`` says why. ``as_of`` None: no quote came."""

    symbol: str
    name: str
    move_pct: float = math.nan
    as_of: dt.datetime | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class IndicesReport:
    """Every index of `WORLD_INDICES`, in its order, and the rows of the calls that told of them."""

    moves: tuple[IndexMove, ...]
    calls: tuple[int, ...]

    @property
    def known(self) -> tuple[IndexMove, ...]:
        return tuple(move for move in self.moves if math.isfinite(move.move_pct))


def indices_refresh(now: dt.datetime) -> IndicesReport:
    """Ask the facts vendor for the world's indices at market time ``now``.

    A quote counts when it is newer than the last American close: an index that has not traded since, for a
    holiday of its own, says nothing of this night. Nothing is stored but the calls: the run keeps the moves.
    Raises `SourceError` when the vendor tells nothing at all.
    """
    session = session_of(now)
    since = hours(previous_session(session)).close
    with calls_kept("indices", session) as kept:
        quotes = {quote.symbol: quote for quote in facts_source().fetch_context(list(WORLD_INDICES)).rows}
    moves = tuple(
        _move(symbol, name, quotes.get(symbol), since=since, now=now)
        for symbol, name in WORLD_INDICES.items()
    )
    return IndicesReport(moves, kept.ids)


def _move(symbol: str, name: str, quote: Quote | None, *, since: dt.datetime, now: dt.datetime) -> IndexMove:
    if quote is None:
        return IndexMove(symbol, name, note="no quote")
    move, note = math.nan, ""
    if not since < quote.as_of <= now + AHEAD_MAX:
        note = "has not traded since the last close"
    elif not quote.previous_close or quote.previous_close <= 0:
        note = "no previous close"
    else:
        move = 100.0 * (quote.price / quote.previous_close - 1.0)
    return IndexMove(symbol, name, move, quote.as_of, quote.source, note)
