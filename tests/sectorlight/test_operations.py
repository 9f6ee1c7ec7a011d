"""The keepers' page, and what `doctor` finds out about the vendors."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import redis
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse

from sectorlight.accounts import roles_ensure
from sectorlight.embedded.ports import free_port
from sectorlight.models import User
from sectorlight.operations import vendor_panel
from tests.universe.vendor import Answer, Vendor, running_vendor
from universe.errors import NotEntitled, Rejected, Unavailable
from universe.services import plan_probe
from universe.sources import lag_observed, plan_of, sources_close
from universe.sources.status import vendor_observed

pytestmark = pytest.mark.django_db

CANARY = "canary-key-0123456789"
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
RATIOS = "/stocks/financials/v1/ratios"
PROBED = (SNAPSHOT, RATIOS, "/stocks/vX/float", "/stocks/v1/short-interest")
NO = Answer({"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."}, 403)


@pytest.fixture
def vendor(settings: Any) -> Iterator[Vendor]:
    """A live market whose two vendors are one of ours, and allow everything."""
    settings.MARKET_WORLD = "live"
    settings.POLYGON_API_KEY = settings.FMP_API_KEY = CANARY
    with running_vendor() as vendor:
        settings.POLYGON_BASE_URL = vendor.url
        settings.FMP_BASE_URL = f"{vendor.url}/stable"
        for path in PROBED:
            vendor.on(path, Answer({"status": "OK", "results": [], "tickers": []}))
        for path in ("/stable/company-screener", "/stable/batch-quote"):
            vendor.on(path, Answer([]))
        yield vendor
    sources_close()


@pytest.fixture(autouse=True)
def _nothing_told_yet() -> None:
    sources_close()


@pytest.fixture
def keeper() -> Client:
    roles_ensure()
    client = Client()
    client.force_login(User.objects.create_user("nora", password="pw", is_staff=True))
    return client


def page(client: Client) -> str:
    return client.get(reverse("operations")).content.decode()


def doctor() -> str:
    out = StringIO()
    with override_settings(PORT=free_port()):
        try:
            call_command("doctor", stdout=out)
        except SystemExit:
            out.write("EXIT 1")
    return out.getvalue()


def test_a_trader_may_not_see_the_keepers_page() -> None:
    client = Client()
    client.force_login(User.objects.create_user("mara", password="pw"))
    assert client.get(reverse("operations")).status_code == 403
    assert client.post(reverse("plan-forget", args=["polygon"])).status_code == 403
    assert "Operations" not in client.get(reverse("runs")).content.decode()


def test_a_keeper_finds_it_in_the_menu(keeper: Client) -> None:
    assert reverse("operations") in keeper.get(reverse("runs")).content.decode()


def test_it_tells_what_the_plan_lacks_and_what_is_taken_instead(keeper: Client) -> None:
    plan_of("polygon").learn(RATIOS, NotEntitled("You are not entitled to <this>.", vendor="polygon"))
    shown = page(keeper)
    assert "Starter or Developer" in shown
    assert "FMP&#x27;s screener, else details" in shown
    assert "You are not entitled to &lt;this&gt;." in shown


@pytest.mark.parametrize(("seconds", "words", "late"), [(3, "3 s", False), (905, "15 min", True)])
def test_it_tells_how_far_the_prices_are_behind(seconds: int, words: str, late: bool) -> None:
    vendor_observed("polygon", None)
    lag_observed("polygon", seconds)
    panel = vendor_panel("polygon")
    assert (panel.lag, panel.lag_is_late) == (words, late)


@pytest.mark.parametrize("mcp", ["", "some-server --stdio"])
def test_it_tells_each_transport(settings: Any, mcp: str) -> None:
    settings.POLYGON_MCP = mcp
    vendor_observed("polygon", None, transport="mcp", server={"name": "Massive", "version": "0.9.1"})
    vendor_observed("polygon", Unavailable("gone", vendor="polygon"))
    rows = {row.name: row for row in vendor_panel("polygon").transports}
    assert list(rows) == (["REST", "MCP"] if mcp else ["REST"])
    assert rows["REST"].failed.endswith("UTC: gone")
    if mcp:
        assert (rows["MCP"].server, rows["MCP"].carries) == ("Massive 0.9.1", "small questions")


def test_what_was_learnt_can_be_forgotten(keeper: Client) -> None:
    plan_of("polygon").learn(RATIOS, NotEntitled("no", vendor="polygon"))
    answer = keeper.post(reverse("plan-forget", args=["polygon"]), follow=True)
    assert "everything is asked anew" in answer.content.decode()
    assert [entry.allowed for entry in plan_of("polygon").entitlements()].count(None) == 8
    assert keeper.post(reverse("plan-forget", args=["nasdaq"])).status_code == 404


def test_without_redis_the_page_is_there_and_says_so(keeper: Client) -> None:
    dead = f"redis://127.0.0.1:{free_port()}/0"
    with override_settings(REDIS_URL=dead):
        shown = page(keeper)
        answer = keeper.post(reverse("plan-forget", args=["fmp"]), follow=True)
    assert "Redis does not answer" in shown
    assert "nothing was forgotten" in answer.content.decode()
    assert "not asked yet" not in shown
    assert "not measured yet" not in shown
    assert "not known yet" not in shown
    assert "comes from PostgreSQL" not in shown


def test_a_vendor_without_a_key_is_told_as_not_in_use(keeper: Client, settings: Any) -> None:
    settings.FMP_API_KEY = ""
    assert "FMP_API_KEY is not set, so this vendor is not asked." in page(keeper)


def test_the_probe_asks_each_thing_once_a_day(vendor: Vendor) -> None:
    vendor.on(RATIOS, NO)
    assert [plan_probe("polygon") for _ in range(2)] == [None, None]
    assert sorted(vendor.paths()) == sorted(PROBED)
    assert plan_of("polygon").plan() == "Starter or Developer"


def test_a_wrong_key_ends_the_probe_with_the_vendors_words(vendor: Vendor) -> None:
    vendor.on(SNAPSHOT, Answer({"status": "ERROR", "error": f"Unknown API Key {CANARY}"}, 401))
    error = plan_probe("polygon")
    assert isinstance(error, Rejected)
    assert len(vendor.asked) == 1
    report = doctor()
    assert "BAD   Polygon / Massive refuses the key: polygon" in report
    assert "-> Mend POLYGON_API_KEY in .env." in report
    assert CANARY not in report


def test_the_doctor_tells_the_plans_and_what_they_lack(vendor: Vendor) -> None:
    vendor.on(RATIOS, NO)
    vendor.on("/stable/batch-quote", Answer("Restricted Endpoint: This endpoint is not available", 402))
    report = doctor()
    assert "ok    Polygon / Massive answers. Plan: Starter or Developer." in report
    assert "note  The plan of Polygon / Massive lacks: market caps in bulk." in report
    assert "ok    Financial Modeling Prep answers. Plan: Starter." in report
    assert "-> Taken instead: single quotes of indices; no second price." in report


def test_the_doctor_goes_on_without_fmp_and_with_a_vendor_that_is_away(vendor: Vendor, settings: Any) -> None:
    settings.FMP_API_KEY = ""
    vendor.on(SNAPSHOT, Answer("", 500))
    report = doctor()
    assert "note  Polygon / Massive could not be asked: polygon" in report
    assert "note  FMP_API_KEY is not set." in report


def test_status_of_a_vendor_survives_a_damaged_entry(redis_server: redis.Redis) -> None:
    vendor_observed("polygon", None)
    for name in redis_server.scan_iter(match="*vendor:polygon:status"):
        redis_server.hset(name, "mcp", "{broken")
    assert vendor_panel("polygon").transports[0].answered


def test_it_says_how_long_market_detail_is_kept_and_by_whom(keeper: Client) -> None:
    page = keeper.get("/operations/").content.decode()
    assert '<h2 id="series">Market detail</h2>' in page
    assert '<th scope="row">Lights</th><td>for ever</td><td>nobody</td>' in page
    assert '<th scope="row">Daily bars</th><td>100 days</td><td>task</td>' in page
