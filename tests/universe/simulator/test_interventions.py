from __future__ import annotations

import datetime as dt
import time

import numpy as np
import pytest

from tests.universe.simulator.conftest import SESSION
from universe.sessions import hours
from universe.simulator.market import Market
from universe.simulator.marketclock import SimulatedClock
from universe.simulator.synthetic.world import SyntheticWorld
from universe.simulator.world import Singles

TEN = hours(SESSION).pre_open + dt.timedelta(hours=6)


@pytest.fixture
def market(world: SyntheticWorld) -> Market:
    return Market(world, SimulatedClock(TEN, time.time()))


@pytest.fixture
def row(world: SyntheticWorld) -> int:
    return world.listings.index["IWM"]


def path(market: Market, row: int) -> Singles:
    return market.grid(SESSION).price[:, row].copy()


def test_resuming_after_the_end_of_a_halt_changes_nothing(market: Market, row: int) -> None:
    market.halt(row, 5)
    market.set_clock(TEN + dt.timedelta(minutes=30))
    before = path(market, row)
    market.resume(row)
    assert np.array_equal(path(market, row), before)


def test_a_second_halt_leaves_the_first_in_the_past(market: Market, row: int) -> None:
    calm = path(market, row)
    for moment in (TEN, TEN + dt.timedelta(minutes=30)):
        market.set_clock(moment)
        market.halt(row, 5)
    for start in (360, 390):
        assert len(set(path(market, row)[start : start + 5].tolist())) == 1
        assert len(set(calm[start : start + 5].tolist())) > 1


def test_a_halt_in_a_halt_begins_where_the_first_began(market: Market, row: int) -> None:
    market.halt(row, None)
    market.set_clock(TEN + dt.timedelta(minutes=10))
    market.halt(row, 5)
    frozen = path(market, row)
    assert len(set(frozen[360:375].tolist())) == 1
    assert len(set(frozen[375:].tolist())) > 1
