"""Which runs this process is at: several of its threads may be asked for one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_runs: Counter[int] = Counter()
_lock = threading.Lock()


@contextmanager
def at_work(run_id: int, *, alone: Callable[[int], None]) -> Iterator[None]:
    """Around the work at a run. ``alone`` is called first, and before another thread may begin, when nobody
    in this process is at it."""
    with _lock:
        if not _runs[run_id]:
            alone(run_id)
        _runs[run_id] += 1
    try:
        yield
    finally:
        with _lock:
            _runs[run_id] -= 1
