"""Leave a server that failed alone for a few seconds.

A server that takes connections and never answers costs a time-out each time it is asked, and a page asks
several times. So after so many failures in a row this process asks nothing for a while: every exchange fails
at once. Then one caller tries, and what it finds decides.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: How long a server that failed is left alone; afterwards one caller asks, the others go on without.
REST_SECONDS = 3.0


class Breaker:
    """Whether one server is worth a question just now. Shared by all threads of the process.

    ``error`` and ``more`` are the failures that count; the ``after``-th in a row begins a rest of
    ``rest_seconds``, during which ``error`` is raised. Any other outcome ends the row.
    """

    def __init__(
        self,
        thing: str,
        error: type[Exception],
        *more: type[Exception],
        after: int = 1,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        self._thing = thing
        self._error = error
        self._failures = (error, *more)
        self._after = after
        self._rest_seconds = rest_seconds
        self._lock = threading.Lock()
        self._failed = 0
        self._rests_until = 0.0

    def forget(self) -> None:
        """End a rest: the server is asked again."""
        with self._lock:
            self._failed, self._rests_until = 0, 0.0

    def is_resting(self) -> bool:
        return time.monotonic() < self._rests_until

    def has_failed(self) -> bool:
        """Whether the server did not answer when it was asked last, be the rest over or not."""
        return bool(self._failed or self._rests_until)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around one exchange. Raises ``error`` at once during a rest; a failure may begin one."""
        self._let_pass()
        has_failed = False
        try:
            yield
        except self._failures:
            has_failed = True
            self._count()
            raise
        finally:
            # Whatever else was raised, the server answered, if only with a refusal.
            if not has_failed:
                self._heal()

    def _heal(self) -> None:
        if self._failed or self._rests_until:
            self.forget()

    def _count(self) -> None:
        with self._lock:
            self._failed += 1
            if self._failed >= self._after:
                self._rests_until = time.monotonic() + self._rest_seconds

    def _let_pass(self) -> None:
        """The first caller after a rest tries; until it knows, the rest goes on for everybody else."""
        if not self._rests_until:
            return
        with self._lock:
            now = time.monotonic()
            if now < self._rests_until:
                raise self._error(f"{self._thing} did not answer a moment ago; it is asked again shortly")
            if self._rests_until:
                self._rests_until = now + self._rest_seconds
