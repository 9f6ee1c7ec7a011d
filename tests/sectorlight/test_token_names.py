"""No page of the admin and no line of its log names a token by its key."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from rest_framework.authtoken.models import Token, TokenProxy

from sectorlight.accounts import role_set, roles_ensure
from sectorlight.models import User

pytestmark = pytest.mark.django_db

TOKENS = "/admin/authtoken/tokenproxy/"
LOG = "/admin/admin/logentry/"


@pytest.fixture
def person(client: Client) -> User:
    """Of the role admin, logged in, no superuser."""
    roles_ensure()
    person = User.objects.create_user("ann", password="x")
    role_set(person, User.Role.ADMIN)
    client.force_login(person)
    return person


@pytest.fixture
def tom() -> User:
    return User.objects.create_user("tom", password="x")


def test_the_log_says_whose_token_was_added_changed_and_deleted(
    client: Client, person: User, tom: User
) -> None:
    eve = User.objects.create_user("eve", password="x")
    added = client.post(f"{TOKENS}add/", {"user": tom.pk}, follow=True)
    key = Token.objects.get(user=tom).key
    client.post(f"{TOKENS}{tom.pk}/change/", {"user": eve.pk})
    client.post(f"{TOKENS}{eve.pk}/delete/", {"post": "yes"})

    assert "token of tom" in "".join(str(message) for message in added.context["messages"])
    words = LogEntry.objects.order_by("pk").values_list("object_repr", flat=True)
    assert list(words) == ["token of tom", "token of eve", "token of eve"]
    stored = str(list(LogEntry.objects.values_list("object_id", "object_repr", "change_message")))
    assert not Token.objects.exists()
    assert key not in stored
    shown = client.get(LOG).content.decode() + client.get("/admin/").content.decode()
    assert "token of tom" in shown
    assert key not in shown


@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_the_pages_of_a_token_show_whose_it_is(client: Client, person: User, tom: User, page: str) -> None:
    token = Token.objects.create(user=tom)
    shown = client.get(f"{TOKENS}{tom.pk}/{page}/").content.decode()
    assert "token of tom" in shown
    assert token.key not in shown


def test_deleting_a_person_asks_without_the_key(client: Client, tom: User) -> None:
    client.force_login(User.objects.create_superuser("boss", password="x"))
    token = Token.objects.create(user=tom)
    shown = client.get(f"/admin/sectorlight/user/{tom.pk}/delete/").content.decode()
    assert "token of tom" in shown
    assert token.key not in shown


def test_a_key_that_stands_in_the_log_already_is_taken_out(client: Client, person: User, tom: User) -> None:
    key = "4f" * 20
    for model, number, flag in ((TokenProxy, tom.pk, ADDITION), (Token, key, DELETION), (User, tom.pk, 2)):
        kind = ContentType.objects.get_for_model(model, for_concrete_model=False)
        LogEntry.objects.create(
            user=person,
            content_type=kind,
            object_id=number,
            object_repr="tom" if model is User else key,
            action_flag=flag,
            change_message=f"Wrote {kind.model}.",
        )
    migration = importlib.import_module("sectorlight.migrations.0002_keys_out_of_log")
    migration.keys_blank(apps, None)

    kept = LogEntry.objects.order_by("pk").values_list("object_id", "object_repr", "change_message")
    assert list(kept) == [
        (str(tom.pk), "token of tom", ""),
        ("", "token", ""),
        (str(tom.pk), "tom", "Wrote user."),
    ]


def test_the_log_leads_to_no_token(client: Client, person: User, tom: User) -> None:
    client.post(f"{TOKENS}add/", {"user": tom.pk}, follow=True)
    assert f"{TOKENS}{tom.pk}" not in client.get(LOG).content.decode()
