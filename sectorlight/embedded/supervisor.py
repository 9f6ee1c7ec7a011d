"""The family of processes behind `make run`: one supervisor starts, watches and stops them.

1. `start` spawns a program and pumps its lines, prefixed with its name, into one output.
2. `watch` looks at every child five times a second. A dead one comes back after a pause that doubles with
   each death; too many deaths in a short time end the family with a sentence.
3. `stop` asks the clients of the servers to end first, then the servers, and kills what is left: all within
   ten seconds. The kernel does the same when the supervisor itself is killed (`leash.py`).

Everything that spawns runs in the main thread, since a child lives no longer than the thread that made it.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from sectorlight.embedded.processes import Child, Program, end_group, spawn, stop_all
from sectorlight.embedded.terminal import Terminal

LOOK_EVERY = 0.2
ECHO_SECONDS = 1.0
LAST_LINES_SECONDS = 0.5
GRACE_CLIENTS = 4.5
GRACE_SERVERS = 3.0


class FamilyEnded(Exception):
    """The family cannot go on; the text says which child and why."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a child may die: ``deaths`` within ``window`` seconds end the family.

    The pause before a restart is ``pause`` seconds, doubled with each death in the window, ``pause_max``
    at the most.
    """

    deaths: int = 5
    window: float = 60.0
    pause: float = 0.5
    pause_max: float = 15.0


@dataclass(slots=True)
class _Member:
    program: Program
    is_server: bool
    child: Child | None = None
    lines: threading.Thread | None = None
    deaths: deque[float] = field(default_factory=deque)
    due: float = 0.0


class Family:
    """The children of one supervisor. ``say`` takes one finished line of output."""

    def __init__(self, say: Callable[[str], None], patience: Patience = Patience()) -> None:
        self._say = say
        self._patience = patience
        self._members: list[_Member] = []
        self._stopping = False
        self._impatient = False
        self._asked_at = 0.0
        self._terminal: Terminal | None = None

    def obey_signals(self) -> None:
        """SIGINT, SIGTERM, SIGHUP and a terminal that is closed end the family.

        A second SIGINT or SIGTERM, later, ends it without waiting. Started under `nohup`, which ignores
        SIGHUP, the family goes on without its terminal.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._on_signal)
            self._terminal = Terminal()

    # Only plain attributes are set in here: a lock could be held by the very code that was interrupted.
    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if not self._stopping:
            self._asked_at = now
        # One wish may arrive twice: from the terminal's group and from `make`. A closed terminal, which shell
        # and kernel may tell in turn, is nobody's hurry.
        elif number != signal.SIGHUP:
            self._impatient = now - self._asked_at > ECHO_SECONDS
        self._stopping = True

    def is_stopping(self) -> bool:
        return self._stopping

    def start(self, program: Program, *, is_server: bool = False) -> None:
        """Spawn and own ``program``. Servers are stopped after all others."""
        member = _Member(program, is_server)
        self._members.append(member)
        self._spawn(member)

    def run_once(self, program: Program, *, on_line: Callable[[str], None] | None = None) -> None:
        """Run ``program`` to its end, while the others are watched. Raises `FamilyEnded` if it fails."""
        child = spawn(program)
        pump = self._pump(child, on_line)
        try:
            while child.process.poll() is None:
                self.watch()
                if self.is_stopping():
                    return
                time.sleep(0.05)
            pump.join(2)
        finally:
            end_group(child.process)
        if child.process.returncode != 0:
            raise FamilyEnded(f"{program.name} {_ended_how(child)}; its last lines above say why.")

    def watch(self) -> None:
        """One look at the terminal and at every child: note deaths, restart what is due."""
        now = time.monotonic()
        if self._terminal and self._terminal.is_gone():
            self._stopping = True
        for member in self._members:
            if member.child is None:
                if now >= member.due and not self.is_stopping():
                    self._say(f"{member.program.name} starts again.")
                    self._spawn(member)
            elif member.child.process.poll() is not None and not self.is_stopping():
                self._mourn(member, now)

    def run(self) -> None:
        """Watch until a signal comes. Raises `FamilyEnded` when a child cannot be kept alive."""
        while not self.is_stopping():
            self.watch()
            time.sleep(LOOK_EVERY)

    def stop(self) -> None:
        """End every child, clients before servers. Nothing is left of the family afterwards."""
        self._stopping = True
        if self._members:
            self._say("Stopping ...")
        for is_server, grace in ((False, GRACE_CLIENTS), (True, GRACE_SERVERS)):
            children = [m.child for m in self._members if m.child and m.is_server is is_server]
            # A server is never hurried: it has data to write.
            hurry = (lambda: False) if is_server else (lambda: self._impatient)
            for name in stop_all(children, within=grace, hurry=hurry):
                self._say(f"{name} did not end by itself and was killed.")
        for member in self._members:
            _last_lines(member)
        self._members.clear()

    def _spawn(self, member: _Member) -> None:
        try:
            member.child = spawn(member.program)
        except OSError as exc:
            raise FamilyEnded(
                f"{member.program.name} cannot be started, so everything stops: {exc}."
            ) from exc
        member.lines = self._pump(member.child, None)

    def _mourn(self, member: _Member, now: float) -> None:
        assert member.child is not None
        how = _ended_how(member.child)
        end_group(member.child.process)
        _last_lines(member)
        member.child = None
        patience, name = self._patience, member.program.name
        member.deaths.append(now)
        while now - member.deaths[0] > patience.window:
            member.deaths.popleft()
        count = len(member.deaths)
        if count >= patience.deaths:
            raise FamilyEnded(
                f"{name} {how}, {count} times within {patience.window:g} s, so everything stops. "
                f"The lines of {name} above say why; `make doctor` tells what is missing."
            )
        pause = min(patience.pause * 2 ** (count - 1), patience.pause_max)
        member.due = now + pause
        self._say(f"{name} {how}; it starts again in {pause:g} s.")

    def _pump(self, child: Child, on_line: Callable[[str], None] | None) -> threading.Thread:
        def pump() -> None:
            assert child.process.stdout is not None
            with child.process.stdout as lines:
                for raw in lines:
                    line = raw.decode(errors="replace").rstrip()
                    if on_line:
                        on_line(line)
                    else:
                        self._say(f"{child.program.name:<9}| {line}")

        thread = threading.Thread(target=pump, name=f"lines of {child.program.name}", daemon=True)
        thread.start()
        return thread


def _last_lines(member: _Member) -> None:
    """Let what a dead child said last come out before we speak of it."""
    if member.lines:
        member.lines.join(LAST_LINES_SECONDS)


def _ended_how(child: Child) -> str:
    code = child.process.returncode
    if code is not None and code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
