"""The vendor's own Python client, unchanged, against the simulated market."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from massive import RESTClient, WebSocketClient
from massive.exceptions import AuthError, BadResponse

from tests import coroutines
from tests.market import RunningMarket, start_market
from tests.universe.simulator.conftest import PREVIOUS, SESSION


@pytest.fixture
def client(market: RunningMarket) -> RESTClient:
    return RESTClient("any-key", base=market.url, retries=0, read_timeout=60)


def test_it_lists_all_tickers_page_by_page(client: RESTClient) -> None:
    tickers: list[Any] = list(client.list_tickers(market="stocks", limit=1000))
    assert len(tickers) == 8000
    assert tickers[0].primary_exchange in ("XNAS", "XNYS", "XASE", "ARCX", "BATS")


def test_it_reads_details_and_knows_a_stranger(client: RESTClient) -> None:
    details: Any = client.get_ticker_details("IWM")
    assert (details.ticker, details.type) == ("IWM", "ETF")
    with pytest.raises(BadResponse, match="Ticker not found"):
        client.get_ticker_details("ZZZZZ")


def test_it_reads_grouped_days_and_aggregates(client: RESTClient) -> None:
    grouped: Any = client.get_grouped_daily_aggs(PREVIOUS.isoformat(), adjusted=False)
    assert len(grouped) == 8000
    minutes: list[Any] = list(
        client.list_aggs("SPY", 5, "minute", PREVIOUS.isoformat(), PREVIOUS.isoformat(), limit=50000)
    )
    assert len(minutes) > 150
    assert minutes[0].vwap > 0
    previous: Any = client.get_previous_close_agg("SPY")
    assert previous[0].ticker == "SPY"


def test_it_reads_snapshots_of_all_three_shapes(client: RESTClient) -> None:
    whole: Any = client.get_snapshot_all("stocks")
    one: Any = client.get_snapshot_ticker("stocks", "IWM")
    unified: list[Any] = list(client.list_universal_snapshots(ticker_any_of=["IWM", "ZZZZZ"]))
    assert len(whole) == 8000
    assert one.prev_day.close > 0
    assert [(row.ticker, row.error) for row in unified] == [("IWM", None), ("ZZZZZ", "NOT_FOUND")]


def test_it_reads_news_splits_status_and_tables(client: RESTClient) -> None:
    news: list[Any] = [
        article for article, _ in zip(client.list_ticker_news(limit=100), range(300), strict=False)
    ]
    splits: Any = next(iter(client.list_splits(limit=1000)))
    status: Any = client.get_market_status()
    assert len(news) == 300
    assert news[0].publisher.name
    assert splits.split_from > 0
    assert status.market == "open"
    assert len(client.get_market_holidays()) > 10
    assert len(client.get_ticker_types()) > 10


def test_it_reads_filings_and_disclosures(client: RESTClient) -> None:
    index: Any = next(client.list_stocks_filings_index(form_type="8-K", limit=10))
    text: Any = next(client.list_stocks_filings_8k_text(limit=10))
    disclosure: Any = next(client.list_stocks_filings_8k_disclosures(filing_date=SESSION.isoformat()))
    assert (index.form_type, text.form_type) == ("8-K", "8-K")
    assert text.items_text.startswith("Item")
    assert disclosure.filing_date == SESSION.isoformat()
    assert disclosure.primary_category
    assert len(disclosure.tickers) == 1


def test_it_reads_short_interest_float_and_ratios_in_bulk(client: RESTClient) -> None:
    short: list[Any] = list(client.list_short_interest(limit=50000))
    floats: list[Any] = list(client.list_stocks_floats(limit=5000))
    ratios: list[Any] = list(client.list_financials_ratios(price_gte="2", price_lte="100", limit=50000))
    assert min(len(short), len(floats), len(ratios)) > 2000
    assert 0 < floats[0].free_float_percent <= 100
    assert all(2 <= row.price <= 100 for row in ratios)
    assert short[0].days_to_cover >= 1


def test_it_reads_the_events_of_a_ticker(client: RESTClient) -> None:
    events: Any = client.get_ticker_events("IWM")
    details: Any = client.get_ticker_details("IWM")
    assert events.composite_figi == details.composite_figi
    assert events.events[0]["ticker_change"]["ticker"] == "IWM"


def test_its_newer_splits_and_dividends_are_pages_too(client: RESTClient) -> None:
    splits: list[Any] = list(client.list_stocks_splits(execution_date_gte="2026-01-01", limit=5000))
    dividends: list[Any] = list(client.list_stocks_dividends(limit=100))
    assert all(split.execution_date >= "2026-01-01" for split in splits)
    assert (len(splits) > 10, dividends) == (True, [])


def test_a_plan_without_snapshots_is_an_error_that_keeps_the_words(own_market: RunningMarket) -> None:
    own_market.plan("polygon", "basic")
    client = RESTClient("any-key", base=own_market.url, retries=0)
    with pytest.raises(BadResponse, match="You are not entitled to this data"):
        client.get_snapshot_all("stocks")


def test_its_retries_outlast_a_short_fault_and_are_counted(own_market: RunningMarket) -> None:
    own_market.fault("429", count=2, retry_after=0)
    client = RESTClient("any-key", base=own_market.url, retries=3)
    details: Any = client.get_ticker_details("IWM")
    assert details.ticker == "IWM"
    assert own_market.asked()["total"] == 3


@pytest.mark.parametrize("channel", ["AM.IWM", "AM.*"])
def test_its_socket_client_receives_minute_bars(channel: str) -> None:
    with start_market(first=f"{SESSION}T10:00", speed=60) as market:
        received = coroutines.run(asyncio.wait_for(_first_messages(_socket(market, channel)), 30))
    assert channel == "AM.*" or received[0].symbol == "IWM"
    assert received[0].end_timestamp - received[0].start_timestamp == 60_000
    assert (len(received) > 1) == (channel == "AM.*")


def test_its_socket_client_gets_the_statuses() -> None:
    with start_market(first=f"{SESSION}T10:00", speed=60) as market:
        stream = _socket(market, "AM.IWM", raw=True)
        first = coroutines.run(asyncio.wait_for(_first_messages(stream), 30))
    assert json.loads(first) == [{"ev": "status", "status": "success", "message": "subscribed to: AM.IWM"}]


def test_its_socket_client_is_told_that_a_plan_has_no_stream() -> None:
    with start_market(first=f"{SESSION}T10:00", plans=["polygon=basic"]) as market:
        stream = _socket(market, "AM.IWM")
        with pytest.raises(AuthError, match="doesn't include websocket access"):
            coroutines.run(asyncio.wait_for(_first_messages(stream), 30))


def test_its_socket_client_comes_back_after_a_drop() -> None:
    with start_market(first=f"{SESSION}T10:00", speed=60) as market:
        market.fault("socket_drop", abrupt=True, count=1)
        stream = _socket(market, "AM.IWM")
        received = coroutines.run(asyncio.wait_for(_first_messages(stream), 60))
        left = market.faults()
    assert (received[0].symbol, left) == ("IWM", [])


def _socket(market: RunningMarket, channel: str, *, raw: bool = False) -> WebSocketClient:
    return WebSocketClient(
        "any-key",
        feed=f"127.0.0.1:{market.port}",
        market="stocks",
        secure=False,
        raw=raw,
        subscriptions=[channel],
    )  # type: ignore[arg-type]


async def _first_messages(stream: WebSocketClient) -> Any:
    """Listen until something comes, then leave; what ends the client's listening ends this."""
    arrived: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def take(messages: Any) -> None:
        if not arrived.done():
            arrived.set_result(messages)

    listening = asyncio.create_task(stream.connect(take))
    try:
        await asyncio.wait({listening, arrived}, return_when=asyncio.FIRST_COMPLETED)
        if not arrived.done():
            listening.result()
        return arrived.result()
    finally:
        await stream.close()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
