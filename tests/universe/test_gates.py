"""What cannot be true of a told row, by itself and beside the others of its answer."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pytest

from universe.gates import Fault, Refusal, bars_gate, minutes_gate, quotes_gate
from universe.types import Bar, MinuteBar, Quote

MONDAY = dt.date(2026, 3, 30)
CLOSE = dt.datetime(2026, 3, 30, 20, tzinfo=dt.UTC)
NOON = dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC)
BAR = Bar("ANNE", MONDAY, 10.0, 11.0, 9.0, 10.5, 1000.0, "polygon", NOON)
QUOTE = Quote("ANNE", 10.0, NOON, 1000.0, 9.9, 9.8, "polygon", NOON, day_low=9.5)
MINUTE = MinuteBar("ANNE", NOON - dt.timedelta(minutes=1), 10.0, 1000.0, "polygon")
NAN = math.nan


@pytest.mark.parametrize(
    ("changes", "fault", "field"),
    [
        ({"close": 0.0}, Fault.PRICE, "close"),
        ({"close": -1.0}, Fault.PRICE, "close"),
        ({"close": NAN}, Fault.PRICE, "close"),
        ({"high": math.inf}, Fault.PRICE, "high"),
        ({"low": -math.inf}, Fault.PRICE, "low"),
        ({"open": NAN}, Fault.PRICE, "open"),
        ({"high": 1e300}, Fault.PRICE, "high"),
        ({"close": 10_000_001.0, "high": None}, Fault.PRICE, "close"),
        ({"low": 1e-320}, Fault.PRICE, "low"),
        ({"open": 0.00009, "low": None}, Fault.PRICE, "open"),
        ({"volume": 1e308}, Fault.VOLUME, "volume"),
        ({"volume": 100_000_000_001.0}, Fault.VOLUME, "volume"),
        ({"close": 11.01}, Fault.RANGE, "close"),
        ({"close": 8.99}, Fault.RANGE, "close"),
        ({"close": 8.99, "high": None}, Fault.RANGE, "close"),
        ({"open": 12.0}, Fault.RANGE, "open"),
        ({"open": 8.0}, Fault.RANGE, "open"),
        ({"high": 8.0}, Fault.RANGE, "high"),
        ({"volume": -1.0}, Fault.VOLUME, "volume"),
        ({"volume": NAN}, Fault.VOLUME, "volume"),
        ({"session": dt.date(2026, 3, 31)}, Fault.FUTURE, "session"),
        ({"session": dt.date(2026, 3, 29)}, Fault.CLOSED, "session"),
        ({"session": dt.date(1800, 1, 2)}, Fault.CLOSED, "session"),
    ],
)
def test_a_daily_bar_that_cannot_be_is_refused_by_the_field(
    changes: dict[str, object], fault: Fault, field: str
) -> None:
    gated = bars_gate([replace(BAR, **changes)], now=NOON)  # type: ignore[arg-type]
    assert (gated.rows, [(one.fault, one.field) for one in gated.refused]) == ([], [(fault, field)])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"open": None, "high": None, "low": None, "volume": None},
        {"close": 11.0},
        {"close": 9.0, "open": 11.0},
        {"volume": 0.0},
        {"open": 10.0, "high": 10.0, "low": 10.0, "close": 10.0},
        {"open": None, "high": 10_000_000.0, "low": 0.0001, "close": 800_000.0, "volume": 1e11},
    ],
)
def test_a_daily_bar_that_can_be_passes(changes: dict[str, object]) -> None:
    bar = replace(BAR, **changes)  # type: ignore[arg-type]
    assert bars_gate([bar], now=NOON).rows == [bar]


def test_a_session_is_over_at_its_close_and_not_a_moment_before() -> None:
    before = bars_gate([BAR], now=CLOSE - dt.timedelta(microseconds=1))
    assert [one.fault for one in before.refused] == [Fault.FUTURE]
    assert bars_gate([BAR], now=CLOSE).rows == [BAR]


def test_a_refusal_names_the_row_and_the_value() -> None:
    assert bars_gate([replace(BAR, close=-1.5)], now=NOON).refused == [
        Refusal("ANNE", Fault.PRICE, "close", "-1.5", "polygon", MONDAY)
    ]


def test_a_bar_told_twice_alike_is_kept_once_whenever_and_from_whomever_it_came() -> None:
    again = [replace(BAR, fetched_at=CLOSE), replace(BAR, source="fmp")]
    gated = bars_gate([BAR, *again], now=NOON)
    assert (gated.rows, gated.refused, gated.repeated) == ([BAR], [], 2)


def test_of_a_bar_told_twice_with_different_values_nothing_is_kept() -> None:
    other = replace(BAR, symbol="BEA")
    gated = bars_gate([BAR, other, replace(BAR, close=10.6), BAR], now=NOON)
    assert (gated.rows, gated.repeated) == ([other], 1)
    assert [(one.symbol, one.fault, one.field, one.value) for one in gated.refused] == [
        ("ANNE", Fault.TWICE, "close", "10.5 and 10.6")
    ]


def test_an_impossible_bar_beside_a_possible_one_of_the_same_key_costs_only_itself() -> None:
    gated = bars_gate([replace(BAR, close=-1.0), BAR], now=NOON)
    assert (gated.rows, [one.fault for one in gated.refused]) == ([BAR], [Fault.PRICE])


@pytest.mark.parametrize(
    ("changes", "fault", "field"),
    [
        ({"price": 0.0}, Fault.PRICE, "price"),
        ({"price": NAN}, Fault.PRICE, "price"),
        ({"price": 1e300}, Fault.PRICE, "price"),
        ({"day_volume": 1e308}, Fault.VOLUME, "day_volume"),
        ({"day_open": -1.0}, Fault.PRICE, "day_open"),
        ({"day_low": math.inf}, Fault.PRICE, "day_low"),
        ({"day_volume": -5.0}, Fault.VOLUME, "day_volume"),
        ({"as_of": NOON + dt.timedelta(seconds=91)}, Fault.FUTURE, "as_of"),
        ({"as_of": NOON.replace(year=1850)}, Fault.CLOSED, "as_of"),
    ],
)
def test_a_quote_that_cannot_be_is_refused_by_the_field(
    changes: dict[str, object], fault: Fault, field: str
) -> None:
    gated = quotes_gate([replace(QUOTE, **changes)], now=NOON)  # type: ignore[arg-type]
    assert (gated.rows, [(one.fault, one.field) for one in gated.refused]) == ([], [(fault, field)])


def test_a_quote_may_be_ahead_of_our_clock_by_as_much_as_the_running_minute() -> None:
    ahead = replace(QUOTE, as_of=NOON + dt.timedelta(seconds=90))
    assert quotes_gate([ahead], now=NOON).rows == [ahead]


def test_two_prices_of_one_moment_contradict_each_other() -> None:
    later = replace(QUOTE, price=10.4, as_of=NOON + dt.timedelta(seconds=1))
    gated = quotes_gate([QUOTE, replace(QUOTE, price=10.2), later], now=NOON)
    assert (gated.rows, [one.value for one in gated.refused]) == ([later], ["10.0 and 10.2"])


def test_a_minute_that_comes_again_replaces_and_contradicts_nothing() -> None:
    again = replace(MINUTE, close=10.1)
    assert minutes_gate([MINUTE, again], now=NOON).rows == [MINUTE, again]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"close": -0.1}, Fault.PRICE),
        ({"day_volume": -1.0}, Fault.VOLUME),
        ({"start": NOON + dt.timedelta(seconds=31)}, Fault.FUTURE),
        ({"start": NOON.replace(year=2099)}, Fault.FUTURE),
        ({"start": NOON.replace(year=2001)}, Fault.CLOSED),
    ],
)
def test_a_minute_that_cannot_be_is_refused(changes: dict[str, object], fault: Fault) -> None:
    gated = minutes_gate([replace(MINUTE, **changes)], now=NOON)  # type: ignore[arg-type]
    assert (gated.rows, [one.fault for one in gated.refused]) == ([], [fault])


def test_a_long_value_is_cut_to_what_a_table_holds() -> None:
    gated = bars_gate([replace(BAR, close=-(10.0**300) / 3)], now=NOON)
    assert 0 < len(gated.refused[0].value) <= 60
