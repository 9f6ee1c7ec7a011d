"""What a backup and a restore say while they work, and where Ctrl-C ends them: between two steps, not within
one, since a server's answer that nobody waits for leaves a session of no use for tidying up.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

#: Seconds between two looks at a line that changes in place.
EVERY = 0.2


class Stream(Protocol):
    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...

    def isatty(self) -> bool: ...


class Telling:
    """Lines on a stream; on a terminal also one that shows how far a long step is."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._shown = 0
        self._next = 0.0
        self._is_stopped = False

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Inside, Ctrl-C raises KeyboardInterrupt at the next word; the second one at once."""
        before = signal.signal(signal.SIGINT, self._stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def hold_on(self) -> None:
        """From here on Ctrl-C comes too late. Raises KeyboardInterrupt when it came before."""
        self._look()
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _stop(self, *_: object) -> None:
        self._look()
        self._is_stopped = True

    def _look(self) -> None:
        if self._is_stopped:
            raise KeyboardInterrupt

    def say(self, line: str) -> None:
        self._look()
        self._wipe()
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def progress(self, line: str) -> None:
        """Shown in place of the last progress, a few times a second; a file never sees it."""
        self._look()
        if not self._is_terminal or time.monotonic() < self._next:
            return
        self._wipe()
        self._stream.write(f"\r{line}")
        self._stream.flush()
        self._shown, self._next = len(line), time.monotonic() + EVERY

    def _wipe(self) -> None:
        if self._shown:
            self._stream.write(f"\r{' ' * self._shown}\r")
            self._shown = 0


def size_words(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
