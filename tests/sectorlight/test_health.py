"""The health pages: JSON with status, checks and version; a part that is away is told, the board decides."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import pytest
import redis
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from sectorlight import health
from sectorlight.embedded.home import home_choose
from sectorlight.embedded.ports import free_port, wait_listening
from sectorlight.embedded.processes import spawn, stop_all
from sectorlight.embedded.redis import redis_program, redis_url
from universe import keys
from universe.selectors import storage

pytestmark = pytest.mark.django_db


def _get(client: Client, path: str) -> tuple[int, dict[str, Any]]:
    response = client.get(path)
    return response.status_code, response.json()


@pytest.fixture
def everything_is_well(redis_server: redis.Redis) -> None:
    now = timezone.now().isoformat()
    for key in (keys.worker_heartbeat(), keys.tick_heartbeat()):
        redis_server.set(key, now)
    for vendor in ("polygon", "fmp"):
        redis_server.hset(keys.vendor_status(vendor), "rest", json.dumps({"ok": True, "answered_at": now}))


@pytest.fixture
def stopped_redis(open_folder: Path) -> Iterator[None]:
    """A real Redis that has just been stopped; the settings still point at it."""
    port = free_port()
    child = spawn(redis_program(home_choose(open_folder), port, "pw", keep=False), output=DEVNULL)
    assert wait_listening(port, within=10)
    stop_all([child], within=5)
    with override_settings(REDIS_URL=redis_url(port, "pw")):
        yield


@pytest.mark.usefixtures("everything_is_well")
def test_all_is_ok_when_every_part_is(client: Client) -> None:
    status, body = _get(client, "/health")
    assert (status, body["status"]) == (200, "ok")
    assert set(body["checks"]) == {"database", "redis", "polygon", "fmp", "celery", "slots"}
    assert body["version"] == "0.1.0"


@pytest.mark.usefixtures("everything_is_well")
@pytest.mark.parametrize("name", ["", *health.VIEWS])
def test_an_address_with_a_slash_at_the_end_answers_the_same(client: Client, name: str) -> None:
    path = f"/health/{name}".rstrip("/")
    (slashed_code, slashed), (code, plain) = _get(client, f"{path}/"), _get(client, path)
    assert (slashed_code, slashed["status"]) == (code, plain["status"])
    assert slashed["checks"].keys() == plain["checks"].keys()
    assert reverse(f"health-{name}" if name else "health") == path


@pytest.mark.parametrize("name", ["database", "redis", "polygon", "fmp", "celery", "slots"])
@pytest.mark.usefixtures("everything_is_well")
def test_each_part_has_its_own_page(client: Client, name: str) -> None:
    status, body = _get(client, f"/health/{name}")
    assert (status, body["status"]) == (200, "ok")
    assert list(body["checks"]) == [name]


def test_the_database_page_says_which_storage_is_in_force(client: Client) -> None:
    _, body = _get(client, "/health/database")
    assert body["checks"]["database"]["storage"] == storage().words
    assert body["checks"]["database"]["series"]["sector_sentiment"]["kept"] == "for ever"


@pytest.mark.usefixtures("stopped_redis")
def test_a_stopped_redis_is_degraded_and_not_down(client: Client) -> None:
    status, body = _get(client, "/health")
    assert (status, body["status"]) == (200, "degraded")
    assert body["checks"]["redis"]["status"] == "down"
    assert body["checks"]["database"]["status"] == "ok"
    assert _get(client, "/health/redis")[0] == 503
    assert _get(client, "/health/ready")[0] == 200


@pytest.mark.parametrize(("has_board", "expected"), [(True, "degraded"), (False, "down")])
def test_without_postgresql_the_board_in_redis_decides(has_board: bool, expected: str) -> None:
    checks = {"database": {"status": "down"}, "redis": {"status": "ok", "has_board": has_board}}
    assert health.overall_status(checks) == expected


def test_a_board_in_redis_is_seen(redis_server: redis.Redis) -> None:
    assert health.redis_check()["has_board"] is False
    redis_server.set(keys.board(), "{}")
    assert health.redis_check()["has_board"] is True


def test_a_vendor_that_was_never_asked_is_told_as_such() -> None:
    assert health.vendor_check("polygon") == {"status": "degraded", "detail": "not asked yet"}


@pytest.mark.parametrize(("minutes", "expected"), [(1, "degraded"), (30, "down"), (None, "down")])
def test_a_failing_vendor_is_down_when_its_last_answer_is_old(
    redis_server: redis.Redis, minutes: int | None, expected: str
) -> None:
    now = timezone.now()
    answered = (now - dt.timedelta(minutes=minutes)).isoformat() if minutes else None
    known = {"ok": False, "answered_at": answered, "failed_at": now.isoformat(), "error_kind": "RateLimited"}
    redis_server.hset(keys.vendor_status("polygon"), "rest", json.dumps(known))
    check = health.vendor_check("polygon")
    assert (check["status"], check["error"]) == (expected, "RateLimited")


def test_a_vendor_tells_which_transport_is_in_force_and_when_each_answered(
    everything_is_well: None, settings: Any
) -> None:
    check = health.vendor_check("polygon")
    assert check["transport"] == {"bulk": "rest", "small": "rest"}
    assert check["transports"]["rest"]["answered_at"] == check["answered_at"]
    settings.POLYGON_MCP = "mcp_massive"
    assert health.vendor_check("polygon")["transport"] == {"bulk": "rest", "small": "mcp"}


def test_a_failed_transport_beside_one_that_answers_is_seen(redis_server: redis.Redis) -> None:
    earlier, now = timezone.now() - dt.timedelta(minutes=1), timezone.now()
    name = keys.vendor_status("fmp")
    told = {"ok": False, "failed_at": earlier.isoformat(), "error": "x", "error_kind": "Unavailable"}
    redis_server.hset(name, "mcp", json.dumps(told))
    redis_server.hset(name, "rest", json.dumps({"ok": True, "answered_at": now.isoformat()}))
    check = health.vendor_check("fmp")
    assert check["status"] == "ok"
    assert [check["transports"][kind]["ok"] for kind in ("rest", "mcp")] == [True, False]


@override_settings(MARKET_WORLD="live", FMP_API_KEY="")
def test_a_vendor_without_a_key_is_not_missed() -> None:
    assert health.vendor_check("fmp")["status"] == "ok"


@pytest.mark.parametrize(
    ("worker", "tick", "expected"),
    [(5, 30, "ok"), (5, 400, "degraded"), (5, None, "degraded"), (90, 30, "down"), (None, None, "down")],
)
def test_jobs_are_judged_by_the_last_sign_of_worker_and_tick(
    redis_server: redis.Redis, worker: int | None, tick: int | None, expected: str
) -> None:
    for key, age in ((keys.worker_heartbeat(), worker), (keys.tick_heartbeat(), tick)):
        if age is not None:
            redis_server.set(key, (timezone.now() - dt.timedelta(seconds=age)).isoformat())
    assert health.celery_check()["status"] == expected


def test_no_health_page_needs_a_log_in_or_may_be_cached(client: Client) -> None:
    response = client.get("/health/live")
    assert response.json() == {"status": "ok", "checks": {}, "version": "0.1.0"}
    assert "no-store" in response["Cache-Control"]


@override_settings(POLYGON_API_KEY="canary-key-0123456789", MARKET_WORLD="live")
def test_no_health_page_shows_a_key_or_an_address(client: Client) -> None:
    pages = ["/health", *(f"/health/{name}" for name in health.VIEWS)]
    shown = " ".join(client.get(path).content.decode() for path in pages)
    assert "canary" not in shown
    assert "://" not in shown
