"""What a backup and a restore say while they work."""

from __future__ import annotations

import time
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

    def say(self, line: str) -> None:
        self._wipe()
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def progress(self, line: str) -> None:
        """Shown in place of the last progress, a few times a second; a file never sees it."""
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
