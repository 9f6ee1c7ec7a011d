"""The simulated market's memory over restarts: its time and what was done to it, in one small file."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from universe.sessions import ET
from universe.simulator.interventions import ManualHalt, Shock
from universe.simulator.market import Market


@dataclass(frozen=True)
class Saved:
    """``identity`` tells which world it was; another world's state is not this one's."""

    identity: str
    market_time: dt.datetime
    shocks: list[Shock] = field(default_factory=list)
    halts: list[ManualHalt] = field(default_factory=list)


def save(path: Path, identity: str, market: Market) -> None:
    """Write atomically: a reader and a power cut see the old file or the new one, never half of one."""
    listings = market.world.listings
    payload = {
        "identity": identity,
        "market_time": market.now().isoformat(),
        "shocks": [
            {"at": shock.at.isoformat(), "rows": list(shock.rows), "factor": shock.factor}
            for shock in market.shocks
        ],
        "halts": [
            {
                "symbol": listings.symbols[halt.row],
                "since": halt.since.isoformat(),
                "until": halt.until.isoformat() if halt.until else None,
            }
            for halt in market.halts
        ],
    }
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(payload), encoding="utf-8")
    os.replace(draft, path)


def load(path: Path, identity: str, index: dict[str, int]) -> Saved | None:
    """What was saved for this world; None when there is nothing, or it is another world's or damaged."""
    try:
        payload: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if payload["identity"] != identity:
            return None
        return Saved(
            identity=identity,
            market_time=_moment(payload["market_time"]),
            shocks=[
                Shock(_moment(row["at"]), tuple(row["rows"]), float(row["factor"]))
                for row in payload["shocks"]
            ],
            halts=[
                ManualHalt(
                    index[row["symbol"]],
                    _moment(row["since"]),
                    _moment(row["until"]) if row["until"] else None,
                )
                for row in payload["halts"]
            ],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(ET)
