"""Answers as they come off the wire: status, headers and the raw bytes, whatever they are."""

from __future__ import annotations

import http.client
from dataclasses import dataclass

from tests.market import KEY, RunningMarket

SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers?tickers=IWM,SPY"
QUOTE = "/stable/batch-quote?symbols=IWM,SPY"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def fetch(market: RunningMarket, path: str) -> Answer:
    """One call over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", market.port, timeout=30)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {KEY}", "apikey": KEY})
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, answer.read())
    finally:
        connection.close()
