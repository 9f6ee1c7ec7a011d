"""How the world's indices moved over the American night."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass

from universe.benchmarks import WORLD_INDICES
from universe.clock import market_now
from universe.errors import NotEntitled
from universe.services.calls import calls_kept
from universe.sessions import hours, previous_session, session_of
from universe.sources import facts_source
from universe.sources.base import Parsed
from universe.types import Quote

NOT_IN_PLAN = "not in the plan"
#: A quote may be so much ahead of the market's clock: clocks differ.
AHEAD_MAX = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class IndexMove:
    """``move_pct``: percent from the index's own previous close, NaN when it tells nothing of this night;
    then ``note`` says why. ``price`` is in points, ``as_of`` its market moment, ``fetched_at`` the wall
    clock's when it came; None: no quote came."""

    symbol: str
    name: str
    move_pct: float = math.nan
    note: str = ""
    price: float | None = None
    previous_close: float | None = None
    as_of: dt.datetime | None = None
    fetched_at: dt.datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class IndicesReport:
    """Every index of `WORLD_INDICES`, in its order, and the rows of the calls that told of them."""

    moves: tuple[IndexMove, ...]
    calls: tuple[int, ...]

    @property
    def known(self) -> tuple[IndexMove, ...]:
        return tuple(move for move in self.moves if math.isfinite(move.move_pct))

    @property
    def in_plan(self) -> int:
        """How many the plan has, whether they are known or not."""
        return sum(move.note != NOT_IN_PLAN for move in self.moves)


def indices_refresh(now: dt.datetime) -> IndicesReport:
    """Ask the facts vendor for the world's indices at market time ``now``.

    A quote counts when it is newer than the last American close: an index that has not traded since, for a
    holiday of its own, says nothing of this night. Nothing is stored but the calls: the run keeps the moves.
    A plan without any of them is no error: each says so. Raises `SourceError` when a vendor that should have
    them tells nothing at all.
    """
    session = session_of(now)
    since = hours(previous_session(session)).close
    with calls_kept("indices", session) as kept:
        told = _asked()
    quotes = {quote.symbol: quote for quote in told.rows}
    # The market of the answer, not of the question: a fast market's clock runs on while the vendor answers.
    until = max(now, market_now()) + AHEAD_MAX
    silent = NOT_IN_PLAN if any(reason.startswith("not_entitled") for reason in told.dropped) else ""
    moves = tuple(
        _move(quotes[symbol], name, since, until)
        if symbol in quotes
        else IndexMove(symbol, name, note=silent or "no quote")
        for symbol, name in WORLD_INDICES.items()
    )
    return IndicesReport(moves, kept.ids)


def _asked() -> Parsed[Quote]:
    """No other vendor is asked in place of one whose plan has none: the stock plans have none either."""
    try:
        return facts_source().fetch_context(list(WORLD_INDICES))
    except NotEntitled:
        return Parsed([], Counter(not_entitled=len(WORLD_INDICES)))


def _move(quote: Quote, name: str, since: dt.datetime, until: dt.datetime) -> IndexMove:
    move, note = math.nan, ""
    if quote.as_of <= since:
        note = "has not traded since the last close"
    elif quote.as_of > until:
        note = "its time lies ahead"
    elif not quote.previous_close or quote.previous_close <= 0:
        note = "no previous close"
    else:
        move = 100.0 * (quote.price / quote.previous_close - 1.0)
    return IndexMove(
        quote.symbol,
        name,
        move,
        note,
        price=quote.price,
        previous_close=quote.previous_close,
        as_of=quote.as_of,
        fetched_at=quote.fetched_at,
        source=quote.source,
    )
