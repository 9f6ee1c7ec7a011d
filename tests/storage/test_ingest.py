"""What is stored of told rows, what is kept apart, and that the same input twice gives the same rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.universe.canned import GROUPED, SESSION, SNAPSHOT, at, canned_market, snapshot_row
from tests.universe.conftest import connected_vendor
from tests.universe.vendor import Answer, Vendor
from universe import clock
from universe.gates import Fault, Refusal
from universe.models import ConfirmedMove, DailyBar, MinuteQuote, QuarantinedPrice, RefusedRow
from universe.services import (
    bars_refresh,
    bars_store,
    facts_refresh,
    listings_refresh,
    minute_bars_accept,
    minutes_refuse,
    quarantine_prune,
    quotes_backfill,
    quotes_refresh,
    snapshot_build,
)
from universe.sessions import hours, previous_session, session_offset
from universe.types import MINUTE, Bar, MinuteBar, Session

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 3, 30)
NOW = at(10, 30)
BAR = Bar("ANNE", MONDAY, 10.0, 11.0, 9.0, 10.5, 1000.0, "polygon", NOW)


@pytest.fixture
def vendor(settings: Any) -> Iterator[Vendor]:
    with connected_vendor(settings) as vendor, clock.override(NOW):
        yield vendor


@pytest.fixture
def open_market(vendor: Vendor) -> Vendor:
    """A built universe at half past ten."""
    canned_market(vendor)
    listings_refresh()
    facts_refresh()
    bars_refresh(SESSION, sessions=20)
    snapshot_build(SESSION)
    return vendor


def row(symbol: str, **changes: object) -> dict[str, object]:
    return {"T": symbol, "o": 10.0, "h": 11.0, "l": 9.0, "c": 10.0, "v": 500.0, **changes}


def fetched(vendor: Vendor, *rows: dict[str, object]) -> dict[str, int]:
    vendor.on(f"{GROUPED}/{MONDAY}", Answer({"results": list(rows)}))
    return bars_refresh(SESSION, sessions=1)


def refused() -> list[tuple[object, ...]]:
    found = RefusedRow.objects.order_by("symbol", "reason", "field")
    return list(found.values_list("symbol", "kind", "reason", "field", "value", "seen"))


def test_what_cannot_be_true_is_kept_apart_and_the_rest_of_the_session_is_stored(vendor: Vendor) -> None:
    counts = fetched(
        vendor,
        row("ANNE"),
        row("BEA", c=12.0),
        row("CAL", h=8.0),
        row("DOT", v=-3),
        row("EVE", c=-1.0),
        row("FAY", o="x"),
    )
    assert list(DailyBar.objects.values_list("symbol", flat=True)) == ["ANNE"]
    assert refused() == [
        ("BEA", "daily_bar", "outside_its_range", "close", "12.0", 1),
        ("CAL", "daily_bar", "outside_its_range", "high", "8.0", 1),
        ("DOT", "daily_bar", "negative_volume", "v", "-3", 1),
        ("EVE", "daily_bar", "impossible_price", "c", "-1.0", 1),
        ("FAY", "daily_bar", "unreadable", "o", "'x'", 1),
    ]
    assert (counts["rows"], counts["refused:outside_its_range"], counts["bad_payload:o"]) == (1, 2, 1)


def test_a_refused_row_says_of_when_and_whose_it_is_and_when_it_was_told(vendor: Vendor) -> None:
    fetched(vendor, row("ANNE"), row("BEA", c=12.0))
    kept = RefusedRow.objects.get()
    assert (kept.session, kept.at, kept.source, kept.released_at) == (MONDAY, None, "polygon", None)
    assert kept.first_at == kept.last_at == NOW


def test_a_bar_told_twice_alike_is_stored_and_one_told_differently_is_not(vendor: Vendor) -> None:
    counts = fetched(vendor, row("ANNE"), row("ANNE"), row("BEA"), row("BEA", c=10.5))
    assert dict(DailyBar.objects.values_list("symbol", "close")) == {"ANNE": 10.0}
    assert refused() == [("BEA", "daily_bar", "told_twice", "close", "10.0 and 10.5", 1)]
    assert (counts["duplicate"], counts["refused:told_twice"]) == (1, 1)


def test_a_session_with_many_impossible_rows_is_left_for_the_next_call(vendor: Vendor) -> None:
    rows = [row(f"S{number}", c=99.0 if number % 3 else 10.0) for number in range(300)]
    vendor.on(f"{GROUPED}/{MONDAY}", Answer({"results": rows}))
    with pytest.raises(Exception, match="200 of 300 cannot be read or be true; none is stored"):
        bars_refresh(SESSION, sessions=1)
    assert not DailyBar.objects.exists()


def test_a_session_that_is_not_over_is_refused_whatever_the_vendor_tells(vendor: Vendor) -> None:
    vendor.on(f"{GROUPED}/{SESSION}", Answer({"results": [row("ANNE")]}))
    bars_refresh(session_offset(SESSION, 1), sessions=1)
    assert not DailyBar.objects.exists()
    assert refused() == [("ANNE", "daily_bar", "from_the_future", "session", "2026-03-31", 1)]


def test_the_same_input_twice_gives_the_same_rows() -> None:
    def rows() -> list[object]:
        return [*DailyBar.objects.values(), *RefusedRow.objects.values("pk", "symbol", "value")]

    bars = [BAR, replace(BAR, symbol="BEA", close=-1.0), *[replace(BAR, symbol="CAL")] * 2]
    first = bars_store(bars, now=NOW)
    before = rows()
    second = bars_store(bars, now=NOW)
    assert rows() == before
    assert (first.new, first.repeated, second.new, second.equal, second.corrected) == (2, 1, 0, 2, 0)
    assert RefusedRow.objects.get().seen == 2


def test_a_bar_that_can_be_true_releases_what_was_held_of_its_session() -> None:
    bars_store([replace(BAR, close=-1.0), replace(BAR, close=-1.0, session=dt.date(2026, 3, 27))], now=NOW)
    bars_store([BAR], now=at(12))
    released = RefusedRow.objects.order_by("session").values_list("session", "released_at")
    assert list(released) == [(dt.date(2026, 3, 27), None), (MONDAY, at(12))]
    bars_store([replace(BAR, close=-2.0)], now=at(13))
    held = RefusedRow.objects.get(session=MONDAY)
    assert (held.released_at, held.seen, held.value, held.last_at) == (None, 2, "-2.0", at(13))


def test_the_first_of_what_is_told_alike_stays_and_of_what_contradicts_it_nothing() -> None:
    bea, blank = replace(BAR, symbol="BEA"), replace(BAR, symbol="CAL", open=None, volume=None)
    again = [replace(bar, source="fmp", fetched_at=at(11)) for bar in (BAR, bea, blank)]
    done = bars_store([BAR, bea, blank, replace(BAR, close=10.6), *again], now=NOW)
    assert (done.new, done.repeated, dict(done.refused)) == (2, 3, {"refused:told_twice": 1})
    assert list(DailyBar.objects.values_list("symbol", "source")) == [("BEA", "polygon"), ("CAL", "polygon")]
    assert [row[-2] for row in refused()] == ["10.5 and 10.6"]


def test_of_a_bar_told_rightly_beside_wrongly_nothing_is_held() -> None:
    for _ in range(2):
        bars_store([replace(BAR, close=-1.0), BAR, replace(BAR, symbol="BEA", close=-1.0)], now=NOW)
    held = RefusedRow.objects.order_by("symbol").values_list("symbol", "released_at", "seen")
    assert list(held) == [("ANNE", NOW, 2), ("BEA", None, 2)]


def test_symbols_that_no_table_holds_are_passed_over() -> None:
    done = bars_store([BAR, replace(BAR, symbol="=SUM(A1)"), replace(BAR, symbol="A" * 17)], now=NOW)
    assert (done.new, DailyBar.objects.get().symbol, RefusedRow.objects.exists()) == (1, "ANNE", False)


def test_of_a_snapshot_the_impossible_prices_are_kept_apart(open_market: Vendor) -> None:
    rows = [
        snapshot_row("ANNE", 10.0, at(10, 29)),
        snapshot_row("BEA", 20.0, at(10, 45)),
        snapshot_row("CAL", 5.0, at(10, 29), lastTrade={"p": -5.0, "t": int(at(10, 29).timestamp()) * 10**9}),
        snapshot_row("AAPL", 5.0, at(10, 45)),
    ]
    open_market.on(SNAPSHOT, Answer({"status": "OK", "tickers": rows}))
    quotes_refresh(NOW)
    assert list(MinuteQuote.objects.values_list("symbol", flat=True)) == ["ANNE"]
    assert [(symbol, reason, field) for symbol, _, reason, field, _, _ in refused()] == [
        ("BEA", "from_the_future", "as_of"),
        ("CAL", "impossible_price", "p"),
    ]
    assert RefusedRow.objects.get(symbol="BEA").at == at(10, 45)


def test_of_a_snapshot_that_tells_a_symbol_rightly_too_nothing_is_held(open_market: Vendor) -> None:
    wrong = snapshot_row("ANNE", 9.0, at(10, 28), lastTrade={"p": -5.0, "t": 1})
    open_market.on(SNAPSHOT, Answer({"tickers": [wrong, snapshot_row("ANNE", 10.0, at(10, 29))]}))
    quotes_refresh(NOW)
    assert (RefusedRow.objects.get().released_at, MinuteQuote.objects.get().price) == (NOW, 10.0)


def test_a_later_price_of_the_symbol_releases_it(open_market: Vendor) -> None:
    open_market.on(SNAPSHOT, Answer({"tickers": [snapshot_row("BEA", 20.0, at(10, 45))]}))
    quotes_refresh(NOW)
    open_market.on(SNAPSHOT, Answer({"tickers": [snapshot_row("BEA", 20.0, at(10, 40))]}))
    quotes_refresh(at(10, 41))
    assert RefusedRow.objects.get().released_at is None
    with clock.override(at(10, 46)):
        minute_bars_accept([MinuteBar("BEA", at(10, 44), 20.0, None, "polygon")])
    assert RefusedRow.objects.get().released_at == at(10, 45)


def test_an_impossible_minute_is_kept_apart_and_the_others_are_stored(vendor: Vendor) -> None:
    told = [
        MinuteBar("ANNE", at(10, 25), 10.0, 5.0, "polygon"),
        MinuteBar("BEA", at(10, 25), -10.0, 5.0, "polygon"),
        MinuteBar("CAL", at(10, 25), 10.0, -5.0, "polygon"),
    ]
    assert [bar.symbol for bar in minute_bars_accept(told)] == ["ANNE"]
    assert [(row.symbol, row.session, row.at) for row in RefusedRow.objects.order_by("symbol")] == [
        ("BEA", SESSION, at(10, 26)),
        ("CAL", SESSION, at(10, 26)),
    ]


@pytest.mark.parametrize(("year", "reason"), [(2099, "from_the_future"), (2001, "no_session")])
def test_a_minute_that_no_calendar_reaches_is_kept_apart_under_the_session_of_now(
    vendor: Vendor, year: int, reason: str
) -> None:
    far = at(10, 25).replace(year=year)
    told = [
        MinuteBar(symbol, start, 10.0, 5.0, "polygon")
        for symbol, start in (("ANNE", at(10, 25)), ("BEA", far))
    ]
    assert [bar.symbol for bar in minute_bars_accept(told)] == ["ANNE"]
    kept = RefusedRow.objects.get()
    assert (kept.symbol, kept.reason, kept.session, kept.at) == ("BEA", reason, SESSION, far + MINUTE)


def test_minutes_that_could_not_be_read_reach_the_table_too(open_market: Vendor) -> None:
    told = ((1, 10.0), (2, "x"))
    minutes = [{"t": int(at(10, minute).timestamp()) * 1000, "c": close} for minute, close in told]
    path = f"/v2/aggs/ticker/ANNE/range/1/minute/{SESSION}/{SESSION}"
    open_market.on(path, Answer({"results": minutes}))
    counts = quotes_backfill(SESSION, ["ANNE"])
    assert (counts["minutes"], counts["bad_payload:c"]) == (1, 1)
    assert refused() == [("ANNE", "minute_bar", "unreadable", "c", "'x'", 1)]


def test_minutes_of_the_stream_that_could_not_be_read_reach_it_for_tracked_symbols(vendor: Vendor) -> None:
    told = [Refusal(symbol, Fault.PRICE, "c", "-1", "polygon") for symbol in ("ANNE", "AAPL", "ANNE")]
    minutes_refuse(told, only={"ANNE", "BEA"})
    assert refused() == [("ANNE", "minute_bar", "impossible_price", "c", "-1", 2)]
    assert RefusedRow.objects.get().session == SESSION


def test_what_was_held_is_dropped_after_90_days_and_not_before() -> None:
    def hold(session: Session) -> None:
        moment = hours(session).open
        values = {"symbol": "ANNE", "session": session, "source": "polygon"}
        times = {"first_at": moment, "last_at": moment}
        QuarantinedPrice.objects.create(**values, **times, reason="implausible", price=1.0)
        RefusedRow.objects.create(**values, **times, kind="quote", reason="unreadable", field="p", value="x")
        ConfirmedMove.objects.create(**values, price=1.0, at=moment)

    old = previous_session(SESSION - dt.timedelta(days=90))
    kept = session_offset(old, 1)
    hold(old)
    hold(kept)
    assert quarantine_prune(NOW) == 3
    for model in (QuarantinedPrice, RefusedRow, ConfirmedMove):
        assert [row.session for row in model.objects.all()] == [kept]


@pytest.mark.parametrize("session", [dt.date(1990, 1, 2), dt.date(2099, 1, 2)])
def test_a_refused_row_is_dropped_90_days_after_it_was_told_whatever_session_it_claims(
    session: Session,
) -> None:
    bars_store([replace(BAR, session=session)], now=NOW)
    assert quarantine_prune(NOW + dt.timedelta(days=90)) == 0
    assert quarantine_prune(NOW + dt.timedelta(days=91)) == 1
