"""The admin of sectors: weights through their service, the rest to look at."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sectors import selectors
from sectors.models import Classification, VolatilityWeight
from sectors.services import weight_revise

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eight_sectors")]

LIST = "/admin/sectors/volatilityweight/"


@pytest.fixture
def ada(client: Client) -> Client:
    """An admin, logged in."""
    user = get_user_model().objects.create_superuser("ada", password="x")
    client.force_login(user)
    return client


def active(slug: str) -> VolatilityWeight:
    return VolatilityWeight.objects.get(sector_id=slug, active=True)


def save(client: Client, revision: VolatilityWeight, weight: str, reason: str = "quieter") -> Any:
    form = {"weight": weight, "reason": reason, "expected_revision": str(revision.pk)}
    return client.post(f"{LIST}{revision.pk}/change/", form, follow=True)


def test_saving_a_weight_puts_a_revision_with_author_and_reason_in_force(ada: Client) -> None:
    page = save(ada, active("technology"), "1.45")

    revision = active("technology")
    assert (str(revision.weight), revision.reason) == ("1.45", "quieter")
    assert revision.author is not None
    assert revision.author.get_username() == "ada"
    assert "The next run uses 1.45 for Technology." in page.content.decode()
    assert LogEntry.objects.get().change_message == "1.30 to 1.45: quieter"


def test_the_list_shows_the_eight_in_force_without_a_query_per_row(
    ada: Client, django_assert_max_num_queries: Any
) -> None:
    weight_revise("energy", "1.4", reason="more", author=None)
    with django_assert_max_num_queries(8):
        page = ada.get(LIST).content.decode()

    assert page.count('class="field-weight"') == 8
    assert "1.40" in page
    assert ada.get(LIST + "?revisions=all").content.decode().count('class="field-weight"') == 9


@pytest.mark.parametrize(
    ("weight", "reason", "words"),
    [
        ("3.01", "x", "A weight is 0.10 to 3.00, not 3.01"),
        ("0.09", "x", "A weight is 0.10 to 3.00, not 0.09"),
        ("1.255", "x", "no more than 2 decimal places"),
        ("1.4", "", "This field is required"),
        ("1.30", "x", "is 1.30 already"),
    ],
)
def test_a_refused_weight_names_its_bound_in_the_form(
    ada: Client, weight: str, reason: str, words: str
) -> None:
    page = save(ada, active("technology"), weight, reason)

    assert words in page.content.decode()
    assert active("technology").weight == Decimal("1.30")


def test_after_a_refused_save_the_line_in_force_is_still_the_stored_one(ada: Client) -> None:
    weight_revise("technology", "1.5", reason="storms ahead", author=None)
    page = save(ada, active("technology"), "3.01", "typed and refused").content.decode()

    in_force = re.search(r'field-in_force.*?<div class="readonly">(.*?)</div>', page, re.DOTALL)
    assert in_force is not None
    assert in_force[1].startswith("1.50 since ")
    assert in_force[1].endswith("by the product: storms ahead")


def test_the_second_admin_is_told_of_the_conflict_in_the_form(ada: Client) -> None:
    seen = active("technology")
    weight_revise("technology", "1.5", reason="first", author=None)
    page = save(ada, seen, "1.6")

    assert "Nothing was saved" in page.content.decode()
    assert active("technology").weight == Decimal("1.50")


def test_opening_a_former_revision_leads_to_the_one_in_force(ada: Client) -> None:
    former = active("technology")
    revision = weight_revise("technology", "1.5", reason="first", author=None)
    page = ada.get(f"{LIST}{former.pk}/change/", follow=True)

    assert page.redirect_chain[-1][0].endswith(f"/{revision.pk}/change/")


def test_the_form_shows_the_whole_history(ada: Client) -> None:
    weight_revise("technology", "1.5", reason="storms <ahead>", author=None)
    page = ada.get(f"{LIST}{active('technology').pk}/change/").content.decode()

    assert "storms &lt;ahead&gt;" in page
    assert page.index("1.50</td>") < page.index("1.30</td>")


def test_undo_from_the_list_goes_back_and_says_so(ada: Client) -> None:
    revision = weight_revise("technology", "2.5", reason="typo", author=None)
    page = ada.post(LIST, {"action": "undo", "_selected_action": [revision.pk]}, follow=True)

    assert "Technology is back at 1.30" in page.content.decode()
    assert active("technology").weight == Decimal("1.30")


def test_undo_of_a_default_says_that_there_is_nothing_before(ada: Client) -> None:
    page = ada.post(LIST, {"action": "undo", "_selected_action": [active("energy").pk]}, follow=True)
    assert "has no former value" in page.content.decode()


def test_weights_are_neither_added_nor_deleted(ada: Client) -> None:
    assert ada.get(LIST + "add/").status_code == 403
    assert ada.post(f"{LIST}{active('energy').pk}/delete/").status_code == 403


def test_a_trader_cannot_change_a_weight(client: Client) -> None:
    client.force_login(get_user_model().objects.create_user("tom", password="x"))
    assert save(client, active("energy"), "2.0").redirect_chain
    assert active("energy").weight == Decimal("1.20")


@pytest.mark.parametrize("model", ["sector", "classification", "boardsnapshot"])
def test_what_the_product_wrote_is_only_to_look_at(ada: Client, model: str) -> None:
    assert ada.get(reverse(f"admin:sectors_{model}_changelist")).status_code == 200
    assert ada.get(reverse(f"admin:sectors_{model}_add")).status_code == 403


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("q=SOU", {"SOUN"}),
        ("confidence=sure", {"SOUN"}),
        ("confidence=weak", {"ODD"}),
        ("disputed__exact=1", {"ODD"}),
    ],
)
def test_classes_are_found_and_filtered(ada: Client, query: str, symbols: set[str]) -> None:
    for symbol, confidence in (("SOUN", "0.97"), ("ODD", "0.41")):
        Classification.objects.create(
            symbol=symbol,
            sector_id="technology",
            confidence=Decimal(confidence),
            disputed=symbol == "ODD",
            evidence=[{"kind": "sic", "value": "7372", "sector": "technology", "weight": 0.8}],
            rules_version="1",
            classified_at=timezone.now(),
        )
    page = ada.get(f"/admin/sectors/classification/?{query}").content.decode()
    assert {symbol for symbol in ("SOUN", "ODD") if f">{symbol}</a>" in page} == symbols


def test_a_class_shows_its_evidence(ada: Client) -> None:
    row = Classification.objects.create(
        symbol="SOUN",
        sector_id="technology",
        confidence=Decimal("0.97"),
        evidence=[{"kind": "sic", "value": "7372", "sector": "technology", "weight": 0.8}],
        rules_version="1",
        classified_at=timezone.now(),
    )
    page = ada.get(f"/admin/sectors/classification/{row.pk}/change/").content.decode()
    assert "<td>7372</td>" in page


def test_no_page_needs_an_inline_script_or_style(ada: Client) -> None:
    page = ada.get(f"{LIST}{active('technology').pk}/change/").content.decode()
    scripts = re.findall(r"<script(?![^>]*(?:src=|type=\"application/json\"))[^>]*>", page)
    assert scripts == []
    assert "style=" not in page


def test_the_commands_tell_what_they_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_sectors")
    call_command("reclassify")

    spoken = capsys.readouterr().out
    assert "0 new, 0 default weights" in spoken
    assert "0 listings: 0 in a sector" in spoken
    assert selectors.classification_counts()["listings"] == 0
