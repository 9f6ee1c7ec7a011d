"""Asking a vendor about many symbols, one by one and side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from typing import TypeVar

from universe.errors import SourceError

T = TypeVar("T")

IN_FLIGHT = 8


def answers(
    ask: Callable[[str], T], symbols: Sequence[str], *, failed: str, counts: Counter[str]
) -> Generator[T, None, None]:
    """What ``ask`` gives for each symbol, as it comes. A refusal is counted under ``failed`` and its kind; so
    is an outage, which ends the asking. A reader that may leave early closes it (`contextlib.closing`)."""
    pool = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="asking")
    try:
        # Each in a context of its own, so that an open log of calls hears what the threads ask.
        asked = [pool.submit(copy_context().run, ask, symbol) for symbol in symbols]
        for future in as_completed(asked):
            try:
                answer = future.result()
            except SourceError as exc:
                counts[f"{failed}:{type(exc).__name__}"] += 1
                if exc.permanent:
                    continue
                return
            yield answer
    finally:
        # However it ends, also by a reader that takes no more: what was not asked yet is not asked.
        pool.shutdown(cancel_futures=True)
