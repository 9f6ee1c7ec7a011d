"""The API's addresses, its description, and the page that shows it under the strict content policy."""

from __future__ import annotations

import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
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
    named = {"/api/v1/sectors/", "/api/v1/sectors/{slug}/", "/api/v1/universe/", "/api/v1/universe/funnel/"}
    named |= {"/api/v1/runs/", "/api/v1/runs/{run_id}/", "/api/v1/preferences/"}
    named |= {"/api/v1/runs/{run_id}/cancel/", "/api/v1/runs/{run_id}/retry/"}
    assert named <= set(schema["paths"])
    answers = schema["paths"]["/api/v1/universe/"]["get"]["responses"]["200"]["content"]
    assert set(answers) == {"application/json", "text/csv"}


def test_the_description_is_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=io.StringIO())
    assert "Warning" not in capsys.readouterr().err


def test_the_description_of_asking_for_a_run_names_the_key_and_every_answer(reader: Client) -> None:
    asking = reader.get("/api/schema/", {"format": "json"}).json()["paths"]["/api/v1/runs/"]["post"]
    assert "requestBody" not in asking
    assert [one["name"] for one in asking["parameters"]] == ["Idempotency-Key"]
    assert asking["responses"].keys() == {"200", "201", "400", "401", "409", "429", "503"}
    assert asking["responses"]["429"]["headers"].keys() == {"Retry-After"}


def test_the_page_of_the_api_needs_nothing_from_elsewhere(reader: Client) -> None:
    page = reader.get("/api/docs/").content.decode()
    assert "<style" not in page
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) == 4
    assert all(source.startswith(("/static/", "/api/docs/")) for source in sources)
    assert reader.get("/api/docs/?script=").headers["Content-Type"].startswith("application/javascript")


@pytest.mark.parametrize(
    "path",
    [
        *("schema/", "v1/sectors/", "v1/universe/", "v1/universe/funnel/", "v1/", "v1/nope/"),
        *("v1/runs/", "v1/runs/1/", "v1/preferences/"),
    ],
)
def test_a_stranger_gets_no_data(client: Client, path: str) -> None:
    answer = client.get(f"/api/{path}")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer["Content-Type"] == "application/problem+json"


def test_the_page_of_the_api_leads_a_stranger_to_the_log_in(client: Client) -> None:
    answer = client.get("/api/docs/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/api/docs/")


@pytest.mark.parametrize("path", ["v1/", "v1/nope/", "v1/sectors/tech/more/"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_without_a_resource_is_a_problem_document(reader: Client, path: str, method: str) -> None:
    answer = getattr(reader, method)(f"/api/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    problem = answer.json()
    assert (problem["title"], problem["instance"]) == ("Not Found", f"/api/{path}")


def test_an_address_without_its_last_slash_leads_to_the_one_with_it(reader: Client) -> None:
    answer = reader.get("/api/v1/sectors")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/sectors/")


def test_who_asks_for_a_favicon_gets_the_brands(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, "/static/icon.svg")


def test_a_program_reads_with_a_token(client: Client) -> None:
    token = Token.objects.create(user=get_user_model().objects.create_user("robot"))
    answer = client.get("/api/v1/sectors/", headers={"Authorization": f"Token {token.key}"})
    assert answer.status_code == 200
