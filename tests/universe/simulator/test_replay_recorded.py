"""The recorded real days, counted through the simulator's own answers and by nobody else's code."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.market import RunningMarket, start_market
from tests.recorded import DATA
from universe.sessions import previous_session, session_offset, sessions_between

pytestmark = [pytest.mark.recorded, pytest.mark.unmeasured]

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "universe_sessions.json").read_text())["sessions"]


@pytest.fixture(scope="module", params=sorted(GOLDEN))
def replayed(request: pytest.FixtureRequest) -> Iterator[tuple[dt.date, RunningMarket]]:
    with start_market(DATA, first=request.param) as market:
        yield dt.date.fromisoformat(request.param), market


def common_symbols(market: RunningMarket) -> set[str]:
    symbols, path = set(), "/v3/reference/tickers?market=stocks&limit=1000"
    while path:
        body = market.get(path)
        symbols |= {row["ticker"] for row in body["results"] if row["type"] in ("CS", "ADRC")}
        path = body.get("next_url", "").removeprefix(market.url)
    return symbols


def shares_outstanding(market: RunningMarket) -> dict[str, float]:
    shares: dict[str, float] = {}
    for page in range(3):
        rows = market.get(f"/stable/shares-float-all?limit=5000&page={page}")
        shares |= {row["symbol"].replace("-", "."): row["outstandingShares"] for row in rows}
    return shares


def test_the_tiers_of_a_real_session_come_out_of_our_answers(
    replayed: tuple[dt.date, RunningMarket],
) -> None:
    session, market = replayed
    before = previous_session(session)
    volumes: dict[str, list[float]] = defaultdict(list)
    closes: dict[str, float] = {}
    for day in sessions_between(session_offset(session, -20), before):
        rows = market.get(f"/v2/aggs/grouped/locale/us/market/stocks/{day}?adjusted=false")["results"]
        for row in rows:
            volumes[row["T"]] += [row["v"]] if "v" in row else []
        closes = {row["T"]: row["c"] for row in rows}
    listed, shares = common_symbols(market), shares_outstanding(market)
    counts = {"listings": len(listed), "cap_and_price": 0, "core": 0, "breadth": 0}
    for symbol in listed & closes.keys() & shares.keys():
        cap = shares[symbol] * closes[symbol]
        if not (10e6 <= cap <= 2e9 and 2 <= closes[symbol] <= 100):
            continue
        counts["cap_and_price"] += 1
        enough = shares[symbol] > (5e6 if cap < 300e6 else 10e6) and len(volumes[symbol]) >= 15
        average = sum(volumes[symbol]) / max(1, len(volumes[symbol]))
        counts["breadth"] += enough and average >= 100_000
        counts["core"] += enough and average >= 1_000_000
    assert counts == {name: GOLDEN[session.isoformat()][name] for name in counts}


def test_real_minutes_of_a_recorded_fund_are_served_undrawn() -> None:
    with start_market(DATA, first="2025-07-10T12:00") as market:
        row = market.get("/v2/snapshot/locale/us/markets/stocks/tickers/IWM")["ticker"]
        bars = market.get("/v2/aggs/ticker/IWM/range/5/minute/2025-07-09/2025-07-09?limit=50000")["results"]
    assert "interpolated" not in row
    assert len(bars) > 78
    assert "interpolated" not in bars[0]


def test_recorded_filings_of_a_day_are_served_each_number_once() -> None:
    day = dt.date(2026, 1, 21)
    with start_market(DATA, first=f"{day}T18:00") as market:
        rows = market.get(f"/stocks/filings/vX/index?filing_date={day}&limit=1000")["results"]
        events = market.get(f"/stable/sec-filings-8k?from={day}&to={day}&limit=1000")
    with gzip.open(DATA / "sec_filings.csv.gz", "rt") as file:
        recorded = [row for row in csv.DictReader(file) if row["filed"] == day.isoformat()]
    numbers = {row["url"].split("/data/")[1].split("/")[1] for row in recorded}
    assert {row["accession_number"].replace("-", "") for row in rows} == numbers
    assert len(rows) == len(numbers)
    assert {row["finalLink"] for row in events} <= {row["url"] for row in recorded if row["form"] == "8-K"}
    assert len(events) > 10
