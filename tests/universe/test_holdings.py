"""What funds hold: asked weekly, kept whole, and never missed by a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.core.cache import cache

from tests.universe.canned import SESSION, at
from tests.universe.vendor import Answer, Asked, Vendor
from universe import clock
from universe.models import FundHolding, VendorCall
from universe.selectors import funds_holding
from universe.services import holdings_refresh
from universe.services.due import holdings_due

pytestmark = pytest.mark.django_db
HOLDINGS = "/stable/etf/holdings"
FUNDS = ("PSCT", "PSCH", "PSCE")


@pytest.fixture(autouse=True)
def _ten_o_clock() -> Iterator[None]:
    cache.clear()
    with clock.override(at(10)):
        yield


def held(fund: str, asset: str, weight: float | None = 1.5) -> dict[str, Any]:
    return {
        "symbol": fund,
        "asset": asset,
        "name": "ACME",
        "weightPercentage": weight,
        "sharesNumber": 10,
        "updatedAt": "2026-03-30 06:04:02",
    }


def each_holds(*assets: str) -> Any:
    def answer(asked: Asked) -> Answer:
        fund = asked.query["symbol"]
        return Answer([held(fund, f"{fund[-1]}{asset}") for asset in assets] + [held(fund, " ")])

    return answer


def test_every_fund_is_asked_about_once_and_cash_is_no_holding(vendor: Vendor) -> None:
    vendor.on(HOLDINGS, each_holds("AA", "BB"))
    assert holdings_refresh(FUNDS, SESSION)["holdings"] == 6
    assert sorted(asked.query["symbol"] for asked in vendor.asked) == sorted(FUNDS)
    assert funds_holding(FUNDS) == {f"{fund[-1]}{asset}": (fund,) for fund in FUNDS for asset in ("AA", "BB")}
    row = FundHolding.objects.get(symbol="TAA")
    assert (row.weight_pct, row.told_on, row.fetched_on) == (1.5, dt.date(2026, 3, 30), SESSION)
    assert list(VendorCall.objects.values_list("purpose", "subject").distinct()) == [
        ("holdings", SESSION.isoformat())
    ]


def test_within_the_week_nobody_is_asked_again_and_then_two_funds_a_day(vendor: Vendor) -> None:
    vendor.on(HOLDINGS, each_holds("AA"))
    holdings_refresh(FUNDS, SESSION)
    assert holdings_refresh(FUNDS, SESSION + dt.timedelta(days=6)) == {}
    vendor.asked.clear()
    holdings_refresh(FUNDS, SESSION + dt.timedelta(days=7))
    holdings_refresh(FUNDS, SESSION + dt.timedelta(days=8))
    assert sorted(asked.query["symbol"] for asked in vendor.asked) == sorted(FUNDS)


def test_what_a_fund_has_sold_is_gone_and_an_empty_answer_leaves_what_is_known(vendor: Vendor) -> None:
    vendor.on(HOLDINGS, [each_holds("AA", "BB")(Asked("", {"symbol": "PSCT"}, {}, "")), Answer([])])
    holdings_refresh(["PSCT"], SESSION)
    holdings_refresh(["PSCT"], SESSION + dt.timedelta(days=7))
    assert set(funds_holding(["PSCT"])) == {"TAA", "TBB"}
    vendor.on(HOLDINGS, each_holds("BB", "CC"))
    holdings_refresh(["PSCT"], SESSION + dt.timedelta(days=8))
    assert set(funds_holding(["PSCT"])) == {"TBB", "TCC"}


def test_a_stock_of_two_funds_names_both_and_some_symbols_can_be_asked_for(vendor: Vendor) -> None:
    vendor.on(HOLDINGS, lambda asked: Answer([held(asked.query["symbol"], "BRK-B"), held("X", "OWN", -1.0)]))
    holdings_refresh(FUNDS, SESSION)
    assert funds_holding(FUNDS) == {"BRK.B": ("PSCE", "PSCH", "PSCT")}
    assert funds_holding(["PSCT"], ["BRK.B", "NONE"]) == {"BRK.B": ("PSCT",)}
    assert funds_holding(FUNDS, []) == {}


@pytest.mark.parametrize("status", [402, 403])
def test_a_plan_without_holdings_costs_one_call_and_says_nothing(vendor: Vendor, status: int) -> None:
    vendor.on(
        HOLDINGS, Answer({"Error Message": "Exclusive Endpoint: not available under your plan"}, status)
    )
    assert holdings_refresh(FUNDS, SESSION) == {"holdings_failed:NotEntitled": 1}
    assert vendor.paths() == [HOLDINGS]


def test_an_unknown_fund_is_counted_and_an_outage_keeps_what_came(vendor: Vendor) -> None:
    answers = {
        "PSCT": Answer([held("PSCT", "AAA")]),
        "PSCH": Answer({}, 404),
        "PSCE": Answer({"message": "down"}, 400),
    }
    vendor.on(HOLDINGS, lambda asked: answers[asked.query["symbol"]])
    counts = holdings_refresh(FUNDS, SESSION)
    assert (counts["holdings"], counts["funds_unknown"]) == (1, 1)
    assert sum(number for name, number in counts.items() if name.startswith("holdings_failed")) == 1
    assert funds_holding(FUNDS) == {"AAA": ("PSCT",)}


def test_without_the_vendors_key_nobody_is_asked(vendor: Vendor, settings: Any) -> None:
    settings.FMP_API_KEY = ""
    assert holdings_refresh(FUNDS, SESSION) == {}
    assert vendor.asked == []


def day(back: int) -> dt.date:
    return SESSION - dt.timedelta(days=back)


@pytest.mark.parametrize(
    ("asked_on", "due"),
    [
        ({}, FUNDS),
        ({"PSCT": day(0), "PSCH": day(6), "PSCE": day(6)}, ()),
        ({"PSCT": day(7), "PSCH": day(9), "PSCE": day(8)}, ("PSCH", "PSCE")),
        ({"PSCT": day(7)}, ("PSCT", "PSCH")),
        ({"PSCT": day(-1), "PSCH": day(0), "PSCE": day(0)}, ("PSCT",)),
    ],
    ids=["none known", "within the week", "the oldest first", "the unknown last", "a day yet to come"],
)
def test_funds_are_due_weekly_a_few_a_day(asked_on: dict[str, dt.date | None], due: Sequence[str]) -> None:
    assert tuple(holdings_due(asked_on, FUNDS, SESSION)) == tuple(due)
