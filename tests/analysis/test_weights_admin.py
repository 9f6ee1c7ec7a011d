"""The admin of weights: revisions through their service, and what another one would change."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from sectors.models import VolatilityWeight
from sectors.services import sectors_seed, weight_revise

pytestmark = pytest.mark.django_db

LIST = "/admin/sectors/volatilityweight/"


@pytest.fixture(autouse=True)
def eight_sectors(db: None) -> None:
    sectors_seed()


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
    assert "Technology is weighed anew with 1.45: the board shows it in moments" in page.content.decode()
    assert LogEntry.objects.get().change_message == "1.30 to 1.45: quieter"


def test_the_list_shows_the_eight_in_force_without_a_query_per_row(
    ada: Client, django_assert_max_num_queries: Any
) -> None:
    weight_revise("energy", "1.4", reason="more", author=None)
    with django_assert_max_num_queries(8):
        page = ada.get(LIST).content.decode()

    assert page.count('"field-weighed') == 8
    assert "1.40" in page
    assert ada.get(LIST + "?revisions=all").content.decode().count('"field-weighed') == 9


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


def test_no_page_needs_an_inline_script_or_style(ada: Client) -> None:
    page = ada.get(f"{LIST}{active('technology').pk}/change/").content.decode()
    scripts = re.findall(r"<script(?![^>]*(?:src=|type=\"application/json\"))[^>]*>", page)
    assert scripts == []
    assert "style=" not in page


def test_undo_of_what_somebody_has_overtaken_is_told_and_changes_nothing(ada: Client) -> None:
    seen = weight_revise("technology", "1.4", reason="mine", author=None)
    weight_revise("technology", "1.6", reason="somebody else's", author=None)
    page = ada.post(LIST, {"action": "undo", "_selected_action": [seen.pk]}, follow=True)

    assert "Nothing was saved" in page.content.decode()
    assert active("technology").weight == Decimal("1.60")


def test_whoever_may_only_look_sees_the_weight(client: Client) -> None:
    looker = get_user_model().objects.create_user("lou", password="x", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_volatilityweight"))
    client.force_login(looker)
    page = client.get(f"{LIST}{active('technology').pk}/change/")

    assert page.status_code == 200
    assert "1.30 since" in page.content.decode()


def test_saving_and_going_on_leads_to_the_revision_in_force(ada: Client) -> None:
    former = active("technology")
    form = {"weight": "1.45", "reason": "quieter", "expected_revision": str(former.pk), "_continue": "1"}
    page = ada.post(f"{LIST}{former.pk}/change/", form, follow=True)

    assert page.redirect_chain[-1][0].endswith(f"/{active('technology').pk}/change/")
    assert "is not in force any more" not in page.content.decode()
