"""Which calls the services keep, and that they are the ones that the vendor was asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.universe.canned import SESSION, SNAPSHOT, at, canned_market, snapshot_row
from tests.universe.vendor import Answer, Vendor
from universe import clock
from universe.errors import SourceError
from universe.models import VendorCall
from universe.services import (
    bars_refresh,
    calls_kept,
    calls_prune,
    facts_refresh,
    listings_refresh,
    quotes_backfill,
    quotes_refresh,
    releases_refresh,
    snapshot_build,
    splits_refresh,
)
from universe.sessions import session_offset
from universe.sources import price_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(vendor: Vendor) -> Iterator[Vendor]:
    canned_market(vendor)
    vendor.on(SNAPSHOT, Answer({"request_id": "snap-1", "tickers": [snapshot_row("ANNE", 10.0, at(10, 29))]}))
    vendor.on("/stable/economic-calendar", Answer([]))
    with clock.override(at(10, 30)):
        yield vendor


def kept(purpose: str) -> list[VendorCall]:
    return list(VendorCall.objects.filter(purpose=purpose).order_by("pk"))


def test_a_pass_keeps_its_snapshot_and_tells_which_it_was(market: Vendor) -> None:
    report = quotes_refresh(at(10, 30))
    (call,) = kept("quotes")
    assert report.calls == (call.pk,)
    assert (call.subject, call.vendor, call.request_id, call.rows) == (str(SESSION), "polygon", "snap-1", 1)
    assert call.path == f"{SNAPSHOT}?include_otc=false"
    assert f"{call.path}" in [asked.raw for asked in market.asked]


def test_the_report_tells_the_moment_of_each_stored_price(market: Vendor) -> None:
    listings_refresh()
    facts_refresh()
    bars_refresh(SESSION, sessions=20)
    snapshot_build(SESSION)
    assert quotes_refresh(at(10, 30)).told == {"ANNE": at(10, 29)}


def test_every_question_of_a_start_is_a_call_of_its_purpose(market: Vendor) -> None:
    listings_refresh()
    facts_refresh()
    splits_refresh(SESSION)
    releases_refresh(SESSION)
    bars_refresh(SESSION, sessions=3)
    asked = [one.path.removeprefix("/stable") for one in market.asked]
    rows = VendorCall.objects.all()
    assert {row.purpose for row in rows} >= {"listings", "floats", "splits", "releases", "bars"}
    assert {row.path.partition("?")[0] for row in rows} <= set(asked)
    assert [row.subject for row in sorted(kept("bars"), key=lambda row: row.subject)] == [
        str(session_offset(SESSION, -back)) for back in (3, 2, 1)
    ]


def test_the_sessions_of_a_build_are_stored_in_one_go(
    market: Vendor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    bars_refresh(SESSION, sessions=10)
    VendorCall.objects.all().delete()
    with django_assert_max_num_queries(3):  # what is stored already, and nothing of it is asked for again
        bars_refresh(SESSION, sessions=10)
    assert kept("bars") == []


def test_thousands_of_single_names_are_one_row(market: Vendor) -> None:
    market.on_all(Answer({"results": []}))
    quotes_backfill(SESSION, [f"N{number}" for number in range(60)])
    (call,) = kept("minutes")
    assert len(market.asked) == 60 == call.asked
    assert call.path == f"/v2/aggs/ticker/*/range/1/minute/{SESSION}/{SESSION}"


def test_what_was_answered_before_an_outage_is_kept(market: Vendor) -> None:
    def ask_twice() -> None:
        with calls_kept("quotes", SESSION):
            price_source().fetch_quotes()
            market.on_all(Answer({"error": "no"}, 400))
            price_source().fetch_quotes()

    with pytest.raises(SourceError):
        ask_twice()
    assert [call.path.partition("?")[0] for call in kept("quotes")] == [SNAPSHOT]


def test_calls_are_kept_for_ninety_days(market: Vendor) -> None:
    quotes_refresh(at(10, 30))
    assert calls_prune() == 0
    VendorCall.objects.update(kept_at=timezone.now() - dt.timedelta(days=91))
    assert calls_prune() > 0
    assert not VendorCall.objects.exists()
