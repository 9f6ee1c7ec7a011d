"""What a plan lacks is found out once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.utils import timezone

from tests.universe.vendor import Answer, Vendor, running_vendor
from universe import keys
from universe.errors import NotEntitled, RateLimited, SourceError
from universe.sources import minute_stream, plan_of, price_source, sources_close
from universe.sources.budget import fingerprint
from universe.sources.plans import CAPABILITIES, PlanMemory, plan_name

SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
RATIOS = "/stocks/financials/v1/ratios"
WORDS = "You are not entitled to this data."
LIMIT = "You've exceeded the maximum requests per minute, please wait"


def refused(words: str = WORDS) -> NotEntitled:
    return NotEntitled(words, vendor="polygon")


def polygon() -> PlanMemory:
    return PlanMemory("polygon", "a-key")


def fmp() -> PlanMemory:
    return PlanMemory("fmp", "a-key")


def test_what_was_refused_is_not_asked_again_by_any_process() -> None:
    polygon().learn(SNAPSHOT, refused())
    with pytest.raises(NotEntitled, match=r"not entitled to this data.*found out"):
        polygon().check(SNAPSHOT)
    polygon().check(RATIOS)


def test_a_refusal_is_forgotten_after_a_day(redis_server: redis.Redis) -> None:
    before = (timezone.now() - dt.timedelta(hours=25)).isoformat()
    entry = {"allowed": False, "words": WORDS, "checked_at": before}
    redis_server.hset(keys.vendor_plan("polygon", fingerprint("a-key")), SNAPSHOT, json.dumps(entry))
    polygon().check(SNAPSHOT)


def test_an_upgrade_is_learnt_from_the_first_answer() -> None:
    memory = polygon()
    memory.learn(SNAPSHOT, refused())
    memory.forget()
    memory.learn(SNAPSHOT, None)
    assert [entry.allowed for entry in polygon().entitlements()][:2] == [True, None]


@pytest.mark.parametrize(
    "path", ["/v2/aggs/grouped/locale/us/market/stocks/2026-03-31", "/v3/reference/tickers/ABCD"]
)
def test_a_refusal_that_may_be_about_a_date_or_a_symbol_is_not_kept(path: str) -> None:
    polygon().learn(path, refused("Your plan doesn't include this data timeframe."))
    polygon().check(path)


def test_a_refused_parameter_is_no_refused_endpoint() -> None:
    words = "Premium Query Parameter: 'Special Endpoint : This value set for 'symbol' is not available"
    fmp().learn("/company-screener", NotEntitled(words, vendor="fmp"))
    fmp().check("/company-screener")


@pytest.mark.parametrize(
    ("path", "error", "plan"),
    [
        (SNAPSHOT, refused(), "Basic"),
        (RATIOS, RateLimited(LIMIT, vendor="polygon"), "Basic"),
        (RATIOS, refused(), "Starter or Developer"),
        (RATIOS, None, "Advanced or Business"),
        (SNAPSHOT, None, ""),
    ],
)
def test_polygons_plan_is_told_by_what_it_refuses(path: str, error: SourceError | None, plan: str) -> None:
    memory = polygon()
    memory.learn(path, error)
    assert memory.plan() == plan


@pytest.mark.parametrize(
    ("path", "error", "plan"),
    [
        ("/company-screener", refused(), "Basic"),
        ("/batch-quote", refused(), "Starter"),
        ("/profile-bulk", refused(), "Premium"),
        ("/profile-bulk", None, "Ultimate"),
        ("/batch-quote", None, ""),
    ],
)
def test_fmps_plan_is_told_by_what_it_refuses(path: str, error: SourceError | None, plan: str) -> None:
    memory = fmp()
    memory.learn(path, error)
    assert memory.plan() == plan


@pytest.mark.paced
def test_the_pace_follows_the_plan() -> None:
    memory = polygon()
    assert memory.pace().per_minute == 3000
    memory.learn(SNAPSHOT, refused())
    assert (memory.pace().interval, memory.pace().burst) == (12.5, 1)


@pytest.mark.parametrize("vendor", ["polygon", "fmp"])
def test_a_key_that_was_never_used_has_a_plan_that_is_not_known(vendor: str) -> None:
    assert plan_name(vendor, PlanMemory(vendor, "new").entitlements()) == ""
    assert all(known.instead for known in CAPABILITIES[vendor])


@pytest.fixture
def vendor(settings: Any) -> Iterator[Vendor]:
    with running_vendor() as vendor:
        settings.POLYGON_BASE_URL = vendor.url
        yield vendor
    sources_close()


def test_a_plan_without_ratios_costs_one_call_a_day(vendor: Vendor) -> None:
    vendor.on(RATIOS, Answer({"status": "NOT_AUTHORIZED", "message": WORDS}, 403))
    vendor.on("/stocks/vX/float", Answer({"results": []}))
    reports = [price_source().fetch_facts() for _ in range(3)]
    assert vendor.paths().count(RATIOS) == 1
    assert all(report.dropped[f"not_entitled:{RATIOS}"] == 1 for report in reports)


@pytest.mark.parametrize(
    ("asked", "error", "url"),
    [
        (RATIOS, None, "wss://socket.polygon.io/stocks"),
        (RATIOS, refused(), "wss://delayed.polygon.io/stocks"),
        ("/v2/reference/news", None, "wss://delayed.polygon.io/stocks"),
    ],
)
def test_the_socket_follows_the_plan(settings: Any, asked: str, error: SourceError | None, url: str) -> None:
    settings.POLYGON_WS_URL = ""
    sources_close()
    plan_of("polygon").learn(asked, error)
    stream = minute_stream(is_open=lambda: True, on_link=lambda _: None)
    assert stream.url == url
    sources_close()


def test_an_address_of_the_operator_goes_before(settings: Any) -> None:
    settings.POLYGON_WS_URL = "ws://127.0.0.1:1/stocks"
    stream = minute_stream(is_open=lambda: True, on_link=lambda _: None)
    assert stream.url == "ws://127.0.0.1:1/stocks"
