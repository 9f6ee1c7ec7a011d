from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tests.universe.canned import SESSION, at
from universe.adjustment import believed, price_factors
from universe.selectors import closes_stored, price_frame, sessions_stored, split_factors
from universe.services import bars_store, splits_store
from universe.sessions import next_session, previous_session, session_offset
from universe.types import Bar, Session, Split

NOW = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
DAYS = [session_offset(SESSION, -back) for back in range(5, 0, -1)]


def a_bar(symbol: str, session: Session, close: float, volume: float | None = 100.0) -> Bar:
    return Bar(symbol, session, close - 1, close + 1, close - 2, close, volume, "polygon", NOW)


def a_split(session: Session, before: float, after: float, symbol: str = "ANNE") -> Split:
    return Split(symbol, session, before, after, "polygon")


@pytest.mark.django_db
class TestPriceFrame:
    def test_rows_are_the_sessions_before_and_columns_the_symbols_as_asked(self) -> None:
        bars_store([a_bar("ANNE", day, 10.0 + place) for place, day in enumerate(DAYS)])
        frame = price_frame(["BEA", "ANNE"], at(10), 5)
        assert frame.sessions == DAYS
        assert frame.symbols == ["BEA", "ANNE"]
        assert frame.close["ANNE"].tolist() == [10.0, 11.0, 12.0, 13.0, 14.0]
        assert frame.close["BEA"].isna().all()

    def test_the_session_of_the_moment_itself_is_never_inside(self) -> None:
        bars_store([a_bar("ANNE", SESSION, 99.0)])
        assert SESSION not in price_frame(["ANNE"], at(19, 59), 5).sessions

    def test_before_four_it_is_still_the_session_before(self) -> None:
        frame = price_frame(["ANNE"], at(4) - dt.timedelta(minutes=1), 1)
        assert frame.sessions == [session_offset(SESSION, -2)]

    def test_a_session_without_a_bar_is_missing_and_not_left_out(self) -> None:
        bars_store([a_bar("ANNE", DAYS[0], 10.0), a_bar("ANNE", DAYS[4], 14.0, volume=None)])
        frame = price_frame(["ANNE"], at(10), 5)
        assert frame.close["ANNE"].isna().tolist() == [False, True, True, True, False]
        assert frame.volume["ANNE"].isna().tolist() == [False, True, True, True, True]
        assert frame.close["ANNE"].dtype == np.float64

    def test_a_split_today_scales_all_of_the_past(self) -> None:
        bars_store([a_bar("ANNE", day, 10.0) for day in DAYS])
        splits_store([a_split(SESSION, 10, 1)])
        frame = price_frame(["ANNE"], at(10), 5)
        assert frame.close["ANNE"].tolist() == [100.0] * 5
        assert frame.open["ANNE"].tolist() == [90.0] * 5
        assert frame.volume["ANNE"].tolist() == [10.0] * 5

    def test_a_split_tomorrow_scales_nothing_today(self) -> None:
        bars_store([a_bar("ANNE", day, 10.0) for day in DAYS])
        splits_store([a_split(next_session(SESSION), 10, 1)])
        assert price_frame(["ANNE"], at(10), 5).close["ANNE"].tolist() == [10.0] * 5

    def test_a_split_within_scales_the_sessions_before_it(self) -> None:
        bars_store([a_bar("ANNE", day, 10.0 if day < DAYS[3] else 5.0) for day in DAYS])
        splits_store([a_split(DAYS[3], 1, 2)])
        assert price_frame(["ANNE"], at(10), 5).close["ANNE"].tolist() == [5.0] * 5

    def test_splits_of_others_do_not_matter(self) -> None:
        bars_store([a_bar("ANNE", day, 10.0) for day in DAYS])
        splits_store([a_split(SESSION, 10, 1, symbol="BEA")])
        assert price_frame(["ANNE"], at(10), 5).close["ANNE"].tolist() == [10.0] * 5

    def test_a_price_is_made_comparable_by_the_splits_that_came_in_force_since(self) -> None:
        splits_store([a_split(DAYS[2], 10, 1), a_split(DAYS[4], 1, 2), a_split(SESSION, 1, 3)])
        names = ["BEA", "ANNE"]
        assert split_factors(names, DAYS[1], DAYS[4]).tolist() == [1.0, 5.0]
        assert split_factors(names, DAYS[2], DAYS[4]).tolist() == [1.0, 0.5]
        assert split_factors(names, DAYS[4], DAYS[4]).tolist() == [1.0, 1.0]

    def test_a_split_that_the_closes_refute_changes_no_price_of_the_session_before(self) -> None:
        bars_store([a_bar("ANNE", day, 10.0) for day in DAYS])
        splits_store([a_split(DAYS[4], 10, 1)])
        assert split_factors(["ANNE"], DAYS[3], DAYS[4]).tolist() == [1.0]

    def test_a_split_that_is_listed_twice_counts_once(self) -> None:
        splits_store([a_split(DAYS[0], 10, 1), a_split(DAYS[4], 10, 1)])
        bars_store([a_bar("ANNE", day, 30.0) for day in DAYS])
        bars_store([a_bar("ANNE", session_offset(DAYS[0], -1), 3.0)])
        assert split_factors(["ANNE"], DAYS[3], DAYS[4]).tolist() == [1.0]

    def test_the_closes_of_a_session_come_as_the_vendor_sent_them(self) -> None:
        bars_store([a_bar("ANNE", DAYS[4], 10.0)])
        splits_store([a_split(SESSION, 10, 1)])
        assert closes_stored(DAYS[4], ["BEA", "ANNE"])[1] == 10.0
        assert np.isnan(closes_stored(DAYS[4], ["BEA", "ANNE"])[0])

    def test_stored_sessions_are_told(self) -> None:
        bars_store([a_bar("ANNE", DAYS[0], 10.0)])
        assert sessions_stored(DAYS) == {DAYS[0]}


