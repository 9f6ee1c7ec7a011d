"""What followed a reading, on members that one can work out by hand."""

from __future__ import annotations

import datetime as dt
import math
import os
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine.outcomes import HORIZONS, Ends, is_carried_over, move_of, outcome_of, stale_starts
from universe.sessions import ET

NAN = math.nan
many = settings(max_examples=min(int(os.environ.get("GENERATED_CASES", "1000")), 300))


def ends(start: list[float], end: list[float], **columns: Any) -> Ends:
    """Members with prices of the horizon's very moment, believed and traded, but for the columns given."""
    count = len(start)
    told = {
        "stale": np.zeros(count, dtype=np.bool_),
        "age": np.zeros(count),
        "interpolated": np.zeros(count, dtype=np.bool_),
        "quarantined": np.zeros(count, dtype=np.bool_),
    } | {name: np.array(column) for name, column in columns.items()}
    return Ends(start=np.array(start, dtype=np.float64), end=np.array(end, dtype=np.float64), **told)


def et(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ET)


def test_every_member_weighs_the_same() -> None:
    # +1, +2, +3, -4 and +8 percent.
    found = outcome_of(ends([10, 20, 100, 50, 2], [10.1, 20.4, 103, 48, 2.16]), 25.0)
    assert (found.value, found.members, found.used, found.left_out) == (Decimal("2.0000"), 5, 5, {})


def test_a_squeeze_is_cut_and_so_is_a_crash() -> None:
    # +300 becomes +25, -60 becomes -25, and one of them alone pulls by 5 at most.
    assert outcome_of(ends([10] * 5, [40, 10, 10, 10, 10]), 25.0).value == Decimal("5.0000")
    assert outcome_of(ends([10] * 5, [40, 4, 10, 10, 11]), 25.0).value == Decimal("2.0000")
    assert outcome_of(ends([10] * 5, [40, 10, 10, 10, 10]), 10.0).value == Decimal("2.0000")


def test_fewer_than_five_members_tell_nothing_and_are_counted() -> None:
    found = outcome_of(ends([10, 10, 10, 10, NAN], [11, 11, 11, 11, 11]), 25.0)
    assert (found.value, found.members, found.used, found.left_out) == (None, 5, 4, {"no_price": 1})


def test_a_sector_without_members_has_no_outcome() -> None:
    found = outcome_of(ends([], []), 25.0)
    assert (found.value, found.members, found.used, found.left_out) == (None, 0, 0, {})


def test_each_member_that_is_left_out_has_one_reason_and_pulls_nothing() -> None:
    found = outcome_of(
        ends(
            [10, 10, 10, 10, 10, NAN, 10, 10, 10, 10, 0],
            [11, 11, 11, 11, 11, 30, NAN, 30, 30, 30, 30],
            age=[0, -300, 0, 0, 2100, 0, NAN, 0, 2101, 9999, 0],
            interpolated=[False] * 7 + [True, False, False, False],
            quarantined=[False] * 9 + [True, False],
        ),
        25.0,
    )
    assert found.value == Decimal("10.0000")
    assert found.left_out == {"carried_forward": 1, "interpolated": 1, "no_price": 3, "quarantined": 1}
    assert found.used + sum(found.left_out.values()) == found.members


def test_a_value_is_rounded_half_to_even_once_and_is_never_minus_zero() -> None:
    assert str(outcome_of(ends([1e7] * 5, [1e7 - 0.1] * 5), 25.0).value) == "0.0000"
    assert outcome_of(ends([64] * 5, [64.08] * 5), 25.0).value == Decimal("0.1250")
    assert outcome_of(ends([6.4e4] * 5, [6.4e4 + 0.08] * 5), 25.0).value == Decimal("0.0001")


def test_the_benchmark_is_not_cut_and_is_left_out_like_a_member() -> None:
    assert move_of(ends([200.0], [300.0])) == Decimal("50.0000")
    assert move_of(ends([200.0], [NAN])) is None
    assert move_of(ends([200.0], [202.0], age=[2101.0])) is None
    assert move_of(ends([200.0], [202.0], quarantined=[True])) is None
    assert move_of(ends([200.0], [202.0], stale=[True])) is None


