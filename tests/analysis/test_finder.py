"""The search over everything, as the dialog of every page asks for it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from sectors.services import readings_record, sectors_seed
from tests.analysis.page_cast import NOW, TODAY, classified, listing, prices_store, reader, universe_build
from tests.sectors.cast import full_board, run_stamp
from universe.clock import override
from universe.models import SymbolChange

pytestmark = pytest.mark.django_db
CLOSES = (5.66, 5.60)
ODD = (
    "\0",
    "a" * 1_000,
    "%" * 50,
    "_" * 50,
    "' OR 1=1; --",
    "\\",
    "🚀🚀",
    "<script>alert(1)</script>",
    "\ud800",
    "ı İ ß",
    "[(*+?{",
)


@pytest.fixture
def trader(client: Client) -> Iterator[Client]:
    sectors_seed()
    client.force_login(reader())
    with override(NOW):
        yield client


def answer(client: Client, query: str, **more: str) -> str:
    got = client.get("/find/", {"q": query} | more)
    assert got.status_code == 200
    return got.content.decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def ways(html: str) -> list[str]:
    return re.findall(r'href="(/[^"]*)"', html)


def test_the_search_asks_for_a_login(client: Client) -> None:
    assert client.get("/find/?q=soun").status_code == 302


def test_a_member_is_shown_with_its_price_and_a_stock_that_is_out_with_its_first_reason(
    trader: Client,
) -> None:
    snapshot = universe_build()
    listing("SOUN", snapshot)
    listing("SOUT", snapshot, verdict={"tier": "breadth", "reasons": ["volume_below"]})
    listing("SOUX", snapshot, verdict={"tier": "", "reasons": ["price_above", "market_cap_above"]})
    listing("SOUY", None)
    prices_store("SOUN", 5.20, CLOSES, 5.29)
    shown = words(answer(trader, "sou"))
    assert "SOUN Soun Systems In: core $5.20 −8.1%" in shown
    assert "SOUT Sout Systems Breadth only: too few shares traded" in shown
    assert "SOUX Soux Systems Out: price too high, 1 more" in shown
    assert "SOUY Souy Systems Not judged yet" in shown


def test_a_stock_stands_beside_the_light_of_its_sector(trader: Client) -> None:
    moment = NOW - dt.timedelta(minutes=10)
    readings_record([replace(one, oldest_input_at=moment) for one in full_board()], run_stamp(1, moment))
    listing("SOUN", universe_build())
    classified("SOUN")
    html = answer(trader, "soun")
    assert "dark red Technology" in words(html)
    assert 'class="lamp" data-band="dark_red"' in html


def test_the_light_of_a_reading_of_long_ago_is_only_outlined(trader: Client) -> None:
    readings_record(full_board(), run_stamp(1, NOW - dt.timedelta(days=5)))
    assert 'class="lamp outline" data-band="dark_red"' in answer(trader, "technology")


@pytest.mark.parametrize(
    ("query", "way"),
    [
        ("energy", "/sectors/energy/"),
        ("xlf", "/sectors/financial/"),
        ("runs", "/analysis/"),
        ("alerts", "/alerts/"),
        ("universe", "/universe/"),
        ("funnel", "/universe/"),
        ("prefer", "/analysis/preferences/"),
        ("time zone", "/analysis/preferences/"),
    ],
)
def test_sectors_and_pages_are_found_too(trader: Client, query: str, way: str) -> None:
    assert ways(answer(trader, query))[0] == way


def test_only_staff_is_led_to_the_admin(trader: Client) -> None:
    assert ways(answer(trader, "admin")) + ways(answer(trader, "operations")) == []
    trader.force_login(get_user_model().objects.create_superuser("ada", password="a long pass phrase"))
    assert ways(answer(trader, "admin")) == ["/admin/"]
    assert ways(answer(trader, "operations")) == ["/operations/"]


def test_a_symbol_goes_before_a_page_and_a_page_in_full_before_the_beginning_of_a_symbol(
    trader: Client,
) -> None:
    for symbol in ("ALE", "RUNSX"):
        listing(symbol, None)
    assert ways(answer(trader, "ale")) == ["/stocks/ALE/", "/alerts/"]
    assert ways(answer(trader, "al")) == ["/stocks/ALE/", "/alerts/"]
    assert ways(answer(trader, "runs")) == ["/analysis/", "/stocks/RUNSX/"]


def test_an_old_symbol_is_named_beside_the_new_one(trader: Client) -> None:
    listing("META", None)
    SymbolChange.objects.create(old="FB", new="META", session=TODAY, figi="BBG000MM2P62")
    assert "META Meta Systems, FB before" in words(answer(trader, "fb"))


def test_few_matches_are_followed_by_those_near_in_spelling_and_an_exact_one_by_none(trader: Client) -> None:
    listing("SOUN", None)
    listing("SOUM", None)
    assert "Near in spelling" in answer(trader, "suon")
    assert ways(answer(trader, "soun")) == ["/stocks/SOUN/"]


def test_what_nothing_is_called_is_said_and_escaped(trader: Client) -> None:
    html = answer(trader, "<b>zzzq")
    assert "Nothing listed is called “&lt;b&gt;zzzq”" in html
    assert "<b>zzzq" not in html


@pytest.mark.parametrize("query", ODD)
def test_no_query_is_too_odd(trader: Client, query: str) -> None:
    listing("SOUN", None)
    asked: dict[str, Any] = {"q": query.encode("utf-8", "surrogatepass")}
    for path in ("/find/", "/stocks/"):
        got = trader.get(path, asked)
        assert got.status_code in (200, 404)
        assert "<script>alert" not in got.content.decode()
    assert "/stocks/SOUN/" not in answer(trader, query.encode("utf-8", "replace").decode())


def test_an_empty_query_shows_the_latest_look_ups_in_their_order_and_every_way(trader: Client) -> None:
    for symbol in ("SOUN", "OCUL"):
        listing(symbol, None)
    html = answer(trader, "", recent="OCUL,NOBODY,SOUN,\0,<b>")
    assert ways(html)[:3] == ["/stocks/OCUL/", "/stocks/SOUN/", "/sectors/technology/"]
    assert "/alerts/" in ways(html)
    assert "Looked up lately" in html


def test_the_count_is_told_for_a_screen_reader(trader: Client) -> None:
    for symbol in ("ALE", "ALEX"):
        listing(symbol, None)
    assert 'data-said="2 listings, 1 sector or page."' in answer(trader, "ale")


def test_an_answer_is_never_kept(trader: Client) -> None:
    assert "no-store" in trader.get("/find/?q=a").headers["Cache-Control"]


def test_an_answer_costs_at_most_seven_queries(
    trader: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        readings_record(full_board(), run_stamp(1, NOW - dt.timedelta(minutes=10)))
    snapshot = universe_build()
    for number in range(12):
        listing(f"SO{number}", snapshot)
    prices_store("SO1", 5.20, CLOSES, 5.29)
    answer(trader, "so")
    with django_assert_max_num_queries(7):
        answer(trader, "so")
