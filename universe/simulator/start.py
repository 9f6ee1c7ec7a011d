"""Open a simulated market from what the operator asked for, or say what is wrong with it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from pathlib import Path

from universe.sessions import (
    ET,
    LAST_DAY,
    OutOfCalendarError,
    hours,
    is_session,
    next_session,
    previous_session,
)
from universe.simulator import state
from universe.simulator.market import Market
from universe.simulator.marketclock import SimulatedClock, into_session
from universe.simulator.server import Options
from universe.simulator.synthetic.cast import LISTINGS, LISTINGS_MIN
from universe.simulator.synthetic.world import DEFAULT_SEED, SyntheticWorld
from universe.simulator.world import World
from universe.types import Session

SIMULATED = "simulated"
FIRST_TIME = dt.time(10, 0)


class StartError(ValueError):
    """The market cannot be opened as asked: a mistake of the operator, which another try does not mend.

    ``fault`` reads on from the name of ``option``, so that a caller may put its own name for it in front.
    """

    def __init__(self, option: str, fault: str) -> None:
        super().__init__(f"{option} {fault}")
        self.option = option
        self.fault = fault


def open_market(
    place: str,
    *,
    first: str | None,
    speed: float,
    seed: int | None,
    state_path: Path | None,
    environment: Mapping[str, str],
    today: dt.datetime,
    listings: int | None = None,
) -> tuple[Market, Options]:
    """A market at its market time: the saved one when there is a state of the same world, else the asked one.

    ``place`` is ``simulated`` or a folder, ``listings`` the size of the invented market. ``environment`` may
    hold SIMULATOR_TOKEN and SIMULATOR_KEYS.
    """
    if not 1 <= speed <= 60:
        raise StartError("--speed", f"is {speed:g}, but must be a number from 1 to 60")
    if state_path is not None:
        _check_state_folder(state_path)
    world = _world(place, seed, listings)
    identity = f"{place}|{DEFAULT_SEED if seed is None else seed}|{first or ''}"
    identity += "" if listings is None else f"|{listings}"
    if first is None:
        begin = _at_ten(world.last_session or _newest(today.astimezone(ET).date()))
    else:
        begin = _begin(world, first, place)
    saved = state.load(state_path, identity, world.listings.index) if state_path else None
    if saved is not None:
        begin = into_session(saved.market_time, world.last_session)
    clock = SimulatedClock(begin, time.time(), speed, world.last_session)
    market = Market(world, clock)
    if saved is not None:
        market.restore(saved.done)
    keys = frozenset(key for key in environment.get("SIMULATOR_KEYS", "").split(",") if key)
    return market, Options(
        identity=identity, keys=keys, token=environment.get("SIMULATOR_TOKEN", ""), state_path=state_path
    )


def check_market(place: str, first: str | None) -> None:
    """Read ``place`` whole, as `open_market` does, and forget it. StartError when it cannot begin so."""
    world = _world(place)
    if first is not None:
        _begin(world, first, place)


def _check_state_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StartError("--state", f"is {path}, but its folder cannot be made: {exc.strerror}") from exc


def _world(place: str, seed: int | None = None, listings: int | None = None) -> World:
    if listings is not None and not LISTINGS_MIN <= listings <= LISTINGS:
        raise StartError("--listings", f"is {listings}, but must be from {LISTINGS_MIN:,} to {LISTINGS:,}")
    if place == SIMULATED:
        return SyntheticWorld(DEFAULT_SEED if seed is None else seed, listings or LISTINGS)
    from universe.simulator.replay.folder import FolderError
    from universe.simulator.replay.world import ReplayWorld

    try:
        return ReplayWorld(Path(place))
    except FolderError as exc:
        raise StartError("--market", f"is {place}, but {exc}") from exc


def _begin(world: World, first: str, place: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(first)
    except ValueError:
        raise StartError("--from", f"is {first!r}, but must be a date or time such as 2026-03-31") from None
    day = moment.date()
    # A session's moves are counted from the close before it, so the very first cannot be shown.
    last = world.last_session or previous_session(LAST_DAY)
    try:
        session = day if is_session(day) else next_session(day)
        is_held = world.first_session < session <= last
    except OutOfCalendarError:
        is_held = False
    if not is_held:
        whose = "the invented market" if place == SIMULATED else place
        raise StartError(
            "--from",
            f"is {first}, but must be a day from {next_session(world.first_session)} to {last}: "
            f"{whose} begins with the close of {world.first_session}",
        )
    if len(first) == 10 or session != day:
        return _at_ten(session)
    return into_session(moment if moment.tzinfo else moment.replace(tzinfo=ET), world.last_session)


def _newest(day: dt.date) -> Session:
    return day if is_session(day) else previous_session(day)


def _at_ten(session: Session) -> dt.datetime:
    return max(dt.datetime.combine(session, FIRST_TIME, tzinfo=ET), hours(session).pre_open)
