"""Any JSON value in the place of any field: read, left out, or refused by name, and never a bad figure."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from universe.errors import SourceError
from universe.sources.base import Parsed, parse_each
from universe.sources.fmp import parse as fmp
from universe.sources.polygon import parse as polygon

NOW = dt.datetime(2026, 3, 31, 15, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 31)
MS, NS = 1774967340000, 1774967405123456789
PRICES = {"price", "close", "open", "high", "low", "previous_close", "day_open", "split_from", "split_to"}
COUNTS = {
    *("volume", "day_volume", "market_cap_usd", "shares_outstanding", "float_shares", "shares_short"),
    "days_to_cover",
}
BAR = {"T": "ANNE", "o": 10.0, "h": 11, "l": 9.5, "c": 10.5, "v": 25933.6, "t": MS}
SNAPSHOT = {
    "ticker": "ANNE",
    "updated": NS,
    "day": {"o": 10.1, "c": 10.7, "v": 120000},
    "min": {"t": MS, "c": 10.65, "v": 900, "av": 123456.5},
    "prevDay": {"c": 10.0},
    "lastTrade": {"p": 10.72, "t": NS},
    "halted": False,
}
NEWS = {
    "id": "a",
    "title": "T",
    "published_utc": "2026-03-31T12:00:00Z",
    "article_url": "u",
    "publisher": {"name": "P"},
    "tickers": ["ANNE"],
    "description": "D",
    "insights": [{"ticker": "ANNE", "sentiment": "positive"}],
}
DETAILS = {
    "ticker": "ANNE",
    "market_cap": 5e8,
    "weighted_shares_outstanding": 5e7,
    "sic_code": "0100",
    "address": {"country": "US"},
}
FILING = {
    "accession_number": "0000320193-25-000010",
    "filing_date": "2026-03-31",
    "form_type": "8-K",
    "primary_category": "p",
    "tickers": ["ANNE"],
    "supporting_text": "x",
}
CLOSED = {
    "exchange": "NYSE",
    "date": "2026-11-27",
    "status": "early-close",
    "open": "2026-11-27T14:30:00Z",
    "close": "2026-11-27T18:00:00Z",
}
STATUS = {"market": "open", "earlyHours": False, "serverTime": "2026-03-31T10:00:00-04:00"}
EVENTS = {"events": [{"ticker_change": {"ticker": "META"}, "date": "2022-06-11"}]}
PROFILE = {"symbol": "ANNE", "marketCap": 5e8, "isEtf": False, "isFund": False, "isAdr": True, "cik": "1"}
HOLDING = {
    "symbol": "SPY",
    "asset": "ANNE",
    "weightPercentage": 1.5,
    "sharesNumber": 10,
    "updatedAt": "2026-03-31",
}
ARTICLE = {"symbol": "ANNE", "publishedDate": "2026-03-31 12:00:00", "title": "T", "url": "u", "text": "x"}
PAPER = {
    "symbol": "ANNE",
    "filingDate": "2026-03-31 00:00:00",
    "acceptedDate": "2026-03-31 18:30:18",
    "formType": "8-K",
    "link": "x/0000320193-24-000116-index.htm",
}
RELEASE = {
    "date": "2026-01-14 13:30:00",
    "country": "US",
    "event": "PPI",
    "previous": 0.3,
    "actual": 0.1,
    "impact": "High",
}
AT = {"fetched_at": NOW}
CASES: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "listing": (
        partial(polygon.parse_listing, **AT),
        {"ticker": "ANNE", "name": "A", "active": True, "cik": "1"},
    ),
    "bar": (partial(polygon.parse_bar, session=DAY, **AT), BAR),
    "range bar": (partial(polygon.parse_range_bar, symbol="ANNE", **AT), BAR),
    "split": (
        partial(polygon.parse_split, **AT),
        {"ticker": "ANNE", "execution_date": "2026-03-31", "split_from": 1, "split_to": 4},
    ),
    "snapshot": (partial(polygon.parse_quote, **AT), SNAPSHOT),
    "stream bar": (partial(polygon.parse_stream_bar, **AT), {"sym": "ANNE", "s": MS, "c": 10.65, "av": 9.5}),
    "minutes": (partial(polygon.parse_minute_bars, symbol="ANNE", **AT), [BAR, BAR | {"t": MS + 60_000}]),
    "ratios": (
        partial(polygon.parse_ratios, **AT),
        {"ticker": "ANNE", "date": "2026-03-30", "market_cap": 5e8, "price": 10.0},
    ),
    "float": (
        partial(polygon.parse_float, **AT),
        {"ticker": "ANNE", "effective_date": "2026-03-01", "free_float": 1e6},
    ),
    "details": (partial(polygon.parse_details, **AT), DETAILS),
    "short interest": (
        partial(polygon.parse_short_interest, **AT),
        {"ticker": "A", "settlement_date": "2026-03-13", "short_interest": 5, "days_to_cover": 1.6},
    ),
    "news": (partial(polygon.parse_headline, **AT), NEWS),
    "filing": (partial(polygon.parse_filing, **AT), FILING),
    "closed day": (partial(polygon.parse_closed_day, **AT), CLOSED),
    "status": (partial(polygon.parse_market_status, **AT), STATUS),
    "ticker changes": (partial(polygon.parse_ticker_changes, **AT), EVENTS),
    "screener": (partial(fmp.parse_screener, **AT), PROFILE),
    "fmp float": (
        partial(fmp.parse_float, **AT),
        {"symbol": "ANNE", "date": "2026-03-21 22:26:51", "floatShares": 1.5, "outstandingShares": 2},
    ),
    "quote": (
        partial(fmp.parse_quote, **AT),
        {"symbol": "ANNE", "price": 5.0, "timestamp": 1774967405, "volume": 1.5, "previousClose": 4.9},
    ),
    "profile": (partial(fmp.parse_profile, **AT), PROFILE),
    "holding": (partial(fmp.parse_holding, **AT), HOLDING),
    "fmp minutes": (
        partial(fmp.parse_minute_bars, symbol="ANNE", **AT),
        [{"date": "2026-03-31 09:30:00", "close": 5.0}],
    ),
    "fmp news": (partial(fmp.parse_headline, **AT), ARTICLE),
    "fmp filing": (partial(fmp.parse_filing, **AT), PAPER),
    "release": (partial(fmp.parse_release, **AT), RELEASE),
}

TRAPS = st.sampled_from(
    [
        *(math.nan, math.inf, -math.inf, -1, -0.0, 0, 1e308, 5e-324, 10**400, 1.29e41, True, False),
        *("", " ", "10.5", "NaN", "\0", "ANNE\0", "0001-01-01", "9999-12-31T23:59:59-23:59", "2026-W14-2"),
        *([], {}, [None], [[]], {"t": []}, ["ANNE", 5, None]),
    ]
)
VALUES = TRAPS | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


def places(value: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every field of a payload, itself included."""
    yield so_far
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from places(inner, (*so_far, step))


