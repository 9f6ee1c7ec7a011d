"""Medians and percentiles over repeats, measured by turns, so that a busy machine slows all rivals alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable


def medians_ms(rivals: dict[str, Callable[[], object]], *, repeats: int) -> dict[str, float]:
    """Milliseconds of each rival: one warm-up, then ``repeats`` rounds in which each runs once."""
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for work in rivals.values():
        work()
    gc.collect()
    gc.disable()
    try:
        for _ in range(repeats):
            for name, work in rivals.items():
                started = time.perf_counter()
                work()
                times[name].append((time.perf_counter() - started) * 1000)
    finally:
        gc.enable()
    return {name: statistics.median(values) for name, values in times.items()}


def percentiles_ms(work: Callable[[], object], *, repeats: int) -> tuple[float, float]:
    """The median and the 95th percentile of ``repeats`` rounds, in milliseconds, after one to warm up.
    Rubbish is collected as at work: what a reader waits for is the slow round too."""
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]
