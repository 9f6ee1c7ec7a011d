"""The API explains a score: parts in order, exact running values, inputs, calls; also of a stored moment."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from analysis.models import RunInput
from sectors.models import SentimentReading
from tests.analysis import small_market
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.analysis.page_cast import reader
from tests.analysis.small_market import et
from tests.universe.vendor import Answer
from universe.clock import override

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]


@pytest.fixture
def trader(scene: Scene, client: Client) -> Client:
    client.force_login(reader())
    return client


def sector(client: Client, query: str = "", status: int = 200) -> Any:
    with override(et(10, 50)):
        answer = client.get(f"/api/v1/sectors/energy/{query}")
    assert answer.status_code == status
    return answer.json()


def test_the_parts_come_in_order_and_their_running_value_ends_at_the_product(
    scene: Scene, trader: Client
) -> None:
    scene.run()
    answer = sector(trader)
    parts = answer["explanation"]["parts"]
    names = [part["name"] for part in parts]
    assert names[:5] == ["30min", "1d", "3d", "1w", "base"]
    assert names[5:] == ["volatility", "volume", "catalyst", "technical", "score"]
    product = parts[4]["running"]
    for part in parts[5:-1]:
        product *= part["effect"]
        assert part["running"] == product
    assert product == answer["waterfall"]["unclamped"]
    assert parts[-1]["running"] == float(answer["score"])
    assert answer["explanation"]["reconciles"] is True


def test_an_input_leads_to_the_call_that_brought_it(scene: Scene, trader: Client) -> None:
    quotes = small_market.snapshot(small_market.all_at({"Energy": 2.0}), scene.now())
    scene.vendor.on(SNAPSHOT, Answer(quotes | {"request_id": "snap-77"}))
    scene.run()
    told = sector(trader)["explanation"]
    assert told["lineage_stored"] is True
    day = next(part for part in told["parts"] if part["name"] == "1d")
    assert {"last_prices", "close_1", "splits", "classification"} <= set(day["lineage"])
    assert next(one["value"] for one in day["inputs"] if one["name"] == "weight") == 0.3
    prices = next(one for one in told["lineage"] if one["name"] == "last_prices")
    call = next(one for one in told["calls"] if one["id"] == prices["calls"][0])
    assert (call["request_id"], call["path"]) == ("snap-77", f"{SNAPSHOT}?include_otc=false")
    assert {name for part in told["parts"] for name in part["lineage"]} == {
        one["name"] for one in told["lineage"]
    }
    assert {one["name"] for one in told["lineage"] if one["name"].startswith("weight_")} == {"weight_energy"}


def test_a_reading_without_a_lineage_is_explained_by_its_figures(scene: Scene, trader: Client) -> None:
    scene.run()
    RunInput.objects.update(lineage={})
    told = sector(trader)["explanation"]
    assert told["lineage_stored"] is False
    assert [one["name"] for one in told["lineage"]] == ["weight_energy"]
    assert told["calls"] == []
    assert len(told["parts"]) == 10


def test_a_stored_moment_gives_the_reading_that_stood_then(scene: Scene, trader: Client) -> None:
    scene.run()
    scene.later(30)
    scene.prices({"Energy": -6.0})
    scene.run()
    first, second = SentimentReading.objects.filter(sector="energy").order_by("timestamp")
    then = sector(trader, f"?at={quote('2026-03-10T10:44:00-04:00')}")
    assert (then["run_id"], then["score"]) == (first.run_id, str(first.sentiment_score))
    assert then["explanation"]["parts"][-1]["running"] == float(first.sentiment_score)
    assert then["age_seconds"] == {"session": 29 * 60, "wall": 29 * 60}
    assert sector(trader)["run_id"] == second.run_id
    assert sector(trader, f"?at={quote(second.timestamp.isoformat())}")["run_id"] == second.run_id


def test_before_the_first_reading_the_sector_is_empty(scene: Scene, trader: Client) -> None:
    scene.run()
    then = sector(trader, "?at=2026-03-10T04:00:00")
    assert (then["state"], then["score"], then["explanation"], then["waterfall"]) == ("empty", None, None, {})


@pytest.mark.parametrize(
    ("at", "words"),
    [("soon", "is not a moment"), ("2026-03-10T10:51:00", "has not come yet"), ("", "is not a moment")],
)
def test_a_bad_moment_is_a_problem_document(scene: Scene, trader: Client, at: str, words: str) -> None:
    problem = sector(trader, f"?at={at}", 400)
    assert problem["status"] == 400
    assert words in problem["errors"]["at"][0]


def test_the_schema_describes_the_explanation_and_the_moment(trader: Client) -> None:
    schema = trader.get("/api/schema/", {"format": "json"}).json()
    operation = schema["paths"]["/api/v1/sectors/{slug}/"]["get"]
    assert [one["name"] for one in operation["parameters"]] == ["at", "slug"]
    assert {"200", "400", "401", "404"} <= set(operation["responses"])
    described = schema["components"]["schemas"]
    assert set(described["Explanation"]["properties"]) == {
        "reconciles",
        "lineage_stored",
        "parts",
        "lineage",
        "calls",
    }
    assert {"request_id", "received_at", "path"} <= set(described["Call"]["properties"])
