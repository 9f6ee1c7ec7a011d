from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import redis
from django.conf import settings as django_settings
from django.test import override_settings

from tests.kept import Kept, kept
from tests.universe.canned import SESSION, at, canned_market
from tests.universe.conftest import connected_vendor
from universe import clock, keys
from universe.errors import NotEnoughData
from universe.models import DailyBar, SnapshotMember, Stock, StockUniverse, UniverseSnapshot
from universe.selectors import funnel, member_symbols, members, stock_detail, stock_find, universe_current
from universe.services import (
    bars_refresh,
    criteria_revise,
    facts_refresh,
    listings_refresh,
    snapshot_build,
    splits_store,
    stock_universe_replace,
)
from universe.services.snapshot import gap_share
from universe.sessions import next_session, previous_session, session_offset
from universe.types import Split

pytestmark = pytest.mark.django_db(transaction=False)


@pytest.fixture(scope="module")
def canned(django_db_setup: None, django_db_blocker: Any, redis_server: redis.Redis) -> Iterator[Kept]:
    """Listings, facts and 26 sessions of the canned market."""
    with (
        override_settings(),
        kept(django_db_blocker, redis_server) as stored,
        connected_vendor(django_settings) as vendor,
    ):
        canned_market(vendor)
        with clock.override(at(10)):
            listings_refresh()
            facts_refresh()
            bars_refresh(SESSION, sessions=26)
        stored.keep()
        yield stored


@pytest.fixture
def stored_market(canned: Kept, db: None) -> Iterator[None]:
    """At ten o'clock."""
    canned.again()
    with clock.override(at(10)):
        yield


def verdicts() -> dict[str, tuple[str, list[str]]]:
    return {row.symbol: (row.tier, row.reasons) for row in SnapshotMember.objects.all()}


def test_every_listing_gets_its_verdict_and_its_reasons(stored_market: None) -> None:
    snapshot_build(SESSION)
    not_a_stock = ["exchange_not_allowed", "not_common_stock"]
    assert verdicts() == {
        "ANNE": ("core", []),
        "BEA": ("core", []),
        "CAL": ("core", []),
        "DOT": ("breadth", ["volume_below"]),
        "EVE": ("", ["volume_below"]),
        "FAY": ("", not_a_stock),
        "GUS": ("", ["market_cap_above"]),
        "HAL": ("", ["price_below"]),
        "IDA": ("", ["float_below"]),
        "JOE": ("", ["data_missing:market_cap", "data_missing:float"]),
        "KAY": ("core", []),
        "LOU": ("", ["data_missing:avg_volume"]),
        "IWM": ("", [*not_a_stock, "data_missing:market_cap", "price_above", "data_missing:float"]),
    }


def test_the_snapshot_tells_counts_origin_and_limits(stored_market: None) -> None:
    snapshot = snapshot_build(SESSION)
    assert (snapshot.core, snapshot.breadth, snapshot.listings) == (4, 5, 13)
    assert snapshot.built_from == dt.date(2026, 3, 30)
    assert snapshot.criteria["price_min"] == 2.0
    assert snapshot.relaxing["price"] == 1


def test_a_float_that_is_not_known_is_flagged(stored_market: None) -> None:
    snapshot_build(SESSION)
    flagged = {row.symbol for row in members(SESSION) if row.float_estimated}
    assert flagged == {"KAY"}


def test_a_verdict_is_stored_with_every_value_that_decided_it(stored_market: None) -> None:
    Stock.objects.filter(symbol="BEA").update(sic="6770")
    snapshot_build(SESSION)
    rows = {row.symbol: row for row in SnapshotMember.objects.all()}
    bea, kay = rows["BEA"], rows["KAY"]
    assert (bea.mic, bea.kind, bea.float_shares, bea.shares_outstanding) == ("XNAS", "SPAC", 9e6, 10e6)
    assert (kay.mic, kay.kind, kay.float_shares, kay.shares_outstanding) == ("XASE", "ADRC", None, 50e6)


def test_the_shares_of_small_and_of_wide_gaps_are_both_stored(stored_market: None) -> None:
    days = [session_offset(SESSION, -back) for back in range(1, 6)]
    DailyBar.objects.filter(symbol="ANNE", session__in=days[:3]).update(open=10.7)
    DailyBar.objects.filter(symbol="ANNE", session__in=days[3:]).update(open=11.5)
    snapshot_build(SESSION)
    anne = SnapshotMember.objects.get(symbol="ANNE")
    # Of 26 sessions 25 have a close before them.
    assert (anne.gap_share, anne.gap_share_10) == (5 / 25, 2 / 25)


def test_building_twice_gives_the_first_universe(stored_market: None) -> None:
    first = snapshot_build(SESSION)
    Stock.objects.filter(symbol="ANNE").update(shares_outstanding=1)
    assert snapshot_build(SESSION).pk == first.pk
    assert UniverseSnapshot.objects.count() == 1
    assert verdicts()["ANNE"] == ("core", [])