def factors(splits: list[Split], closes: list[float]) -> list[float]:
    column = np.array(closes)[:, None]
    found = price_factors(splits, sessions=DAYS, symbols=["ANNE"], closes=column)
    return [float(value) for value in found[:, 0]]


def test_two_splits_multiply() -> None:
    splits = [a_split(DAYS[1], 2, 1), a_split(DAYS[3], 10, 1)]
    assert factors(splits, [1.0, 2.1, 2.0, 19.0, 20.0]) == [20.0, 10.0, 10.0, 1.0, 1.0]


def test_a_split_that_the_prices_refute_is_not_believed() -> None:
    assert factors([a_split(DAYS[3], 10, 1)], [10.0, 10.1, 9.9, 10.2, 10.0]) == [1.0] * 5
    assert factors([a_split(DAYS[3], 10, 1)], [10.0, 10.1, 9.9, 80.0, 75.0]) == [10.0] * 3 + [1.0] * 2


def test_a_small_split_is_believed_for_no_day_can_refute_it() -> None:
    assert factors([a_split(DAYS[3], 21, 20)], [10.0] * 5) == [1.05] * 3 + [1.0] * 2


def test_of_a_split_listed_twice_the_day_that_the_prices_show_is_believed() -> None:
    double = [a_split(DAYS[1], 1, 10), a_split(DAYS[3], 1, 10)]
    assert factors(double, [100.0, 101.0, 99.0, 10.0, 10.1]) == [0.1, 0.1, 0.1, 1.0, 1.0]
    assert factors(double, [100.0, 10.1, 9.9, 10.0, 10.1]) == [0.1, 1.0, 1.0, 1.0, 1.0]


def test_of_a_split_listed_twice_the_first_is_believed_when_no_price_tells() -> None:
    double = [a_split(DAYS[1], 1, 10), a_split(DAYS[3], 1, 10)]
    assert factors(double, [float("nan")] * 5) == [0.1, 1.0, 1.0, 1.0, 1.0]


def test_two_splits_of_different_ratio_or_far_apart_are_two() -> None:
    near = [a_split(DAYS[1], 1, 2), a_split(DAYS[3], 1, 3)]
    far = [a_split(previous_session(DAYS[0]) - dt.timedelta(days=30), 1, 2), a_split(DAYS[1], 1, 2)]
    empty = np.array([])
    assert believed(near, place={}, closes=empty) == near
    assert believed(far, place={}, closes=empty) == far


def test_splits_of_symbols_that_nobody_asked_for_are_passed_over() -> None:
    assert factors([a_split(DAYS[2], 1, 2, symbol="BEA")], [10.0] * 5) == [1.0] * 5


def test_a_missing_close_beside_a_doubled_split_tells_nothing() -> None:
    twice = [a_split(DAYS[2], 1, 2), a_split(DAYS[4], 1, 2)]
    assert factors(twice, [10.0, float("nan"), 10.0, 10.0, 5.0]) == [0.5] * 4 + [1.0]


def test_of_a_split_moved_to_today_the_day_that_the_prices_refute_is_not_believed() -> None:
    moved = [a_split(DAYS[2], 10, 1), a_split(SESSION, 10, 1)]
    assert factors(moved, [10.0] * 5) == [10.0] * 5


def test_a_split_listed_again_for_today_stays_where_the_prices_show_it() -> None:
    again = [a_split(DAYS[2], 10, 1), a_split(SESSION, 10, 1)]
    assert factors(again, [1.0, 1.0, 10.0, 10.0, 10.0]) == [10.0, 10.0, 1.0, 1.0, 1.0]
