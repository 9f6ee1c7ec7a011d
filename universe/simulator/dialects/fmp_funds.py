"""FMP's funds under ``/stable/etf``: what they hold, and in which sectors."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from universe.benchmarks import SMALL_CAP_PROXIES
from universe.simulator.dialects.answers import Row, json_answer
from universe.simulator.dialects.fmp import Facts, fmp_symbol
from universe.simulator.market import Market

LARGEST = 30
SMALL_LARGEST = 60
SMALL_MAX_USD = 8e9
"""Funds of small companies hold more, and none that has outgrown their index."""
ASSETS = 1e9
"""USD in each fund: nobody knows better."""
CASH = 0.302
"""Percent."""


class Funds:
    """Handlers of the fund paths over one market; ``facts`` knows FMP's spelling of symbols."""

    def __init__(self, market: Market, facts: Facts) -> None:
        self._market = market
        self._facts = facts

    def routes(self) -> list[Route]:
        return [
            Route("/stable/etf/holdings", self.holdings),
            Route("/stable/etf/sector-weightings", self.weightings),
        ]

    def _held(self, symbol: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rows and percents: the 30 largest companies of the group that the fund follows, by size; of a
        fund of small companies the 60 largest small ones. Nothing for what is no fund, or where nobody knows
        what it follows."""
        row = self._facts.row(symbol)
        through = self._market.finished()
        world = self._market.world
        rows = world.followers(row) if row is not None and world.kinds(through)[row] == "ETF" else None
        if rows is None:
            return np.array([], dtype=np.int64), np.array([])
        cap = self._market.day(through).close[rows] * world.shares(through)[rows]
        is_small = symbol in SMALL_CAP_PROXIES
        if is_small:
            rows, cap = rows[cap <= SMALL_MAX_USD], cap[cap <= SMALL_MAX_USD]
        places = np.argsort(-cap)[: SMALL_LARGEST if is_small else LARGEST]
        weights = np.asarray(cap[places] / cap[places].sum() * (100.0 - CASH), dtype=np.float64)
        return rows[places], weights

    def holdings(self, request: Request) -> Response:
        symbol = request.query_params.get("symbol", "")
        rows, weights = self._held(symbol)
        if not len(rows):
            return json_answer([])
        through, listings = self._market.finished(), self._market.world.listings
        price = self._market.day(through).close[rows]
        stamp = f"{through.isoformat()} 06:04:02"
        found = [
            _holding(symbol, fmp_symbol(listings.symbols[row]), listings.names[row].upper(), weight) | {
                "securityCusip": self._market.world.figis[row][0][3:],
                "sharesNumber": round(weight / 100.0 * ASSETS / close),
                "updatedAt": stamp,
            }
            for row, weight, close in zip(rows.tolist(), weights.tolist(), price.tolist(), strict=True)
        ]  # fmt: skip
        cash = _holding(symbol, " ", "US DOLLAR", CASH)
        cash |= {"securityCusip": "999USDZ92", "sharesNumber": cash["marketValue"], "updatedAt": stamp}
        return json_answer([*found, cash])

    def weightings(self, request: Request) -> Response:
        """By name; what no sector has is cash and others."""
        symbol = request.query_params.get("symbol", "")
        rows, weights = self._held(symbol)
        sectors: defaultdict[str, float] = defaultdict(float)
        for row, weight in zip(rows.tolist(), weights.tolist(), strict=True):
            sectors[self._market.world.listings.sectors[row] or "Cash & Others"] += weight
        if sectors:
            sectors["Cash & Others"] += CASH
        return json_answer(
            [
                {"symbol": symbol, "sector": sector, "weightPercentage": round(sectors[sector], 4)}
                for sector in sorted(sectors)
            ]
        )


def _holding(fund: str, asset: str, name: str, weight: float) -> Row:
    """``weight`` in percent. A blank asset is cash."""
    return {
        "symbol": fund, "asset": asset, "name": name, "isin": "", "weightPercentage": round(weight, 3),
        "marketValue": round(weight / 100.0 * ASSETS),
    }  # fmt: skip
