from __future__ import annotations

from collections.abc import Mapping

import pytest

from universe.selectors.listing_index import Listed, ListingIndex, Match


def index(names: Mapping[str, str], changes: Mapping[str, str] | None = None, **tiers: str) -> ListingIndex:
    """Active listings by symbol and name; ``tiers`` by symbol, without one: not judged."""
    rows = [
        Listed(symbol, name, "XNAS", "CS", True, tiers.get(symbol), "", 0) for symbol, name in names.items()
    ]
    return ListingIndex(rows, changes or {})


def symbols(found: ListingIndex, query: str) -> list[str]:
    return [hit.symbol for hit in found.find(query, 20)]


def near(found: ListingIndex, query: str) -> list[str]:
    return [hit.symbol for hit in found.near(query, 20)]


def test_symbols_come_before_names_and_beginnings_after_the_whole() -> None:
    listed = index({"CAR": "Avis Budget", "CARR": "Carrier Global", "KMX": "CarMax", "ALV": "Autoliv Car"})
    hits = listed.find("car", 20)
    assert [(hit.symbol, hit.match) for hit in hits] == [
        ("CAR", Match.SYMBOL),
        ("CARR", Match.BEGINNING),
        ("KMX", Match.NAME),
        ("ALV", Match.WORDS),
    ]


def test_of_equal_matches_members_come_first_then_short_symbols() -> None:
    listed = index(
        dict.fromkeys(("ABD", "ABCD", "ABC", "ABE", "ABF"), "x"), ABE="core", ABF="breadth", ABD=""
    )
    assert symbols(listed, "ab") == ["ABE", "ABF", "ABD", "ABC", "ABCD"]


def test_what_is_no_longer_listed_comes_last_of_its_kind() -> None:
    gone = Listed("ABC", "x", "", "", False, "core", "", 0)
    here = Listed("ABCDE", "x", "", "", True, None, "", 0)
    assert symbols(ListingIndex([gone, here], {}), "ab") == ["ABCDE", "ABC"]


@pytest.mark.parametrize("query", ["soundhound", "SOUND ai", "ai sound", "a&i soundhound"])
def test_every_word_must_begin_a_word_of_the_name_in_any_order(query: str) -> None:
    listed = index({"SOUN": "SoundHound A I AI Inc.", "SONO": "Sonos Inc."})
    assert symbols(listed, query) == ["SOUN"]


@pytest.mark.parametrize(
    "query", ["ound", "sound motors", "", "   ", "%", "_", "s%", "🚀", "\0", "'; --", "<b>"]
)
def test_what_begins_no_word_finds_nothing(query: str) -> None:
    assert symbols(index({"SOUN": "SoundHound"}), query) == []


@pytest.mark.parametrize("query", ["BRK.B", "brk-b", "BRK/B", "BRKB", "brk b"])
def test_a_share_class_is_found_however_it_is_written(query: str) -> None:
    hits = index({"BRK.B": "Berkshire", "BRKR": "Bruker"}).find(query, 20)
    assert (hits[0].symbol, hits[0].match) == ("BRK.B", Match.SYMBOL)


def test_an_old_symbol_leads_to_the_newest_and_is_named() -> None:
    listed = index({"C": "Company"}, {"A": "B", "B": "C"})
    for old in ("A", "B"):
        hits = listed.find(old, 20)
        assert [(hit.symbol, hit.was, hit.match) for hit in hits] == [("C", old, Match.OLD_SYMBOL)]


def test_a_symbol_that_another_company_took_over_is_that_of_the_company() -> None:
    listed = index({"FB": "A fund of balls", "META": "Meta"}, {"FB": "META"})
    assert symbols(listed, "FB") == ["FB", "META"]


def test_a_listing_of_the_past_is_shown_under_its_new_symbol_alone() -> None:
    old = Listed("FB", "Meta", "", "", False, None, "", 0)
    new = Listed("META", "Meta", "", "", True, None, "", 0)
    assert symbols(ListingIndex([old, new], {"FB": "META"}), "meta") == ["META"]


def test_a_symbol_that_came_back_to_its_old_name_is_found() -> None:
    assert symbols(index({"AB": "x"}, {"AB": "XY", "XY": "AB"}), "xy") == ["AB"]


@pytest.mark.parametrize("typed", ["SUON", "SOIN", "SON", "SOUUN", "SOUNX", "OUN", "soun "])
def test_one_slip_still_finds_the_symbol(typed: str) -> None:
    assert near(index({"SOUN": "x"}), typed) == ["SOUN"]


@pytest.mark.parametrize("typed", ["SOUM.B", "SOUNC", "SON-B"])
def test_one_slip_in_a_share_class_still_finds_it(typed: str) -> None:
    assert near(index({"SOUN.B": "x"}), typed) == ["SOUN.B"]


@pytest.mark.parametrize("typed", ["nvdia", "Nviida", "nvidai corp", "nviddia"])
def test_one_slip_still_finds_the_name(typed: str) -> None:
    assert near(index({"NVDA": "NVIDIA Corporation", "AMD": "Advanced Micro"}), typed) == ["NVDA"]


@pytest.mark.parametrize("typed", ["", "   ", "%", "____", "A" * 9, "ZZZZ", "(", "S[", "\\", "x" * 1_000])
def test_what_is_near_nothing_finds_nothing(typed: str) -> None:
    assert near(index({"SOUN": "Soun Systems"}), typed) == []


def test_slips_behind_the_first_letters_come_first() -> None:
    assert near(index(dict.fromkeys(("XOUN", "SOUX"), "x")), "SOUN") == ["SOUX", "XOUN"]


def test_named_listings_keep_their_order() -> None:
    listed = index({"A": "x", "B": "x"})
    assert [hit.symbol for hit in listed.named(["B", "NOBODY", "A"])] == ["B", "A"]
