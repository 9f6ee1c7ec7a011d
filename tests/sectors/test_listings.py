from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.analysis.page_cast import NOW, TODAY, classified, listing, reader, universe_build
from universe.clock import override
from universe.models import SnapshotMember, UniverseSnapshot
from universe.selectors import universe_changes
from universe.sessions import previous_session

pytestmark = pytest.mark.django_db

YESTERDAY = previous_session(TODAY)
LIST = "/universe/listings/"


@pytest.fixture
def trader(client: Client, eight_sectors: None) -> Iterator[Client]:
    client.force_login(reader())
    with override(NOW):
        yield client


def verdict(tier: str, *reasons: str, **values: object) -> dict[str, object]:
    return {"tier": tier, "reasons": list(reasons), **values}


#: What each listing was yesterday and is today; None: not listed.
CAST: dict[str, tuple[dict[str, object] | None, dict[str, object] | None]] = {
    "ANNE": (verdict("core"), verdict("core")),
    "BEA": (verdict("", "price_below"), verdict("core")),
    "CAL": (verdict("", "price_below"), verdict("breadth", "volume_below", avg_volume=5e5)),
    "DOT": (verdict("breadth", "volume_below"), verdict("core")),
    "EVE": (verdict("core"), verdict("breadth", "volume_below", avg_volume=9e5)),
    "FAY": (verdict("core"), verdict("", "price_below", price=1.94)),
    "GUS": (None, verdict("", "exchange_not_allowed", "not_common_stock", mic="ARCX", kind="ETF")),
    "HAL": (verdict("breadth", "volume_below"), None),
    "IDA": (
        verdict("", "float_below"),
        verdict("", "float_below", "data_missing:avg_volume", avg_volume=None),
    ),
    "JOE": (verdict("breadth", "volume_below"), verdict("", "volume_below", avg_volume=9.9e4)),
}


@pytest.fixture
def two_days(trader: Client) -> tuple[UniverseSnapshot, UniverseSnapshot]:
    before, now = universe_build(YESTERDAY), universe_build(TODAY)
    for symbol, (was, is_now) in CAST.items():
        listing(symbol, None)
        for snapshot, told in ((before, was), (now, is_now)):
            if told is not None:
                values = {"price": 5.0, "market_cap": 180e6, "avg_volume": 2.1e6, **told}
                SnapshotMember.objects.create(snapshot=snapshot, symbol=symbol, **values)
    return before, now


def text(client: Client, path: str = LIST) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def shown(client: Client, query: str = "") -> list[str]:
    answer = client.get(LIST + query)
    assert answer.status_code == 200
    return [row.symbol for row in answer.context["rows"]]


def test_without_a_universe_the_list_says_what_builds_one(trader: Client) -> None:
    assert "No universe yet" in text(trader)


def test_every_listing_is_shown_with_its_verdict_and_the_values_that_decide(
    trader: Client, two_days: object
) -> None:
    told = text(trader)
    assert "FAY Fay Systems Out was core price too low $1.94 $180.0M 2,100,000" in told
    assert "Out newly listed listed on another exchange; not a common stock NYSE Arca, fund (ETF)" in told
    assert "CAL Cal Systems Breadth was out too few shares traded $5.00 $180.0M 500,000" in told


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("", ["ANNE", "BEA", "CAL", "DOT", "EVE", "FAY", "GUS", "IDA", "JOE"]),
        ("?tier=core", ["ANNE", "BEA", "DOT"]),
        ("?tier=breadth", ["CAL", "EVE"]),
        ("?tier=in", ["ANNE", "BEA", "CAL", "DOT", "EVE"]),
        ("?tier=out&reason=price_below", ["FAY"]),
        ("?reason=volume_below", ["CAL", "EVE", "JOE"]),
        ("?q=gu", ["GUS"]),
        ("?q=ot+sys", ["DOT"]),
        ("?q=100%25", []),
        ("?stage=exchange", ["GUS"]),
        ("?stage=common+stock", []),
        ("?stage=float", ["IDA"]),
        ("?stage=breadth+volume", ["JOE"]),
        ("?stage=core+volume", ["CAL", "EVE"]),
        ("?alone=price", ["FAY"]),
        ("?alone=breadth+volume", ["JOE"]),
        ("?alone=float", []),
        ("?changed=any", ["BEA", "CAL", "DOT", "EVE", "FAY", "GUS", "JOE"]),
        ("?changed=unlisted", ["HAL"]),
        ("?session=2026-03-10&tier=breadth", ["DOT", "HAL", "JOE"]),
        ("?tier=in&sort=-volume", ["ANNE", "BEA", "DOT", "EVE", "CAL"]),
    ],
)
def test_filters_find_exactly_theirs(
    trader: Client, two_days: object, query: str, symbols: list[str]
) -> None:
    assert shown(trader, query) == symbols


def test_what_is_not_known_is_sorted_last_either_way(trader: Client, two_days: object) -> None:
    assert shown(trader, "?sort=volume")[-1] == "IDA"
    assert shown(trader, "?sort=-volume")[-1] == "IDA"


def test_a_kind_of_change_finds_whom_the_comparison_names(
    trader: Client, two_days: tuple[UniverseSnapshot, UniverseSnapshot]
) -> None:
    changes = universe_changes(two_days[1])
    assert changes is not None
    named = {str(row.change): row.symbol for row in changes.rows if row.symbol != "JOE"}
    assert named == {
        "into_core": "BEA",
        "into_breadth": "CAL",
        "up": "DOT",
        "down": "EVE",
        "left": "FAY",
        "listed": "GUS",
        "unlisted": "HAL",
    }
    for change, symbol in named.items():
        assert [name for name in shown(trader, f"?changed={change}") if name != "JOE"] == [symbol]


