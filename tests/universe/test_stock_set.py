"""`universe:stocks`: the symbols of the newest universe as a Redis set."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import redis
from django.utils import timezone

from analysis.services import tick
from universe import clock, keys
from universe.models import StockUniverse
from universe.services import stock_universe_mend
from universe.sessions import ET

pytestmark = pytest.mark.django_db(transaction=True)
SUNDAY = dt.datetime(2026, 3, 8, 12, 0, tzinfo=ET)


@pytest.fixture
def two_stocks() -> None:
    for symbol in ("ANNE", "BEA"):
        StockUniverse.objects.create(
            symbol=symbol,
            market_cap=1,
            avg_daily_volume=1,
            volatility_multiplier=1,
            last_updated=timezone.now(),
            session=SUNDAY.date(),
        )


@pytest.mark.usefixtures("two_stocks")
def test_a_redis_that_lost_the_set_has_it_back_with_the_next_tick(redis_server: redis.Redis) -> None:
    with clock.override(SUNDAY):
        tick()
    assert redis_server.smembers(keys.universe_stocks()) == {b"ANNE", b"BEA"}


@pytest.mark.usefixtures("two_stocks")
def test_a_set_that_stands_is_left_alone(redis_server: redis.Redis) -> None:
    redis_server.sadd(keys.universe_stocks(), "CAL")
    assert not stock_universe_mend()
    assert redis_server.smembers(keys.universe_stocks()) == {b"CAL"}


def test_without_a_universe_there_is_no_set(redis_server: redis.Redis) -> None:
    assert not stock_universe_mend()
    assert redis_server.exists(keys.universe_stocks()) == 0


@pytest.mark.usefixtures("two_stocks")
def test_while_redis_is_away_nothing_is_put_back(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert not stock_universe_mend()
