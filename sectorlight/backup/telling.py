"""What a backup and a restore say while they work, and where Ctrl-C or SIGTERM ends them: between two steps,
not within one, since a server's answer that nobody waits for leaves a session of no use for tidying up.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

#: Seconds between two looks at a line that changes in place.
EVERY = 0.2
#: What asks for an end.
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stream(Protocol):
    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...

    def isatty(self) -> bool: ...

    def fileno(self) -> int: ...


class Telling:
    """Lines on a stream; on a terminal also one that shows how far a long step is.

    When nobody reads them any more (`| head -1`, a full disk under the log) the work goes on unheard.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._shown = 0
        self._next = 0.0
        self._is_stopped = False
        self._is_held = False
        self._is_heard = True

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Inside, Ctrl-C or SIGTERM raises KeyboardInterrupt at the next word; the second one at once."""
        before = {number: signal.signal(number, self._stop) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def hold_on(self) -> None:
        """From here on both come too late. Raises KeyboardInterrupt when one came before."""
        self._is_held = True
        self._look()

    def _stop(self, *_: object) -> None:
        if self._is_held:
            return
        self._look()
        self._is_stopped = True

    def _look(self) -> None:
        if self._is_stopped:
            raise KeyboardInterrupt

    def say(self, line: str) -> None:
        self._look()
        self._write(f"{self._wiped()}{line}\n")

    def progress(self, line: str) -> None:
        """Shown in place of the last progress, a few times a second; a file never sees it."""
        self._look()
        if not self._is_terminal or time.monotonic() < self._next:
            return
        self._write(f"{self._wiped()}\r{line}")
        self._shown, self._next = len(line), time.monotonic() + EVERY

    def _wiped(self) -> str:
        """What removes the progress that is shown."""
        shown, self._shown = self._shown, 0
        return f"\r{' ' * shown}\r" if shown else ""

    def _write(self, text: str) -> None:
        if not self._is_heard:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._is_heard = False
            # What is left in the stream's buffer would fail once more at the end of the process.
            with suppress(OSError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)


def size_words(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