def test_a_start_that_is_too_old_has_a_reason_of_its_own() -> None:
    found = outcome_of(
        ends([10] * 7, [11] * 6 + [NAN], stale=[True, False, False, False, False, False, True]), 25.0
    )
    assert (found.value, found.left_out) == (Decimal("10.0000"), {"no_price": 1, "stale_start": 1})


@pytest.mark.parametrize(
    ("due", "limit"),
    [("2026-11-23T14:00", 3600), ("2026-11-23T12:00", 1800), ("2026-11-23T10:06", 300)],
)
def test_a_start_may_be_a_quarter_of_the_way_old_within_an_hour_and_five_minutes(
    due: str, limit: float
) -> None:
    ages = np.array([0, limit, limit + 1, NAN])
    assert stale_starts(ages, et("2026-11-23T10:00"), et(due)).tolist() == [False, False, True, True]


prices = st.one_of(st.just(NAN), st.floats(0.01, 1e4))
members = st.tuples(prices, prices, st.floats(0, 4_000), st.booleans(), st.booleans())


@many
@given(st.lists(members, max_size=30), st.data())
def test_an_outcome_is_order_free_inside_its_bound_and_counts_everybody(
    rows: list[tuple[float, float, float, bool, bool]], data: st.DataObject
) -> None:
    def found(order: list[tuple[float, float, float, bool, bool]]) -> Any:
        start, end, age, drawn, held = zip(*order, strict=True) if order else ((),) * 5
        flags = {
            "interpolated": np.array(drawn, dtype=np.bool_),
            "quarantined": np.array(held, dtype=np.bool_),
        }
        return outcome_of(ends(list(start), list(end), age=np.array(age), **flags), 25.0)

    one, two = found(rows), found(data.draw(st.permutations(rows)))
    assert one == two
    assert one.used + sum(one.left_out.values()) == one.members == len(rows)
    assert (one.value is None) == (one.used < 5)
    assert one.value is None or abs(one.value) <= 25


def test_more_than_three_hundred_members_are_added_in_any_order_alike() -> None:
    chance = np.random.default_rng(20)
    start, end = chance.uniform(2, 100, 500), chance.uniform(2, 100, 500)
    order = chance.permutation(500)
    assert outcome_of(ends(list(start), list(end)), 25.0) == outcome_of(
        ends(list(start[order]), list(end[order])), 25.0
    )


@pytest.mark.parametrize(
    ("as_of", "hours4", "close", "carried"),
    [
        ("2026-11-23T10:00", "2026-11-23T14:00", "2026-11-23T16:00", (False, False)),
        ("2026-11-23T16:00", "2026-11-23T20:00", "2026-11-24T16:00", (False, True)),
        ("2026-11-23T18:00", "2026-11-24T06:00", "2026-11-24T16:00", (True, True)),
        ("2026-11-20T20:00", "2026-11-23T08:00", "2026-11-23T16:00", (True, True)),
        ("2026-11-25T15:30", "2026-11-25T19:30", "2026-11-25T16:00", (False, False)),
        ("2026-11-25T18:00", "2026-11-27T06:00", "2026-11-27T13:00", (True, True)),
        ("2026-11-27T12:00", "2026-11-27T16:00", "2026-11-27T13:00", (False, False)),
    ],
)
def test_both_horizons_end_in_session_time_and_say_whether_a_night_lies_between(
    as_of: str, hours4: str, close: str, carried: tuple[bool, bool]
) -> None:
    due = [horizon.due_at(et(as_of), et(as_of)) for horizon in HORIZONS]
    assert [horizon.name for horizon in HORIZONS] == ["4h", "close"]
    assert due == [et(hours4), et(close)]
    assert tuple(is_carried_over(et(as_of), moment) for moment in due) == carried


def test_a_close_that_passed_before_the_reading_was_published_is_none_of_its_horizons() -> None:
    as_of, published = et("2026-11-23T15:45"), et("2026-11-23T16:00")
    due = [horizon.due_at(as_of, published) for horizon in HORIZONS]
    assert due == [et("2026-11-23T19:45"), et("2026-11-24T16:00")]
