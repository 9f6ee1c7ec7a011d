"""Which stocks have new shares hanging over them, and how long."""

from __future__ import annotations

import datetime as dt

import pytest

from analysis.catalysts import DilutionFlag, dilution_flags, judge_filing
from tests.analysis.catalysts.made_up import MONDAY, catalyst, filing, judged

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Quellmar Files $150 Million Mixed Shelf", "shelf"),
        ("Quellmar enters into at-the-market equity offering program", "atm"),
        ("Quellmar Announces Exercise of Warrants", "warrants"),
        ("Quellmar prices public offering", "offering"),
        ("Quellmar announces registered direct offering", "registered direct"),
        ("Quellmar closes private placement", "private placement"),
        ("Quellmar registers 12 million shares for resale", "resale"),
        ("Quellmar enters equity line", "equity line"),
        ("Quellmar prices convertible notes offering", "convertible"),
        ("Quellmar increases authorized shares", "more authorised shares"),
    ],
)
def test_new_shares_raise_a_flag_that_names_their_kind(title: str, kind: str) -> None:
    flags = dilution_flags(judged(title), MONDAY)
    assert flags == {"QLMR": DilutionFlag("QLMR", (kind,), MONDAY, title, "https://news.example/77")}


def test_nothing_else_raises_a_flag() -> None:
    assert dilution_flags(judged("Quellmar wins FDA approval"), MONDAY) == {}
    assert dilution_flags(judged("Quellmar withdraws public offering"), MONDAY) == {}
    assert dilution_flags([], MONDAY) == {}


def test_nothing_after_the_moment_counts() -> None:
    offered = catalyst("offering.public", MONDAY)
    assert dilution_flags([offered], MONDAY - dt.timedelta(seconds=1)) == {}
    assert set(dilution_flags([offered], MONDAY)) == {"QLMR"}


def test_a_shelf_stands_three_years_and_the_others_ninety_days() -> None:
    shelf, warrants = catalyst("dilution.shelf"), catalyst("dilution.warrants")
    assert set(dilution_flags([warrants], MONDAY + 89 * DAY)) == {"QLMR"}
    assert dilution_flags([warrants], MONDAY + 90 * DAY) == {}
    assert set(dilution_flags([shelf], MONDAY + 1095 * DAY)) == {"QLMR"}
    assert dilution_flags([shelf], MONDAY + 1096 * DAY) == {}


def test_a_flag_shows_the_newest_and_names_all_kinds() -> None:
    shelf = catalyst("dilution.shelf", MONDAY - 300 * DAY, title="Shelf", key="a")
    first = catalyst("offering.public", MONDAY - 9 * DAY, title="First", key="b")
    newest = catalyst("offering.atm", MONDAY - DAY, title="Newest", key="c", url="https://news.example/c")
    again = catalyst("offering.public", MONDAY - 2 * DAY, title="Again", key="d")
    other = catalyst("dilution.resale", symbol="VRDN", key="e")
    flags = dilution_flags([first, newest, other, shelf, again], MONDAY)
    assert list(flags) == ["QLMR", "VRDN"]
    assert flags["QLMR"] == DilutionFlag(
        "QLMR", ("atm", "offering", "shelf"), MONDAY - DAY, "Newest", "https://news.example/c"
    )


def test_papers_raise_flags_too() -> None:
    papers = [filing("424B5"), filing("S-3", accession_number="2"), filing("10-Q", accession_number="3")]
    found = [one for paper in papers for one in judge_filing(paper)]
    assert set(dilution_flags(found, MONDAY + DAY)["QLMR"].kinds) == {"offering", "shelf"}
