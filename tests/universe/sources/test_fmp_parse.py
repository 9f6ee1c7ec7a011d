from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from universe.errors import BadPayload
from universe.sources.fmp import parse

NOW = dt.datetime(2026, 3, 31, 15, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("AAPL", "AAPL"),
        ("BRK-B", "BRK.B"),
        ("BAC-PL", "BACpL"),
        ("BAC-P", "BACp"),
        ("SPAK-WT", "SPAK.WS"),
        ("SPAK-UN", "SPAK.U"),
        ("ENB.TO", None),
        ("ENB-PA.TO", None),
        ("^VIX", "^VIX"),
        ("KIM^L", "KIMpL"),
        ("BRK/B", "BRK.B"),
        ("ABC/WS", "ABC.WS"),
    ],
)
def test_symbols_are_spelt_our_way(theirs: str, ours: str | None) -> None:
    assert parse.canonical_symbol(theirs) == ours


_STEMS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=5)
# A class P would be a preferred share at the vendor.
_CLASSES = st.sampled_from([f".{letter}" for letter in "ABCDEFGHIJKLMNOQRSTVWXYZ"])
_SERIES = st.sampled_from(["", "p", *(f"p{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")])


@given(_STEMS, st.one_of(_CLASSES, _SERIES, st.sampled_from([".WS", ".U", "r"])))
@example("BRK", ".B")
@example("BAC", "pL")
@example("ABC", ".WS")
@example("ABC", ".U")
@example("ABC", "r")
def test_a_symbol_of_ours_comes_back_from_their_spelling(stem: str, kind: str) -> None:
    assert parse.canonical_symbol(parse.vendor_symbol(stem + kind)) == stem + kind


def test_a_class_share_is_asked_for_their_way() -> None:
    assert parse.vendor_symbol("BRK.B") == "BRK-B"


def test_the_screener_gives_labels_and_treats_zero_as_not_known() -> None:
    facts = parse.parse_screener(
        {
            "symbol": "ANNE",
            "marketCap": 0,
            "sector": "Energy",
            "industry": "Oil & Gas Midstream",
            "country": "US",
            "volume": 550,
            "isEtf": False,
            "isFund": True,
        },
        fetched_at=NOW,
    )
    assert facts is not None
    assert (facts.market_cap_usd, facts.sector_label, facts.is_fund) == (None, "Energy", True)


def test_a_foreign_listing_is_nothing_to_keep() -> None:
    assert parse.parse_screener({"symbol": "ENB.TO"}, fetched_at=NOW) is None
    assert parse.parse_float({"symbol": "ENB.TO"}, fetched_at=NOW) is None


def test_floats_are_shares_and_may_be_fractional() -> None:
    facts = parse.parse_float(
        {
            "symbol": "ANNE",
            "date": "2026-03-21 22:26:51",
            "freeFloat": 99.8,
            "floatShares": 14814419.318,
            "outstandingShares": 14840390,
        },
        fetched_at=NOW,
    )
    assert facts is not None
    assert (facts.float_shares, facts.shares_outstanding) == (14814419.318, 14840390)
    assert facts.as_of == dt.date(2026, 3, 21)


def test_a_float_date_that_is_no_date_is_refused() -> None:
    with pytest.raises(BadPayload, match="date='soon' for ANNE"):
        parse.parse_float({"symbol": "ANNE", "date": "soon"}, fetched_at=NOW)


def test_a_quote_counts_seconds() -> None:
    quote = parse.parse_quote(
        {"symbol": "^VIX", "price": 17.5, "previousClose": 18.0, "open": 18.2, "timestamp": 1774967405},
        fetched_at=NOW,
    )
    assert quote is not None
    assert (quote.price, quote.previous_close) == (17.5, 18.0)
    assert quote.as_of == dt.datetime(2026, 3, 31, 14, 30, 5, tzinfo=dt.UTC)


def test_a_quote_without_a_price_is_nothing_to_keep() -> None:
    assert parse.parse_quote({"symbol": "ANNE", "price": 0, "timestamp": 1774967405}, fetched_at=NOW) is None


@pytest.mark.parametrize("timestamp", [None, 1774967405123, "now"])
def test_a_quote_in_another_unit_of_time_is_refused(timestamp: Any) -> None:
    with pytest.raises(BadPayload):
        parse.parse_quote({"symbol": "ANNE", "price": 5.0, "timestamp": timestamp}, fetched_at=NOW)


RELEASE = {
    "date": "2026-01-14 13:30:00",
    "country": "US",
    "event": "PPI MoM (Dec)",
    "previous": 0.3,
    "estimate": None,
    "actual": None,
    "impact": "High",
    "unit": "%",
}


def test_a_release_is_utc_so_that_half_past_eight_in_winter_is_thirteen_thirty() -> None:
    release = parse.parse_release(RELEASE, fetched_at=NOW)
    assert release.at == dt.datetime(2026, 1, 14, 13, 30, tzinfo=dt.UTC)
    assert (release.impact, release.estimate, release.unit) == ("High", None, "%")


@pytest.mark.parametrize(("word", "impact"), [("None", "None"), (None, "None"), ("Low", "Low")])
def test_a_release_without_impact_has_the_word_none(word: str | None, impact: str) -> None:
    assert parse.parse_release(RELEASE | {"impact": word}, fetched_at=NOW).impact == impact


@pytest.mark.parametrize(
    "change",
    [{"impact": "Huge"}, {"impact": ["High"]}, {"date": "soon"}, {"event": None}, {"actual": "0.3"}],
)
def test_a_bad_release_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        parse.parse_release(RELEASE | change, fetched_at=NOW)


