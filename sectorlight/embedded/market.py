"""The simulated market as a child: its command and the question whether it answers."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from sectorlight.embedded.processes import Program


def market_program(manage: Path, port: int, settings: Mapping[str, str]) -> Program:
    """``settings``: market, from, speed, state (the file that keeps the clock) and token."""
    command = [
        sys.executable,
        str(manage),
        "simulate_market",
        "--port",
        str(port),
        "--market",
        settings["market"],
    ]
    for name in ("from", "speed", "state"):
        if settings.get(name):
            command += [f"--{name}", settings[name]]
    return Program("market", tuple(command), environment={"SIMULATOR_TOKEN": settings["token"]})


def answers(url: str, *, any_status: bool = False) -> bool:
    """Whether an HTTP server says 200 there, or, with ``any_status``, says anything at all."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return any_status or bool(response.status == 200)
    except urllib.error.HTTPError:
        return any_status
    except OSError:
        return False
