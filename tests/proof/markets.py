"""A whole simulated market for a proof, this process and its workers on it, and a first board."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.market import RunningMarket, start_market


@contextmanager
def first_board(first: str, *, speed: float = 1.0) -> Iterator[RunningMarket]:
    """The market at ``first``, with the slots and a published board. Needs `tests.benchmarks.servers`."""
    from django.test import override_settings

    from analysis.models import RunKind
    from analysis.services import run_create_now, run_execute, slots_seed
    from universe import clock
    from universe.sources import sources_close

    with (
        start_market(first=first, listings=None, speed=speed) as market,
        override_settings(**market.settings, MARKET_SPEED=speed),
    ):
        clock.forget()
        try:
            slots_seed()
            run_execute(run_create_now(RunKind.ON_DEMAND).pk)
            yield market
        finally:
            clock.forget()
            sources_close()
