"""A weight is a revision: bounded, explained, never edited, never lost between two admins."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connections

from sectors import selectors
from sectors.models import Sector, VolatilityWeight
from sectors.services import sectors_seed, weight_revise, weight_undo
from sectors.types import WeightSetting
from tests.sectors.market import SLUGS

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(eight_sectors: None) -> Any:
    return get_user_model().objects.create_user("alice", password="x")


def test_the_eight_stand_in_board_order_with_their_proxies() -> None:
    assert sectors_seed() == {"sectors": 8, "weights": 8}

    assert [sector.slug for sector in selectors.sectors_list()] == list(SLUGS)
    healthcare = Sector.objects.get(slug="healthcare")
    assert (healthcare.large_cap_proxy, healthcare.small_cap_proxy) == ("XLV", "PSCH")
    assert healthcare.gap_class == "extreme"


def test_the_default_weights_are_the_products() -> None:
    sectors_seed()

    weights = {slug: str(setting.weight) for slug, setting in selectors.weight_settings().items()}
    assert weights == {
        "healthcare": "1.50",
        "technology": "1.30",
        "energy": "1.20",
        "consumer_discretionary": "1.20",
        "financial": "1.10",
        "industrials": "1.00",
        "materials": "0.90",
        "utilities": "0.70",
    }
    assert set(VolatilityWeight.objects.values_list("reason", flat=True)) == {"default"}


def test_seeding_again_keeps_what_an_admin_has_set(alice: Any) -> None:
    weight_revise("energy", Decimal("1.45"), reason="calmer", author=alice)
    call_command("seed_sectors")

    assert selectors.weight_settings()["energy"].weight == Decimal("1.45")
    assert Sector.objects.count() == 8


def test_a_new_weight_is_a_new_row_and_the_former_one_stays(alice: Any) -> None:
    before = selectors.weight_settings()["energy"].revision_id
    revision = weight_revise("energy", "1.4", reason=" two quiet weeks ", author=alice)

    rows = selectors.weight_revisions("energy")
    assert [(row.pk, str(row.weight), row.active) for row in rows] == [
        (revision.pk, "1.40", True),
        (before, "1.20", False),
    ]
    assert (rows[0].author, rows[0].reason) == (alice, "two quiet weeks")


@pytest.mark.parametrize("weight", ["0.10", "3.00", "3", "0.1"])
def test_the_bounds_themselves_are_allowed(alice: Any, weight: str) -> None:
    assert weight_revise("energy", weight, reason="edge", author=alice).weight == Decimal(weight)


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        ("0.09", "0.10 to 3.00, not 0.09"),
        ("3.01", "0.10 to 3.00, not 3.01"),
        ("-1", "0.10 to 3.00"),
        ("NaN", "0.10 to 3.00"),
        ("1.255", "at most two decimals, not 1.255"),
        ("high", "'high' is no number"),
        ("1.20", "is 1.20 already"),
    ],
)
def test_a_weight_that_cannot_be_is_refused_with_its_bound(alice: Any, weight: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        weight_revise("energy", weight, reason="try", author=alice)
    assert selectors.weight_settings()["energy"].weight == Decimal("1.20")


@pytest.mark.parametrize(
    ("slug", "reason", "words"), [("energy", "  ", "reason"), ("crypto", "x", "'crypto'")]
)
def test_a_weight_needs_a_reason_and_a_sector(alice: Any, slug: str, reason: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        weight_revise(slug, "1.4", reason=reason, author=alice)


def test_the_second_of_two_admins_is_told_what_the_first_did(alice: Any) -> None:
    seen = selectors.weight_settings()["energy"].revision_id
    weight_revise("energy", "1.4", reason="first", author=alice, expected_revision=seen)

    with pytest.raises(
        ValidationError, match=r"alice has set this weight to 1\.40 .*first.*Nothing was saved"
    ):
        weight_revise("energy", "1.6", reason="second", author=None, expected_revision=seen)
    assert selectors.weight_settings()["energy"].weight == Decimal("1.40")


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_at_the_same_moment_one_is_told(eight_sectors: None) -> None:
    seen = selectors.weight_settings()["energy"].revision_id
    gate = threading.Barrier(2)
    told: list[str] = []

    def save(weight: str) -> None:
        gate.wait(10)
        try:
            weight_revise("energy", weight, reason="race", author=None, expected_revision=seen)
        except ValidationError as exc:
            told.append(exc.messages[0])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=(weight,)) for weight in ("1.4", "1.6")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(told) == 1
    assert VolatilityWeight.objects.filter(sector_id="energy").count() == 2


def test_undo_puts_the_former_value_back_as_a_new_revision(alice: Any) -> None:
    changed = weight_revise("energy", "2.00", reason="typo", author=alice)
    revision = weight_undo("energy", author=alice)

    assert revision.weight == Decimal("1.20")
    assert revision.reason == f"Undo of revision {changed.pk} (2.00): back to 1.20."
    assert VolatilityWeight.objects.filter(sector_id="energy").count() == 3


def test_a_sector_that_has_no_weight_in_force_gets_one(eight_sectors: None) -> None:
    VolatilityWeight.objects.filter(sector_id="energy").delete()
    assert "energy" not in selectors.weight_settings()

    revision = weight_revise("energy", "1.4", reason="mended", author=None, expected_revision=9)
    assert selectors.weight_settings()["energy"] == revision.setting


def test_undo_without_a_former_value_says_so(eight_sectors: None) -> None:
    with pytest.raises(ValidationError, match="materials has no former value"):
        weight_undo("materials", author=None)


def test_the_database_itself_refuses_two_weights_in_force(eight_sectors: None) -> None:
    with pytest.raises(IntegrityError, match="one_active_weight"):
        VolatilityWeight.objects.create(sector_id="energy", weight=Decimal("1.3"), reason="by hand")


@pytest.mark.usefixtures("eight_sectors")
def test_a_measured_weight_keeps_the_number_that_stands_while_nothing_is_measured() -> None:
    weight_revise("energy", WeightSetting(Decimal("1.40"), "dynamic"), reason="measure it", author=None)
    setting = selectors.weight_settings()["energy"]
    assert (setting.weight, setting.source, setting.measured_share) == (Decimal("1.40"), "dynamic", 1.0)


@pytest.mark.parametrize(
    ("setting", "field"),
    [
        (WeightSetting(Decimal("1.40"), "guessed"), "source"),  # type: ignore[arg-type]
        (WeightSetting(Decimal("1.40"), "hybrid", Decimal("0.00")), "dynamic_share"),
        (WeightSetting(Decimal("1.40"), "hybrid", Decimal("1.00")), "dynamic_share"),
        (WeightSetting(Decimal("3.01"), "hybrid"), "weight"),
    ],
)
def test_a_setting_out_of_bounds_names_its_field(setting: WeightSetting, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        weight_revise("energy", setting, reason="a try", author=None)
    assert list(refused.value.message_dict) == [field]


@pytest.mark.usefixtures("eight_sectors")
def test_the_same_number_from_another_source_is_another_weight_and_undo_brings_the_source_back() -> None:
    weight_revise("energy", WeightSetting(Decimal("1.20"), "hybrid"), reason="blend", author=None)
    weight_revise("energy", "1.20", reason="by hand again", author=None)
    weight_undo("energy", author=None)
    assert selectors.weight_settings()["energy"].source == "hybrid"


@pytest.mark.usefixtures("eight_sectors")
def test_the_share_of_a_weight_set_by_hand_makes_no_other_weight() -> None:
    with pytest.raises(ValidationError, match=r"is 1\.20 already"):
        weight_revise(
            "energy", WeightSetting(Decimal("1.20"), dynamic_share=Decimal("0.30")), reason="x", author=None
        )
