"""Stream messages: minute bars of everybody, second bars and trades of those that somebody wants."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from universe.sessions import hours, session_of
from universe.simulator import sight
from universe.simulator.dialects.answers import Row
from universe.simulator.interventions import PRINT_SIZE
from universe.simulator.market import Market
from universe.simulator.picture import wiggle
from universe.simulator.world import PRE_MINUTES, minute_of, printed
from universe.types import Session


def minute_bars(market: Market, session: Session, minute: int) -> list[Row]:
    """AM messages of one finished minute: only of what traded in it. A frozen market says again what it said
    in the minute before it froze."""
    begin = int(hours(session).pre_open.timestamp() + 60 * minute) * 1000
    frozen_at = sight.current().frozen_at
    if frozen_at is not None:
        day = hours(session_of(frozen_at))
        session, minute = min((session, minute), (day.session, max(minute_of(frozen_at, day) - 1, 0)))
    grid = market.grid(session)
    rows = np.flatnonzero(grid.last[minute] == minute)
    end = grid.price[minute, rows].astype(np.float64)
    start = grid.price[max(minute - 1, 0), rows].astype(np.float64)
    opens = grid.open[rows]
    if minute == PRE_MINUTES:
        start = np.where(np.isfinite(opens), opens, start)
    reach = 0.0006 * wiggle(rows, minute)
    before = np.floor(grid.volume[minute - 1, rows].astype(np.float64)) if minute else np.zeros(len(rows))
    total = np.maximum(1.0, np.floor(grid.volume[minute, rows].astype(np.float64)))
    columns = {
        "o": printed(start), "c": printed(end),
        "h": printed(np.maximum(start, end) * (1 + reach)),
        "l": printed(np.minimum(start, end) * (1 - reach)),
        "v": np.maximum(total - before, 1.0), "av": total,
        "op": printed(np.nan_to_num(opens)) if minute >= PRE_MINUTES else np.zeros(len(rows)),
    }  # fmt: skip
    lists = {key: column.tolist() for key, column in columns.items()}
    symbols = market.world.listings.symbols
    drawn = grid.drawn[rows].tolist() if market.world.kind == "replay" else [False] * len(rows)
    span = (begin, begin + 60_000)
    bars = {
        row: _bar(
            symbols[row],
            {key: column[place] for key, column in lists.items()},
            event="AM",
            span=span,
            drawn=drawn[place],
        )
        for place, row in enumerate(rows.tolist())
    }
    for bad in market.prints:
        if bad.is_in(session, minute):
            usual = bars.get(bad.row, {"av": float(PRINT_SIZE), "op": 0.0})
            bar = dict.fromkeys(("o", "h", "l", "c"), bad.price) | {"v": float(PRINT_SIZE)}
            bar |= {"av": usual["av"], "op": usual["op"]}
            bars[bad.row] = _bar(symbols[bad.row], bar, event="AM", span=span, drawn=False)
    return list(bars.values())


def _bar(symbol: str, bar: dict[str, float], *, event: str, span: tuple[int, int], drawn: bool) -> Row:
    middle = round((bar["o"] + bar["h"] + bar["l"] + bar["c"]) / 4.0, 4)
    message: Row = {
        "ev": event, "sym": symbol, "v": bar["v"], "av": bar["av"], "op": bar["op"], "vw": middle,
        "o": bar["o"], "c": bar["c"], "h": bar["h"], "l": bar["l"], "a": middle,
        "z": int(min(bar["v"], 150)), "s": span[0], "e": span[1],
    }  # fmt: skip
    if drawn:
        message["interpolated"] = True
    return message


def _fresh_rows(market: Market, wanted: Collection[str]) -> tuple[list[int], int]:
    """Rows among the wanted that printed within the last second, and that second (epoch)."""
    taken = market.picture()
    second = int(taken.moment.timestamp())
    index = market.world.listings.index
    rows = np.flatnonzero(taken.traded & (taken.at >= second - 1) & ~taken.halted)
    if "*" not in wanted:
        allowed = {index[symbol] for symbol in wanted if symbol in index}
        return [row for row in rows.tolist() if row in allowed], second
    return rows.tolist(), second


def second_bars(market: Market, wanted: Collection[str]) -> list[Row]:
    rows, second = _fresh_rows(market, wanted)
    taken = market.picture()
    grid = market.grid(session_of(taken.moment))
    messages: list[Row] = []
    span = (second * 1000, (second + 1) * 1000)
    for row in rows:
        symbol = market.world.listings.symbols[row]
        price = float(printed(taken.price[row]))
        opened = float(printed(taken.day_open[row]))
        bar = dict.fromkeys(("o", "h", "l", "c"), price)
        bar |= {
            "v": max(1.0, float(taken.minute_volume[row]) // 60),
            "av": float(taken.volume[row]),
            "op": opened,
        }
        drawn = bool(grid.drawn[row]) and market.world.kind == "replay"
        messages.append(_bar(symbol, bar, event="A", span=span, drawn=drawn))
    return messages


def trades(market: Market, wanted: Collection[str]) -> list[Row]:
    rows, second = _fresh_rows(market, wanted)
    taken = market.picture()
    return [
        {
            "ev": "T",
            "sym": market.world.listings.symbols[row],
            "x": 4,
            "i": f"{second}{row}",
            "z": 3,
            "p": float(printed(taken.price[row])),
            "s": 100,
            "c": [14],
            "t": second * 1000,
            "q": second % 1_000_000,
        }
        for row in rows
    ]