def test_what_is_listed_no_more_has_no_tier_of_today(trader: Client, two_days: object) -> None:
    assert "HAL Hal Systems No longer listed was breadth $5.00" in text(trader, f"{LIST}?changed=unlisted")
    (row,) = csv_rows(trader, "&changed=unlisted")
    assert (row["symbol"], row["tier"], row["tier_before"], row["reasons"]) == ("HAL", "", "breadth", "")


def test_the_first_universe_has_nobody_who_changed(trader: Client, two_days: object) -> None:
    assert shown(trader, "?changed=any&session=2026-03-10") == []
    assert "there is no universe before this one" in text(trader, f"{LIST}?changed=any&session=2026-03-10")
    assert "newly listed" not in text(trader, f"{LIST}?session=2026-03-10&tier=core")


def test_sectors_and_those_without_one_are_filtered(trader: Client, two_days: object) -> None:
    classified("ANNE", "energy")
    classified("BEA", None)
    classified("CAL", "energy", excluded=True)
    assert shown(trader, "?sector=energy") == ["ANNE"]
    assert shown(trader, "?sector=unknown&tier=in") == ["BEA", "CAL", "DOT", "EVE"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("tier=rich", "tier is “rich”; it may be core, breadth, in, out."),
        ("reason=ugly", "reason is “ugly”; it may be"),
        ("sector=moon&sort=up", "sector is “moon”"),
        ("sector=moon&sort=up", "sort is “up”"),
        ("session=tomorrow", "session is “tomorrow”; it must be a date such as 2026-03-31."),
        ("sort=%00", "sort is “?”; it may be symbol"),
        ("page=0", "page is “0”; it must be a number from 1."),
        ("page=7", "page is 7; this list has 1 page."),
        ("q=%00", "q must be at most 60 printable characters"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_by_name(
    trader: Client, two_days: object, query: str, words: str
) -> None:
    answer = trader.get(f"{LIST}?{query}")
    assert answer.status_code == 400
    assert words in answer.content.decode()


@pytest.mark.parametrize("path", [LIST, "/universe/"])
def test_a_session_that_is_not_stored_is_not_found(trader: Client, two_days: object, path: str) -> None:
    answer = trader.get(f"{path}?session=2020-01-02")
    assert answer.status_code == 404
    told = answer.content.decode()
    assert "No universe of 2020-01-02 is stored. The newest stored one is of 2026-03-11." in told


def test_a_list_longer_than_a_page_is_paged_with_its_filters(trader: Client) -> None:
    snapshot = universe_build()
    SnapshotMember.objects.bulk_create(
        SnapshotMember(snapshot=snapshot, symbol=f"A{n:03}", tier="core") for n in range(150)
    )
    assert shown(trader, "?tier=core&sort=-symbol")[0] == "A149"
    assert shown(trader, "?tier=core&page=2") == [f"A{n}" for n in range(100, 150)]
    page = trader.get(f"{LIST}?tier=core").content.decode()
    assert "150 listings" in page
    assert "?session=2026-03-11&amp;tier=core&amp;page=2" in page
    assert "?session=2026-03-11&amp;tier=core&amp;format=csv" in page


def csv_rows(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{LIST}?format=csv{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "universe-2026-03-11.csv" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_the_file_has_the_filtered_rows_with_full_precision(trader: Client, two_days: object) -> None:
    (row,) = csv_rows(trader, "&reason=price_below")
    assert (row["symbol"], row["tier"], row["tier_before"], row["price_usd"]) == (
        "FAY",
        "out",
        "core",
        "1.94",
    )
    assert (row["reasons"], row["session"]) == ("price_below", "2026-03-11")
    assert (row["float_shares"], row["float_is_upper_bound"]) == (repr(180e6 / 1.94), "true")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_of_the_file_is_a_formula(trader: Client, start: str) -> None:
    listing("EVIL", universe_build(), name=f"{start}HYPERLINK()")
    assert csv_rows(trader)[0]["name"] == f"'{start}HYPERLINK()"


def test_a_name_that_is_markup_stays_text(trader: Client) -> None:
    listing("EVIL", universe_build(), name="<script>alert(1)</script>")
    assert "<script>alert" not in trader.get(LIST).content.decode()


def test_the_list_costs_the_same_few_queries_however_many_rows_it_shows(
    trader: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    before, now = universe_build(YESTERDAY), universe_build(TODAY)
    listing("ANNE", now)
    trader.get(LIST)
    with django_assert_num_queries(7):
        trader.get(f"{LIST}?changed=any")
    for number in range(60):
        listing(f"AAA{number}", now)
        SnapshotMember.objects.create(snapshot=before, symbol=f"AAA{number}", tier="breadth")
    with django_assert_num_queries(7):
        assert len(shown(trader, "?changed=any")) == 61


def test_the_list_and_the_funnel_lead_to_each_other(trader: Client, two_days: object) -> None:
    funnel = trader.get("/universe/?session=2026-03-10").content.decode()
    assert f'href="{LIST}?session=2026-03-10"' in funnel
    assert f'href="{LIST}?session=2026-03-10&amp;tier=out&amp;reason=price_below"' in funnel
    assert 'href="/universe/?session=2026-03-10"' in trader.get(f"{LIST}?session=2026-03-10").content.decode()


def test_a_stranger_is_led_to_the_log_in(client: Client) -> None:
    assert client.get(LIST)["Location"] == f"/login/?next={LIST}"
