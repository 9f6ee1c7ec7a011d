"""The ways to the page of a listing: its symbol in any spelling, its old symbol, words of its name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from django.test import Client
from django.urls import reverse

from sectors.services import sectors_seed
from tests.analysis.page_cast import NOW, TODAY, listing, reader, universe_build
from universe.clock import override
from universe.models import SnapshotMember, SymbolChange
from universe.sessions import hours, session_offset

pytestmark = pytest.mark.django_db


@pytest.fixture
def trader(client: Client) -> Iterator[Client]:
    sectors_seed()
    client.force_login(reader())
    with override(NOW):
        yield client


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_another_case_leads_to_the_symbol(trader: Client) -> None:
    listing("SOUN", None)
    assert trader.get("/stocks/soun/").headers["Location"] == "/stocks/SOUN/"


def test_an_unknown_symbol_is_a_404_with_near_matches(trader: Client) -> None:
    listing("SOUN", None)
    shown = page(trader, "/stocks/SUON/", 404)
    assert "“SUON” is not listed" in shown
    assert "Symbols that come near" in shown
    assert " SOUN " in shown


def test_markup_in_a_symbol_is_text(trader: Client) -> None:
    html = trader.get("/stocks/%3Cscript%3Ealert(1)%3C%2Fscript%3E/").content.decode()
    assert "<script>alert" not in html


def test_the_field_leads_to_the_listing_it_names(trader: Client) -> None:
    listing("SOUN", None)
    listing("SOUNW", None)
    assert trader.get("/stocks/?q=soun").headers["Location"] == "/stocks/SOUN/"
    assert trader.get("/stocks/?q=SOUNW").headers["Location"] == "/stocks/SOUNW/"


def test_words_that_fit_many_listings_list_them(trader: Client) -> None:
    listing("SOUN", None)
    listing("SOLV", None, active=False)
    shown = page(trader, "/stocks/?q=so")
    assert "Listings for “so”" in shown
    assert "SOUN" in shown
    assert "no longer listed" in shown


def test_words_that_fit_nothing_are_a_404(trader: Client) -> None:
    assert "“zzzq” is not listed" in page(trader, "/stocks/?q=zzzq", 404)


@pytest.mark.parametrize("path", ["/stocks/?q=%00", "/stocks/?q=SO%00UN", "/stocks/%00/", "/stocks/SO%00UN/"])
def test_a_character_that_no_symbol_can_have_is_not_listed(trader: Client, path: str) -> None:
    listing("SOUN", None)
    assert "\N{REPLACEMENT CHARACTER}" in page(trader, path, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/alerts/?kind=%00",
        "/alerts/?page=%00",
        "/analysis/?page=%00",
        "/analysis/?show=%00",
        "/sectors/technology/?sessions=%00",
    ],
)
def test_a_choice_that_cannot_be_is_the_usual_one(trader: Client, path: str) -> None:
    page(trader, path)


def test_the_empty_field_explains_itself(trader: Client) -> None:
    assert "Any listing, in or out" in page(trader, "/stocks/")


@pytest.mark.parametrize("path", ["/stocks/BRK-B/", "/stocks/brkb/", "/stocks/?q=brk/b", "/stocks/?q=BRK+B"])
def test_every_spelling_of_a_share_class_leads_to_it(trader: Client, path: str) -> None:
    listing("BRK.B", None)
    assert trader.get(path).headers["Location"] == "/stocks/BRK.B/"


@pytest.mark.parametrize("path", ["/stocks/FB/", "/stocks/?q=fb"])
def test_an_old_symbol_leads_to_the_new_one(trader: Client, path: str) -> None:
    listing("META", None)
    SymbolChange.objects.create(old="FB", new="META", session=dt.date(2022, 6, 9), figi="BBG000MM2P62")
    assert trader.get(path).headers["Location"] == "/stocks/META/"


def test_a_symbol_that_none_has_shows_those_that_begin_so(trader: Client) -> None:
    listing("SOUNW", None)
    shown = page(trader, "/stocks/SOU/", 404)
    assert "“SOU” is not listed" in shown
    assert " SOUNW " in shown


@pytest.mark.parametrize("symbol", ["BRK/B", "A B", ".."])
def test_an_odd_symbol_that_is_stored_breaks_no_page(trader: Client, symbol: str) -> None:
    listing(symbol, universe_build(), name="Anne Works")
    href = reverse("stock", args=[symbol])
    for path in ("/find/?q=Anne", "/universe/listings/"):
        assert f'href="{href}"' in trader.get(path).content.decode()
    assert "Anne Works" in page(trader, href)


def test_a_search_that_finds_nothing_is_made_once(trader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    search = Mock(return_value=[])
    monkeypatch.setattr("universe.selectors.stock_find", search)
    page(trader, "/stocks/?q=zzz", 404)
    search.assert_called_once_with("zzz")


def test_tomorrows_universe_says_nothing_of_today(trader: Client) -> None:
    """From 20:00 on the next session's universe is stored, and the one in force is still today's."""
    listing("SOUN", universe_build())
    tomorrow = universe_build(session_offset(TODAY, 1))
    SnapshotMember.objects.create(snapshot=tomorrow, symbol="SOUN", tier="", reasons=["price_below"])
    assert "In the universe, core tier" in page(trader, "/stocks/SOUN/")
    assert "In: core" in page(trader, "/find/?q=soun")
    with override(hours(session_offset(TODAY, 1)).open):
        assert "Out of the universe" in page(trader, "/stocks/SOUN/")
        assert "price too low" in page(trader, "/find/?q=soun")


def test_changes_of_symbol_that_lead_nowhere_end_at_the_page_that_was_asked_for(trader: Client) -> None:
    listing("LOOPA", None, active=False)
    listing("LOOPB", None, active=False)
    for old, new, day in (("LOOPA", "LOOPB", 5), ("LOOPB", "LOOPA", 6)):
        SymbolChange.objects.create(old=old, new=new, session=dt.date(2026, 3, day), figi="BBG000MM2P62")
    assert "No longer listed" in page(trader, "/stocks/LOOPA/")


def test_a_chain_of_changes_leads_to_the_listing_of_today(trader: Client) -> None:
    listing("ONCE", None, active=False)
    listing("THEN", None, active=False)
    listing("NOW", None)
    for old, new, day in (("ONCE", "THEN", 5), ("THEN", "NOW", 6)):
        SymbolChange.objects.create(old=old, new=new, session=dt.date(2026, 3, day), figi="BBG000MM2P62")
    assert trader.get("/stocks/ONCE/").headers["Location"] == "/stocks/NOW/"
