from __future__ import annotations

import datetime as dt
import math
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from tests.universe.canned import GROUPED, SESSION, SNAPSHOT, at, canned_market, snapshot_row
from tests.universe.vendor import Answer, Vendor
from universe import clock
from universe.errors import NotEntitled, Rejected, SourceError, Unavailable
from universe.models import MarketContext, MinuteQuote
from universe.selectors import benchmarks, prices_between, prices_nearest, quotes_newest, reference_prices
from universe.services import (
    asking,
    bars_refresh,
    facts_refresh,
    listings_refresh,
    minute_bars_store,
    quotes,
    quotes_backfill,
    quotes_refresh,
    snapshot_build,
    tracked_symbols,
)
from universe.sessions import hours, previous_session
from universe.sources import price_source, vendor_status
from universe.sources.base import Parsed
from universe.types import MinuteBar

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_market(vendor: Vendor) -> Iterator[Vendor]:
    """A built universe at half past ten, and an empty snapshot."""
    canned_market(vendor)
    vendor.on(SNAPSHOT, Answer({"status": "OK", "tickers": []}))
    with clock.override(at(10, 30)):
        listings_refresh()
        facts_refresh()
        bars_refresh(SESSION, sessions=20)
        snapshot_build(SESSION)
        yield vendor


def shows(vendor: Vendor, *rows: dict[str, object]) -> None:
    vendor.on(SNAPSHOT, Answer({"status": "DELAYED", "tickers": list(rows)}))


def stored() -> dict[str, float]:
    return dict(MinuteQuote.objects.values_list("symbol", "price"))


def a_minute(symbol: str, start: dt.datetime, close: float, **more: object) -> MinuteBar:
    return MinuteBar(symbol, start, close, 1000.0, "polygon", **more)  # type: ignore[arg-type]


def test_prices_of_members_and_funds_are_stored_and_of_nobody_else(open_market: Vendor) -> None:
    shows(
        open_market,
        *(snapshot_row(symbol, 10.0, at(10, 29)) for symbol in ("ANNE", "DOT", "GUS", "IWM", "AAPL")),
    )
    report = quotes_refresh(at(10, 30))
    assert set(stored()) == {"ANNE", "DOT", "IWM"}
    assert (report.stored, report.wanted, report.source) == (3, 5 + 19, "polygon")


def test_the_report_tells_the_oldest_and_the_newest_price(open_market: Vendor) -> None:
    shows(open_market, snapshot_row("ANNE", 10.0, at(9, 31)), snapshot_row("BEA", 20.0, at(10, 29, 30)))
    report = quotes_refresh(at(10, 30))
    assert (report.oldest, report.newest) == (at(9, 31), at(10, 29, 30))


def test_yesterdays_leftovers_are_dropped_and_counted(open_market: Vendor) -> None:
    shows(open_market, snapshot_row("ANNE", 10.0, hours(previous_session(SESSION)).close))
    report = quotes_refresh(at(10, 30))
    assert (stored(), report.dropped["other_session"]) == ({}, 1)


def test_a_price_from_the_future_is_dropped_and_counted(open_market: Vendor) -> None:
    shows(open_market, snapshot_row("ANNE", 10.0, at(10, 45)), snapshot_row("BEA", 20.0, at(10, 30, 40)))
    report = quotes_refresh(at(10, 30))
    assert (set(stored()), report.dropped["from_the_future"]) == ({"BEA"}, 1)


