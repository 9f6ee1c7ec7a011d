"""What the indices of the world tell of a night: their newest move, if they have moved since our close."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from tests.universe.vendor import Answer, Asked, Vendor
from universe import clock
from universe.benchmarks import WORLD_INDICES
from universe.errors import SourceError
from universe.models import VendorCall
from universe.services import IndexMove, indices_refresh
from universe.sessions import ET

BATCH, SINGLE = "/stable/batch-quote", "/stable/quote"
#: A Tuesday; the Monday before is a session too.
NIGHT = dt.datetime(2026, 3, 10, 4, 0, tzinfo=ET)
TOLD = {"^N225": 0.8, "^HSI": -0.2, "^FTSE": 0.5, "^GDAXI": 0.3}


def quote(symbol: str, *, at: dt.datetime = NIGHT, **also: Any) -> dict[str, Any]:
    known = {"price": 1000.0 * (1 + TOLD[symbol] / 100), "previousClose": 1000.0}
    return {"symbol": symbol, "timestamp": int(at.timestamp())} | known | also


def moves(now: dt.datetime = NIGHT) -> dict[str, IndexMove]:
    with clock.override(now):
        return {move.symbol: move for move in indices_refresh(now).moves}


@pytest.mark.django_db
def test_each_index_tells_its_newest_move_its_moment_and_the_call_that_told_it(vendor: Vendor) -> None:
    vendor.on(BATCH, Answer([quote(symbol) for symbol in reversed(TOLD)]))
    with clock.override(NIGHT):
        report = indices_refresh(NIGHT)
    assert [move.symbol for move in report.moves] == list(WORLD_INDICES)
    assert [move.move_pct for move in report.moves] == pytest.approx(list(TOLD.values()))
    assert {(move.source, move.as_of, move.note) for move in report.known} == {("fmp", NIGHT, "")}
    assert all(move.fetched_at and move.previous_close == 1000.0 for move in report.known)
    call = VendorCall.objects.get(pk__in=report.calls)
    assert (call.purpose, call.subject, call.rows) == ("indices", "2026-03-10", 4)


@pytest.mark.django_db
def test_a_plan_without_batches_asks_for_each_index_by_itself(vendor: Vendor) -> None:
    def single(asked: Asked) -> Answer:
        symbol = asked.query["symbol"]
        return Answer([quote(symbol)]) if symbol in ("^N225", "^FTSE") else Answer("Premium", 402)

    vendor.on(BATCH, Answer("Exclusive Endpoint", 402))
    vendor.on(SINGLE, single)
    found = moves()
    assert vendor.paths() == [BATCH, *[SINGLE] * 4]
    assert [symbol for symbol, move in found.items() if math.isfinite(move.move_pct)] == ["^N225", "^FTSE"]
    assert {found[symbol].note for symbol in ("^HSI", "^GDAXI")} == {"not in the plan"}


@pytest.mark.django_db
def test_a_plan_without_any_index_says_so_of_each_and_nobody_else_is_asked(vendor: Vendor) -> None:
    for path in (BATCH, SINGLE):
        vendor.on(path, Answer("Exclusive Endpoint", 402))
    with clock.override(NIGHT):
        report = indices_refresh(NIGHT)
    assert [move.note for move in report.moves] == ["not in the plan"] * 4
    assert (report.known, report.in_plan) == ((), 0)
    assert set(vendor.paths()) <= {BATCH, SINGLE}


@pytest.mark.django_db
def test_a_vendor_that_should_have_the_indices_and_does_not_answer_is_an_error(vendor: Vendor) -> None:
    vendor.on(BATCH, Answer({"Error Message": "Down for maintenance"}))
    with pytest.raises(SourceError):
        moves()


@pytest.mark.django_db
def test_the_price_vendor_alone_has_no_index_in_its_plans(vendor: Vendor, settings: Any) -> None:
    settings.FMP_API_KEY = ""
    assert {(math.isnan(move.move_pct), move.note) for move in moves().values()} == {
        (True, "not in the plan")
    }
    assert vendor.asked == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "note"),
    [
        ({"at": NIGHT.replace(day=9, hour=16)}, "has not traded since the last close"),
        ({"at": NIGHT + dt.timedelta(minutes=3)}, "its time lies ahead"),
        ({"previousClose": None}, "no previous close"),
        ({"previousClose": 0}, "no previous close"),
        ({"price": None}, "no quote"),
    ],
)
def test_a_quote_that_tells_nothing_of_the_night_says_why(
    vendor: Vendor, told: dict[str, Any], note: str
) -> None:
    vendor.on(BATCH, Answer([quote("^N225", **told), quote("^HSI")]))
    found = moves()
    assert (math.isnan(found["^N225"].move_pct), found["^N225"].note) == (True, note)
    assert found["^HSI"].move_pct == pytest.approx(TOLD["^HSI"])


@pytest.mark.django_db
def test_tokyo_of_a_monday_counts_on_monday_and_that_of_friday_does_not(vendor: Vendor) -> None:
    monday = NIGHT - dt.timedelta(days=1)
    friday_in_tokyo = monday - dt.timedelta(days=3, hours=2)
    vendor.on(BATCH, Answer([quote("^N225", at=friday_in_tokyo), quote("^HSI", at=monday)]))
    found = moves(monday)
    assert found["^N225"].note == "has not traded since the last close"
    assert found["^HSI"].move_pct == pytest.approx(TOLD["^HSI"])
