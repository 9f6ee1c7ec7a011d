"""Snapshot rows, in Polygon's old and its unified shape."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from universe.sessions import phase, previous_session, session_of
from universe.simulator.dialects.answers import Row
from universe.simulator.market import Market
from universe.simulator.picture import Picture
from universe.simulator.world import DayBars, printed

_EMPTY_DAY: Row = {"o": 0, "h": 0, "l": 0, "c": 0, "v": 0, "vw": 0}
_EMPTY_MINUTE: Row = {"t": 0, "n": 0, "o": 0, "h": 0, "l": 0, "c": 0, "v": 0, "vw": 0, "av": 0}


def rows(market: Market, order: list[int]) -> list[Row]:
    """The v2 rows of the given listings. Before the first trade of a day its blocks are zero, as on the
    real one; a listing with neither a trade today nor a close before has no row."""
    taken = market.picture()
    session = session_of(taken.moment)
    grid = market.grid(session)
    before = market.day(previous_session(session))
    where = np.array(
        [row for row in order if taken.traded[row] or np.isfinite(before.close[row])], dtype=np.int64
    )
    symbols = market.world.listings.symbols
    columns = _columns(taken, where)
    previous = _previous_blocks(before, where)
    drawn, halted = grid.drawn[where].tolist(), taken.halted[where].tolist()
    result: list[Row] = []
    for place, row in enumerate(where.tolist()):
        block = _row(symbols[row], {key: column[place] for key, column in columns.items()}, previous[place])
        if drawn[place] and market.world.kind == "replay":
            block["interpolated"] = True
        if halted[place]:
            block["halted"] = True
        result.append(block)
    return result


def _columns(taken: Picture, where: NDArray[np.int64]) -> dict[str, list[Any]]:
    """Plain lists, which are five times faster to read one by one than arrays."""
    prices = {
        "p": taken.price, "mo": taken.minute_open, "mh": taken.minute_high, "ml": taken.minute_low,
        "o": taken.day_open, "h": taken.day_high, "l": taken.day_low, "c": taken.day_close,
    }  # fmt: skip
    columns = {key: printed(column[where]).tolist() for key, column in prices.items()}
    columns["traded"] = taken.traded[where].tolist()
    columns["at"] = taken.at[where].astype(np.int64).tolist()
    columns["start"] = taken.minute_start[where].astype(np.int64).tolist()
    columns["av"] = taken.volume[where].tolist()
    columns["v"] = taken.minute_volume[where].tolist()
    return columns


def _previous_blocks(before: DayBars, where: NDArray[np.int64]) -> list[Row]:
    """``prevDay``: as printed that day, not adjusted for a split of today."""
    columns = {
        key: np.round(column[where], 4).tolist()
        for key, column in (("o", before.open), ("h", before.high), ("l", before.low), ("c", before.close))
    }
    volumes = before.volume[where].tolist()
    blocks: list[Row] = []
    for place, volume in enumerate(volumes):
        close = columns["c"][place]
        if close != close:
            blocks.append({})
            continue
        block: Row = {key: column[place] for key, column in columns.items() if column[place] == column[place]}
        if volume == volume:
            block["v"] = volume
        block["vw"] = close
        blocks.append(block)
    return blocks


def _row(symbol: str, now: dict[str, float], previous: Row) -> Row:
    close = previous.get("c")
    if not now["traded"]:
        return {
            "ticker": symbol, "todaysChange": 0, "todaysChangePerc": 0, "updated": 0,
            "day": _EMPTY_DAY, "min": _EMPTY_MINUTE, "prevDay": previous,
        }  # fmt: skip
    price, at = now["p"], int(now["at"])
    change = price - close if close else 0.0
    middle = (now["mo"] + now["mh"] + now["ml"] + price) / 4.0
    day = _EMPTY_DAY
    if now["c"]:
        whole = (now["o"] + now["h"] + now["l"] + now["c"]) / 4.0
        day = {
            "o": now["o"],
            "h": now["h"],
            "l": now["l"],
            "c": now["c"],
            "v": now["av"],
            "vw": round(whole, 4),
        }
    return {
        "ticker": symbol,
        "todaysChange": round(change, 4),
        "todaysChangePerc": round(100.0 * change / close, 4) if close else 0.0,
        "updated": at * 1_000_000_000,
        "day": day,
        "min": {
            "t": int(now["start"]) * 1000, "n": int(now["v"] // 150) + 1, "o": now["mo"], "h": now["mh"],
            "l": now["ml"], "c": price, "v": now["v"], "vw": round(middle, 4), "av": now["av"],
        },
        "lastTrade": {"p": price, "s": 100, "x": 4, "t": at * 1_000_000_000, "i": str(at), "c": [14]},
        "prevDay": previous,
    }  # fmt: skip


def unified(market: Market, symbols: list[str]) -> list[Row]:
    """Rows of ``/v3/snapshot``: the change before, in and after the regular session, each apart."""
    taken = market.picture()
    session = session_of(taken.moment)
    grid = market.grid(session)
    before = market.day(previous_session(session))
    listings = market.world.listings
    status = {"regular": "open", "pre": "early_trading", "post": "late_trading"}.get(
        phase(taken.moment), "closed"
    )
    result: list[Row] = []
    for symbol in symbols:
        row = listings.index[symbol]
        if not taken.traded[row] and not np.isfinite(before.close[row]):
            continue
        session_block = _session_block(taken, row, float(before.close[row]), moment=taken.moment)
        entry: Row = {
            "ticker": symbol, "type": "stocks", "name": listings.names[row], "market_status": status,
            "session": session_block,
        }  # fmt: skip
        if taken.traded[row]:
            entry["last_trade"] = {
                "price": float(printed(taken.price[row])), "size": 100, "exchange": 4, "conditions": [14],
                "id": str(int(taken.at[row])), "timeframe": "REAL-TIME",
                "last_updated": int(taken.at[row]) * 1_000_000_000,
            }  # fmt: skip
        if grid.drawn[row] and market.world.kind == "replay":
            entry["interpolated"] = True
        result.append(entry)
    return result


def _session_block(taken: Picture, row: int, previous: float, *, moment: dt.datetime) -> Row:
    price = float(taken.price[row]) if taken.traded[row] else previous
    opened, close = float(taken.day_open[row]), float(taken.day_close[row])
    block: Row = {
        "price": round(price, 4), "open": round(opened, 4), "close": round(close, 4),
        "high": round(float(taken.day_high[row]), 4), "low": round(float(taken.day_low[row]), 4),
        "previous_close": round(previous, 4), "volume": float(taken.volume[row]),
        "change": round(price - previous, 4), "change_percent": round(100.0 * (price / previous - 1.0), 4),
    }  # fmt: skip
    now = phase(moment)
    parts = {
        "early_trading_change": (opened or price) - previous,
        "regular_trading_change": close - opened if opened else 0.0,
        "late_trading_change": price - close if now in ("post", "closed") and close else 0.0,
    }
    for name, change in parts.items():
        block[name] = round(change, 4)
        block[name + "_percent"] = round(100.0 * change / previous, 4)
    return block
