"""The limits as a form: typed, refused at the field, looked at before they hold, and taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sectorlight.models import User
from tests.two_people import second_of_two
from universe.admin.criteria_form import WORDS
from universe.errors import CriteriaError, NotEnoughData
from universe.models import CriteriaRevision, SnapshotMember, Stock, UniverseSnapshot
from universe.selectors import criteria_changes, criteria_current
from universe.services import criteria_preview, criteria_revise, criteria_undo
from universe.types import UniverseCriteria

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 10)
#: Symbol: price, average volume, float; all have 60 million shares.
MARKET = {
    "CORE": (10.0, 3e6, 50e6),
    "BUSY": (2.5, 9e6, 50e6),
    "WIDE": (10.0, 4e5, 50e6),
    "PENNY": (1.5, 6e6, 50e6),
    "TIGHT": (10.0, 3e6, 9e6),
}


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss", password="pw")


@pytest.fixture
def admin(client: Client, boss: User) -> Client:
    client.force_login(boss)
    return client


@pytest.fixture
def market() -> UniverseSnapshot:
    now = timezone.now()
    snapshot = UniverseSnapshot.objects.create(
        session=DAY, built_from=DAY, built_at=now, listings=5, core=3, breadth=4
    )
    for symbol, (price, volume, float_shares) in MARKET.items():
        Stock.objects.create(
            symbol=symbol,
            name=symbol,
            mic="XNYS" if symbol == "WIDE" else "XNAS",
            kind="CS",
            shares_outstanding=60_000_000,
            float_shares=float_shares,
            last_listed_at=now,
        )
        SnapshotMember.objects.create(snapshot=snapshot, symbol=symbol, price=price, avg_volume=volume)
    return snapshot


def send(client: Client, button: str = "_save", **changed: Any) -> Any:
    """Save the form as it is opened, but for what is ``changed``."""
    address = reverse("admin:universe_criteriarevision_add")
    form = client.get(address).context["adminform"].form
    values = {name: form[name].value() for name in (*WORDS, "expected")} | {"reason": "tuning"}
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return client.post(address, values | changed | {button: "x"}, follow=True)


def test_the_form_opens_with_what_is_in_force_and_says_what_holds_at_the_edge(admin: Client) -> None:
    criteria_revise({"micro_cap_min": 20_000_000}, reason="larger", author=None)
    page = admin.get(reverse("admin:universe_criteriarevision_add")).content.decode()

    assert 'value="20,000,000"' in page
    assert "Default: 10,000,000 USD. At the edge: in." in page
    assert "NYSE American" in page
    assert "Micro cap from 10,000,000 USD to 20,000,000 USD" in page
    assert "style=" not in page


def test_new_limits_become_a_revision_with_its_author_and_stand_in_the_log(admin: Client, boss: User) -> None:
    page = send(admin, price_min="3", core_volume_min="1,500,000", exchanges=["XNAS", "XNYS"])

    revision = CriteriaRevision.objects.get()
    assert (revision.author, revision.active, revision.reason) == (boss, True, "tuning")
    assert revision.values == {
        "price_min": 3.0,
        "core_volume_min": 1_500_000,
        "exchanges": ["XNAS", "XNYS"],
    }
    assert criteria_current().exchanges == ("XNAS", "XNYS")
    assert "today&#x27;s stays as it is" in page.content.decode()
    assert "Price from 2 USD to 3 USD" in LogEntry.objects.get().change_message


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"price_min": "300"}, "price_min", "“Price from” is 300.0, above “Price up to” of 100.0"),
        ({"volume_sessions": "90"}, "volume_sessions", "“Average over” is 90; at most 60"),
        ({"exchanges": []}, "exchanges", "“Exchanges” is empty; name at least one"),
        ({"price_min": "cheap"}, "price_min", "Enter a number."),
        ({"price_min": "-1"}, "price_min", "greater than or equal to 0"),
        ({"core_volume_min": "1.5"}, "core_volume_min", "Enter a whole number."),
        ({"price_min": "3", "reason": ""}, "reason", "This field is required."),
        ({}, "__all__", "These are the limits in force"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    admin: Client, changed: dict[str, Any], field: str, words: str
) -> None:
    errors = send(admin, **changed).context["adminform"].form.errors
    assert words in errors[field][0]
    assert not CriteriaRevision.objects.exists()


def test_the_second_of_two_admins_is_told_of_the_first(admin: Client, boss: User) -> None:
    criteria_revise({"price_min": 4}, reason="first", author=boss)
    page = send(admin, price_min="5", expected=0).content.decode()

    assert "Meanwhile boss has revised the limits" in page
    assert CriteriaRevision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [0, 1])
def test_of_two_at_the_same_moment_the_second_is_told_also_before_the_first_revision(before: int) -> None:
    seen = criteria_revise({"price_min": 3}, reason="old", author=None).pk if before else 0

    def revise(price: int) -> None:
        criteria_revise({"price_min": price}, reason=f"{price} USD", author=None, expected=seen)

    refused = second_of_two(lambda: revise(4), lambda: revise(5))
    assert isinstance(refused, CriteriaError)
    assert "Meanwhile the product has revised the limits" in str(refused)
    assert "(4 USD)" in str(refused)
    assert CriteriaRevision.objects.count() == before + 1


def test_a_look_ahead_tells_who_comes_and_goes_and_saves_nothing(
    admin: Client, market: UniverseSnapshot
) -> None:
    page = send(admin, "_preview", price_min="5", reason="")

    told = page.context["preview"]
    assert told.stages[0] == ("listings", 5, 5)
    assert told.stages[-2:] == (("breadth volume", 3, 2), ("core volume", 2, 1))
    assert (told.left.count, told.left.first, told.came.count) == (1, ("BUSY",), 0)
    text = page.content.decode()
    assert "Nothing is saved yet." in text
    assert 'value="5"' in text
    assert not CriteriaRevision.objects.exists()
    assert not LogEntry.objects.exists()


def test_names_are_told_by_what_is_traded_in_them(market: UniverseSnapshot) -> None:
    told = criteria_preview({"price_min": 1.0, "micro_float_over": 4e6, "core_volume_min": 400_000})

    assert told is not None
    # 60 million shares at 1.50 are a micro cap, at 10 a small one: TIGHT stays out by its float.
    assert told.came.first == ("PENNY",)
    assert told.core_came.first == ("PENNY", "WIDE")
    assert told.core_left.count == 0


def test_a_look_ahead_over_other_sessions_needs_their_bars(admin: Client, market: UniverseSnapshot) -> None:
    with pytest.raises(NotEnoughData):
        criteria_preview({"volume_sessions": 30})
    page = send(admin, "_preview", volume_sessions="30").content.decode()
    assert "needs the bars of" in page


def test_before_the_first_universe_there_is_nothing_to_look_at(admin: Client) -> None:
    assert "There is no universe yet" in send(admin, "_preview", price_min="5").content.decode()


def test_undo_goes_back_to_the_limits_before_as_a_new_revision(admin: Client) -> None:
    criteria_revise({"price_min": 4}, reason="first", author=None)
    criteria_revise({"price_min": 5}, reason="second", author=None)
    send(admin, "_undo", reason="")

    newest = CriteriaRevision.objects.get(active=True)
    assert (newest.values, CriteriaRevision.objects.count()) == ({"price_min": 4.0}, 3)
    assert "Undo of revision" in newest.reason


def test_undo_of_the_first_revision_gives_the_products_own_limits() -> None:
    criteria_revise({"price_min": 4}, reason="first", author=None)
    criteria_undo(author=None)
    assert criteria_current() == UniverseCriteria()


def test_without_a_revision_there_is_nothing_to_undo(admin: Client) -> None:
    with pytest.raises(CriteriaError, match="nothing to undo"):
        criteria_undo(author=None)
    page = send(admin, "_undo").content.decode()
    assert "there is nothing to undo" in page


def test_changes_name_the_limits_that_differ() -> None:
    assert criteria_changes({"price_min": 3.0}, {"kinds": ["CS"]}) == [
        ("price_min", 3.0, 2.0),
        ("kinds", ("CS", "ADRC", "OS", "NYRS"), ("CS",)),
    ]


def test_a_past_revision_is_read_and_not_edited(admin: Client) -> None:
    revision = criteria_revise({"price_min": 3}, reason="because", author=None)
    url = reverse("admin:universe_criteriarevision_change", args=[revision.pk])
    assert "3 USD" in admin.get(url).content.decode()
    assert admin.post(url, {"price_min": "9", "reason": "no"}).status_code == 403
