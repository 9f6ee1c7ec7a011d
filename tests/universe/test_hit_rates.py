from __future__ import annotations

from typing import Any

import pytest
import redis
from django.test import Client
from django.utils import timezone

from sectorlight import health
from sectorlight.accounts import first_login_ensure, roles_ensure
from sectorlight.operations import rate_rows
from sectors import selectors
from sectors.services import sectors_seed
from tests.analysis.page_cast import board_publish, reader
from universe import keys
from universe.hit_rates import HitRate, Kind, hit_rates

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _board() -> None:
    sectors_seed()
    board_publish(7, count=80)


def test_before_the_first_question_there_is_no_rate() -> None:
    assert hit_rates() == {}
    assert rate_rows() == []
    assert health.redis_check()["hit_rate"] is None


def test_of_a_hundred_readers_behind_a_lost_board_one_misses(redis_server: redis.Redis) -> None:
    redis_server.delete(keys.board())
    for _ in range(100):
        assert selectors.board_current() is not None
    rate = hit_rates()["board"]
    assert (rate.asked, rate.missed, rate.share) == (100, 1, 0.99)
    assert rate.since <= timezone.now()


def test_a_page_misses_when_it_must_ask_postgresql_for_anything(client: Client) -> None:
    client.force_login(reader())
    for _ in range(4):
        client.get("/alerts/")
    rate = hit_rates()["pages"]
    assert (rate.asked, rate.missed) == (4, 1)


def test_a_question_costs_no_exchange_more(redis_server: redis.Redis) -> None:
    before = _exchanges(redis_server)
    selectors.board_current()
    told = _exchanges(redis_server)
    # One command read, one counted, one that says since when: together in one exchange.
    assert told["get"] - before.get("get", 0) == 1
    assert told["hincrby"] - before.get("hincrby", 0) == 1


def _exchanges(server: redis.Redis) -> dict[str, int]:
    stats: Any = server.info("commandstats")
    return {name.removeprefix("cmdstat_"): told["calls"] for name, told in stats.items()}


def test_while_redis_is_away_nothing_is_counted(settings: Any) -> None:
    url = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert selectors.board_current() is not None
    assert rate_rows() == []
    settings.REDIS_URL = url
    assert hit_rates() == {}


def test_health_and_the_page_of_the_operations_tell_the_rates(client: Client) -> None:
    for _ in range(8):
        selectors.board_current()
    told = client.get("/health/redis").json()["checks"]["redis"]
    assert told["hit_rate"] == 1.0
    assert told["counted_since"].startswith(str(timezone.now().date()))
    roles_ensure()
    first_login_ensure("keeper", "admin", "keeper-password")
    assert client.login(username="keeper", password="keeper-password")
    page = client.get("/operations/").content.decode()
    assert "Found in Redis" in page
    assert "100.00 %" in page


@pytest.mark.parametrize(
    ("kind", "asked", "missed", "verdict"),
    [
        ("board", 1_000, 10, "ok"),
        ("board", 1_000, 11, "low"),
        ("pages", 1_000, 500, "ok"),
        ("pages", 1_000, 501, "low"),
        ("pages", 999, 999, "too few"),
    ],
)
def test_a_rate_is_judged_once_enough_was_asked(kind: Kind, asked: int, missed: int, verdict: str) -> None:
    assert HitRate(kind, asked, missed, timezone.now()).verdict == verdict


def test_the_page_of_the_operations_says_which_rate_is_low(redis_server: redis.Redis) -> None:
    since = timezone.now().isoformat()
    told = {"board:asked": 2_000, "board:missed": 40, "pages:asked": 2_000, "pages:missed": 40}
    redis_server.hset(keys.hit_counts(), mapping=told | {"board:since": since, "pages:since": since})
    board, pages = rate_rows()
    assert (board.share, board.word, board.look) == ("98.00 %", "low: below 99 %", "caution")
    assert (pages.share, pages.word, pages.look) == ("98.00 %", "50 % or more", "ok")
    redis_server.hset(keys.hit_counts(), "board:asked", 999)
    few = rate_rows()[0]
    assert (few.word, few.look) == ("judged from 1,000 on", "")
