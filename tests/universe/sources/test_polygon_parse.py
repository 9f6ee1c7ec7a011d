from __future__ import annotations

import copy
import datetime as dt
import math
from typing import Any

import pytest

from universe.errors import BadPayload
from universe.gates import Fault
from universe.sources.base import parse_each
from universe.sources.polygon import parse

NOW = dt.datetime(2026, 3, 31, 15, tzinfo=dt.UTC)
SESSION = dt.date(2026, 3, 30)
BAR = {
    "T": "ANNE",
    "o": 10.0,
    "h": 11,
    "l": 9.5,
    "c": 10.5,
    "v": 25933.6,
    "vw": 10.2,
    "n": 8,
    "t": 1774900800000,
}
# 2026-03-31 10:30:05 and 10:29 New York time
TRADE_NS = 1774967405123456789
MINUTE_MS = 1774967340000
ROW = {
    "ticker": "ANNE",
    "todaysChange": 0.5,
    "updated": TRADE_NS,
    "day": {"o": 10.1, "h": 10.9, "l": 10.0, "c": 10.7, "v": 120000},
    "min": {"t": MINUTE_MS, "o": 10.6, "h": 10.7, "l": 10.6, "c": 10.65, "v": 900, "av": 123456.5},
    "prevDay": {"c": 10.0, "v": 500000},
    "lastTrade": {"p": 10.72, "s": 100, "t": TRADE_NS, "c": None},
}


def row(**changes: Any) -> dict[str, Any]:
    changed = copy.deepcopy(ROW)
    for name, value in changes.items():
        if value is None:
            changed.pop(name)
        else:
            changed[name] = value
    return changed


def test_a_bar_keeps_fractional_volume_and_the_session_that_was_asked_for() -> None:
    bar = parse.parse_bar(BAR, session=SESSION, fetched_at=NOW)
    assert (bar.symbol, bar.session, bar.close, bar.volume, bar.high) == (
        "ANNE",
        SESSION,
        10.5,
        25933.6,
        11.0,
    )


def test_zero_open_is_not_known_and_zero_volume_is_a_volume() -> None:
    bar = parse.parse_bar(BAR | {"o": 0, "v": 0}, session=SESSION, fetched_at=NOW)
    assert (bar.open, bar.volume) == (None, 0)


@pytest.mark.parametrize(
    ("change", "field", "fault"),
    [
        ({"c": None}, "c", Fault.UNREADABLE),
        ({"c": 0}, "c", Fault.PRICE),
        ({"c": -1.0}, "c", Fault.PRICE),
        ({"c": "10.5"}, "c", Fault.UNREADABLE),
        ({"c": True}, "c", Fault.UNREADABLE),
        ({"c": 1.29e41}, "c", Fault.PRICE),
        ({"v": -5}, "v", Fault.VOLUME),
        ({"v": 1e16}, "v", Fault.VOLUME),
        ({"v": math.nan}, "v", Fault.VOLUME),
        ({"v": "many"}, "v", Fault.UNREADABLE),
        ({"h": []}, "h", Fault.UNREADABLE),
    ],
)
def test_a_bad_bar_names_symbol_field_and_fault(change: dict[str, Any], field: str, fault: Fault) -> None:
    with pytest.raises(BadPayload) as caught:
        parse.parse_bar(BAR | change, session=SESSION, fetched_at=NOW)
    told = caught.value
    assert (told.symbol, told.field, told.vendor, told.fault) == ("ANNE", field, "polygon", fault)


@pytest.mark.parametrize("payload", [None, [], {}, {"T": 5}, {"T": ""}, "ANNE"])
def test_a_bar_without_a_symbol_is_refused(payload: Any) -> None:
    with pytest.raises(BadPayload) as caught:
        parse.parse_bar(payload, session=SESSION, fetched_at=NOW)
    assert caught.value.field == "T"


def test_one_bad_datum_is_dropped_and_counted_and_the_rest_stays() -> None:
    parsed = parse_each(
        [BAR, BAR | {"T": "BEA", "c": None}, BAR | {"T": "CAL"}],
        lambda payload: parse.parse_bar(payload, session=SESSION, fetched_at=NOW),
    )
    assert [bar.symbol for bar in parsed.rows] == ["ANNE", "CAL"]
    assert parsed.dropped == {"bad_payload:c": 1}


def test_a_listing_keeps_the_small_letter_of_a_preferred_share() -> None:
    listing = parse.parse_listing({"ticker": "KIMpL", "name": "Kim", "type": "PFD"}, fetched_at=NOW)
    assert (listing.symbol, listing.kind, listing.mic, listing.active) == ("KIMpL", "PFD", None, True)


