"""A server that failed is left alone, and tried again."""

from __future__ import annotations

import pytest

from universe import breaker as breaking
from universe.breaker import Breaker


class AwayError(Exception):
    """It did not answer."""


class Clock:
    now = 1000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(breaking.time, "monotonic", lambda: clock.now)
    return clock


def fail(breaker: Breaker, error: Exception | None = None) -> None:
    with pytest.raises(Exception), breaker.asking():  # noqa: B017, PT011 (whatever was given)
        raise error or AwayError


def five() -> Breaker:
    return Breaker("the vendor", AwayError, after=5, rest_seconds=30)


def test_the_fifth_failure_in_a_row_opens_it(clock: Clock) -> None:
    breaker = five()
    for _ in range(4):
        fail(breaker)
    assert not breaker.is_resting()
    fail(breaker)
    assert breaker.is_resting()
    with pytest.raises(AwayError, match="the vendor did not answer a moment ago"), breaker.asking():
        raise AssertionError("must not be asked")


@pytest.mark.parametrize("answer", [None, ValueError("no such thing")])
def test_any_answer_between_them_ends_the_row(clock: Clock, answer: Exception | None) -> None:
    breaker = five()
    for _ in range(4):
        fail(breaker)
    if answer is None:
        with breaker.asking():
            pass
    else:
        fail(breaker, answer)
    fail(breaker)
    assert not breaker.is_resting()


def test_after_half_a_minute_one_caller_tries_and_a_failure_goes_on_resting(clock: Clock) -> None:
    breaker = five()
    for _ in range(5):
        fail(breaker)
    clock.now += 30.1
    fail(breaker)
    assert breaker.is_resting()
    clock.now += 29
    assert breaker.is_resting()


def test_after_half_a_minute_one_good_answer_closes_it(clock: Clock) -> None:
    breaker = five()
    for _ in range(5):
        fail(breaker)
    clock.now += 30.1
    with breaker.asking(), pytest.raises(AwayError), breaker.asking():
        raise AssertionError("the others must not ask meanwhile")
    fail(breaker)
    assert not breaker.is_resting()