@pytest.fixture
def refreshes(open_market: Vendor, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[list[int]]:
    """A simulated world whose clock stood at 10:30 and is found at 12:30; one entry a question."""
    asked: list[int] = []
    settings.MARKET_WORLD = "simulated"
    with ExitStack() as moved:

        def refresh() -> None:
            asked.append(1)
            moved.enter_context(clock.override(at(12, 30)))

        monkeypatch.setattr(clock, "refresh", refresh)
        yield asked


def test_when_most_prices_are_from_the_future_the_clock_is_asked_for_and_they_count(
    open_market: Vendor, refreshes: list[int]
) -> None:
    shows(open_market, *(snapshot_row(symbol, 10.0, at(12, 29)) for symbol in ("ANNE", "DOT", "IWM")))
    report = quotes_refresh(at(10, 30))
    assert (report.stored, report.newest, refreshes) == (3, at(12, 29), [1])
    assert "from_the_future" not in report.dropped


def test_prices_beyond_the_clock_asked_for_anew_stay_dropped(
    open_market: Vendor, refreshes: list[int]
) -> None:
    shows(open_market, snapshot_row("ANNE", 10.0, at(15)), snapshot_row("BEA", 20.0, at(15)))
    report = quotes_refresh(at(10, 30))
    assert (report.stored, report.dropped["from_the_future"], refreshes) == (0, 2, [1])


def test_a_few_prices_from_the_future_are_no_reason_to_ask_for_the_clock(
    open_market: Vendor, refreshes: list[int]
) -> None:
    shows(open_market, snapshot_row("ANNE", 10.0, at(12)), snapshot_row("BEA", 20.0, at(10, 29)))
    assert quotes_refresh(at(10, 30)).dropped["from_the_future"] == 1
    assert refreshes == []


def test_in_a_live_market_there_is_no_clock_to_ask_for(
    open_market: Vendor, refreshes: list[int], settings: Any
) -> None:
    settings.MARKET_WORLD = "live"
    shows(open_market, snapshot_row("ANNE", 10.0, at(12)))
    assert quotes_refresh(at(10, 30)).dropped["from_the_future"] == 1
    assert refreshes == []


def test_a_simulator_that_does_not_tell_its_time_leaves_the_prices_dropped(
    open_market: Vendor, settings: Any
) -> None:
    settings.MARKET_WORLD, settings.SIMULATOR_URL = "simulated", "http://127.0.0.1:1"
    shows(open_market, snapshot_row("ANNE", 10.0, at(12)))
    assert quotes_refresh(at(10, 30)).dropped["from_the_future"] == 1


def test_a_bad_row_is_dropped_with_its_field_and_the_rest_is_stored(open_market: Vendor) -> None:
    bad = snapshot_row("BEA", 20.0, at(10, 29)) | {"lastTrade": {"p": "20", "t": 1}}
    shows(open_market, snapshot_row("ANNE", 10.0, at(10, 29)), bad, {"no": "ticker"})
    report = quotes_refresh(at(10, 30))
    assert set(stored()) == {"ANNE"}
    assert (report.dropped["bad_payload:p"], report.dropped["bad_payload:ticker"]) == (1, 1)


def test_members_that_the_snapshot_does_not_name_are_counted(open_market: Vendor) -> None:
    shows(open_market, snapshot_row("ANNE", 10.0, at(10, 29)))
    assert quotes_refresh(at(10, 30)).dropped["not_in_snapshot"] == 23


def test_interpolated_and_halted_prices_are_told(open_market: Vendor) -> None:
    shows(
        open_market,
        snapshot_row("ANNE", 10.0, at(10, 29), interpolated=True),
        snapshot_row("BEA", 20.0, at(10, 1), halted=True),
    )
    report = quotes_refresh(at(10, 30))
    assert (report.interpolated, report.halted) == (True, 1)
    newest = quotes_newest(["ANNE", "BEA"], at(10, 30))
    assert newest["interpolated"].tolist() == [True, False]
    assert newest["halted"].tolist() == [False, True]


def test_the_same_snapshot_twice_is_the_same_rows(open_market: Vendor) -> None:
    shows(open_market, snapshot_row("ANNE", 10.0, at(10, 29)))
    quotes_refresh(at(10, 30))
    quotes_refresh(at(10, 30))
    assert MinuteQuote.objects.count() == 1


def test_a_vendor_that_is_down_is_an_error_and_keeps_what_is_stored(open_market: Vendor) -> None:
    shows(open_market, snapshot_row("ANNE", 10.0, at(10, 29)))
    quotes_refresh(at(10, 30))
    open_market.on(SNAPSHOT, Answer("", 503))
    with pytest.raises(Unavailable):
        quotes_refresh(at(10, 30))
    assert stored() == {"ANNE": 10.0}


def test_benchmarks_and_the_volatility_index_have_their_newest_price(open_market: Vendor) -> None:
    shows(open_market, snapshot_row("IWM", 202.0, at(10, 29)), snapshot_row("XLK", 150.0, at(10, 29)))
    vix = {"symbol": "^VIX", "price": 17.0, "previousClose": 20.0, "timestamp": int(at(10, 28).timestamp())}
    open_market.on("/stable/batch-quote", Answer([vix]))
    quotes_refresh(at(10, 30))
    found = benchmarks()
    assert set(found) == {"IWM", "^VIX"}
    assert (found["^VIX"].price, found["^VIX"].change_pct) == (17.0, pytest.approx(-15.0))
    assert MarketContext.objects.filter(symbol="XLK").exists()


def test_without_the_volatility_index_the_prices_are_stored_all_the_same(open_market: Vendor) -> None:
    shows(open_market, snapshot_row("ANNE", 10.0, at(10, 29)))
    open_market.on("/stable/batch-quote", Answer("Restricted Endpoint", 402))
    report = quotes_refresh(at(10, 30))
    assert (report.stored, report.dropped["context_failed:^VIX"]) == (1, 1)


def test_the_newest_price_at_a_moment_is_of_that_session_and_not_later(db: None) -> None:
    yesterday = hours(previous_session(SESSION)).close - dt.timedelta(minutes=5)
    minute_bars_store(
        [
            a_minute("ANNE", at(10, 0), 10.0),
            a_minute("ANNE", at(10, 10), 11.0),
            a_minute("ANNE", at(10, 20), 12.0),
            a_minute("BEA", yesterday, 20.0),
        ]
    )
    newest = quotes_newest(["BEA", "ANNE"], at(10, 15))
    assert list(newest.index) == ["BEA", "ANNE"]
    assert newest.loc["ANNE", "price"] == 11.0
    assert newest.loc["ANNE", "as_of"] == at(10, 11)
    assert math.isnan(newest.loc["BEA", "price"])


def test_nothing_stored_gives_a_frame_of_missing_prices(db: None) -> None:
    newest = quotes_newest(["ANNE"], at(10))
    assert newest["price"].isna().all()
    assert newest["halted"].tolist() == [False]
    assert newest["price"].dtype == "float64"


def test_the_days_open_survives_the_minutes_that_do_not_tell_it(open_market: Vendor) -> None:
    shows(open_market, snapshot_row("ANNE", 10.0, at(10, 20)))
    quotes_refresh(at(10, 30))
    minute_bars_store([a_minute("ANNE", at(10, 25), 10.5)])
    newest = quotes_newest(["ANNE"], at(10, 30))
    assert (newest.loc["ANNE", "price"], newest.loc["ANNE", "day_open"]) == (10.5, 9.9)


def test_a_minute_fetched_for_a_gap_does_not_hide_the_days_volume(db: None) -> None:
    told = a_minute("ANNE", at(10, 20), 10.0)
    without = [replace(told, day_volume=None), replace(told, start=at(10, 25), close=10.5, day_volume=None)]
    minute_bars_store([told])
    minute_bars_store(without)
    newest = quotes_newest(["ANNE"], at(10, 30))
    assert (newest.loc["ANNE", "price"], newest.loc["ANNE", "day_volume"]) == (10.5, 1000.0)


def test_a_minute_after_the_halt_ends_it(open_market: Vendor) -> None:
    shows(open_market, snapshot_row("ANNE", 10.0, at(10, 0), halted=True))
    quotes_refresh(at(10, 30))
    minute_bars_store([a_minute("ANNE", at(10, 25), 10.5)])
    assert quotes_newest(["ANNE"], at(10, 10)).loc["ANNE", "halted"]
    assert not quotes_newest(["ANNE"], at(10, 30)).loc["ANNE", "halted"]


def test_the_reference_is_the_last_price_at_or_before_half_an_hour_ago(db: None) -> None:
    minute_bars_store([a_minute("ANNE", at(9, 58), 10.0), a_minute("ANNE", at(10, 20), 11.0)])
    assert reference_prices(["ANNE"], at(10, 30)).loc["ANNE", "price"] == 10.0
    assert math.isnan(reference_prices(["ANNE"], at(10, 28)).loc["ANNE", "price"])


def test_the_reference_does_not_look_across_the_opening_unless_asked(db: None) -> None:
    minute_bars_store([a_minute("ANNE", at(9, 0), 10.0)])
    assert math.isnan(reference_prices(["ANNE"], at(9, 45)).loc["ANNE", "price"])
    crossing = reference_prices(["ANNE"], at(9, 45), same_phase=False)
    assert (crossing.loc["ANNE", "price"], crossing.loc["ANNE", "as_of"]) == (10.0, at(9, 1))


def test_the_reference_does_not_look_across_the_close(db: None) -> None:
    minute_bars_store([a_minute("ANNE", at(15, 50), 10.0), a_minute("ANNE", at(16, 5), 11.0)])
    assert math.isnan(reference_prices(["ANNE"], at(16, 25)).loc["ANNE", "price"])
    assert reference_prices(["ANNE"], at(16, 40)).loc["ANNE", "price"] == 11.0


def test_the_last_price_of_a_span_says_whether_it_was_drawn(db: None) -> None:
    drawn = replace(a_minute("BEA", at(10, 1), 5.0), interpolated=True)
    minute_bars_store([a_minute("ANNE", at(10), 10.0), a_minute("ANNE", at(10, 2), 11.0), drawn])
    found = prices_between(["BEA", "CLEO", "ANNE"], at(10, 1), at(10, 2))
    assert found["price"].tolist()[::2] == [5.0, 10.0]
    assert math.isnan(found.loc["CLEO", "price"])
    assert found["interpolated"].tolist() == [True, False, False]
    assert found.loc["BEA", "as_of"] == at(10, 2)


def test_the_nearest_price_of_a_span_may_be_later_and_of_two_as_near_it_is_the_earlier(db: None) -> None:
    minute_bars_store(
        [a_minute(symbol, at(10, minute), float(minute)) for symbol in ("ANNE", "BEA") for minute in (10, 40)]
        + [a_minute("ANNE", at(10, 34), 34.0), a_minute("BEA", at(10, 20), 20.0)]
    )
    # A minute counts from its end: 10:11, 10:35 and 10:41 of ANNE, 10:11, 10:21 and 10:41 of BEA.
    for last, anne, bea in ((at(10, 35), 34.0, 20.0), (at(10, 34), 10.0, 20.0), (at(10, 41), 34.0, 20.0)):
        found = prices_nearest(["BEA", "ANNE"], at(10, 31), first=at(10), last=last)
        assert found["price"].tolist() == [bea, anne]
    assert math.isnan(
        prices_nearest(["BEA"], at(10, 31), first=at(10, 22), last=at(10, 40)).loc["BEA", "price"]
    )


def test_a_minute_that_comes_again_replaces_the_first(db: None) -> None:
    minute_bars_store([a_minute("ANNE", at(10), 10.0)])
    assert minute_bars_store([a_minute("ANNE", at(10), 10.2)]) == 1
    assert stored() == {"ANNE": 10.2}


def test_only_tracked_symbols_of_the_stream_are_stored(open_market: Vendor) -> None:
    tracked = tracked_symbols(SESSION)
    bars = [a_minute(symbol, at(10), 10.0) for symbol in ("ANNE", "GUS", "IWM")]
    assert minute_bars_store(bars, only=tracked) == 2
    assert minute_bars_store([], only=tracked) == 0


def test_backfilled_minutes_end_at_the_markets_now(open_market: Vendor) -> None:
    minutes = [
        {"t": int(at(10, minute).timestamp() * 1000), "c": 10 + minute / 100, "v": 5}
        for minute in (27, 28, 29, 30)
    ]
    day = SESSION.isoformat()
    open_market.on(f"/v2/aggs/ticker/ANNE/range/1/minute/{day}/{day}", Answer({"results": minutes}))
    assert quotes_backfill(SESSION, ["ANNE", "NOBODY"]) == {"symbols": 2, "minutes": 3}
    newest = quotes_newest(["ANNE"], at(10, 30))
    assert (newest.loc["ANNE", "price"], newest.loc["ANNE", "day_volume"]) == (10.29, 15.0)


def test_one_bad_minute_costs_no_more_than_itself(open_market: Vendor) -> None:
    minutes = [
        {"t": int(at(10, minute).timestamp() * 1000), "c": close, "v": 5}
        for minute, close in ((26, 10.0), (27, -1.0), (28, 11.0))
    ]
    day = SESSION.isoformat()
    open_market.on(f"/v2/aggs/ticker/ANNE/range/1/minute/{day}/{day}", Answer({"results": [*minutes, 7]}))
    counts = quotes_backfill(SESSION, ["ANNE"])
    assert counts == {"symbols": 1, "minutes": 2, "bad_payload:c": 1, "bad_payload:row": 1}
    assert quotes_newest(["ANNE"], at(10, 30)).loc["ANNE", "day_volume"] == 15.0


def test_a_backfill_counts_what_fails_and_goes_on(open_market: Vendor) -> None:
    day = SESSION.isoformat()
    open_market.on(f"/v2/aggs/ticker/BEA/range/1/minute/{day}/{day}", Answer({"message": "plan"}, 403))
    open_market.on(f"/v2/aggs/ticker/ANNE/range/1/minute/{day}/{day}", Answer({"results": []}))
    assert quotes_backfill(SESSION, ["BEA", "ANNE"]) == {"failed:NotEntitled": 1, "symbols": 1, "minutes": 0}


class Reluctant:
    """A source that answers about the first symbol, and about the others only when nothing more is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer_now = threading.Event()

    def fetch_minute_bars(self, symbol: str, **_: object) -> Parsed[MinuteBar]:
        self.asked.append(symbol)
        assert symbol == "S0" or self.answer_now.wait(30)
        return Parsed([a_minute(symbol, at(10), 10.0)], Counter())


def test_a_backfill_that_is_told_to_end_asks_no_more_and_keeps_what_has_come(
    open_market: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Reluctant()

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            source.answer_now.set()
            super().shutdown(wait)

    monkeypatch.setattr(asking, "ThreadPoolExecutor", Pool)
    monkeypatch.setattr(quotes, "price_source", lambda: source)
    counts = quotes_backfill(SESSION, [f"S{n}" for n in range(100)], go_on=lambda: False)
    assert (counts, stored()) == ({"symbols": 1, "minutes": 1}, {"S0": 10.0})
    # One each in flight, and the one that followed the first answer.
    assert len(source.asked) <= asking.IN_FLIGHT + 1


def test_every_call_leaves_the_vendors_status(open_market: Vendor) -> None:
    assert vendor_status("polygon")["ok"]
    open_market.on(f"{GROUPED}/{SESSION}", Answer({"message": "not your plan"}, 403))
    bars_refresh_of_today(NotEntitled)
    assert vendor_status("polygon")["ok"]
    open_market.on(f"{GROUPED}/{SESSION}", Answer({"error": "no such date for polygon-secret"}, 400))
    bars_refresh_of_today(Rejected)
    status = vendor_status("polygon")
    assert (status["ok"], status["error_kind"]) == (False, "Rejected")
    assert "polygon-secret" not in str(status)


def bars_refresh_of_today(error: type[SourceError]) -> None:
    with pytest.raises(error):
        price_source().fetch_daily_bars(SESSION)
