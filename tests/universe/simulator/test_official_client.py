"""The vendor's own Python client, unchanged, against the simulated market."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from massive import RESTClient, WebSocketClient
from massive.exceptions import BadResponse

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


def test_its_socket_client_receives_minute_bars() -> None:
    with start_market(first=f"{SESSION}T10:00", speed=60) as market:
        stream = WebSocketClient(
            "any-key",
            feed=f"127.0.0.1:{market.port}",
            market="stocks",
            secure=False,
            subscriptions=["AM.IWM"],
        )  # type: ignore[arg-type]
        received = coroutines.run(asyncio.wait_for(_first_messages(stream), 30))
    assert received[0].symbol == "IWM"
    assert received[0].end_timestamp - received[0].start_timestamp == 60_000


async def _first_messages(stream: WebSocketClient) -> list[Any]:
    """Listen until something comes, then leave."""
    arrived: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()

    async def take(messages: list[Any]) -> None:
        if not arrived.done():
            arrived.set_result(messages)

    listening = asyncio.create_task(stream.connect(take))
    try:
        return await arrived
    finally:
        await stream.close()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
