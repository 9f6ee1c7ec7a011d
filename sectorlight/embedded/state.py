"""Where the running family can be reached: one small file in the data folder.

``manage.py up`` writes it, settings read it, so that `manage.py shell`, `doctor` or `migrate` in a second
terminal talk to the same servers. It holds passwords, so only its owner can read it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TypedDict


class State(TypedDict, total=False):
    database_url: str
    redis_url: str
    simulator_url: str
    simulator_token: str
    supervisor_pid: int
    web_url: str


def state_path(data_dir: Path) -> Path:
    return data_dir / "family.json"


def state_read(data_dir: Path) -> State:
    """The last written state; empty when there is none or it is unreadable."""
    try:
        loaded = json.loads(state_path(data_dir).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return State(**loaded) if isinstance(loaded, dict) else {}  # type: ignore[typeddict-item]


def state_write(data_dir: Path, state: State) -> None:
    """Replace the file in one step, readable by its owner only."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = state_path(data_dir)
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(state, file, indent=1)
    fresh.replace(path)
