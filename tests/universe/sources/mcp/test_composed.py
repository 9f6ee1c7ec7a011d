"""The product with an MCP server beside REST, as the settings compose it: a real server, the real sources."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from sectorlight.health import vendor_check
from sectorlight.operations import vendor_panel
from tests.market import ROOT, RunningMarket, start_market
from universe.sources import facts_source, sources_close, vendor_status

pytestmark = pytest.mark.unmeasured

COMMAND = ROOT / ".venv-mcp" / "bin" / "fmp-mcp"
DAY = dt.date(2026, 3, 31)
KEY = "canary-fmp-0123456789"


@pytest.fixture(scope="module")
def market() -> Iterator[RunningMarket]:
    with start_market(first=DAY.isoformat(), listings=None) as market:
        yield market


@pytest.fixture(autouse=True)
def _composed(market: RunningMarket, settings: Any) -> Iterator[None]:
    settings.FMP_BASE_URL = f"{market.url}/stable"
    settings.FMP_API_KEY = KEY
    settings.FMP_MCP = f"{COMMAND} serve"
    sources_close()
    market.asked_reset()
    yield
    sources_close()


def calendar() -> int:
    return len(facts_source().fetch_releases(DAY - dt.timedelta(days=7), DAY).rows)


def test_small_questions_go_over_the_server_and_health_says_so() -> None:
    assert calendar() > 5
    check = vendor_check("fmp")
    assert check["transport"] == {"bulk": "rest", "small": "mcp"}
    assert check["transports"]["mcp"]["server"]["dialect"] == "fmp-data 2"
    assert "rest" not in check["transports"]
    assert check["answered_at"] == check["transports"]["mcp"]["answered_at"]


def test_bulk_goes_over_rest_and_what_the_server_cannot_ask_too() -> None:
    facts = facts_source().fetch_facts(floats=False)
    assert len(facts.rows) > 4000
    assert list(vendor_status("fmp")["transports"]) == ["rest"]


def test_everything_goes_over_the_server_when_the_operator_says_so(settings: Any) -> None:
    settings.MCP_CARRIES = "all"
    quotes = facts_source().fetch_context(["^VIX", "IWM"]).rows
    assert [quote.symbol for quote in quotes] == ["^VIX", "IWM"]
    assert list(vendor_status("fmp")["transports"]) == ["mcp"]


def test_rest_stands_in_for_a_server_that_cannot_be_started(settings: Any) -> None:
    settings.FMP_MCP = "/bin/false"
    assert calendar() > 5
    told = vendor_status("fmp")["transports"]
    assert (told["mcp"]["ok"], told["rest"]["ok"]) == (False, True)


def test_a_server_that_is_killed_is_started_again() -> None:
    assert calendar() > 5
    servers = _servers()
    assert servers
    for pid in servers:
        os.kill(pid, signal.SIGKILL)
    assert calendar() > 5


def _servers() -> list[int]:
    """The MCP servers that this process has started."""
    found = subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "fmp-mcp"], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in found.stdout.split()]


def test_the_key_is_in_nothing_that_is_told() -> None:
    calendar()
    panel = vendor_panel("fmp")
    assert KEY not in repr(panel)
    assert KEY not in repr(vendor_status("fmp"))
