from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.market import RunningMarket, start_market
from universe.simulator.synthetic.world import SyntheticWorld

SESSION = dt.date(2026, 11, 20)
PREVIOUS = dt.date(2026, 11, 19)
OWN_LISTINGS = 2_000


@pytest.fixture(scope="session")
def world() -> SyntheticWorld:
    return SyntheticWorld()


@pytest.fixture(scope="session")
def market() -> Iterator[RunningMarket]:
    """A whole invented market at 10:30 of a fixed session; tests that move it start their own."""
    with start_market(first=f"{SESSION}T10:30", listings=None) as running:
        yield running


@pytest.fixture
def own_market() -> Iterator[RunningMarket]:
    """A smaller market that a test may do anything to."""
    with start_market(first=f"{SESSION}T10:30", listings=OWN_LISTINGS) as running:
        yield running
