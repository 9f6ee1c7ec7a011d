"""A sector set by hand: it stays through reclassifications and renames until somebody clears it."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone

from sectorlight.models import User
from sectors import selectors
from sectors.classification import CompanyProfile, classify
from sectors.models import Classification, SectorOverride
from sectors.services import override_clear, override_set, stocks_classify
from sectors.types import ClassificationResult
from tests.two_people import second_of_two
from universe.models import Stock, SymbolChange

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eight_sectors")]

FIGI, OTHER = "BBG000000001", "BBG000000002"
DAY = dt.date(2026, 3, 10)


def listing(symbol: str, figi: str = "", *, active: bool = True, **facts: Any) -> Stock:
    software = {"sector_label": "Technology", "industry_label": "Software - Application"}
    return Stock.objects.create(
        symbol=symbol,
        name=f"{symbol} Inc",
        figi=figi,
        active=active,
        last_listed_at=timezone.now(),
        **(software | facts),
    )


def sector_of(symbol: str) -> str | None:
    return Classification.objects.get(symbol=symbol).sector_id


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada")


def test_a_sector_set_by_hand_is_in_force_at_once_and_says_so_first(ada: User) -> None:
    listing("SOUN")
    override_set("soun", "healthcare", reason="hears hearts", author=ada)

    row = Classification.objects.get(symbol="SOUN")
    assert (row.sector_id, row.confidence, row.disputed, row.excluded) == (
        "healthcare",
        Decimal("1.00"),
        False,
        False,
    )
    assert row.evidence[0] == {
        "kind": "override",
        "value": "hears hearts, by ada",
        "sector": "healthcare",
        "weight": 1.0,
    }
    assert (row.evidence[1]["kind"], row.evidence[1]["sector"]) == ("rules", "technology")
    assert {"industry", "sector"} & {piece["kind"] for piece in row.evidence[2:]}


def test_judging_everything_again_does_not_undo_it(ada: User) -> None:
    stock = listing("SOUN")
    override_set("SOUN", "healthcare", reason="hears hearts", author=ada)
    stock.industry_label = "Semiconductors"
    stock.save()

    stocks_classify()
    assert sector_of("SOUN") == "healthcare"
    assert stocks_classify()["changed"] == 0


@pytest.mark.django_db(transaction=True)
def test_one_that_is_set_while_everything_is_judged_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    listing("SOUN")

    def meanwhile(profile: CompanyProfile) -> ClassificationResult:
        verdict = classify(profile)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(set_elsewhere).result(20)
        return verdict

    def set_elsewhere() -> None:
        monkeypatch.undo()
        try:
            override_set("SOUN", "healthcare", reason="hears hearts", author=None)
        finally:
            connections.close_all()

    monkeypatch.setattr("sectors.services.classes.classify", meanwhile)
    stocks_classify()
    assert sector_of("SOUN") == "healthcare"


@pytest.mark.django_db(transaction=True)
def test_classes_are_stored_after_whoever_sets_one_by_hand() -> None:
    listing("SOUN")
    listing("PLOW")
    refused = second_of_two(
        lambda: override_set("SOUN", "healthcare", reason="hears hearts", author=None), stocks_classify
    )
    assert refused is None
    assert (sector_of("SOUN"), sector_of("PLOW")) == ("healthcare", "technology")


def test_a_listing_can_be_put_into_no_sector(ada: User) -> None:
    listing("SOUN")
    override_set("SOUN", None, reason="a shell by now", author=ada)

    assert selectors.classification_map() == {}
    assert selectors.override_labels() == []


def test_clearing_gives_it_back_to_the_rules_and_keeps_the_history(ada: User) -> None:
    listing("SOUN")
    override_set("SOUN", "healthcare", reason="hears hearts", author=ada)
    override_clear("SOUN", reason="it was a mistake", author=ada)

    assert sector_of("SOUN") == "technology"
    assert selectors.override_of("SOUN") is None
    assert [(row.clears, row.reason) for row in selectors.override_revisions("SOUN")] == [
        (True, "it was a mistake"),
        (False, "hears hearts"),
    ]


def test_a_new_one_ends_the_one_before(ada: User) -> None:
    listing("SOUN")
    override_set("SOUN", "healthcare", reason="one", author=ada)
    override_set("SOUN", "energy", reason="two", author=None)

    assert SectorOverride.objects.get(active=True).sector_id == "energy"
    assert Classification.objects.get(symbol="SOUN").evidence[0]["value"] == "two, by the product"
    assert selectors.override_labels() == [("SOUN", "energy")]


@pytest.mark.parametrize(
    ("symbol", "sector", "reason", "field", "words"),
    [
        ("NOPE", "energy", "x", "symbol", "There is no listing 'NOPE'"),
        ("SOUN", "crypto", "x", "sector", "There is no sector 'crypto'"),
        ("SOUN", "energy", "  ", "reason", "A reason is required"),
        ("SOUN", "utilities", "x", "sector", "in utilities by hand already: first"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    ada: User, symbol: str, sector: str, reason: str, field: str, words: str
) -> None:
    listing("SOUN")
    override_set("SOUN", "utilities", reason="first", author=ada)
    with pytest.raises(ValidationError) as refused:
        override_set(symbol, sector, reason=reason, author=ada)

    assert words in refused.value.message_dict[field][0]
    assert sector_of("SOUN") == "utilities"


def test_the_second_of_two_is_told_who_was_first(ada: User) -> None:
    listing("SOUN")
    override_set("SOUN", "healthcare", reason="hears hearts", author=ada, expected=0)
    with pytest.raises(ValidationError, match=r"ada has put it into healthcare at .*hears") as refused:
        override_set("SOUN", "energy", reason="mine", author=None, expected=0)
    assert "sector" in refused.value.message_dict

    seen = selectors.override_revisions("SOUN")[0].pk
    override_clear("SOUN", reason="no", author=ada, expected=seen)
    with pytest.raises(ValidationError, match="ada has given it back to the rules"):
        override_set("SOUN", "energy", reason="mine", author=None, expected=seen)


def test_there_is_nothing_to_clear_where_the_rules_judge() -> None:
    listing("SOUN")
    with pytest.raises(ValidationError, match="SOUN has no sector set by hand"):
        override_clear("SOUN", reason="x", author=None)


def test_it_follows_its_figi_to_a_new_symbol(ada: User) -> None:
    old = listing("OLD", FIGI)
    override_set("OLD", "energy", reason="drills", author=ada)
    Stock.objects.filter(pk=old.pk).update(active=False)
    listing("NEW", FIGI)
    stocks_classify()

    assert sector_of("NEW") == "energy"
    assert selectors.override_labels() == [("NEW", "energy")]
    override_clear("NEW", reason="drills no more", author=ada)
    assert sector_of("NEW") == sector_of("OLD") == "technology"
    assert len(selectors.override_revisions("NEW")) == 2


def test_another_company_that_takes_the_symbol_does_not_get_it(ada: User) -> None:
    stock = listing("OLD", FIGI)
    override_set("OLD", "energy", reason="drills", author=ada)
    Stock.objects.filter(pk=stock.pk).update(figi=OTHER)
    stocks_classify()

    assert sector_of("OLD") == "technology"
    override_set("OLD", "utilities", reason="lights", author=ada)
    assert sector_of("OLD") == "utilities"
    assert SectorOverride.objects.filter(symbol="OLD", active=True).count() == 2


def test_where_no_figi_was_known_it_follows_the_listed_changes(ada: User) -> None:
    listing("OLD")
    override_set("OLD", "energy", reason="drills", author=ada)
    Stock.objects.filter(symbol="OLD").update(active=False)
    for old, new in (("OLD", "MID"), ("MID", "NEW"), ("NEW", "OLD")):
        SymbolChange.objects.create(old=old, new=new, session=DAY, figi=FIGI)
    listing("NEW", FIGI)
    stocks_classify()

    assert sector_of("NEW") == "energy"
    assert selectors.override_labels() == [("NEW", "energy")]


def test_a_figi_told_of_two_listings_proves_nothing(ada: User) -> None:
    listing("ONE", FIGI)
    listing("TWO", FIGI)
    override_set("ONE", "energy", reason="drills", author=ada)
    stocks_classify()

    assert (sector_of("ONE"), sector_of("TWO")) == ("energy", "technology")
