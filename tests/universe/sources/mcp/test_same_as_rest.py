"""Each path of the price source, over MCP and over REST, from one simulated market: the same rows."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.market import KEY, start_market
from universe.sources.base import Parsed
from universe.sources.http import Door
from universe.sources.mcp.door import McpDoor
from universe.sources.mcp.target import Target
from universe.sources.polygon import mcp as polygon
from universe.sources.polygon.rest import PolygonRest

pytestmark = pytest.mark.unmeasured

SERVER = str(Path(__file__).with_name("forwarding.py"))
DAY, BEFORE = dt.date(2026, 3, 31), dt.date(2026, 3, 30)


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[PolygonRest, PolygonRest]]:
    with start_market(first=DAY.isoformat(), listings=None) as market:
        rest = Door("polygon", market.url, header="Authorization", prefix="Bearer ", key=KEY)
        environment = polygon.CHILD.environment(KEY, market.url)
        target = Target(command=(sys.executable, SERVER))
        mcp = McpDoor("polygon", target, KEY, dialects=polygon.DIALECTS, environment=environment)
        yield PolygonRest(rest), PolygonRest(mcp)  # type: ignore[arg-type]
        mcp.close()
        rest.close()


def _rows(answer: Any) -> list[Any]:
    rows = answer.rows if isinstance(answer, Parsed) else [answer] if answer else []
    return [replace(row, fetched_at=None) if hasattr(row, "fetched_at") else row for row in rows]


QUESTIONS: dict[str, tuple[int, Callable[[PolygonRest], Any]]] = {
    "listings": (7000, lambda source: source.fetch_listings()),
    "a grouped day": (5000, lambda source: source.fetch_daily_bars(BEFORE)),
    "a closed day": (0, lambda source: source.fetch_daily_bars(dt.date(2026, 3, 29))),
    "details": (1, lambda source: source.fetch_details("IWM")),
    "details of nobody": (0, lambda source: source.fetch_details("NOSUCHNAME")),
    "minutes": (100, lambda source: source.fetch_minute_bars("IWM", BEFORE)),
    "minutes of nobody": (0, lambda source: source.fetch_minute_bars("NOSUCHNAME", BEFORE)),
    "news": (20, lambda source: source.fetch_headlines(dt.datetime(2026, 3, 30, tzinfo=dt.UTC))),
    "splits": (5, lambda source: source.fetch_splits(dt.date(2025, 9, 1), DAY)),
    "short interest": (1000, lambda source: source.fetch_short_interest(dt.date(2026, 2, 1))),
    "ratios and floats": (5000, lambda source: source.fetch_facts()),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_rows_over_mcp_are_those_of_rest(both: tuple[PolygonRest, PolygonRest], name: str) -> None:
    least, ask = QUESTIONS[name]
    rest, mcp = ask(both[0]), ask(both[1])
    assert len(_rows(mcp)) >= least
    assert _rows(mcp) == _rows(rest)
    assert getattr(mcp, "dropped", None) == getattr(rest, "dropped", None)


def test_the_whole_market_over_mcp_has_every_name_and_field(both: tuple[PolygonRest, PolygonRest]) -> None:
    rest, mcp = both[0].fetch_quotes(), both[1].fetch_quotes()
    steady = {row.symbol: (row.previous_close, row.day_open) for row in rest.rows}
    assert len(mcp.rows) > 5000
    assert len(steady.keys() & {row.symbol for row in mcp.rows}) > 0.99 * len(steady)
    assert all(row.previous_close == steady[row.symbol][0] for row in mcp.rows if row.symbol in steady)
