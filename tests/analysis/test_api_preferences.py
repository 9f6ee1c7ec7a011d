"""/api/v1/preferences/: the caller's own, read, changed and refused by field."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from analysis.api_preferences import PreferencesSerializer
from analysis.models import FreshnessPreference
from tests.analysis.page_cast import reader

pytestmark = pytest.mark.django_db

URL = "/api/v1/preferences/"


@pytest.fixture
def program(client: Client) -> Client:
    client.force_login(reader("mara"))
    return client


def send(client: Client, method: str, body: Any) -> Any:
    return getattr(client, method)(URL, body, content_type="application/json")


def test_without_any_the_defaults_are_told_and_nothing_is_stored(program: Client) -> None:
    told = program.get(URL).json()
    assert told.keys() == PreferencesSerializer().fields.keys()
    assert (told["fresh_minutes"], told["stale_minutes"], told["on_open"]) == (120, 240, "ask")
    assert not FreshnessPreference.objects.exists()


def test_some_are_changed_and_the_others_stay(program: Client) -> None:
    send(program, "patch", {"theme": "light", "fresh_minutes": 30})
    told = send(program, "patch", {"palette": "safe"})
    assert told.status_code == 200
    assert told.json() == program.get(URL).json()
    assert (told.json()["theme"], told.json()["fresh_minutes"], told.json()["palette"]) == (
        "light",
        30,
        "safe",
    )


def test_they_are_the_callers_alone(program: Client) -> None:
    send(program, "patch", {"theme": "light"})
    other = Client()
    other.force_login(reader("nina"))
    assert other.get(URL).json()["theme"] == "dark"


def test_a_whole_set_replaces_all_and_must_name_all(program: Client) -> None:
    whole = program.get(URL).json() | {"time_zone": "Europe/Berlin", "on_open": "run"}
    assert send(program, "put", whole).json() == whole
    short = {name: value for name, value in whole.items() if name != "palette"} | {"theme": "light"}
    refused = send(program, "put", short)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["palette"])
    assert program.get(URL).json() == whole


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"fresh_minutes": 240}, "stale_minutes"),
        ({"fresh_minutes": 0}, "fresh_minutes"),
        ({"stale_minutes": 2881}, "stale_minutes"),
        ({"fresh_minutes": "soon"}, "fresh_minutes"),
        ({"fresh_minutes": None}, "fresh_minutes"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": "\x00"}, "time_zone"),
        ({"theme": "pink"}, "theme"),
        ({"on_open": ["run"]}, "on_open"),
        ({"colour": "red"}, "colour"),
        ({"user": 1}, "user"),
        (["theme"], "non_field_errors"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(program: Client, body: Any, field: str) -> None:
    refused = send(program, "patch", body)
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert field in refused.json()["errors"]
    assert not FreshnessPreference.objects.exists()


def test_a_stranger_gets_none(client: Client) -> None:
    assert client.get(URL).status_code == 401
    assert send(client, "patch", {"theme": "light"}).status_code == 401