def tomorrow_without(*symbols: str) -> None:
    """Bars of the session as the day before's, and listings that lost some names."""
    bars = DailyBar.objects.filter(session=previous_session(SESSION))
    rows = [DailyBar(**{**row, "session": SESSION}) for row in bars.values()]
    DailyBar.objects.bulk_create(rows)
    Stock.objects.filter(symbol__in=symbols).update(active=False)


def test_a_universe_that_loses_over_a_fifth_overnight_is_not_built(stored_market: None) -> None:
    before = snapshot_build(SESSION)
    tomorrow_without("ANNE", "DOT")
    with pytest.raises(NotEnoughData, match=r"would have 3 members where .* has 5\. A loss of over 20%"):
        snapshot_build(next_session(SESSION))
    assert list(UniverseSnapshot.objects.all()) == [before]


def test_a_stage_that_moves_by_a_fifth_is_told_stored_and_built_all_the_same(
    stored_market: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Ten more funds are listed: over a fifth more listings, of which as many common stocks as before."""
    before = snapshot_build(SESSION)
    tomorrow_without()
    Stock.objects.bulk_create(
        Stock(symbol=f"ETF{n}", name="A fund", mic="XNAS", kind="ETF", last_listed_at=at(4))
        for n in range(10)
    )
    built = snapshot_build(next_session(SESSION))
    assert [(alarm["stage"], alarm["before"], alarm["count"]) for alarm in built.alarms] == [
        ("listings", 13, 23),
        ("exchange", 11, 21),
    ]
    assert UniverseSnapshot.objects.get(pk=built.pk).alarms == built.alarms
    assert before.alarms == []
    told = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert told[0] == "universe of 2026-04-01: Funnel: 'listings' kept 23 listings, 13 on 31 Mar (+77%)"


def test_other_limits_raise_no_alarm(stored_market: None) -> None:
    snapshot_build(SESSION)
    tomorrow_without()
    criteria_revise({"price_min": 9.0}, reason="for the test", author=None)
    assert snapshot_build(next_session(SESSION)).alarms == []


def test_a_universe_may_shrink_as_much_as_changed_limits_want(stored_market: None) -> None:
    snapshot_build(SESSION)
    tomorrow_without("ANNE", "DOT")
    criteria_revise({"price_min": 3.0}, reason="for the test", author=None)
    assert snapshot_build(next_session(SESSION)).breadth == 3


def test_without_the_bars_of_the_session_before_nothing_is_built(stored_market: None) -> None:
    DailyBar.objects.filter(session=previous_session(SESSION)).delete()
    with pytest.raises(NotEnoughData, match="needs the bars of 2026-03-30; none are stored"):
        snapshot_build(SESSION)


def test_with_bars_of_fewer_than_fifteen_sessions_nothing_is_built(stored_market: None) -> None:
    DailyBar.objects.filter(session__lt=session_offset(SESSION, -14)).delete()
    with pytest.raises(NotEnoughData, match="at least 15 of the last 20 sessions; 14 are stored"):
        snapshot_build(SESSION)


def test_without_listings_nothing_is_built(stored_market: None) -> None:
    Stock.objects.all().delete()
    with pytest.raises(NotEnoughData, match="refresh the listings first"):
        snapshot_build(SESSION)


def test_sessions_without_a_volume_are_left_out_of_the_mean(stored_market: None) -> None:
    dot = DailyBar.objects.filter(symbol="DOT", session__gte=session_offset(SESSION, -20)).order_by("session")
    days = list(dot.values_list("session", flat=True))
    dot.filter(session__in=days[:5]).update(volume=None)
    dot.filter(session=days[-1]).update(volume=2e6)
    snapshot_build(SESSION)
    dot_row = next(row for row in members(SESSION) if row.symbol == "DOT")
    assert dot_row.avg_volume == pytest.approx((14 * 500e3 + 2e6) / 15)


def test_a_reverse_split_is_no_gap_and_leaves_volumes_as_traded(stored_market: None) -> None:
    """Anne split 1 for 10 five sessions ago: older bars show a tenth of the price, ten times the shares."""
    split_day = session_offset(SESSION, -5)
    DailyBar.objects.filter(symbol="ANNE", session__lt=split_day).update(close=1.0, open=1.0, volume=20e6)
    splits_store([Split("ANNE", split_day, 10, 1, "polygon")])
    snapshot_build(SESSION)
    anne = next(row for row in members(SESSION) if row.symbol == "ANNE")
    assert (anne.price, anne.gap_share) == (10.0, 0.0)
    assert anne.avg_volume == (15 * 20e6 + 5 * 2e6) / 20


def test_a_split_of_this_morning_leaves_price_and_market_cap_of_the_close(stored_market: None) -> None:
    splits_store([Split("ANNE", SESSION, 10, 1, "polygon")])
    snapshot_build(SESSION)
    anne = next(row for row in members(SESSION) if row.symbol == "ANNE")
    assert (anne.price, anne.market_cap) == (10.0, 500e6)


def test_a_fund_or_a_shell_listed_as_common_stock_is_found_out(stored_market: None) -> None:
    Stock.objects.filter(symbol="ANNE").update(is_fund=True)
    Stock.objects.filter(symbol="BEA").update(sic="6770")
    snapshot_build(SESSION)
    assert verdicts()["ANNE"] == verdicts()["BEA"] == ("", ["not_common_stock"])


@pytest.mark.parametrize(
    ("before", "opened", "share"), [(10.0, 9.0, 0.10), (1.6, 1.68, 0.05), (3.0, 2.85, 0.05)]
)
def test_a_gap_at_the_very_edge_counts(before: float, opened: float, share: float) -> None:
    closes = np.full((16, 1), before)
    assert gap_share(np.full((16, 1), opened), closes, share)[0] == 1.0
    assert gap_share(np.full((16, 1), before * (1 + share - 1e-6)), closes, share)[0] == 0.0


def test_changed_limits_hold_from_the_next_build_on(stored_market: None) -> None:
    snapshot_build(SESSION)
    bars_refresh_next_day()
    criteria_revise({"core_volume_min": 400_000}, reason="more names", author=None)
    assert snapshot_build(next_session(SESSION)).core == 5
    assert universe_current(SESSION).core == 4  # type: ignore[union-attr]


def bars_refresh_next_day() -> None:
    """The session itself ended like the one before it."""
    for bar in DailyBar.objects.filter(session=previous_session(SESSION)):
        bar.session = SESSION
        bar.save(force_insert=True)


def test_the_universe_of_a_day_without_its_own_is_the_newest_before_it(stored_market: None) -> None:
    snapshot_build(SESSION)
    assert universe_current(next_session(SESSION)).session == SESSION  # type: ignore[union-attr]
    assert universe_current(previous_session(SESSION)) is None


def test_members_are_both_tiers_with_their_facts(stored_market: None) -> None:
    snapshot_build(SESSION)
    rows = {row.symbol: row for row in members(SESSION)}
    assert list(rows) == ["ANNE", "BEA", "CAL", "DOT", "KAY"]
    assert (rows["ANNE"].is_core, rows["DOT"].is_core, rows["BEA"].cap_tier) == (True, False, "micro_cap")
    assert member_symbols(SESSION) == set(rows)


def test_without_a_universe_nobody_is_a_member(db: None) -> None:
    assert members(SESSION) == []
    assert member_symbols(SESSION) == set()
    assert funnel(SESSION) is None


def test_the_funnel_counts_every_reason(stored_market: None) -> None:
    snapshot_build(SESSION)
    found = funnel(SESSION)
    assert found is not None
    assert found.stages[0] == {"name": "listings", "count": 13}
    assert found.stages[-1] == {"name": "core volume", "count": 4}
    assert (found.reasons["not_common_stock"], found.target) == (2, 1500)


def test_a_gap_share_needs_opens_of_fifteen_sessions() -> None:
    closes = np.full((21, 2), 10.0)
    opens = closes.copy()
    opens[5:10, 0] = 10.6
    opens[:, 1] = np.nan
    assert gap_share(opens, closes).tolist() == pytest.approx([0.25, np.nan], nan_ok=True)


def test_the_newest_universe_is_a_plain_table_and_a_redis_set(
    stored_market: None, redis_server: redis.Redis, django_capture_on_commit_callbacks: object
) -> None:
    snapshot_build(SESSION)
    redis_server.sadd(keys.universe_stocks(), "OLD")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert stock_universe_replace(SESSION, {"ANNE": ("healthcare", Decimal("1.50"))}) == 5
    anne = StockUniverse.objects.get(symbol="ANNE")
    assert (anne.sector, anne.volatility_multiplier, anne.market_cap) == (
        "healthcare",
        Decimal("1.50"),
        500_000_000,
    )
    assert StockUniverse.objects.get(symbol="DOT").volatility_multiplier == 1
    assert redis_server.smembers(keys.universe_stocks()) == {b"ANNE", b"BEA", b"CAL", b"DOT", b"KAY"}


def test_a_dead_redis_does_not_stop_the_table(
    stored_market: None, settings: object, django_capture_on_commit_callbacks: object
) -> None:
    snapshot_build(SESSION)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        stock_universe_replace(SESSION, {})
    assert StockUniverse.objects.count() == 5


def test_a_listing_is_found_by_symbol_first_then_by_name(stored_market: None) -> None:
    Stock.objects.filter(symbol="BEA").update(name="Anne's Rival")
    assert [stock.symbol for stock in stock_find("anne")] == ["ANNE", "BEA"]
    assert list(stock_find("  ")) == []


def test_a_detail_says_whether_it_is_in_and_why_not(stored_market: None) -> None:
    snapshot_build(SESSION)
    inside, outside = stock_detail("anne"), stock_detail("GUS")
    assert inside is not None
    assert outside is not None
    assert (inside.tier, inside.reasons) == ("core", [])
    assert (outside.tier, outside.reasons) == ("", ["market_cap_above"])
    assert stock_detail("NOBODY") is None


def test_a_detail_before_the_first_universe_has_no_verdict(stored_market: None) -> None:
    found = stock_detail("ANNE")
    assert found is not None
    assert (found.verdict, found.snapshot) == (None, None)
