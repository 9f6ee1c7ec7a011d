"""The pace of a key, shared by everybody who uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.conf import settings

from universe.errors import RateLimited
from universe.sources import budget as budgets
from universe.sources.budget import Budget, Pace, fingerprint

SLOW = Pace(per_minute=6, burst=2)
KEY = "a-very-secret-key"


class Naps(list[float]):
    """Instead of sleeping, remember for how long."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def budget(naps: Naps, pace: Pace = SLOW) -> Budget:
    return Budget("polygon", KEY, lambda: pace, sleep=naps)


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture(params=["redis", "alone"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With Redis, and with a process that is left to itself."""
    if request.param == "alone":

        def nobody() -> Any:
            raise redis.ConnectionError("away")

        monkeypatch.setattr(budgets, "client", nobody)
    return str(request.param)


def test_a_burst_goes_at_once_and_the_rest_at_the_pace(world: str, naps: Naps) -> None:
    ours = budget(naps)
    for _ in range(5):
        ours.take()
    assert [round(nap) for nap in naps] == [10, 20, 30]


def test_two_processes_with_one_key_share_the_pace(naps: Naps) -> None:
    for _ in range(3):
        budget(naps).take()
    assert [round(nap) for nap in naps] == [10]


def test_another_key_has_a_pace_of_its_own(naps: Naps) -> None:
    budget(naps).take()
    budget(naps).take()
    Budget("polygon", "another-key", lambda: SLOW, sleep=naps).take()
    assert naps == []


def test_a_place_that_is_too_far_away_is_refused_and_not_taken(world: str, naps: Naps) -> None:
    ours = budget(naps, Pace(per_minute=1))
    for _ in range(3):
        ours.take()
    for _ in range(2):
        with pytest.raises(RateLimited, match="due in") as caught:
            ours.take()
        assert 150 < caught.value.retry_after <= 180


def test_a_long_pause_is_told_to_everybody_at_once(world: str, naps: Naps) -> None:
    ours = budget(naps)
    ours.pause(60)
    with pytest.raises(RateLimited, match="wants no call") as caught:
        ours.take()
    assert (50 < caught.value.retry_after <= 60, naps) == (True, [])


def test_a_pause_of_one_process_holds_the_others(naps: Naps) -> None:
    budget(naps).pause(60)
    with pytest.raises(RateLimited):
        budget(naps).take()


def test_a_shorter_pause_does_not_end_a_longer_one(naps: Naps) -> None:
    budget(naps).pause(3600)
    budget(naps).pause(60)
    with pytest.raises(RateLimited) as caught:
        budget(naps).take()
    assert caught.value.retry_after > 3000


def test_a_short_pause_is_waited_for(naps: Naps, redis_server: redis.Redis) -> None:
    def until_over(seconds: float) -> None:
        naps.append(seconds)
        redis_server.delete(*redis_server.scan_iter(match="*:pause"))

    ours = Budget("polygon", KEY, lambda: SLOW, sleep=until_over)
    ours.pause(5)
    ours.take()
    assert [round(nap) for nap in naps] == [5]


def test_the_calls_of_a_day_are_counted_and_end(naps: Naps) -> None:
    ours = budget(naps, Pace(per_minute=6000, burst=10, per_day=2))
    ours.take()
    ours.take()
    with pytest.raises(RateLimited, match="the 2 calls that this plan has in a day are used up"):
        ours.take()
    assert ours.used_today() == 3


def test_the_key_is_in_no_name(naps: Naps, redis_server: redis.Redis) -> None:
    budget(naps).take()
    names = [name.decode() for name in redis_server.scan_iter(match=f"{settings.REDIS_PREFIX}*")]
    assert names
    assert not any(KEY in name for name in names)
    assert fingerprint(KEY) != fingerprint("another-key")


@pytest.mark.parametrize("read", [lambda ours: ours.used_today(), lambda ours: ours.pause(1)])
def test_without_redis_nothing_fails(
    read: Callable[[Budget], Any], naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> Any:
        raise redis.ConnectionError("away")

    monkeypatch.setattr(budgets, "client", nobody)
    assert read(budget(naps)) is None
