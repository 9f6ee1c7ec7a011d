"""Open a simulated market from what the operator asked for, or say what is wrong with it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from pathlib import Path

from universe.sessions import ET, OutOfCalendarError, hours, is_session, next_session, previous_session
from universe.simulator import state
from universe.simulator.market import Market
from universe.simulator.marketclock import SimulatedClock, into_session
from universe.simulator.server import Options
from universe.simulator.synthetic.world import DEFAULT_SEED, SyntheticWorld
from universe.simulator.world import World
from universe.types import Session

SIMULATED = "simulated"
FIRST_TIME = dt.time(10, 0)


class StartError(ValueError):
    """The market cannot be opened as asked; the text names the option and what it may be."""


def open_market(
    place: str,
    *,
    first: str | None,
    speed: float,
    seed: int | None,
    state_path: Path | None,
    environment: Mapping[str, str],
    today: dt.datetime,
) -> tuple[Market, Options]:
    """A market at its market time: the saved one when there is a state of the same world, else the asked one.

    ``place`` is ``simulated`` or a folder. ``environment`` may hold SIMULATOR_TOKEN and SIMULATOR_KEYS.
    """
    if not 1 <= speed <= 60:
        raise StartError(f"--speed is {speed:g}, but must be a number from 1 to 60")
    if state_path is not None:
        _check_state_folder(state_path)
    world = _world(place, seed)
    identity = f"{place}|{DEFAULT_SEED if seed is None else seed}|{first or ''}"
    begin = _begin(world, first, today)
    saved = state.load(state_path, identity, world.listings.index) if state_path else None
    if saved is not None:
        begin = into_session(saved.market_time, world.last_session)
    clock = SimulatedClock(begin, time.time(), speed, world.last_session)
    market = Market(world, clock)
    if saved is not None:
        market.restore(saved.shocks, saved.halts)
    keys = frozenset(key for key in environment.get("SIMULATOR_KEYS", "").split(",") if key)
    return market, Options(
        identity=identity, keys=keys, token=environment.get("SIMULATOR_TOKEN", ""), state_path=state_path
    )


def _check_state_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StartError(f"--state is {path}, but its folder cannot be made: {exc.strerror}") from exc


def _world(place: str, seed: int | None) -> World:
    if place == SIMULATED:
        return SyntheticWorld(DEFAULT_SEED if seed is None else seed)
    from universe.simulator.replay.folder import FolderError
    from universe.simulator.replay.world import ReplayWorld

    try:
        return ReplayWorld(Path(place))
    except FolderError as exc:
        raise StartError(f"--market {place}: {exc}") from exc


def _begin(world: World, first: str | None, today: dt.datetime) -> dt.datetime:
    if first is None:
        return _at_ten(world.last_session or _newest(today.astimezone(ET).date()))
    try:
        moment = dt.datetime.fromisoformat(first)
        is_day = len(first) == 10
        day = moment.date()
        session = day if is_session(day) else next_session(day)
    except OutOfCalendarError as exc:
        raise StartError(f"--from: {exc}") from None
    except ValueError:
        raise StartError(f"--from is {first!r}, but must be a date or time such as 2026-03-31") from None
    last = world.last_session
    if session <= world.first_session or (last is not None and session > last):
        end = f" and not after {last}" if last else ""
        raise StartError(f"--from is {first}, but must be after {world.first_session}{end}")
    if is_day or session != day:
        return _at_ten(session)
    return into_session(moment if moment.tzinfo else moment.replace(tzinfo=ET), last)


def _newest(day: dt.date) -> Session:
    return day if is_session(day) else previous_session(day)


def _at_ten(session: Session) -> dt.datetime:
    return max(dt.datetime.combine(session, FIRST_TIME, tzinfo=ET), hours(session).pre_open)
