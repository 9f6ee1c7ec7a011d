"""Bars of one symbol over a span of sessions: minutes and hours from the grid, days and more from daily bars.

Where bars were recorded they are served as they are: joined when longer ones are asked for, never cut.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from universe.sessions import ET, FIRST_DAY, session_of, sessions_between
from universe.simulator.dialects.answers import BadParameterError, Row
from universe.simulator.interventions import PRINT_SIZE
from universe.simulator.market import Market
from universe.simulator.world import PRE_MINUTES, MinuteGrid, RealBars, minute_of, printed
from universe.types import Session

MINUTES = {"minute": 1, "hour": 60}
DAYS = ("day", "week", "month", "quarter", "year")
SESSION_LIMIT = 12
"""Intraday bars are drawn for at most this many sessions a call."""


def bars(
    market: Market,
    ticker: str,
    *,
    count: int,
    span: str,
    first: dt.date,
    last: dt.date,
    adjusted: bool,
    limit: int,
) -> list[Row]:
    """Vendor rows, oldest first, of the sessions in which somebody had this ticker; ``limit`` counts base
    bars (minutes or days) as the vendor does."""
    if span not in MINUTES and span not in DAYS and span != "second":
        raise BadParameterError(f"'timespan' must be one of {', '.join([*MINUTES, *DAYS])}")
    newest = market.session()
    low = max(first, market.world.first_session, FIRST_DAY)
    sessions = sessions_between(low, min(last, newest)) if low <= min(last, newest) else []
    owners = {session: market.world.listings_on(session).index.get(ticker) for session in sessions}
    row = next((owner for owner in reversed(owners.values()) if owner is not None), None)
    if row is None or span == "second":
        return []
    held = [session for session in sessions if owners[session] == row]
    return bars_of(market, row, held, count=count, span=span, adjusted=adjusted, limit=limit)


def bars_of(
    market: Market,
    row: int,
    sessions: list[Session],
    *,
    count: int,
    span: str,
    adjusted: bool,
    limit: int,
) -> list[Row]:
    """The same of one listing, whatever it was called."""
    if span in MINUTES:
        sessions = sessions[: min(SESSION_LIMIT, limit // 960 + 1)]
        step = count * MINUTES[span]
        pieces = (_intraday(market, row, session, step=step, adjusted=adjusted) for session in sessions)
        return [bar for piece in pieces for bar in piece]
    days = list(_daily(market, row, sessions[:limit], adjusted=adjusted))
    return [_joined(group) for group in _groups(days, count, span)]


def _daily(
    market: Market, row: int, sessions: list[Session], *, adjusted: bool
) -> Iterator[tuple[dt.date, Row]]:
    finished = market.finished()
    for session in sessions:
        if session > finished:
            return
        day = market.day(session)
        if not np.isfinite(day.close[row]):
            continue
        factor = float(market.adjustment(session)[row]) if adjusted else 1.0
        bar: Row = {
            key: round(float(column[row]) * factor, 4)
            for key, column in (("o", day.open), ("h", day.high), ("l", day.low), ("c", day.close))
            if np.isfinite(column[row])
        }
        if np.isfinite(day.volume[row]):
            bar |= {"v": float(np.floor(day.volume[row] / factor)), "n": int(day.volume[row] // 150) + 1}
        bar["t"] = int(dt.datetime.combine(session, dt.time(), tzinfo=ET).timestamp() * 1000)
        yield session, bar


def _groups(days: list[tuple[dt.date, Row]], count: int, span: str) -> list[list[Row]]:
    """Days that belong to one bar: by calendar week and so on, or ``count`` days in a row."""
    if span == "day":
        rows = [bar for _, bar in days]
        return [rows[start : start + count] for start in range(0, len(rows), count)]
    keys = {
        "week": lambda day: day.toordinal() // 7 // count,
        "month": lambda day: (12 * day.year + day.month - 1) // count,
        "quarter": lambda day: (4 * day.year + (day.month - 1) // 3) // count,
        "year": lambda day: day.year // count,
    }
    grouped: dict[int, list[Row]] = {}
    for day, bar in days:
        grouped.setdefault(keys[span](day), []).append(bar)
    return list(grouped.values())


def _joined(group: list[Row]) -> Row:
    """One bar from several; a price that any of them lacks is missing."""
    if len(group) == 1:
        return group[0]
    bar: Row = {"t": group[0]["t"], "c": group[-1]["c"]}
    if all("h" in part for part in group):
        bar |= {
            "o": group[0]["o"],
            "h": max(part["h"] for part in group),
            "l": min(part["l"] for part in group),
        }
    if all("v" in part for part in group):
        bar["v"] = sum(part["v"] for part in group)
    return bar


def _intraday(market: Market, row: int, session: Session, *, step: int, adjusted: bool) -> list[Row]:
    grid = market.grid(session)
    now = market.now()
    known = minute_of(now, grid.hours) if session_of(now) == session else grid.minutes
    factor = float(market.adjustment(session)[row]) if adjusted else 1.0
    base = int(grid.hours.pre_open.timestamp())
    real = grid.real.get(row)
    rows = _recorded(real, known) if real is not None else _printed_rows(market, grid, row, known)
    grouped: dict[int, list[Row]] = {}
    for minute, bar in rows:
        grouped.setdefault(minute // step, []).append(bar | {"t": minute})
    result: list[Row] = []
    for place, group in grouped.items():
        bar = _joined(group)
        start = place * step if real is None or step >= real.length else group[0]["t"]
        bar |= {key: round(bar[key] * factor, 4) for key in ("o", "h", "l", "c")}
        bar |= {"v": float(np.floor(bar["v"] / factor)), "t": (base + 60 * start) * 1000}
        bar["vw"] = round((bar["o"] + bar["h"] + bar["l"] + bar["c"]) / 4.0, 4)
        bar["n"] = int(bar["v"] // 150) + 1
        if grid.drawn[row] and market.world.kind == "replay":
            bar["interpolated"] = True
        result.append(bar)
    return result


def _printed_rows(market: Market, grid: MinuteGrid, row: int, known: int) -> Iterator[tuple[int, Row]]:
    """The finished minutes with their bad prints, each of which is all that its minute has."""
    prints = [bad for bad in market.prints if bad.row == row]
    rows = minute_rows(grid, row, known)
    if not prints:
        return rows
    found = dict(rows)
    for bad in prints:
        for minute in range(known):
            if bad.is_in(grid.session, minute):
                found[minute] = dict.fromkeys(("o", "h", "l", "c"), bad.price) | {"v": float(PRINT_SIZE)}
    return iter(sorted(found.items()))


def _recorded(real: RealBars, known: int) -> Iterator[tuple[int, Row]]:
    for place, start in enumerate(real.start.tolist()):
        if start + real.length <= known:
            yield (
                start,
                {
                    "o": float(real.open[place]),
                    "h": float(real.high[place]),
                    "l": float(real.low[place]),
                    "c": float(real.close[place]),
                    "v": float(real.volume[place]),
                },
            )


def minute_rows(grid: MinuteGrid, row: int, known: int) -> Iterator[tuple[int, Row]]:
    """(minute, bar) of each finished minute with a trade."""
    minutes = np.arange(known)
    column = grid.price[:known, row].astype(np.float64)
    before = np.concatenate([column[:1], column[:-1]])
    if known > PRE_MINUTES and np.isfinite(grid.open[row]):
        before[PRE_MINUTES] = grid.open[row]
    volume = np.diff(np.floor(grid.volume[:known, row].astype(np.float64)), prepend=0.0)
    opens, closes = printed(before), printed(column)
    for minute in minutes[grid.last[:known, row] == minutes].tolist():
        start, end = float(opens[minute]), float(closes[minute])
        yield minute, {
            "o": start, "h": max(start, end), "l": min(start, end), "c": end,
            "v": max(1.0, float(volume[minute])),
        }  # fmt: skip
