"""The coming closed days as the vendor lists them, beside our calendar. Today is 31 March 2026."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.recorded import DATA
from tests.universe.canned import at
from tests.universe.vendor import Answer, Vendor
from universe import clock
from universe.services import market_days_check
from universe.services.market_days import disagreements
from universe.sources.base import parse_each
from universe.sources.polygon.parse import parse_closed_day

CLOSED_DAYS = "/v1/marketstatus/upcoming"
GOOD_FRIDAY = {"exchange": "NYSE", "name": "Good Friday", "date": "2026-04-03", "status": "closed"}
MEMORIAL_DAY = {"exchange": "NYSE", "name": "Memorial Day", "date": "2026-05-25", "status": "closed"}


@pytest.fixture(autouse=True)
def _ten_o_clock() -> Iterator[None]:
    with clock.override(at(10)):
        yield


def check(vendor: Vendor, *rows: dict[str, Any]) -> list[str]:
    vendor.on(CLOSED_DAYS, Answer(list(rows)))
    return market_days_check()


def test_a_list_that_agrees_is_no_problem(vendor: Vendor) -> None:
    nasdaq = GOOD_FRIDAY | {"exchange": "NASDAQ"}
    assert check(vendor, GOOD_FRIDAY, nasdaq, MEMORIAL_DAY) == []


def test_a_closing_that_our_calendar_does_not_know_is_told_once(vendor: Vendor) -> None:
    mourning = {"exchange": "NYSE", "name": "Day of Mourning", "date": "2026-04-01", "status": "closed"}
    assert check(vendor, mourning, mourning | {"exchange": "NASDAQ"}) == [
        "1 April 2026 (Day of Mourning): the price vendor says that the market is closed, our calendar says "
        "open as usual."
    ]


def test_a_holiday_that_the_vendor_does_not_name_is_told(vendor: Vendor) -> None:
    assert check(vendor, MEMORIAL_DAY) == [
        "3 April 2026: our calendar says closed, the price vendor's list of closed days up to 25 May 2026 "
        "does not name it."
    ]


def test_an_early_close_at_another_hour_is_told(vendor: Vendor) -> None:
    early = {
        "exchange": "NYSE",
        "name": "Good Friday",
        "date": "2026-04-02",
        "status": "early-close",
        "open": "2026-04-02T13:30:00.000Z",
        "close": "2026-04-02T18:00:00.000Z",
    }
    assert "the market is open until 14:00, our calendar says open as usual" in check(vendor, early)[0]


def test_days_over_the_counter_and_days_gone_by_are_not_compared(vendor: Vendor) -> None:
    other = {"exchange": "OTC", "name": "Other", "date": "2026-04-01", "status": "closed"}
    gone = GOOD_FRIDAY | {"date": "2026-03-30"}
    assert check(vendor, other, gone) == []


@pytest.mark.parametrize(
    "answer", [Answer("", 500), Answer({"status": "OK"}), Answer([{"exchange": "NYSE", "date": "soon"}, 7])]
)
def test_a_vendor_that_does_not_tell_is_no_problem_of_the_run(vendor: Vendor, answer: Answer) -> None:
    vendor.on(CLOSED_DAYS, answer)
    assert market_days_check() == []


@pytest.mark.recorded
@pytest.mark.parametrize(
    ("name", "recorded_on"),
    [
        ("market_holidays_2020-04.json", dt.date(2020, 4, 28)),
        ("market_holidays_upcoming.json", dt.date(2022, 5, 20)),
    ],
)
def test_two_recorded_lists_agree_with_our_calendar(name: str, recorded_on: dt.date) -> None:
    payload = json.loads((DATA.parent / "vendors" / "fixtures" / "polygon" / name).read_text())
    rows = parse_each(payload, lambda row: parse_closed_day(row, fetched_at=at(10))).rows
    assert len(rows) == len(payload)
    assert list(disagreements(rows, after=recorded_on)) == []