def new_york_noon(day: str) -> str:
    return f"{day} 12:00:00"


@pytest.mark.parametrize(
    ("day", "hour"),
    [("2026-03-06", 17), ("2026-03-09", 16), ("2025-10-31", 16), ("2025-11-03", 17)],
    ids=["before spring", "after spring", "before autumn", "after autumn"],
)
def test_news_charts_and_filings_are_new_yorks_on_both_sides_of_a_clock_change(day: str, hour: int) -> None:
    at = dt.datetime.fromisoformat(day).replace(hour=hour, tzinfo=dt.UTC)
    article = {"symbol": "ANNE", "publishedDate": new_york_noon(day), "title": "T", "url": "u"}
    filing = {
        "symbol": "ANNE",
        "filingDate": f"{day} 00:00:00",
        "acceptedDate": new_york_noon(day),
        "formType": "8-K",
        "link": "https://sec.example/0000320193-24-000116-index.htm",
    }
    bars = parse.parse_minute_bars([{"date": new_york_noon(day), "close": 5.0}], symbol="A", fetched_at=NOW)
    assert parse.parse_headline(article, fetched_at=NOW).as_of == at
    assert parse.parse_filing(filing, fetched_at=NOW).as_of == at
    assert bars.rows[0].start == at


def test_in_the_hour_that_autumn_repeats_the_first_is_meant() -> None:
    article = {"symbol": None, "publishedDate": "2025-11-02 01:30:00", "title": "T", "url": "u"}
    headline = parse.parse_headline(article, fetched_at=NOW)
    assert (headline.published_at, headline.symbols) == (dt.datetime(2025, 11, 2, 5, 30, tzinfo=dt.UTC), ())


def test_minutes_come_oldest_first_each_once_and_without_a_volume() -> None:
    rows = [
        {"date": "2026-03-31 09:31:00", "close": 5.1, "volume": 10},
        {"date": "2026-03-31 09:30:00", "close": 5.0, "volume": 10},
        {"date": "2026-03-31 09:31:00", "close": 5.1, "volume": 10},
    ]
    parsed = parse.parse_minute_bars(rows, symbol="ANNE", fetched_at=NOW)
    assert [(bar.close, bar.day_volume) for bar in parsed.rows] == [(5.0, None), (5.1, None)]
    assert parsed.dropped == {"duplicate": 1}
    assert parsed.rows[0].as_of == dt.datetime(2026, 3, 31, 13, 31, tzinfo=dt.UTC)


def test_a_filing_is_known_by_the_number_in_its_link() -> None:
    filing = {
        "symbol": "BRK-B",
        "cik": "0001067983",
        "filingDate": "2026-03-31 00:00:00",
        "formType": "8-K",
        "link": "https://sec.example/000032019324000116/0000320193-24-000116-index.htm",
    }
    read = parse.parse_filing(filing, fetched_at=NOW)
    assert (read.accession_number, read.symbols, read.as_of) == (
        "0000320193-24-000116",
        ("BRK.B",),
        dt.date(2026, 3, 31),
    )
    with pytest.raises(BadPayload, match="link"):
        parse.parse_filing(filing | {"link": "https://sec.example/other"}, fetched_at=NOW)


def test_cash_and_foreign_shares_are_held_without_a_symbol() -> None:
    rows = [
        {"symbol": "SPY", "asset": asset, "name": "N", "weightPercentage": -0.5, "sharesNumber": 1.5}
        for asset in (" ", "3665.TW", "BRK-B")
    ]
    held = [parse.parse_holding(row, fetched_at=NOW) for row in rows]
    assert [holding.symbol for holding in held] == [None, None, "BRK.B"]
    assert (held[0].weight_pct, held[0].shares, held[0].as_of) == (-0.5, 1.5, None)


BULK = '"symbol","price","marketCap","volume","companyName","description","isEtf","isFund","isAdr"\n'


def test_a_bulk_row_is_read_by_its_head_and_an_empty_cell_is_missing() -> None:
    text = (
        BULK
        + '"ANNE",,4.5e7,20201922.82733,"Anne, ""Inc""","two\nlines",false,false,true\n"X.TO",1,1,1,,,,,\n'
    )
    profiles = [parse.parse_profile(row, fetched_at=NOW) for row in parse.bulk_rows(text)]
    anne = profiles[0]
    assert anne is not None
    assert (anne.market_cap_usd, anne.is_adr, anne.is_fund, anne.is_etf) == (4.5e7, True, False, False)
    assert (anne.name, anne.description, anne.sector_label) == ('Anne, "Inc"', "two\nlines", None)
    assert profiles[1] is None


@pytest.mark.parametrize(
    ("cell", "field"),
    [("many", "marketCap"), ("nan", "marketCap"), ("inf", "marketCap"), ("-5", "marketCap")],
)
def test_a_bulk_number_that_is_none_is_refused_by_name(cell: str, field: str) -> None:
    row = next(parse.bulk_rows(BULK + f'"ANNE",1,{cell},1,"A","D",false,false,false\n'))
    with pytest.raises(BadPayload) as caught:
        parse.parse_profile(row, fetched_at=NOW)
    assert caught.value.field == field


def test_a_bulk_answer_that_is_no_table_is_refused() -> None:
    with pytest.raises(BadPayload, match="no CSV"):
        list(parse.bulk_rows(BULK + '"ANNE"x,1\n'))
