"""Where the inputs of a run came from: named calls that were really made, moments, rules and revisions."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from analysis.models import AnalysisRun, RunInput, RunStatus
from analysis.tasks import prune_task
from analysis.tuning import parameters_revise
from sectors.classification import RULES_VERSION
from sectors.models import VolatilityWeight
from sectors.services import weight_revise
from tests.analysis import small_market
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.analysis.small_market import SYMBOLS, et
from tests.universe.vendor import Answer
from universe import clock
from universe.models import DailyBar, VendorCall
from universe.services import bars_refresh

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]


def lineage(run: AnalysisRun) -> dict[str, Any]:
    return dict(RunInput.objects.get(run=run).lineage)


def inputs(run: AnalysisRun) -> dict[str, Any]:
    return {one["name"]: one for one in lineage(run)["inputs"]}


def test_the_last_prices_name_the_snapshot_that_the_vendor_was_asked_for(scene: Scene) -> None:
    quotes = small_market.snapshot(small_market.all_at({"Energy": 2.0}), scene.now())
    scene.vendor.on(SNAPSHOT, Answer(quotes | {"request_id": "snap-77"}))
    run = scene.run()
    told = inputs(run)["last_prices"]
    (number,) = told["calls"]
    call = next(one for one in lineage(run)["calls"] if one["id"] == number)
    stored = VendorCall.objects.get(pk=number)
    assert (call["request_id"], call["rows"], call["vendor"]) == ("snap-77", 25, "Polygon")
    assert call["path"] in [asked.raw for asked in scene.vendor.asked]
    assert call["received_at"] == stored.received_at.isoformat()
    assert (told["known"], told["wanted"], "note" in told) == (24, 24, False)
    assert told["as_of"] == [et(10, 15).isoformat()]
    assert [dt.datetime.fromisoformat(at) for at in told["received_at"]] == [stored.received_at]


def test_every_call_that_is_named_is_told_once_and_was_made(scene: Scene) -> None:
    run = scene.run()
    told = lineage(run)
    ids = [call["id"] for call in told["calls"]]
    assert len(ids) == len(set(ids)) > 2
    assert {number for one in told["inputs"] for number in one.get("calls", [])} == set(ids)
    asked = {one.path.removeprefix("/stable") for one in scene.vendor.asked}
    assert {call["path"].partition("?")[0] for call in told["calls"]} <= asked


def test_each_close_names_its_session_and_the_frames_measured_from_it(scene: Scene) -> None:
    told = inputs(scene.run())
    parts = {name: one["parts"] for name, one in told.items() if name.startswith("close_")}
    assert sorted(parts) == [f"close_{back}" for back in range(1, 7)]
    assert [name for name, own in parts.items() if "1w" in own] == ["close_5"]
    monday = told["close_1"]
    assert (monday["words"], monday["known"]) == ("Close of Mon 9 Mar", 24)
    assert monday["as_of"] == [et(16, day=dt.date(2026, 3, 9)).isoformat()]
    assert monday["received_at"] == [small_market.WALL.astimezone(et(8).tzinfo).isoformat()]
    assert monday["rule"] == "split-adjusted to 2026-03-10, universe/adjustment"


def test_a_close_names_the_call_that_brought_its_session(scene: Scene) -> None:
    monday = dt.date(2026, 3, 9)
    DailyBar.objects.filter(session=monday).delete()
    rows = [{"T": name, "c": 10.0, "v": 1e6, "o": 10.0, "h": 10.2, "l": 9.8} for name in SYMBOLS]
    moment = int(et(16, day=monday).timestamp() * 1000)
    path = f"/v2/aggs/grouped/locale/us/market/stocks/{monday}"
    bars = Answer({"request_id": "bars-9", "results": [row | {"t": moment} for row in rows]})
    scene.vendor.on(path, bars)
    bars_refresh(small_market.SESSION, sessions=1)
    run = scene.run()
    (number,) = inputs(run)["close_1"]["calls"]
    assert [c["request_id"] for c in lineage(run)["calls"] if c["id"] == number] == ["bars-9"]


def test_prices_of_the_stream_and_of_an_earlier_run_are_told_as_such(scene: Scene) -> None:
    small_market.trade({"ALPHA": 9.7}, et(9, 44))
    quotes = small_market.all_at({"Technology": -4.0})
    rest = {symbol: price for symbol, price in quotes.items() if symbol not in ("ALPHA", "BRAVO")}
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot(rest, scene.now())))
    small_market.trade({"ALPHA": 9.6, "BRAVO": 9.6}, et(10, 14))
    told = inputs(scene.run())
    assert told["last_prices"]["note"].startswith("22 told by this run’s snapshot; 2 stored before")
    assert told["last_prices"]["as_of"] == [et(10, 14).isoformat(), et(10, 15).isoformat()]
    half_an_hour_ago = told["reference_30min"]
    assert (half_an_hour_ago["known"], half_an_hour_ago["source"]) == (1, "stored before this run")
    assert half_an_hour_ago["as_of"] == [et(9, 44).isoformat()]
    assert "calls" not in half_an_hour_ago


def test_a_run_on_the_streams_prices_names_no_snapshot(scene: Scene) -> None:
    scene.run()
    scene.later(4)
    small_market.trade(small_market.all_at({"Energy": 3.0}), et(10, 18))
    scene.vendor.on(SNAPSHOT, Answer({"error": "down"}, 500))
    run = scene.run()
    assert run.status == RunStatus.PARTIAL
    told = inputs(run)["last_prices"]
    assert "calls" not in told
    assert told["note"].startswith("0 told by this run’s snapshot; 24 stored before")


def test_the_weight_of_a_sector_names_its_revision_its_author_and_its_reason(
    scene: Scene, django_user_model: Any
) -> None:
    nora = django_user_model.objects.create_user("nora", password="pw")
    weight_revise("energy", Decimal("2.00"), reason="Wider gaps.", author=nora)
    told = inputs(scene.run())["weight_energy"]
    revision = VolatilityWeight.objects.get(sector_id="energy", active=True)
    assert (told["rule"], told["source"]) == (f"weight revision {revision.pk}: 2.00", "nora")
    assert (told["note"], told["parts"], told["sector"]) == ("Wider gaps.", ["volatility"], "energy")


def test_the_constants_name_their_revision_or_say_that_they_are_the_products(
    scene: Scene, django_user_model: Any
) -> None:
    assert inputs(scene.run())["parameters"]["rule"].startswith("the product’s defaults")
    scene.later(1)
    nora = django_user_model.objects.create_user("nora", password="pw")
    revision = parameters_revise({"volume_slope": 0.2}, reason="Calmer.", author=nora)
    told = inputs(scene.run())["parameters"]
    assert (told["rule"], told["source"], told["note"]) == (
        f"parameters revision {revision.pk}",
        "nora",
        "Calmer.",
    )


def test_the_members_and_their_sectors_name_the_universe_and_the_rules(scene: Scene) -> None:
    told = inputs(scene.run())
    assert told["universe"]["rule"] == "universe of 2026-03-10, fixed for the day"
    assert told["classification"]["rule"] == f"classification rules {RULES_VERSION}"
    assert (told["classification"]["known"], told["classification"]["wanted"]) == (24, 24)


def test_slow_facts_name_their_vendor_and_when_they_came(scene: Scene) -> None:
    told = inputs(scene.run())["facts"]
    assert (told["source"], told["known"], told["parts"]) == ("FMP", 24, ["beside"])
    assert dt.datetime.fromisoformat(told["received_at"][0]) == small_market.WALL


def test_it_stays_a_few_kilobytes_and_is_plain_json(scene: Scene) -> None:
    text = json.dumps(lineage(scene.run()), allow_nan=False)
    assert len(text) < 16_000


def test_calls_go_with_the_frames_that_name_them(scene: Scene) -> None:
    scene.run()
    prune_task()
    assert VendorCall.objects.exists()
    VendorCall.objects.update(kept_at=timezone.now() - dt.timedelta(days=91))
    prune_task()
    assert not VendorCall.objects.exists()


def test_a_run_before_its_lineage_was_kept_has_none(scene: Scene) -> None:
    run = scene.run()
    old = RunInput.objects.create(
        run=AnalysisRun.objects.create(kind="pass", scheduled_for=et(9, 0)), frame=b"", sha256=""
    )
    assert old.lineage == {}
    assert lineage(run)["version"] == 1


def test_the_release_that_lowers_the_confidence_is_named_beside_the_score(scene: Scene) -> None:
    with clock.override(scene.now()):
        told = inputs(scene.run())["releases"]
    assert told["parts"] == ["beside"]
    assert told["calls"]


def test_the_events_that_a_factor_counts_stand_with_their_articles_and_the_call(scene: Scene) -> None:
    told = {
        "id": "n-1",
        "published_utc": "2026-03-10T13:00:00Z",
        "title": "FDA approves CHARLY Inc. drug for asthma",
        "article_url": "https://news.example/charly",
        "publisher": {"name": "Wire Daily"},
        "tickers": ["CHARLY"],
    }
    news = "/v2/reference/news"
    scene.vendor.on(news, Answer({"status": "OK", "request_id": "news-3", "results": [told]}))
    run = scene.run()
    own, other = inputs(run)["catalysts_healthcare"], inputs(run)["catalysts_energy"]
    assert (own["known"], other["known"], "events" in other) == (1, 0, False)
    (event,) = own["events"]
    assert (event["symbol"], event["tag"], event["url"]) == ("CHARLY", "FDA", "https://news.example/charly")
    assert own["as_of"] == [et(9).isoformat()]
    assert own["note"].startswith("of fewer than 5 sessions")
    calls = {call["id"]: call for call in lineage(run)["calls"]}
    assert "news-3" in {calls[number]["request_id"] for number in own["calls"]}
