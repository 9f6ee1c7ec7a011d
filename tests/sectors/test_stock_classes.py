"""Classes of listings in the database: judged in bulk, written only when they change."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sectors import selectors
from sectors.models import Classification
from sectors.services import stocks_classify
from universe.models import FundHolding, Stock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eight_sectors")]

FACTS: dict[str, dict[str, Any]] = {
    "SOUN": {
        "name": "SoundHound AI",
        "sector_label": "Technology",
        "industry_label": "Software - Application",
    },
    "OCUL": {"name": "Ocular Therapeutix", "industry_label": "Biotechnology", "sic": "2834"},
    "SHLL": {"name": "Tortoise Acquisition Corp. II", "sic": "6770"},
    "XXXX": {"name": "a sector the product does not know"},
    "ODDS": {"name": "Odds On", "sector_label": "Technology", "industry_label": "Solar", "sic": "1531"},
}


@pytest.fixture
def listings(eight_sectors: None) -> None:
    now = timezone.now()
    Stock.objects.bulk_create(
        Stock(symbol=symbol, last_listed_at=now, **facts) for symbol, facts in FACTS.items()
    )


@pytest.mark.usefixtures("listings")
def test_every_listing_gets_its_class_and_the_rest_is_counted() -> None:
    counts = stocks_classify()

    assert counts == {
        "listings": 5,
        "classified": 3,
        "unknown": 1,
        "excluded": 1,
        "disputed": 1,
        "changed": 5,
    }
    found = selectors.classification_map()
    assert {symbol: found.get(symbol) for symbol in ("SOUN", "OCUL", "SHLL", "XXXX")} == {
        "SOUN": "technology",
        "OCUL": "healthcare",
        "SHLL": None,
        "XXXX": None,
    }
    assert selectors.classification_counts() == {key: counts[key] for key in counts if key != "changed"}


@pytest.mark.usefixtures("listings")
def test_judging_again_writes_nothing() -> None:
    stocks_classify()
    before = list(Classification.objects.values_list("symbol", "classified_at"))

    assert stocks_classify()["changed"] == 0
    assert list(Classification.objects.values_list("symbol", "classified_at")) == before


@pytest.mark.usefixtures("listings")
def test_a_changed_fact_changes_that_row_alone() -> None:
    stocks_classify()
    Stock.objects.filter(symbol="XXXX").update(industry_label="Gold")

    assert stocks_classify()["changed"] == 1
    assert selectors.classification_map(["XXXX"]) == {"XXXX": "materials"}


@pytest.mark.usefixtures("listings")
def test_some_symbols_are_judged_alone() -> None:
    assert stocks_classify(["SOUN", "NONE"])["listings"] == 1
    assert Classification.objects.count() == 1
    assert stocks_classify([])["listings"] == 0


@pytest.mark.usefixtures("listings")
def test_a_symbol_with_a_small_letter_has_its_class_too() -> None:
    Stock.objects.create(
        symbol="ALLNpA", name="Allen 5 % Preferred", kind="PFD", last_listed_at=timezone.now()
    )
    stocks_classify()
    row = selectors.classification_of("ALLNpA")
    assert row is not None
    assert row.excluded


def test_a_class_tells_its_evidence_and_subsector() -> None:
    Stock.objects.create(
        symbol="REIT", name="Acme", industry_label="REIT - Office", last_listed_at=timezone.now()
    )
    stocks_classify()

    row = selectors.classification_of("REIT")
    assert row is not None
    assert (row.sector_id, row.subsector) == ("financial", "real_estate")
    assert row.evidence[0]["value"] == "REIT - Office"
    assert selectors.classification_of("NONE") is None


@pytest.mark.usefixtures("listings")
def test_membership_in_one_sector_fund_is_evidence_of_the_class() -> None:
    for fund, symbol in (("PSCE", "XXXX"), ("PSCT", "SOUN"), ("PSCH", "SOUN"), ("IWM", "OCUL")):
        FundHolding.objects.create(
            fund=fund, symbol=symbol, fetched_on=dt.date(2026, 3, 31), fetched_at=timezone.now(), source="fmp"
        )
    stocks_classify(["XXXX", "SOUN", "OCUL"])

    found = {row.symbol: row for row in Classification.objects.all()}
    assert found["XXXX"].sector_id == "energy"
    assert found["XXXX"].evidence == [{"kind": "fund", "value": "PSCE", "sector": "energy", "weight": 0.96}]
    assert {row.symbol for row in found.values() if "fund" in {piece["kind"] for piece in row.evidence}} == {
        "XXXX"
    }


@pytest.mark.usefixtures("listings")
def test_the_command_names_symbols_that_are_no_listings() -> None:
    spoken = StringIO()
    call_command("reclassify", "soun", stdout=spoken)
    assert "1 listings: 1 in a sector" in spoken.getvalue()

    with pytest.raises(CommandError, match="1 of 2 symbols are listings"):
        call_command("reclassify", "soun", "nope", stdout=spoken)


@pytest.mark.unmeasured
def test_eight_thousand_listings_take_a_few_queries(
    eight_sectors: None, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    Stock.objects.bulk_create(
        Stock(symbol=f"A{number}", name=f"Acme {number}", sic="7372", last_listed_at=now)
        for number in range(8_000)
    )
    with django_assert_max_num_queries(16):
        assert stocks_classify()["changed"] == 8_000
    with django_assert_max_num_queries(7):
        assert stocks_classify()["changed"] == 0
