"""The sectors over HTTP."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client
from rest_framework.authtoken.models import Token

from sectors import api
from sectors.models import VolatilityWeight
from sectors.services import readings_record, weight_revise
from tests.sectors.market import SLUGS, at, eight, ranked, reading, stamp
from universe import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eight_sectors")]

LIST = "/api/v1/sectors/"


@pytest.fixture
def trader(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_user("tom", password="x"))
    return client


def get(client: Client, path: str = LIST, now: dt.datetime | None = None) -> Any:
    with clock.override(now or at(10, 42)):
        return client.get(path)


def test_the_list_has_eight_sectors_in_board_order(trader: Client) -> None:
    readings_record(eight(-0.75), stamp(4, at(10, 30)))
    sectors = get(trader).json()

    assert [sector["slug"] for sector in sectors] == list(SLUGS)
    first = sectors[0]
    assert (first["score"], first["colour"], first["label"]) == ("-0.750", "dark_red", "Bearish")
    assert first["signal"] == "PRIME_SHORTING_ENVIRONMENT"
    assert first["run_id"] == 4
    assert first["world"] == "simulated"
    assert first["returns"] == {"30min": -0.2, "1d": -1.4, "3d": -2.5, "1w": None}
    assert first["breadth"]["members"] == 120


def test_every_documented_field_is_there_and_no_other(trader: Client) -> None:
    readings_record(eight()[:3], stamp(4, at(10, 30)))
    for sector in get(trader).json():
        assert sector.keys() == api.SectorSerializer().fields.keys()
    for slug in ("technology", "utilities"):
        assert get(trader, f"{LIST}{slug}/").json().keys() == api.SectorDetailSerializer().fields.keys()


def test_the_ages_are_session_and_wall_time(trader: Client) -> None:
    readings_record(eight(), stamp(1, at(19, 30, day=9)))
    sector = get(trader, now=at(4, 15, day=10)).json()[0]

    assert sector["age_seconds"] == {"session": 45 * 60, "wall": (8 * 60 + 45) * 60}


def test_no_second_of_an_age_is_lost(trader: Client) -> None:
    readings_record(eight(), stamp(1, at(10, 30)))
    sector = get(trader, now=at(10, 32).replace(second=3)).json()[0]

    assert sector["age_seconds"] == {"session": 123, "wall": 123}


def test_without_a_market_clock_the_age_is_null_and_the_lights_stay(
    trader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable() -> dt.datetime:
        raise clock.ClockUnavailableError

    readings_record(eight(), stamp(1, at(10, 30)))
    monkeypatch.setattr(api, "market_now", unavailable)
    sector = trader.get(LIST).json()[0]
    assert sector["age_seconds"] is None
    assert sector["score"] == "-0.250"


def test_a_sector_without_a_reading_is_empty_not_zero(trader: Client) -> None:
    sector = get(trader).json()[0]

    assert sector["state"] == "empty"
    assert sector["score"] is sector["colour"] is sector["age_seconds"] is None


def test_an_insufficient_sector_publishes_no_verdict(trader: Client) -> None:
    readings_record([reading("utilities", 0.7, state="insufficient")], stamp(1, at(10, 30)))
    sector = get(trader, LIST + "utilities/").json()

    assert sector["state"] == "insufficient"
    assert sector["score"] is sector["signal"] is None
    assert sector["waterfall"]["score"] == "0.7"
    assert sector["top"]["withheld"] is None


def test_at_most_three_stocks_a_side_and_the_opposing_side_is_named(trader: Client) -> None:
    many = [ranked(f"S{number}", -9.0) for number in range(5)]
    readings_record(
        [reading("energy", -0.5, tops={"bearish": many, "bullish": [], "halted": []})], stamp(1, at(10, 30))
    )
    top = get(trader, LIST + "energy/").json()["top"]

    assert [row["symbol"] for row in top["bearish"]] == ["S0", "S1", "S2"]
    assert top["withheld"] == "bullish"


def test_the_weight_in_force_stands_beside_the_one_that_was_used(trader: Client) -> None:
    readings_record([reading("energy", weight_revision_id=3)], stamp(1, at(10, 30)))
    revision = weight_revise("energy", "1.4", reason="more", author=None)

    weight = get(trader, LIST + "energy/").json()["weight"]
    assert weight == {
        "value": "1.40",
        "source": "static",
        "measured_share": 0.0,
        "revision": revision.pk,
        "used_revision": 3,
    }


def test_a_past_moment_tells_the_weight_of_its_reading_and_none_that_came_later(trader: Client) -> None:
    former = VolatilityWeight.objects.get(sector_id="energy", active=True)
    readings_record([reading("energy", weight_revision_id=former.pk)], stamp(1, at(10, 30)))
    weight_revise("energy", "1.4", reason="more", author=None)

    for weight in (
        get(trader, f"{LIST}energy/?at=2026-03-10T10:31").json()["weight"],
        get(trader, f"{LIST}?at=2026-03-10T10:31").json()[2]["weight"],
    ):
        assert (weight["value"], weight["revision"], weight["used_revision"]) == (
            "1.20",
            former.pk,
            former.pk,
        )


def test_a_sector_without_a_weight_in_force_has_none(trader: Client) -> None:
    VolatilityWeight.objects.filter(sector_id="energy").delete()
    assert get(trader, LIST + "energy/").json()["weight"] is None


def test_an_unknown_sector_is_a_problem_document(trader: Client) -> None:
    response = get(trader, LIST + "crypto/")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["title"]) == (404, "Not Found")
    assert problem["instance"] == LIST + "crypto/"
    assert "'crypto'" in problem["detail"]
    assert "technology" in problem["detail"]


def test_a_stranger_is_asked_for_a_token(client: Client) -> None:
    response = get(client)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["title"] == "Unauthorized"


@pytest.mark.parametrize(("key", "status"), [(None, 200), ("wrong", 401)])
def test_a_token_opens_the_api(client: Client, key: str | None, status: int) -> None:
    user = get_user_model().objects.create_user("bot", password="x")
    key = key or Token.objects.create(user=user).key
    with clock.override(at(10)):
        response = client.get(LIST, headers={"Authorization": f"Token {key}"})
    assert response.status_code == status


def test_writing_is_not_allowed(trader: Client) -> None:
    response = trader.post(LIST, {}, content_type="application/json")
    assert response.status_code in (403, 405)
    assert response["Content-Type"] == "application/problem+json"


def test_a_database_that_is_away_is_a_503_with_a_time_to_retry(
    trader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> list[Any]:
        raise OperationalError("connection refused")

    monkeypatch.setattr(api, "readings_newest", away)
    response = get(trader)
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "refused" not in response.content.decode()


def test_the_list_costs_a_bounded_number_of_queries(
    trader: Client, django_assert_max_num_queries: Any
) -> None:
    readings_record(eight(), stamp(1, at(10, 30)))
    with django_assert_max_num_queries(7):
        get(trader)
