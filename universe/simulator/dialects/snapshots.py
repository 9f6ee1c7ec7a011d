"""Snapshot rows, in Polygon's old and its unified shape."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from universe.sessions import phase, previous_session, session_of
from universe.simulator import sight
from universe.simulator.dialects.answers import Row
from universe.simulator.market import Market
from universe.simulator.picture import Picture
from universe.simulator.world import DayBars, Floats, printed

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
    columns = _columns(taken, before.close[where], where)
    previous = _previous_blocks(before, where)
    drawn, halted = grid.drawn[where].tolist(), taken.halted[where].tolist()
    seen = sight.current()
    result: list[Row] = []
    for place, (row, *values) in enumerate(zip(where.tolist(), *columns.values(), strict=True)):
        now = dict(zip(columns, values, strict=True))
        block = _row(symbols[row], now, previous[place])
        if now["traded"] and seen.has_trades:
            block["lastTrade"] = {
                "p": now["p"], "s": 100, "x": 4, "t": now["ns"], "i": str(now["at"]), "c": [14],
            }  # fmt: skip
        if now["traded"] and seen.has_quotes:
            block["lastQuote"] = {"P": now["ask"], "S": 2, "p": now["bid"], "s": 3, "t": now["ns"]}
        if drawn[place] and market.world.kind == "replay":
            block["interpolated"] = True
        if halted[place]:
            block["halted"] = True
        result.append(block)
    return result


def _columns(taken: Picture, close: Floats, where: NDArray[np.int64]) -> dict[str, list[Any]]:
    """Plain lists, which are five times faster to read one by one than arrays; ``close`` is the day
    before's."""
    p, mo, mh, ml, o, h, low, c = (
        printed(column[where])
        for column in (
            *(taken.price, taken.minute_open, taken.minute_high, taken.minute_low),
            *(taken.day_open, taken.day_high, taken.day_low, taken.day_close),
        )
    )
    known = np.isfinite(close) & (close > 0)
    change = np.where(known, p - close, 0.0)
    percent = 100.0 * np.divide(change, close, out=np.zeros_like(close), where=known)
    volume, minute_volume = taken.volume[where], taken.minute_volume[where]
    at = taken.at[where].astype(np.int64)
    half = spread(p) / 2.0
    columns: dict[str, NDArray[Any]] = {
        "p": p, "bid": printed(p - half), "ask": printed(p + half),
        "mo": mo, "mh": mh, "ml": ml, "mvw": np.round((mo + mh + ml + p) / 4.0, 4),
        "o": o, "h": h, "l": low, "c": c, "vw": np.round((o + h + low + c) / 4.0, 4),
        "change": np.round(change, 4), "percent": np.round(percent, 4),
        "traded": taken.traded[where], "at": at, "ns": at * 1_000_000_000,
        "t": taken.minute_start[where].astype(np.int64) * 1000,
        "av": volume, "v": minute_volume, "n": (minute_volume // 150).astype(np.int64) + 1,
    }  # fmt: skip
    return {key: column.tolist() for key, column in columns.items()}


def spread(price: Floats) -> Floats:
    """Between the quotes round a price: two cents, more for dear shares, less for those below a dollar."""
    return np.where(price >= 1.0, np.maximum(0.02, 0.0006 * price), 0.0004)


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


def _row(symbol: str, now: dict[str, Any], previous: Row) -> Row:
    if not now["traded"]:
        return {
            "ticker": symbol, "todaysChange": 0, "todaysChangePerc": 0, "updated": 0,
            "day": _EMPTY_DAY, "min": _EMPTY_MINUTE, "prevDay": previous,
        }  # fmt: skip
    day = _EMPTY_DAY
    if now["c"]:
        day = {
            "o": now["o"], "h": now["h"], "l": now["l"], "c": now["c"], "v": now["av"], "vw": now["vw"],
        }  # fmt: skip
    return {
        "ticker": symbol,
        "todaysChange": now["change"],
        "todaysChangePerc": now["percent"],
        "updated": now["ns"],
        "day": day,
        "min": {
            "t": now["t"], "n": now["n"], "o": now["mo"], "h": now["mh"], "l": now["ml"], "c": now["p"],
            "v": now["v"], "vw": now["mvw"], "av": now["av"],
        },
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
            entry |= _newest_blocks(taken, row)
        if grid.drawn[row] and market.world.kind == "replay":
            entry["interpolated"] = True
        result.append(entry)
    return result


def _newest_blocks(taken: Picture, row: int) -> Row:
    """The newest trade and quote, as far as the asker's plan has them."""
    seen = sight.current()
    price = np.array([taken.price[row]])
    half = spread(price) / 2.0
    bid, ask = float(printed(price - half)[0]), float(printed(price + half)[0])
    word = "DELAYED" if seen.late else "REAL-TIME"
    stamp = {"timeframe": word, "last_updated": int(taken.at[row]) * 1_000_000_000}
    blocks: Row = {}
    if seen.has_trades:
        blocks["last_trade"] = {
            "price": float(printed(price)[0]), "size": 100, "exchange": 4, "conditions": [14],
            "id": str(int(taken.at[row])), **stamp,
        }  # fmt: skip
    if seen.has_quotes:
        blocks["last_quote"] = {
            "bid": bid,
            "bid_size": 3,
            "ask": ask,
            "ask_size": 2,
            "midpoint": round((bid + ask) / 2, 4),
            **stamp,
        }
    return blocks


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