def test_the_last_trade_is_the_price_and_its_nanoseconds_the_time() -> None:
    quote = parse.parse_quote(ROW, fetched_at=NOW)
    assert quote is not None
    assert (quote.price, quote.day_volume, quote.day_open, quote.previous_close) == (
        10.72,
        123456.5,
        10.1,
        10.0,
    )
    assert quote.as_of == dt.datetime(2026, 3, 31, 14, 30, 5, 123457, tzinfo=dt.UTC)


def test_without_a_trade_the_minutes_close_is_true_at_its_end() -> None:
    quote = parse.parse_quote(row(lastTrade=None), fetched_at=NOW)
    assert quote is not None
    assert (quote.price, quote.as_of) == (10.65, dt.datetime(2026, 3, 31, 14, 30, tzinfo=dt.UTC))


def test_while_the_minute_runs_its_close_is_true_at_the_update() -> None:
    quote = parse.parse_quote(row(lastTrade=None, updated=(MINUTE_MS + 20_000) * 10**6), fetched_at=NOW)
    assert quote is not None
    assert quote.as_of == dt.datetime(2026, 3, 31, 14, 29, 20, tzinfo=dt.UTC)


def test_an_old_row_whose_minute_has_no_time_takes_the_update() -> None:
    quote = parse.parse_quote(row(lastTrade=None, min={"c": 10.65, "av": 5}), fetched_at=NOW)
    assert quote is not None
    assert quote.as_of.second == 5


def test_zeros_fall_through_to_the_running_day() -> None:
    quote = parse.parse_quote(row(lastTrade={"p": 0, "t": 0}, min={"c": 0, "t": 0, "av": 0}), fetched_at=NOW)
    assert quote is not None
    assert (quote.price, quote.day_volume) == (10.7, 120000)


def test_before_the_first_trade_there_is_no_price_and_yesterdays_close_is_none() -> None:
    zeros = {"o": 0, "h": 0, "l": 0, "c": 0, "v": 0}
    assert parse.parse_quote(row(lastTrade=None, min=zeros, day=zeros, updated=0), fetched_at=NOW) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lastTrade": {"p": 10.0, "t": MINUTE_MS}}, "lastTrade.t"),
        ({"lastTrade": {"p": -3.0, "t": TRADE_NS}}, "p"),
        ({"lastTrade": {"p": "10", "t": TRADE_NS}}, "p"),
        ({"lastTrade": None, "min": {"c": 10.0, "t": TRADE_NS}}, "min.t"),
        ({"day": []}, "row"),
        ({"prevDay": {"c": "x"}}, "c"),
        ({"halted": "yes"}, "halted"),
    ],
)
def test_a_bad_snapshot_row_names_the_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadPayload) as caught:
        parse.parse_quote(row(**change), fetched_at=NOW)
    assert caught.value.field == field


def test_interpolated_and_halted_marks_are_kept() -> None:
    quote = parse.parse_quote(row(interpolated=True, halted=True), fetched_at=NOW)
    assert quote is not None
    assert (quote.interpolated, quote.halted) == (True, True)


def test_a_stream_minute_carries_its_start_and_the_days_volume() -> None:
    bar = parse.parse_stream_bar(
        {
            "ev": "AM",
            "sym": "ANNE",
            "s": MINUTE_MS,
            "e": MINUTE_MS + 60_000,
            "c": 10.65,
            "av": 9470157,
            "op": 0,
        }
    )
    assert bar is not None
    assert (bar.start, bar.close, bar.day_volume) == (
        dt.datetime(2026, 3, 31, 14, 29, tzinfo=dt.UTC),
        10.65,
        9470157,
    )


def test_an_over_the_counter_minute_is_nothing_to_keep() -> None:
    assert parse.parse_stream_bar({"sym": "OTCX", "s": MINUTE_MS, "c": 1.0, "otc": True}) is None


def test_minutes_of_a_day_sum_up_their_volume() -> None:
    minutes = [{"t": MINUTE_MS + number * 60_000, "c": 10.0 + number, "v": 100} for number in range(3)]
    bars = parse.parse_minute_bars(minutes, symbol="ANNE").rows
    assert [bar.day_volume for bar in bars] == [100, 200, 300]


def test_a_reverse_split_multiplies_old_prices() -> None:
    split = parse.parse_split(
        {"ticker": "ANNE", "execution_date": "2026-03-31", "split_from": 20, "split_to": 1}
    )
    assert (split.price_factor, split.session) == (20.0, dt.date(2026, 3, 31))


