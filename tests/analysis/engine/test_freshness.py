"""Ages against the limits, beyond the golden cases."""

from __future__ import annotations

import datetime as dt

import pytest

from analysis.engine.freshness import freshness
from analysis.types import FreshnessLimits

NOON = dt.datetime(2026, 3, 11, 16, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("minutes", "state"), [(119.99, "fresh"), (120, "aging"), (240, "aging"), (240.01, "stale")]
)
def test_both_limits_belong_to_aging(minutes: float, state: str) -> None:
    assert freshness(NOON, NOON, FreshnessLimits(), minutes).state == state


def test_the_user_sets_the_limits() -> None:
    assert freshness(NOON, NOON, FreshnessLimits(10, 20), 30).state == "stale"


def test_session_time_decides_and_wall_time_stands_beside_it() -> None:
    answer = freshness(NOON - dt.timedelta(hours=60), NOON, FreshnessLimits(), 30)
    assert (answer.state, answer.age, answer.wall_age) == (
        "fresh",
        dt.timedelta(minutes=30),
        dt.timedelta(hours=60),
    )


def test_an_analysis_from_ahead_has_no_age() -> None:
    answer = freshness(NOON + dt.timedelta(hours=1), NOON, FreshnessLimits(), -60)
    assert (answer.state, answer.age, answer.wall_age) == ("fresh", dt.timedelta(0), dt.timedelta(0))
