"""What a day and a pass cost at the vendors' doors, each call answered 50 ms later than it is.

A simulated market of 8,000 listings over real HTTP. Beside our bulk calls stands the way of one call a
symbol, of which a sample is measured and scaled to all: it asks as many at a time as the product would.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

CALL_SECONDS = 0.05
FIRST = dt.date(2026, 3, 31)
SAMPLE = 240
#: Calls that a day and a pass may take.
DAY_MAX, PASS_MAX = 20, 5


@dataclass(frozen=True, slots=True)
class Cost:
    what: str
    calls: int
    seconds: float
    limit: int | None = None


def run() -> int:
    """Needs a database (`tests.benchmarks.servers`)."""
    costs = _measured()
    _print(costs)
    return int(any(cost.limit is not None and cost.calls > cost.limit for cost in costs))


def _measured() -> list[Cost]:
    from django.test import override_settings

    from tests.market import start_market
    from universe import clock
    from universe.sources import sources_close

    with start_market(first=FIRST.isoformat(), listings=None) as market:
        addresses = {"POLYGON_BASE_URL": market.url, "FMP_BASE_URL": f"{market.url}/stable"}
        with override_settings(MARKET_WORLD="simulated", SIMULATOR_URL=market.url, **addresses):
            clock.forget()
            try:
                return _day_by_day(market)
            finally:
                clock.forget()
                sources_close()


def _day_by_day(market: Any) -> list[Cost]:
    from analysis.preparation import universe_ensure
    from universe import clock
    from universe.services import quotes_refresh
    from universe.sessions import next_session

    def build(session: dt.date) -> Callable[[], object]:
        return lambda: universe_ensure(session, lambda percent, words: None)

    cold = _cost("first build of all (cold)", build(FIRST))
    tomorrow = next_session(FIRST)
    market.control(clock=f"{tomorrow.isoformat()}T10:00")
    clock.refresh()
    warm = _cost("daily build (warm)", build(tomorrow), limit=DAY_MAX)
    intraday = _cost("intraday pass", lambda: quotes_refresh(clock.market_now()), limit=PASS_MAX)
    return [cold, warm, intraday, *_one_by_one(tomorrow)]


def _one_by_one(session: dt.date) -> list[Cost]:
    """The same market asked one symbol a call: facts of every common stock, a price of every member."""
    from universe.models import Stock
    from universe.selectors import members
    from universe.services.asking import IN_FLIGHT, answers
    from universe.sources import price_source

    source = price_source()
    stocks = list(Stock.objects.filter(active=True, kind="CS").values_list("symbol", flat=True))
    prices = [row.symbol for row in members(session)]

    def minutes(symbol: str) -> object:
        return source.fetch_minute_bars(symbol, session)

    def sampled(what: str, ask: Callable[[str], object], symbols: Sequence[str]) -> Cost:
        part = symbols[:: max(1, len(symbols) // SAMPLE)][:SAMPLE]
        cost = _cost(what, lambda: list(answers(ask, part, failed="failed", counts=Counter())))
        scale = len(symbols) / len(part)
        return Cost(f"{what}, {IN_FLIGHT} at a time", len(symbols), cost.seconds * scale)

    return [
        sampled("one call a stock: daily facts", source.fetch_details, stocks),
        sampled("one call a member: prices", minutes, prices),
    ]


def _cost(what: str, work: Callable[[], object], *, limit: int | None = None) -> Cost:
    with slow_calls() as asked:
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
    return Cost(what, asked.total(), seconds, limit)


@contextmanager
def slow_calls() -> Iterator[Counter[str]]:
    """Every request that leaves for a vendor, 50 ms late; the pace of a key is not kept."""
    from universe.sources import budget

    asked: Counter[str] = Counter()
    send = httpx.Client.send

    def late(self: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        if not request.url.path.startswith("/simulator"):
            asked[request.url.path] += 1
            time.sleep(CALL_SECONDS)
        return send(self, request, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.Client, "send", late)
        patch.setattr(budget.Budget, "take", lambda self: None)
        yield asked


def _print(costs: Sequence[Cost]) -> None:
    print(f"vendors: 8,000 listings, {CALL_SECONDS * 1000:.0f} ms a call")
    print(f"{'':<46}{'calls':>8}{'of limit':>10}{'seconds':>10}")
    for cost in costs:
        share = f"{cost.calls / cost.limit:.0%}" if cost.limit else "–"
        print(f"{cost.what:<46}{cost.calls:>8,}{share:>10}{cost.seconds:>10.1f}")
