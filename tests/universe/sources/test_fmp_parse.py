from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

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
    ],
)
def test_symbols_are_spelt_our_way(theirs: str, ours: str | None) -> None:
    assert parse.canonical_symbol(theirs) == ours


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