@pytest.mark.parametrize(
    "change", [{"split_to": 0}, {"split_from": None}, {"execution_date": "soon"}, {"split_from": 1e6}]
)
def test_an_impossible_split_is_refused(change: dict[str, Any]) -> None:
    good = {"ticker": "ANNE", "execution_date": "2026-03-31", "split_from": 1, "split_to": 2}
    with pytest.raises(BadPayload):
        parse.parse_split(good | change)


def test_ratios_give_the_shares_that_the_market_cap_was_made_with() -> None:
    facts = parse.parse_ratios(
        {"ticker": "ANNE", "date": "2026-03-30", "market_cap": 5e8, "price": 10.0}, fetched_at=NOW
    )
    assert (facts.shares_outstanding, facts.market_cap_usd, facts.as_of) == (5e7, 5e8, SESSION)


def test_details_without_anything_but_the_ticker_know_nothing() -> None:
    facts = parse.parse_details({"ticker": "ANNE"}, fetched_at=NOW)
    assert (facts.market_cap_usd, facts.shares_outstanding, facts.sic, facts.country) == (None,) * 4


def test_details_count_all_share_classes_and_keep_the_sic_as_text() -> None:
    facts = parse.parse_details(
        {
            "ticker": "ANNE",
            "market_cap": 4.5755041e7,
            "weighted_shares_outstanding": 9_000_000,
            "share_class_shares_outstanding": 5_000_000,
            "sic_code": "0100",
            "address": {"city": "Waco"},
        },
        fetched_at=NOW,
    )
    assert (facts.shares_outstanding, facts.sic, facts.market_cap_usd) == (9e6, "0100", 45755041.0)


def test_a_headline_maps_words_of_tone_and_leaves_out_names_without_one() -> None:
    headline = parse.parse_headline(
        {
            "id": "a1",
            "title": "Anne wins",
            "published_utc": "2026-03-31T12:00:00Z",
            "article_url": "https://example.com/a1",
            "publisher": {"name": "The Wire"},
            "tickers": ["ANNE", "BEA", None],
            "insights": [{"ticker": "ANNE", "sentiment": "negative"}, {"ticker": "BEA", "sentiment": "odd"}],
        },
        fetched_at=NOW,
    )
    assert (headline.tone, headline.symbols) == ({"ANNE": -1.0}, ("ANNE", "BEA"))
    assert headline.published_at == dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)


def test_an_old_headline_without_insights_has_no_tone() -> None:
    headline = parse.parse_headline(
        {"id": "a1", "title": "T", "published_utc": "2026-03-31T12:00:00Z"}, fetched_at=NOW
    )
    assert (headline.tone, headline.publisher) == ({}, "")


def test_short_interest_is_of_its_settlement_day() -> None:
    row = parse.parse_short_interest(
        {"ticker": "ANNE", "settlement_date": "2026-03-14", "short_interest": 3906231, "days_to_cover": 1.67},
        fetched_at=NOW,
    )
    assert (row.settlement, row.shares_short, row.days_to_cover) == (dt.date(2026, 3, 14), 3906231, 1.67)


@pytest.mark.parametrize(
    ("milliseconds", "hour"),
    [(1772805600000, 14), (1773064800000, 14)],
    ids=["the Friday before the clock change", "the Monday after it"],
)
def test_milliseconds_are_utc_on_both_sides_of_a_clock_change(milliseconds: int, hour: int) -> None:
    moment = parse.moment_from_ms(milliseconds, symbol="ANNE", field="t")
    assert (moment.hour, moment.tzinfo) == (hour, dt.UTC)


@pytest.mark.parametrize(
    ("milliseconds", "session"),
    [
        (1672722000000, dt.date(2023, 1, 3)),
        (1112331600000, dt.date(2005, 4, 1)),
        (1112587200000, dt.date(2005, 4, 4)),
    ],
    ids=["in winter", "the Friday before a clock change", "the Monday after it"],
)
def test_a_day_of_a_range_starts_at_midnight_in_new_york(milliseconds: int, session: dt.date) -> None:
    bar = parse.parse_range_bar(BAR | {"t": milliseconds}, symbol="AAPL", fetched_at=NOW)
    assert (bar.session, bar.as_of, bar.fetched_at) == (session, session, NOW)


def test_a_minute_told_twice_alike_counts_once() -> None:
    minutes = [{"t": MINUTE_MS, "c": 10.0, "v": 100}] * 2
    parsed = parse.parse_minute_bars(minutes, symbol="ANNE", fetched_at=NOW)
    assert ([bar.close for bar in parsed.rows], parsed.dropped) == ([10.0], {"duplicate": 1})


