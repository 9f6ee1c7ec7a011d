from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from sectors import figures
from universe.sessions import ET


@pytest.mark.parametrize(
    ("value", "places", "printed"),
    [
        (0.62, 2, "+0.62"),
        (-0.772, 3, "−0.772"),
        (Decimal("-0.6"), 2, "−0.60"),
        (0.0, 2, "0.00"),
        (-0.0004, 2, "0.00"),
        (0.0004, 2, "0.00"),
        (-1234.5, 1, "−1,234.5"),
        (None, 2, "–"),
    ],
)
def test_a_signed_number_has_one_minus_and_zero_has_no_sign(value: float, places: int, printed: str) -> None:
    assert figures.signed(value, places) == printed


def test_an_absent_value_is_a_dash_everywhere() -> None:
    printers = (figures.percent, figures.times, figures.count, figures.usd, figures.usd_large, figures.clock)
    assert {printer(None) for printer in printers} == {"–"}
    assert figures.day(None) == figures.span(None) == figures.day_and_clock(None) == "–"


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (180e6, "$180.0M"),
        (1.9e9, "$1.9B"),
        (127e9, "$127B"),
        (3.1e12, "$3.1T"),
        (2_500, "$2.5K"),
        (950, "$950"),
    ],
)
def test_large_money_keeps_three_figures(value: float, printed: str) -> None:
    assert figures.usd_large(value) == printed


def test_limits_of_money_drop_their_empty_decimal() -> None:
    assert figures.usd_large(300e6, trim=True) == "$300M"


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [
        (-5, "0 s"),
        (38, "38 s"),
        (720, "12 min"),
        (9_420, "2 h 37 min"),
        (7_200, "2 h"),
        (273_600, "3 d 4 h"),
        (172_800, "2 d"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(seconds: int, printed: str) -> None:
    assert figures.span(dt.timedelta(seconds=seconds)) == printed


def test_moments_are_new_york_time_without_a_leading_zero() -> None:
    moment = dt.datetime(2026, 3, 10, 8, 5, 9, tzinfo=dt.UTC)
    assert figures.clock(moment) == "4:05"
    assert figures.clock(moment, seconds=True) == "4:05:09"
    assert figures.day(dt.datetime(2026, 3, 10, 2, tzinfo=dt.UTC)) == "Mon 9 Mar"


def test_the_day_is_named_unless_it_is_today() -> None:
    moment = dt.datetime(2026, 3, 10, 20, 0, tzinfo=ET)
    assert figures.day_and_clock(moment, dt.date(2026, 3, 10)) == "20:00"
    assert figures.day_and_clock(moment, dt.date(2026, 3, 11)) == "Tue 10 Mar, 20:00"


def test_one_thing_is_singular() -> None:
    assert figures.number_of(1, "reading") == "1 reading"
    assert figures.number_of(1_204, "reading") == "1,204 readings"
