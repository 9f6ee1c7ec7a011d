"""Which market the product looks at: the real one, a simulated one, or a replay of recorded days."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sectorlight.env import SettingError, refuse

World = Literal["live", "simulated", "replay"]

#: The file that makes a folder a recording (docs/simulated-market.md).
PANEL = "market_daily.parquet"
#: The settings behind the simulated market's options that may be wrong.
VARIABLES = {"--market": "MARKET", "--from": "MARKET_FROM"}


@dataclass(frozen=True, slots=True)
class Market:
    """``name`` is "live", "simulated" or the absolute path of the recording."""

    name: str
    world: World

    def folder(self, start: str = "") -> str:
        """The folder of this market's own servers: prices of two markets never share a database, nor do two
        that begin on different days (``start``): what one computed may lie in the other's future."""
        if self.world == "live":
            return "live"
        if self.world == "simulated":
            return f"simulated-{start}" if start else "simulated"
        told = f"{self.name}|{start}" if start else self.name
        return f"replay-{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def market_choose(value: str, *, has_key: bool, base: Path) -> Market:
    """The market that ``MARKET`` asks for; relative folders are taken from ``base``, the checkout.

    Without a value it is the live market when there is a vendor key, else the simulated one.
    """
    wanted = value or ("live" if has_key else "simulated")
    if wanted == "live":
        if not has_key:
            raise refuse("MARKET", value, "'simulated' or a folder as long as POLYGON_API_KEY is not set")
        return Market("live", "live")
    if wanted == "simulated":
        return Market("simulated", "simulated")
    folder = (base / Path(wanted).expanduser()).resolve()
    if not folder.is_dir():
        raise refuse("MARKET", value, f"'live', 'simulated' or an existing folder (looked at {folder})")
    if not (folder / PANEL).is_file():
        raise refuse("MARKET", value, f"a folder of recorded days, which holds {PANEL} ({folder} does not)")
    return Market(str(folder), "replay")


def replay_start(value: str) -> str:
    """``MARKET_FROM`` as an ISO date, or empty for the newest session."""
    if not value:
        return ""
    try:
        return dt.date.fromisoformat(value).isoformat()
    except ValueError:
        raise refuse("MARKET_FROM", value, "a date such as 2026-03-31") from None


def market_try(name: str, start: str) -> str:
    """Open the simulated or recorded market ``name`` once, to begin at the date ``start`` (empty: newest).

    A recording is read whole, which takes a second. Raises SettingError when its server could not open it
    either; else tells, where ``start`` is no session, which one is taken. Empty when there is nothing to say.
    """
    from universe.sessions import is_session, next_session
    from universe.simulator.start import StartError, check_market

    try:
        check_market(name, start or None)
    except StartError as exc:
        raise SettingError(f"{VARIABLES[exc.option]} {exc.fault}.") from exc
    if not start or is_session(day := dt.date.fromisoformat(start)):
        return ""
    taken = next_session(day)
    return f"MARKET_FROM is {start}, a {day:%A} without trading: the next session, {taken}, is taken."
