"""Where the running family can be reached, one small file in the data folder, and the lock it holds.

``manage.py up`` writes it, settings read it, so that `manage.py shell`, `doctor` or `migrate` in a second
terminal talk to the same servers. It holds passwords, so only its owner can read it.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import IO, TypedDict

FILE = "family.json"


class State(TypedDict, total=False):
    database_url: str
    redis_url: str
    simulator_url: str
    simulator_token: str
    supervisor_pid: int
    web_url: str


def state_read(data_dir: Path) -> State:
    """The last written state; empty when there is none or it is unreadable."""
    try:
        loaded = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return State(**loaded) if isinstance(loaded, dict) else {}  # type: ignore[typeddict-item]


def state_write(data_dir: Path, state: State) -> None:
    """Replace the file in one step, readable by its owner only."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / FILE
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(state, file, indent=1)
    fresh.replace(path)


def family_lock(data_dir: Path) -> IO[str] | None:
    """The lock of a data folder, held until it is closed; None while a running family holds it."""
    handle = (data_dir / "family.lock").open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle
