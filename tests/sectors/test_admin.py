"""The admin of sectors: weights through their service, the rest to look at."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sectors import selectors
from sectors.models import Classification

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eight_sectors")]

LIST = "/admin/sectors/volatilityweight/"


@pytest.fixture
def ada(client: Client) -> Client:
    """An admin, logged in."""
    user = get_user_model().objects.create_superuser("ada", password="x")
    client.force_login(user)
    return client


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
        ("judged=rules", {"SOUN", "ODD"}),
        ("judged=hand", set()),
        ("membership=core", set()),
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


def test_the_commands_tell_what_they_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_sectors")
    call_command("reclassify")

    spoken = capsys.readouterr().out
    assert "0 new, 0 default weights" in spoken
    assert "0 listings: 0 in a sector" in spoken
    assert selectors.classification_counts()["listings"] == 0
