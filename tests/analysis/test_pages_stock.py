from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from analysis.models import CatalystEvent, StockReading
from sectors.services import sectors_seed
from tests.analysis.page_cast import (
    AS_OF,
    NOW,
    TODAY,
    board_publish,
    classified,
    listing,
    prices_store,
    reader,
    universe_build,
)
from universe.clock import override
from universe.models import MinuteQuote, QuarantinedPrice
from universe.types import UniverseCriteria

pytestmark = pytest.mark.django_db
CLOSES = (5.66, 5.60, 5.53, 5.50, 5.38, 5.30)


@pytest.fixture
def trader(client: Client) -> Iterator[Client]:
    sectors_seed()
    client.force_login(reader())
    with override(NOW):
        yield client


def page(client: Client, path: str = "/stocks/SOUN/", status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def ranked(symbol: str = "SOUN", **changes: Any) -> None:
    parts: dict[str, Any] = {
        "gap_pct": -8.2,
        "opening_gap_pct": -6.9,
        "relative_volume": 2.4,
        "gap_part": 2.94,
        "volume_part": 2.85,
        "alignment_part": 2.0,
        "shortability_part": 0.6,
        "alignment": 1.0,
        "shortability": "good",
        "restricted": True,
        "dollar_volume": 11e6,
    }
    StockReading.objects.create(
        run_id=2118, symbol=symbol, timestamp=AS_OF, sector="technology", rank=8.39, parts=parts | changes
    )


def test_the_page_asks_for_a_login(client: Client) -> None:
    assert client.get("/stocks/SOUN/").status_code == 302
    assert client.get("/stocks/?q=SOUN").status_code == 302


def test_a_core_member_is_in_by_all_six_criteria(trader: Client) -> None:
    listing("SOUN", universe_build())
    shown = page(trader)
    assert "In the universe, core tier: ranked, listed and alerted on." in shown
    assert "All 6 criteria hold for the session of Wed 11 Mar." in shown
    assert "Market cap $180.0M $10M to $300M, micro cap in Tue 10 Mar close" in shown


def test_a_breadth_member_says_how_much_is_missing_to_core(trader: Client) -> None:
    verdict = {"tier": "breadth", "reasons": ["volume_below"], "avg_volume": 950_000.0}
    listing("SOUN", universe_build(), verdict=verdict)
    shown = page(trader)
    assert "Breadth tier only" in shown
    assert "1 reason: too few shares traded." in shown
    assert "50,000 short" in shown


def test_an_outsider_is_out_for_every_reason(trader: Client) -> None:
    reasons = [
        "not_common_stock",
        "market_cap_above",
        "price_above",
        "float_below",
        "data_missing:avg_volume",
    ]
    verdict = {
        "tier": "",
        "cap_tier": "",
        "reasons": reasons,
        "price": 496.1,
        "market_cap": 127e9,
        "avg_volume": None,
    }
    listing("SOUN", universe_build(), verdict=verdict, kind="PFD", float_shares=4_000_000)
    shown = page(trader)
    assert "5 reasons: not a common stock, market cap too large, price too high" in shown
    assert "$125B over" in shown
    assert "$396.10 over" in shown
    assert "6,000,001 short" in shown
    assert "preferred stock" in shown


def test_values_below_their_limits_say_by_how_much(trader: Client) -> None:
    verdict = {
        "tier": "",
        "cap_tier": "",
        "reasons": ["market_cap_below", "price_below"],
        "price": 1.6,
        "market_cap": 4e6,
    }
    listing("SOUN", universe_build(), verdict=verdict)
    shown = page(trader)
    assert "$6.0M short" in shown
    assert "$0.40 short" in shown


def test_a_small_cap_is_held_against_its_own_band(trader: Client) -> None:
    listing("SOUN", universe_build(), verdict={"cap_tier": "small_cap", "market_cap": 900e6})
    shown = page(trader)
    assert "$300M to $2B, small cap" in shown
    assert "more than 10,000,000" in shown


def test_float_exchange_and_type_are_those_that_were_judged(trader: Client) -> None:
    verdict = {"float_shares": 12_345_678.0, "mic": "XASE", "kind": "ADRC"}
    listing("SOUN", universe_build(), verdict=verdict, float_shares=99_000_000, kind="PFD")
    shown = page(trader)
    assert "Free float 12,345,678" in shown
    assert "Exchange NYSE American" in shown
    assert "preferred stock" not in shown


def test_limits_that_are_one_number_leave_no_range_to_draw(trader: Client) -> None:
    limits = asdict(UniverseCriteria(price_min=5.0, price_max=5.0))
    listing("SOUN", universe_build(criteria=limits))
    assert "Price $5.00 $5.00 to $5.00 in" in page(trader)


def test_an_unknown_float_names_its_stand_in(trader: Client) -> None:
    listing("SOUN", universe_build(), float_shares=None, verdict={"float_estimated": True})
    shown = page(trader)
    assert "float estimated" in shown
    assert "bound by shares outstanding" in shown


def test_a_listing_that_no_build_has_judged_says_so(trader: Client) -> None:
    listing("SOUN", None)
    assert "Not judged for any session yet." in page(trader)
    universe_build()
    assert "Not judged for the session of Wed 11 Mar." in page(trader)


def test_a_listing_that_is_gone_is_promised_no_verdict(trader: Client) -> None:
    listing("SOUN", None, active=False)
    shown = page(trader)
    assert "No longer listed. It is in no universe any more." in shown
    assert "judges it" not in shown


def test_returns_stand_beside_their_references_and_the_benchmark(trader: Client) -> None:
    listing("SOUN", universe_build())
    prices_store("SOUN", 5.20, CLOSES, 5.29)
    prices_store("IWM", 202.4, (200.0, 199.0, 198.0, 197.0, 196.0, 195.0), 202.4)
    shown = page(trader)
    assert "$5.20 −8.1% day, against $5.66 · 12:09:00, 1 min old" in shown
    assert "30 minutes −1.7% 5.29 11:39, same session −1.7 pts" in shown
    assert "1 day −8.1% 5.66 Tue 10 Mar close −9.3 pts" in shown
    assert "3 days −6.0% 5.53 Fri 6 Mar close" in shown
    assert "1 week −3.3% 5.38 Wed 4 Mar close" in shown


def test_the_benchmark_has_a_page_and_is_level_with_itself(trader: Client) -> None:
    listing("IWM", universe_build())
    prices_store("IWM", 202.4, (200.0, 199.0, 198.0, 197.0, 196.0, 195.0), 202.4)
    shown = page(trader, "/stocks/IWM/")
    assert "$202.40 +1.2% day, against $200.00" in shown
    assert "1 day +1.2% 200.00 Tue 10 Mar close 0.0 pts" in shown


def test_a_halted_price_says_so(trader: Client) -> None:
    listing("SOUN", universe_build())
    prices_store("SOUN", 5.20, CLOSES, 5.29)
    MinuteQuote.objects.filter(symbol="SOUN").update(halted=True, interpolated=True)
    assert "halted · interpolated" in page(trader)


def test_a_price_that_is_held_says_why_and_since_when(trader: Client) -> None:
    listing("SOUN", universe_build())
    prices_store("SOUN", 5.20, CLOSES, 5.29)
    since = NOW.replace(hour=9, minute=31)
    QuarantinedPrice.objects.create(
        symbol="SOUN",
        session=TODAY,
        reason="ratio_like_jump",
        price=156.0,
        reference=5.2,
        source="polygon",
        first_at=since,
        last_at=since,
    )
    assert "price quarantined: $156.00, jump like a split that nobody listed, since 9:31" in page(trader)
    assert 'href="/universe/quarantine/?symbol=SOUN"' in trader.get("/stocks/SOUN/").content.decode()


def test_without_a_print_today_nothing_is_shown_as_zero(trader: Client) -> None:
    listing("SOUN", universe_build())
    prices_store("SOUN", 5.20, CLOSES, 5.29)
    MinuteQuote.objects.all().delete()
    shown = page(trader)
    assert "$5.66 close of Tue 10 Mar, no print today" in shown
    assert "0.0%" not in shown
    assert "an absent one is never shown as 0" in shown


def test_a_listing_without_any_price_says_so(trader: Client) -> None:
    listing("SOUN", None)
    assert "no price is known" in page(trader)


def test_the_classification_shows_who_agrees_and_who_does_not(trader: Client) -> None:
    listing("SOUN", universe_build())
    classified("SOUN", disputed=True)
    shown = page(trader)
    assert "Sector: Technology confidence 0.94 2 of 3 hints agree, disputed between sources" in shown
    assert "Industry code (SIC): 7372 Says technology. weight 0.45" in shown
    assert "Rules 14." in shown


def test_the_gaps_of_a_stock_are_counted_over_the_sessions_and_classed(trader: Client) -> None:
    snapshot = universe_build()
    listing("SOUN", snapshot, verdict={"gap_share": 4 / 60, "gap_share_10": 3 / 60})
    listing("SNEW", snapshot, verdict={"gap_share": None})
    shown = page(trader)
    assert (
        "Opened 5% or more away from the close before on 4 of the last 60 sessions, "
        "10% or more on 3 of the last 60 sessions, as far as known."
    ) in shown
    assert "frequent gaps of 10%" in shown
    assert "gap frequency high" in shown
    new = page(trader, "/stocks/SNEW/")
    assert "gap frequency" not in new
    assert "of the last 60 sessions" not in new


@pytest.mark.parametrize(
    ("changes", "title"),
    [({"excluded": True}, "No sector: a shell or fund"), ({}, "Sector unknown")],
)
def test_a_listing_without_a_sector_says_why(trader: Client, changes: dict[str, Any], title: str) -> None:
    listing("SOUN", universe_build())
    classified(
        "SOUN", None, evidence=[{"kind": "moon", "value": "x", "sector": None, "weight": 0.1}], **changes
    )
    shown = page(trader)
    assert title in shown
    assert "Moon: x Names no sector." in shown


def test_an_unclassified_listing_says_what_would_classify_it(trader: Client) -> None:
    listing("SOUN", universe_build())
    assert "Sector: not classified yet" in page(trader)


def test_the_rank_is_shown_with_its_four_parts(trader: Client) -> None:
    listing("SOUN", universe_build())
    ranked()
    shown = page(trader)
    assert "Rank 8.4 of 10 run 2,118, 12:00 SSR" in shown
    assert "Move day −8.2%, opening gap −6.9% 2.94 4" in shown
    assert "Alignment moves with a coloured sector 2.00 2" in shown
    assert "Shortability good, $11.0M a day 0.60 1" in shown


@pytest.mark.parametrize(
    ("tier", "words"),
    [("core", "No run has ranked it yet"), ("breadth", "Only core stocks are ranked")],
)
def test_an_unranked_listing_says_why(trader: Client, tier: str, words: str) -> None:
    listing("SOUN", universe_build(), verdict={"tier": tier})
    assert words in page(trader)


def test_short_interest_is_a_share_of_the_float(trader: Client) -> None:
    listing("SOUN", universe_build())
    assert "Short interest 12% of float, 1.8 days to cover." in page(trader)
    listing("PATH", None, short_interest=None, days_to_cover=None)
    assert "Short interest and borrow are not known." in page(trader, "/stocks/PATH/")


def test_the_page_costs_a_fixed_number_of_queries(
    trader: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        board_publish(1, count=300)
    listing("SOUN", universe_build())
    classified("SOUN")
    ranked()
    prices_store("SOUN", 5.20, CLOSES, 5.29)
    with django_assert_max_num_queries(12):
        page(trader)


def test_the_rank_leads_to_the_inputs_of_its_run(trader: Client) -> None:
    listing("SOUN", universe_build())
    ranked()
    html = trader.get("/stocks/SOUN/").content.decode()
    assert 'href="/sectors/technology/inputs/?run=2118"' in html


def test_the_stored_rows_are_linked_for_those_who_may_look_at_them(trader: Client) -> None:
    stock = listing("SOUN", universe_build())
    row = classified("SOUN")
    ways = [f"/admin/universe/stock/{stock.pk}/change/", f"/admin/sectors/classification/{row.pk}/change/"]
    assert "/admin/" not in trader.get("/stocks/SOUN/").content.decode()
    trader.force_login(get_user_model().objects.create_superuser("ada", password="a long pass phrase"))
    shown = trader.get("/stocks/SOUN/").content.decode()
    assert [way for way in ways if f'href="{way}"' not in shown] == []
    assert [trader.get(way).status_code for way in ways] == [200, 200]


# -- catalysts -------------------------------------------------------------------------------------------


def catalyst(symbol: str = "SOUN", **facts: Any) -> None:
    values: dict[str, Any] = {
        "key": f"news:polygon:{CatalystEvent.objects.count()}",
        "symbol": symbol,
        "kind": "contract",
        "at": AS_OF - dt.timedelta(hours=2),
        "tone": 1.0,
        "relevance": 1.0,
        "title": "SoundHound wins drive-through order",
        "url": "https://news.example/soun",
        "publisher": "Wire Daily",
        "source": "polygon",
        "fetched_at": AS_OF,
        "rule": "contract.won",
        "rules_version": "1",
    }
    CatalystEvent.objects.create(**(values | facts))


def test_a_stock_without_news_says_so(trader: Client) -> None:
    listing("SOUN", universe_build())
    assert "No catalyst known" in page(trader)


def test_each_catalyst_has_its_class_tone_source_time_and_link(trader: Client) -> None:
    listing("SOUN", universe_build())
    catalyst()
    catalyst("OCUL", title="another company")
    catalyst(kind="earnings", title="an old report", at=AS_OF - dt.timedelta(days=31))
    shown = page(trader)
    assert "Contract good for a holder SoundHound wins drive-through order Wire Daily 10:00" in shown
    assert "another company" not in shown
    assert "an old report" not in shown
    assert 'href="https://news.example/soun" target="_blank"' in trader.get("/stocks/SOUN/").content.decode()


def test_a_link_that_is_none_of_the_web_is_no_link(trader: Client) -> None:
    listing("SOUN", universe_build())
    catalyst(url="javascript:alert(1)")
    html = trader.get("/stocks/SOUN/").content.decode()
    assert "javascript:" not in html
    assert "SoundHound wins drive-through order" in html


def test_new_shares_that_may_come_are_flagged_with_their_paper(trader: Client) -> None:
    listing("SOUN", universe_build())
    catalyst(
        kind="dilution",
        rule="dilution.shelf",
        title="Form S-3",
        url="https://sec.example/s-3",
        form="S-3",
        tone=-1.0,
        at=AS_OF - dt.timedelta(days=400),
    )
    shown = page(trader)
    assert "New shares may come: shelf. Form S-3" in shown
    assert "No catalyst known" in shown


def test_more_than_twelve_are_counted(trader: Client) -> None:
    listing("SOUN", universe_build())
    for day in range(14):
        catalyst(at=AS_OF - dt.timedelta(hours=1 + 26 * day))
    assert "2 older ones of the last 30 days" in page(trader)


def test_the_rank_tells_the_legs_of_the_day(trader: Client) -> None:
    listing("SOUN", universe_build())
    ranked(regular_pct=-1.4, post_pct=0.3)
    assert "opening gap −6.9%, regular hours −1.4%, after hours +0.3%" in page(trader)