def test_a_minute_told_twice_with_different_closes_is_refused_and_its_shares_count() -> None:
    minutes = [
        {"t": MINUTE_MS + 60_000, "c": 11.0, "v": 100},
        {"t": MINUTE_MS, "c": 10.0, "v": 100},
        {"t": MINUTE_MS, "c": 10.5, "v": 150},
    ]
    parsed = parse.parse_minute_bars(minutes, symbol="ANNE", fetched_at=NOW)
    assert [(bar.close, bar.day_volume) for bar in parsed.rows] == [(11.0, 250)]
    assert parsed.dropped == {"refused:told_twice": 1}
    assert [(one.symbol, one.fault, one.value) for one in parsed.refused] == [
        ("ANNE", Fault.TWICE, "10.0 and 10.5")
    ]
    assert parsed.rows[0].as_of == parsed.rows[0].start + dt.timedelta(minutes=1)


def test_a_headline_whose_tickers_are_no_list_is_refused() -> None:
    news = {"id": "a1", "title": "T", "published_utc": "2026-03-31T12:00:00Z", "tickers": "ANNE"}
    with pytest.raises(BadPayload, match="tickers='ANNE'"):
        parse.parse_headline(news, fetched_at=NOW)


def test_a_tone_that_is_no_word_is_none() -> None:
    news = {"id": "a1", "title": "T", "published_utc": "2026-03-31T12:00:00Z"}
    odd = news | {"insights": [{"ticker": "ANNE", "sentiment": ["positive"]}, 7]}
    assert parse.parse_headline(odd, fetched_at=NOW).tone == {}


def test_a_text_that_no_table_can_hold_is_refused() -> None:
    with pytest.raises(BadPayload, match="name="):
        parse.parse_listing({"ticker": "ANNE", "name": "A\0B"}, fetched_at=NOW)


def test_a_disclosure_names_its_categories_as_a_path() -> None:
    row = {
        "accession_number": "0000320193-25-000010",
        "cik": "0000320193",
        "filing_date": "2026-03-31",
        "primary_category": "financial_results",
        "secondary_category": "earnings_announcement",
        "tertiary_category": "quarterly_results",
        "supporting_text": "Revenue rose.",
        "tickers": ["ANNE", None],
    }
    filing = parse.parse_filing(row, fetched_at=NOW, form="8-K")
    assert filing.categories == ("financial_results/earnings_announcement/quarterly_results",)
    assert (filing.form, filing.symbols, filing.text) == ("8-K", ("ANNE",), "Revenue rose.")
    assert filing.as_of == dt.date(2026, 3, 31)


def test_an_index_row_without_a_form_is_refused() -> None:
    with pytest.raises(BadPayload, match="form_type"):
        parse.parse_filing({"accession_number": "1", "filing_date": "2026-03-31"}, fetched_at=NOW)


def test_ticker_changes_say_what_a_symbol_was_before() -> None:
    events = [
        {"ticker_change": {"ticker": "META"}, "type": "ticker_change", "date": "2022-06-11"},
        {"ticker_change": {"ticker": "FB"}, "type": "ticker_change", "date": "2012-05-18"},
        {"type": "other", "date": "2020-01-01"},
    ]
    changes = parse.parse_ticker_changes({"events": events}, fetched_at=NOW).rows
    assert [(change.old, change.new) for change in changes] == [(None, "FB"), ("FB", "META")]


@pytest.mark.parametrize(
    ("change", "phase"),
    [
        ({"market": "open"}, "regular"),
        ({"market": "closed"}, "closed"),
        ({"market": "extended-hours", "earlyHours": True}, "pre"),
        ({"market": "extended-hours", "afterHours": True}, "post"),
        ({"market": "extended-hours"}, "post"),
    ],
)
def test_the_markets_status_is_one_of_our_phases(change: dict[str, Any], phase: str) -> None:
    status = parse.parse_market_status(change | {"serverTime": "2022-04-28T16:48:08-04:00"}, fetched_at=NOW)
    assert (status.phase, status.as_of) == (phase, dt.datetime(2022, 4, 28, 20, 48, 8, tzinfo=dt.UTC))


@pytest.mark.parametrize("change", [{"market": "dancing"}, {"serverTime": "now"}, {"earlyHours": "no"}])
def test_a_status_in_other_words_is_refused(change: dict[str, Any]) -> None:
    good = {"market": "open", "earlyHours": False, "serverTime": "2022-04-28T16:48:08-04:00"}
    with pytest.raises(BadPayload):
        parse.parse_market_status(good | change, fetched_at=NOW)


def test_an_early_close_without_its_hour_is_refused() -> None:
    with pytest.raises(BadPayload, match="open=None for NYSE"):
        parse.parse_closed_day(
            {"exchange": "NYSE", "date": "2026-11-27", "status": "early-close"}, fetched_at=NOW
        )
