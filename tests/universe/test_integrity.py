"""Which prices are believed, on rows that one can check by hand."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from tests.universe.canned import SESSION, at
from universe.integrity import Doubt, PriceSet, judge, usual_share
from universe.sessions import hours

USUAL = {
    "price": 10.0,
    "at": 2_000.0,
    "previous_close": 10.0,
    "day_open": 10.0,
    "day_volume": 500_000.0,
    "avg_volume": 2_000_000.0,
}


def row(**values: Any) -> PriceSet:
    """One symbol at 10 dollars with a quarter of its usual day traded; what is not told is not known."""
    told = USUAL | values
    confirmed = np.array([bool(told.pop("confirmed", False))])
    columns = {
        f.name: np.array([told.get(f.name, np.nan)]) for f in fields(PriceSet) if f.name != "confirmed"
    }
    return PriceSet(**columns, confirmed=confirmed)


def verdict(**values: Any) -> str:
    return str(judge(row(**values), share_done=0.25)[0])


@pytest.mark.parametrize(
    "price", [5.0, 10 / 3, 2.5, 2.0, 1.0, 10 / 1.5, 20.0, 30.0, 100.0, 300.0, 500.0, 1_000.0]
)
def test_a_jump_by_the_ratio_of_a_split_on_usual_dollars_is_not_believed(price: float) -> None:
    shares = 500_000.0 * 10.0 / price
    assert verdict(price=price, day_open=price * 1.01, day_volume=shares) == Doubt.RATIO


@pytest.mark.parametrize("price", [5.0, 20.0, 30.0, 100.0])
def test_the_same_jump_on_many_times_the_usual_volume_is_a_gapper(price: float) -> None:
    assert verdict(price=price, day_open=price, day_volume=5_000_000.0) == ""


def test_a_price_that_doubled_since_an_ordinary_open_is_no_split() -> None:
    assert verdict(price=20.0, day_open=10.1) == ""


@pytest.mark.parametrize("price", [20.0, 21.5, 24.0, 16.0])
def test_a_price_that_wanders_from_the_split_it_opened_with_is_still_not_believed(price: float) -> None:
    assert verdict(price=price, day_open=20.1, day_volume=250_000.0) == Doubt.RATIO


def test_without_an_open_a_believed_price_of_the_day_says_that_there_was_no_split() -> None:
    assert verdict(price=20.0, day_open=np.nan, day_volume=250_000.0) == Doubt.RATIO
    assert verdict(price=20.0, day_open=np.nan, day_volume=250_000.0, last=11.0) == ""


def test_a_fall_by_a_third_counts_as_a_split_only_with_the_open_at_the_ratio_too() -> None:
    assert verdict(price=6.67, day_open=np.nan, day_volume=300_500.0) == ""
    assert verdict(price=6.67, day_open=6.6, day_volume=300_500.0) == Doubt.RATIO


def test_a_split_that_is_known_leaves_no_jump() -> None:
    assert verdict(price=300.0, previous_close=298.0, day_open=300.0) == ""


@pytest.mark.parametrize("alone", [{"prints": 1.0}, {"day_volume": 200.0}, {"minute_close": 10.0}])
def test_a_lone_print_far_off_is_not_believed(alone: dict[str, float]) -> None:
    assert verdict(price=14.0, **alone) == Doubt.SINGLE


def test_a_lone_print_is_measured_against_the_last_believed_price() -> None:
    assert verdict(price=14.0, last=13.5, prints=1.0) == ""
    assert verdict(price=10.0, last=16.0, prints=1.0) == Doubt.SINGLE


def test_a_second_price_near_a_lone_one_releases_it() -> None:
    held = {"held": 14.0, "held_at": 1_000.0}
    assert verdict(price=14.9, prints=1.0, **held) == ""
    assert verdict(price=16.0, prints=1.0, **held) == Doubt.SINGLE


def test_the_same_trade_told_again_does_not_release_itself() -> None:
    assert verdict(price=14.0, prints=1.0, held=14.0, held_at=2_000.0) == Doubt.SINGLE


@pytest.mark.parametrize(("price", "volume"), [(111.0, 9e6), (0.49, 90e6)])
def test_a_move_beyond_belief_needs_a_second_source(price: float, volume: float) -> None:
    assert verdict(price=price, day_volume=volume) == Doubt.IMPLAUSIBLE
    assert verdict(price=price, day_volume=volume, confirmed=True) == ""


@pytest.mark.parametrize("missing", ["previous_close", "avg_volume", "day_volume", "day_open"])
def test_an_ordinary_price_is_believed_whatever_else_is_not_known(missing: str) -> None:
    assert verdict(**{missing: np.nan}) == ""


def test_a_ratio_without_any_known_volume_is_not_believed() -> None:
    assert verdict(price=300.0, day_open=np.nan, day_volume=np.nan) == Doubt.RATIO


def test_the_usual_share_of_a_day_grows_from_the_open_to_the_close() -> None:
    moments = np.array([at(hour, minute).timestamp() for hour, minute in ((8, 0), (9, 30), (16, 0), (19, 0))])
    assert usual_share(moments, hours(SESSION)).tolist() == [0.02, 0.05, 1.0, 1.0]