def replaced(payload: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    changed = copy.deepcopy(payload)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return changed


def bad_figures(datum: Any) -> list[str]:
    """The fields of a parsed datum that no price and no count may hold."""
    found = []
    for field in dataclasses.fields(datum):
        value = getattr(datum, field.name)
        if isinstance(value, float | int) and not isinstance(value, bool):
            least = math.ulp(0.0) if field.name in PRICES else 0.0 if field.name in COUNTS else -math.inf
            if not math.isfinite(value) or value < least:
                found.append(f"{field.name}={value!r}")
    return found


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
def test_any_value_in_any_field_is_read_or_refused_by_name(case: str, data: st.DataObject) -> None:
    parse, payload = CASES[case]
    place = data.draw(st.sampled_from(list(places(payload))))
    changed = replaced(payload, place, data.draw(VALUES))
    if isinstance(payload, list) and not isinstance(changed, list):
        return  # The sources ask for a list before they parse it.
    try:
        read = parse(changed)
    except SourceError:
        return
    for datum in read.rows if isinstance(read, Parsed) else [read]:
        assert datum is None or bad_figures(datum) == []


@pytest.mark.parametrize("case", CASES)
def test_the_datum_of_each_case_is_read_as_it_stands(case: str) -> None:
    parse, payload = CASES[case]
    read = parse(payload)
    assert read.rows if isinstance(read, Parsed) else read


@given(rows=st.lists(VALUES, max_size=5))
def test_rows_of_any_kind_cost_only_themselves(rows: list[Any]) -> None:
    parse, payload = CASES["snapshot"]
    parsed = parse_each([*rows, payload], parse)
    assert parsed.rows[-1].symbol == "ANNE"


@given(text=st.text(max_size=40))
def test_any_text_for_a_bulk_answer_is_rows_or_refused_by_name(text: str) -> None:
    head = '"symbol","price","marketCap","volume","isEtf"\n'
    try:
        parsed = parse_each(fmp.bulk_rows(head + text), partial(fmp.parse_profile, **AT))
    except SourceError:
        return
    assert [bad for datum in parsed.rows for bad in bad_figures(datum)] == []
