"""The API's addresses, its description, and the page that shows it under the strict content policy."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from rest_framework.authtoken.models import Token

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_user("trader", password="pw"))
    return client


def test_the_description_is_openapi_3_1_and_names_the_resources(reader: Client) -> None:
    schema = reader.get("/api/schema/", {"format": "json"}).json()
    assert schema["openapi"].startswith("3.1")
    assert {"/api/v1/sectors/", "/api/v1/sectors/{slug}/", "/api/v1/universe/funnel/"} <= set(schema["paths"])


def test_the_page_of_the_api_needs_nothing_from_elsewhere(reader: Client) -> None:
    page = reader.get("/api/docs/").content.decode()
    assert "<style" not in page
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) == 4
    assert all(source.startswith(("/static/", "/api/docs/")) for source in sources)
    assert reader.get("/api/docs/?script=").headers["Content-Type"].startswith("application/javascript")


@pytest.mark.parametrize("path", ["schema/", "docs/", "v1/sectors/", "v1/universe/funnel/"])
def test_a_stranger_gets_no_data(client: Client, path: str) -> None:
    assert client.get(f"/api/{path}").status_code in (401, 403)


def test_a_program_reads_with_a_token(client: Client) -> None:
    token = Token.objects.create(user=get_user_model().objects.create_user("robot"))
    answer = client.get("/api/v1/sectors/", headers={"Authorization": f"Token {token.key}"})
    assert answer.status_code == 200
