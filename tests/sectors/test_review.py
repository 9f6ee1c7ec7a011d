"""Reviewing classes in the admin: which ones, in what order, and what a human decides about them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from sectorlight.models import User
from sectors import selectors
from sectors.models import Classification, SectorOverride
from sectors.services import override_set, stocks_classify
from universe.models import SnapshotMember, Stock, UniverseSnapshot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eight_sectors")]

LIST = "/admin/sectors/classification/"
#: Symbol: tier, dollars traded a day, confidence, disputed, sector, excluded.
ROWS = {
    "BUSY": ("core", 9e6, "0.50", False, "energy", False),
    "CALM": ("core", 2e6, "0.90", True, "energy", False),
    "WIDE": ("breadth", 8e6, "0.00", False, None, False),
    "SURE": ("core", 9e7, "0.90", False, "energy", False),
    "SHELL": ("core", 9e7, "0.00", False, None, True),
    "GONE": ("", 9e7, "0.10", False, "energy", False),
}


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada", password="x"))
    return client


@pytest.fixture
def market(eight_sectors: None) -> None:
    now = timezone.now()
    day = dt.date(2026, 3, 10)
    snapshot = UniverseSnapshot.objects.create(
        session=day, built_from=day, built_at=now, listings=6, core=4, breadth=5
    )
    for symbol, (tier, dollars, confidence, disputed, sector, excluded) in ROWS.items():
        Stock.objects.create(symbol=symbol, name=f"{symbol} Works", last_listed_at=now)
        SnapshotMember.objects.create(
            snapshot=snapshot, symbol=symbol, tier=tier, price=10.0, avg_volume=dollars / 10
        )
        Classification.objects.create(
            symbol=symbol,
            sector_id=sector,
            confidence=Decimal(confidence),
            disputed=disputed,
            excluded=excluded,
            rules_version="1",
            classified_at=now,
        )


def listed(client: Client, query: str) -> list[str]:
    return [row.symbol for row in client.get(f"{LIST}?{query}").context["cl"].result_list]


def software(symbol: str) -> Classification:
    Stock.objects.create(
        symbol=symbol,
        name=f"{symbol} Inc",
        sector_label="Technology",
        industry_label="Software - Application",
        description=f"{symbol} writes software for growers.",
        last_listed_at=timezone.now(),
    )
    stocks_classify([symbol])
    return Classification.objects.get(symbol=symbol)


def decide(client: Client, row: Classification, button: str = "_save", **values: Any) -> Any:
    newest = next(iter(selectors.override_revisions(row.symbol)), None)
    form = {"put_into": "", "reason": "", "expected": newest.pk if newest else 0, button: "x"}
    return client.post(f"{LIST}{row.pk}/change/", form | values, follow=True)


@pytest.mark.usefixtures("market")
def test_doubtful_members_are_listed_core_first_and_the_most_traded_first(ada: Client) -> None:
    assert listed(ada, "review=members") == ["BUSY", "CALM", "WIDE"]
    assert listed(ada, "review=core") == ["BUSY", "CALM"]
    page = ada.get(LIST).content.decode()
    assert [f"{tier} members ({count})" in page for tier, count in (("All", 3), ("Core", 2))] == [True, True]
    assert "Breadth members (1)" in page


@pytest.mark.usefixtures("market")
def test_what_was_set_by_hand_leaves_the_review_list(ada: Client) -> None:
    override_set("WIDE", None, reason="it does nothing", author=None)
    assert listed(ada, "review=members") == ["BUSY", "CALM"]
    assert listed(ada, "judged=hand") == ["WIDE"]


@pytest.mark.usefixtures("market")
def test_a_class_is_found_by_the_name_of_its_company(ada: Client) -> None:
    assert listed(ada, "q=calm+works") == ["CALM"]


def test_the_page_of_a_class_shows_what_one_decides_by(ada: Client) -> None:
    row = software("PLOW")
    page = ada.get(f"{LIST}{row.pk}/change/").content.decode()

    for words in (
        "Software - Application",
        "PLOW writes software for growers.",
        "Accept the rules: Technology",
    ):
        assert words in page
    assert 'href="/stocks/PLOW/"' in page
    assert "Back to the rules" not in page
    assert "style=" not in page


def test_putting_a_stock_into_a_sector_is_saved_told_and_logged(ada: Client) -> None:
    row = software("PLOW")
    page = decide(ada, row, put_into="industrials", reason="it makes ploughs").content.decode()

    row.refresh_from_db()
    override = SectorOverride.objects.get()
    assert (row.sector_id, override.reason, override.author) == (
        "industrials",
        "it makes ploughs",
        User.objects.get(),
    )
    assert "PLOW: it is in Industrials by hand. Today&#x27;s universe keeps its members" in page
    told = LogEntry.objects.get().change_message
    assert told.startswith("Technology (rules, 0.")
    assert told.endswith("to Industrials (by hand): it makes ploughs")


def test_giving_it_back_to_the_rules_is_logged_with_its_reason(ada: Client) -> None:
    row = software("PLOW")
    override_set("PLOW", "industrials", reason="it makes ploughs", author=None)
    assert "Back to the rules" in ada.get(f"{LIST}{row.pk}/change/").content.decode()
    page = decide(ada, row, "_clear", reason="it only writes for them").content.decode()

    row.refresh_from_db()
    assert row.sector_id == "technology"
    assert "the rules judge it again, Technology (rules, 0." in page
    assert LogEntry.objects.get().change_message.startswith("Industrials (by hand) to Technology (rules, 0.")


def test_what_was_decided_meanwhile_is_not_given_back_to_the_rules(ada: Client) -> None:
    row = software("PLOW")
    override_set("PLOW", "industrials", reason="it makes ploughs", author=None)
    page = decide(ada, row, "_clear", reason="no", expected=0)

    assert "the product has put it into" in page.context["adminform"].form.errors["put_into"][0]
    assert SectorOverride.objects.get().active


def test_where_nothing_was_set_by_hand_nothing_is_given_back(ada: Client) -> None:
    page = decide(ada, software("PLOW"), "_clear", reason="no")
    errors = page.context["adminform"].form.errors["__all__"]
    assert errors == ["PLOW has no sector set by hand; the rules judge it."]


def test_accepting_needs_no_reason_and_no_choice(ada: Client) -> None:
    row = software("PLOW")
    decide(ada, row, "_accept")

    row.refresh_from_db()
    assert (row.sector_id, row.confidence) == ("technology", Decimal("1.00"))
    assert "looked at and is right" in row.evidence[0]["value"]


@pytest.mark.parametrize(
    ("button", "values", "words"),
    [
        ("_save", {"reason": "x"}, "Choose a sector, or “No sector at all”."),
        ("_save", {"put_into": "energy"}, "A reason is required"),
        ("_clear", {}, "say why the rules may judge again"),
        ("_save", {"put_into": "crypto", "reason": "x"}, "crypto is not one of the available choices"),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    ada: Client, button: str, values: dict[str, str], words: str
) -> None:
    row = software("PLOW")
    assert words in decide(ada, row, button, **values).content.decode()
    assert not SectorOverride.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_second_admin_is_told_of_the_first(ada: Client) -> None:
    row = software("PLOW")
    override_set("PLOW", "energy", reason="first", author=None)
    page = decide(ada, row, put_into="industrials", reason="second", expected=0).content.decode()

    assert "the product has put it into energy" in page
    assert SectorOverride.objects.get(active=True).sector_id == "energy"


def test_many_verdicts_are_accepted_from_the_list(ada: Client) -> None:
    rows = [software("PLOW"), software("SEED")]
    nothing = Classification.objects.create(
        symbol="VOID", confidence=Decimal(0), rules_version="1", classified_at=timezone.now()
    )
    chosen = {"action": "accept", "_selected_action": [row.pk for row in (*rows, nothing)]}
    page = ada.post(LIST, chosen, follow=True).content.decode()

    assert "Accepted as the rules say: PLOW, SEED." in page
    assert "VOID: the rules name no sector." in page
    assert selectors.override_labels() == [("PLOW", "technology"), ("SEED", "technology")]
    assert LogEntry.objects.count() == 2


def test_overrides_are_found_by_their_reason_and_not_edited(ada: Client) -> None:
    software("PLOW")
    row = override_set("PLOW", "energy", reason="burns wood", author=None)
    address = "/admin/sectors/sectoroverride/"

    assert ada.get(f"{address}?q=wood").context["cl"].result_count == 1
    assert ada.get(f"{address}?q=coal").context["cl"].result_count == 0
    assert ada.get(f"{address}{row.pk}/change/").status_code == 200
    assert ada.post(f"{address}{row.pk}/change/", {"reason": "x"}).status_code == 403
    assert ada.get(f"{address}add/").status_code == 403
