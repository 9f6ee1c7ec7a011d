"""What the vendors' plans leave out, and how late they are."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.market import ROOT, RunningMarket, start_market
from tests.universe.simulator.conftest import PREVIOUS, SESSION
from tests.universe.simulator.test_stream import listening, receive, receive_kind
from tests.universe.simulator.wire import QUOTE, SNAPSHOT, fetch
from universe.simulator.plans import OF, PlanError, Plans

RATIOS = "/stocks/financials/v1/ratios?limit=1"
RANGE = f"/v2/aggs/ticker/IWM/range/1/minute/{SESSION}/{SESSION}?limit=50000"


@pytest.fixture(scope="module")
def entitled() -> Iterator[RunningMarket]:
    with start_market(first=f"{SESSION}T10:30") as market:
        yield market


@pytest.fixture(autouse=True)
def dearest_plans(entitled: RunningMarket) -> None:
    entitled.plan("polygon", "advanced")
    entitled.plan("fmp", "ultimate")


def row_of(market: RunningMarket) -> dict[str, Any]:
    return dict(market.get(SNAPSHOT)["tickers"][0])


@pytest.mark.parametrize(
    ("name", "refused", "given"),
    [
        ("basic", [SNAPSHOT, "/v3/snapshot?ticker.any_of=IWM", RATIOS], ["/v3/reference/tickers?limit=1"]),
        ("starter", [RATIOS], [SNAPSHOT, RANGE]),
        ("developer", [RATIOS], [SNAPSHOT]),
        ("advanced", ["/etf-global/v1/constituents"], [SNAPSHOT, RATIOS]),
    ],
)
def test_polygon_refuses_in_its_words_what_a_plan_lacks(
    entitled: RunningMarket, name: str, refused: list[str], given: list[str]
) -> None:
    entitled.plan("polygon", name)
    for path in refused:
        answer = fetch(entitled, path)
        assert (answer.status, json.loads(answer.body)["status"]) == (403, "NOT_AUTHORIZED")
        assert "You are not entitled to this data" in answer.text
    assert [fetch(entitled, path).status for path in given] == [200] * len(given)


@pytest.mark.parametrize(
    ("name", "refused", "given"),
    [
        ("basic", ["/stable/company-screener", "/stable/news/stock", QUOTE], ["/stable/profile?symbol=IWM"]),
        ("starter", [QUOTE, "/stable/etf/holdings?symbol=IWM"], ["/stable/company-screener?limit=1"]),
        ("premium", ["/stable/profile-bulk?part=0"], [QUOTE]),
        ("ultimate", [], [QUOTE, "/stable/etf/holdings?symbol=IWM"]),
    ],
)  # fmt: skip
def test_fmp_refuses_in_plain_text_what_a_plan_lacks(
    entitled: RunningMarket, name: str, refused: list[str], given: list[str]
) -> None:
    entitled.plan("fmp", name)
    for path in refused:
        answer = fetch(entitled, path)
        assert (answer.status, answer.headers["content-type"]) == (402, "text/plain; charset=utf-8")
        assert answer.text.startswith("Restricted Endpoint")
    assert [fetch(entitled, path).status for path in given] == [200] * len(given)


def test_fmps_free_plan_has_prices_of_its_sample_only(entitled: RunningMarket) -> None:
    entitled.plan("fmp", "basic")
    refused = fetch(entitled, "/stable/quote?symbol=IWM")
    assert (refused.status, refused.text[:23]) == (402, "Premium Query Parameter")
    assert entitled.get("/stable/quote?symbol=SPY")[0]["symbol"] == "SPY"


def test_a_delayed_plan_says_so_and_is_fifteen_minutes_late(entitled: RunningMarket) -> None:
    now = row_of(entitled)
    entitled.plan("polygon", "starter")
    answer = entitled.get(SNAPSHOT)
    late = answer["tickers"][0]
    assert answer["status"] == "DELAYED"
    assert now["updated"] - late["updated"] == pytest.approx(900e9, abs=60e9)
    assert late["min"]["av"] < now["min"]["av"]
    assert entitled.get("/v3/reference/tickers?limit=1")["status"] == "OK"


def test_bars_of_a_delayed_plan_end_fifteen_minutes_ago(entitled: RunningMarket) -> None:
    newest = entitled.get(RANGE)["results"][-1]["t"]
    entitled.plan("polygon", "developer")
    answer = entitled.get(RANGE)
    assert answer["status"] == "DELAYED"
    assert newest - answer["results"][-1]["t"] == pytest.approx(900_000, abs=120_000)


@pytest.mark.parametrize(
    ("name", "blocks"),
    [("starter", set()), ("developer", {"lastTrade"}), ("advanced", {"lastTrade", "lastQuote"})],
)
def test_newer_blocks_come_with_dearer_plans(entitled: RunningMarket, name: str, blocks: set[str]) -> None:
    entitled.plan("polygon", name)
    unified = entitled.get("/v3/snapshot?ticker.any_of=IWM")["results"][0]
    assert row_of(entitled).keys() & {"lastTrade", "lastQuote"} == blocks
    assert len(unified.keys() & {"last_trade", "last_quote"}) == len(blocks)


def test_a_quote_lies_round_the_last_price(entitled: RunningMarket) -> None:
    row = row_of(entitled)
    assert row["lastQuote"]["p"] < row["lastTrade"]["p"] < row["lastQuote"]["P"]


def test_the_free_plan_ends_with_the_last_close_and_goes_back_two_years(entitled: RunningMarket) -> None:
    entitled.plan("polygon", "basic")
    grouped = "/v2/aggs/grouped/locale/us/market/stocks/"
    assert "results" not in entitled.get(RANGE)
    assert fetch(entitled, f"{grouped}{PREVIOUS}").status == 200
    for day in (SESSION.isoformat(), "2023-05-01"):
        answer = fetch(entitled, grouped + day)
        assert answer.status == 403
        assert "doesn't include this data timeframe" in answer.text


def test_limits_hold_only_when_asked_for(entitled: RunningMarket) -> None:
    path = "/v3/reference/tickers?limit=1"
    entitled.plan("polygon", "basic")
    assert {fetch(entitled, path).status for _ in range(7)} == {200}
    entitled.plan("polygon", "basic", limits=True)
    answers = [fetch(entitled, path) for _ in range(6)]
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 200, 429]
    assert "You've exceeded the maximum requests per minute" in answers[-1].text


def test_a_limit_ends_with_its_minute() -> None:
    seconds = [0.0]
    plans = Plans(clock=lambda: seconds[0])
    plans.choose("polygon", "basic", has_limits=True)
    first = [plans.is_over_limit("polygon") for _ in range(6)]
    seconds[0] = 61.0
    assert (first, plans.is_over_limit("polygon")) == ([False] * 5 + [True], False)


def test_the_free_plan_has_no_stream(entitled: RunningMarket) -> None:
    entitled.plan("polygon", "basic")
    with connect(entitled.socket_url) as stream:
        receive(stream)
        stream.send(json.dumps({"action": "auth", "params": "any"}))
        answer = receive(stream)[0]
    assert (answer["status"], "websocket access" in answer["message"]) == ("auth_failed", True)


def test_a_delayed_plans_stream_is_late_and_has_no_trades() -> None:
    with (
        start_market(first=f"{SESSION}T10:30", speed=60, plans=["polygon=starter"]) as market,
        listening(market, "AM.IWM") as stream,
    ):
        stream.send(json.dumps({"action": "subscribe", "params": "T.IWM"}))
        words = receive_kind(stream, "status")[0]["message"]
        bar = receive_kind(stream, "AM")[0]
        now = dt.datetime.fromisoformat(market.get("/simulator/health")["market_time"])
    assert words == "not authorized for T.IWM"
    assert bar["e"] <= 1000 * now.timestamp() - 15 * 60_000


def test_old_paths_of_fmp_are_refused_on_every_plan(entitled: RunningMarket) -> None:
    answer = fetch(entitled, "/api/v3/quote/IWM")
    assert (answer.status, "Legacy Endpoint" in answer.text) == (403, True)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"vendor": "yahoo", "name": "basic"}, "must be one of polygon, fmp"),
        ({"vendor": "fmp", "name": "gold"}, "fmp has basic, starter, premium, ultimate"),
        ({"vendor": "fmp", "name": "basic", "limits": 5}, "must be true or false"),
        ("basic", "an object with 'vendor' and 'name'"),
    ],
)
def test_a_plan_that_there_is_not_is_refused(entitled: RunningMarket, plan: Any, words: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        entitled.control(plan=plan)
    with caught.value as error:
        assert words in json.loads(error.read())["error"]


def test_a_plan_can_be_chosen_at_the_start() -> None:
    with start_market(first=f"{SESSION}T10:30", plans=["polygon=developer", "fmp=starter:limits"]) as market:
        assert market.get(SNAPSHOT)["status"] == "DELAYED"
        assert market.refusal(QUOTE)[0] == 402


def test_a_wrong_plan_stops_the_start_with_its_name() -> None:
    command = [sys.executable, "-m", "universe.simulator", "--plan", "polygon=gold"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "--plan is polygon=gold, but 'name' is 'gold', but polygon has basic, starter" in ended.stderr


def test_only_limits_may_follow_a_plans_name() -> None:
    with pytest.raises(PlanError, match="only 'limits' may follow"):
        Plans().choose_by_text("fmp=basic:free")


def test_every_vendors_dearest_plan_is_the_usual_one() -> None:
    plans = Plans()
    assert [plans.of(vendor).name for vendor in OF] == ["advanced", "ultimate"]
