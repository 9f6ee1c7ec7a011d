"""The terminal that a family was started on: writing to it, and noticing that it was closed.

Closing a terminal sends SIGHUP to the first process of its session only. A shell passes it on. `make` as that
process (`xterm -e make run`, `ssh -t host make run`) keeps it and waits for us, so we look ourselves.
"""

from __future__ import annotations

import errno
import os
import threading
from contextlib import suppress
from typing import IO

#: What writing says when the terminal, or the reader of a pipe, is gone for good.
GONE = (errno.EIO, errno.EPIPE)


class Terminal:
    """The terminal in whose foreground we run, if any; a job in the background may outlive its own."""

    def __init__(self) -> None:
        self._in_front = False
        self._file: int | None = None
        try:
            self._file = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
        except OSError:
            return
        self.is_gone()

    def is_gone(self) -> bool:
        """Whether it was closed since the look that found us in its foreground."""
        if self._file is None:
            return False
        try:
            self._in_front = os.tcgetpgrp(self._file) == os.getpgrp()
        except OSError:
            return self._in_front
        return False


class Output:
    """Whole lines from many threads. A reader or a terminal that went away stops nobody."""

    _lock = threading.Lock()

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __call__(self, line: str) -> None:
        with self._lock:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except OSError as exc:
                if exc.errno in GONE:
                    self._forget()
            except ValueError:  # closed
                return

    def _forget(self) -> None:
        """Send the rest to nowhere: what is still buffered would fail once more when Python ends."""
        with suppress(OSError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), self._stream.fileno())
