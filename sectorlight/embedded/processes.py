"""One child process: how it is started, that it dies with us, and how it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")


class EmbeddedError(RuntimeError):
    """An embedded server cannot be started; the text says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class Account:
    """An ordinary user to run a program as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. ``stop`` asks it to end; ``orphaned`` is what the kernel sends when we are killed."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    folder: Path | None = None
    stop: signal.Signals = signal.SIGTERM
    orphaned: signal.Signals = signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Child:
    """A program that runs."""

    program: Program
    process: subprocess.Popen[bytes]


def spawn(program: Program, *, output: int | None = subprocess.PIPE) -> Child:
    """Start ``program`` in a session of its own, tied to the life of the calling thread.

    Call it from a thread that lives as long as the program shall; that is the main thread.
    """
    account = program.account
    ids = (account.uid, account.gid) if account else (-1, -1)
    leash = (str(LEASH), str(os.getpid()), str(int(program.orphaned)), *map(str, ids))
    process = subprocess.Popen(
        (sys.executable, "-I", "-S", *leash, *program.command),
        env={**os.environ, **program.environment},
        cwd=program.folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    return Child(program, process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the process and of everything that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop_all(
    children: Sequence[Child], *, within: float, hurry: Callable[[], bool] = lambda: False
) -> list[str]:
    """Ask all to end, wait ``within`` seconds together, kill the rest. Gives the names of the killed.

    ``hurry`` is asked while waiting; True ends the wait at once.
    """
    for child in children:
        # To the process itself, which passes on to its own children what they need.
        child.process.send_signal(child.program.stop)
    deadline = time.monotonic() + within
    waiting = list(children)
    while waiting and time.monotonic() < deadline and not hurry():
        waiting = [child for child in waiting if child.process.poll() is None]
        time.sleep(0.02 if waiting else 0)
    for child in children:
        end_group(child.process)
    return [child.program.name for child in waiting]


def end_leftover(pid_file: Path, wish: signal.Signals, demand: signal.Signals) -> None:
    """End the server that a killed supervisor left behind; a pid file without a server is removed.

    Servers work in the folder of their pid file, so the number's next owner is not taken for one.
    ``wish`` asks, ``demand`` follows eight seconds later. Raises `EmbeddedError` when neither helps.
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        pid_file.unlink(missing_ok=True)
        return
    for number in (wish, demand):
        if _works_in(pid, pid_file.parent):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            wait_gone(pid, having="", within=8)
    if _works_in(pid, pid_file.parent):
        raise EmbeddedError(
            f"Process {pid} still runs in {pid_file.parent} and does not end. "
            f"End it: kill -{demand.name.removeprefix('SIG')} {pid}"
        )
    pid_file.unlink(missing_ok=True)


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder.resolve()
    except OSError:
        return False


def is_running(pid: int, *, having: str) -> bool:
    """Whether ``pid`` is a live process with ``having`` in its command line (a pid may be reused)."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return having.encode() in command and state != "Z"


def wait_gone(pid: int, *, having: str, within: float) -> bool:
    """Whether a process that is not our child ended within that many seconds."""
    deadline = time.monotonic() + within
    while is_running(pid, having=having):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
