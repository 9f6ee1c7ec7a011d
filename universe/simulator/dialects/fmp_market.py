"""FMP's market-wide lists under ``/stable``: late trades, indices, renames, splits, filings, bulk."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from universe.sessions import FIRST_DAY, LAST_DAY, hours, previous_session, sessions_between
from universe.simulator.dialects import tables
from universe.simulator.dialects.answers import BadParameterError, Row, day_of, json_answer
from universe.simulator.dialects.filings import fmp_row, papers
from universe.simulator.dialects.fmp import Facts, fmp_symbol, paged
from universe.simulator.dialects.snapshots import spread
from universe.simulator.market import Market
from universe.simulator.world import printed
from universe.types import Session

PARTS = 4
RANGE_DAYS = 90
RESULTS_EVERY = 91
"""Days from one quarter's results of a company to the next."""
#: The columns of profile-bulk in their order.
PROFILE = (
    *(
        "symbol",
        "price",
        "marketCap",
        "beta",
        "lastDividend",
        "range",
        "change",
        "changePercentage",
        "volume",
    ),
    *("averageVolume", "companyName", "currency", "cik", "isin", "cusip", "exchangeFullName", "exchange"),
    *("industry", "website", "description", "ceo", "sector", "country", "fullTimeEmployees", "phone"),
    *("address", "city", "state", "zip", "image", "ipoDate", "defaultImage", "isEtf", "isActivelyTrading"),
    *("isAdr", "isFund"),
)


class MarketWide:
    """Handlers over one market; ``facts`` knows FMP's spelling of symbols and its rows."""

    def __init__(self, market: Market, facts: Facts) -> None:
        self._market = market
        self._facts = facts

    def routes(self) -> list[Route]:
        return [
            Route("/stable/aftermarket-quote", self.late_quotes),
            Route("/stable/batch-aftermarket-quote", self.late_quotes),
            Route("/stable/aftermarket-trade", self.late_trades),
            Route("/stable/batch-aftermarket-trade", self.late_trades),
            Route("/stable/batch-index-quotes", self.indices),
            Route("/stable/symbol-change", self.renames),
            Route("/stable/splits-calendar", self.splits),
            Route("/stable/sec-filings-8k", self.latest_filings),
            Route("/stable/sec-filings-search/symbol", self.filings_of),
            Route("/stable/earnings-calendar", self.results),
            Route("/stable/profile-bulk", self.profiles),
        ]

    def _asked(self, request: Request) -> list[tuple[str, int]]:
        params = request.query_params
        names = (params.get("symbols") or params.get("symbol", "")).split(",")
        rows = ((name, self._facts.row(name)) for name in names)
        return [(name, row) for name, row in rows if row is not None]

    def _newest(self, row: int) -> tuple[float, int, float] | None:
        """Price, moment (ms) and shares of today, extended hours included; the close before while nothing
        traded."""
        taken = self._market.picture(has_prints=False)
        if taken.traded[row]:
            price = float(printed(taken.price[row]))
            return price, int(taken.at[row]) * 1000, float(taken.volume[row])
        session = previous_session(self._market.session())
        close = float(self._market.day(session).close[row])
        if not np.isfinite(close):
            return None
        return close, int(hours(session).close.timestamp()) * 1000, 0.0

    def late_quotes(self, request: Request) -> Response:
        rows: list[Row] = []
        for name, row in self._asked(request):
            newest = self._newest(row)
            if newest is not None:
                price, at, volume = newest
                half = float(spread(np.array(price))) / 2.0
                bid, ask = (float(printed(np.array(price + move))) for move in (-half, half))
                rows.append(
                    {"symbol": name, "bidSize": 3, "bidPrice": bid, "askSize": 2, "askPrice": ask,
                     "volume": volume, "timestamp": at}
                )  # fmt: skip
        return json_answer(rows)

    def late_trades(self, request: Request) -> Response:
        """The newest trade of all hours; every tenth listing's has no size, as occurs."""
        rows: list[Row] = []
        for name, row in self._asked(request):
            newest = self._newest(row)
            if newest is not None:
                size = None if row % 10 == 0 else 100
                rows.append({"symbol": name, "price": newest[0], "tradeSize": size, "timestamp": newest[1]})
        return json_answer(rows)

    def indices(self, request: Request) -> Response:
        rows = self._facts.index_quotes()
        if request.query_params.get("short", "true").lower() == "true":
            rows = [{key: row[key] for key in ("symbol", "price", "change", "volume")} for row in rows]
        return json_answer(rows)

    def renames(self, request: Request) -> Response:
        """Newest first."""
        world, today = self._market.world, self._market.session()
        rows: list[Row] = []
        for rename in reversed(world.renames):
            if rename.session <= today:
                before = world.listings_on(previous_session(rename.session)).symbols[rename.row]
                rows.append(
                    {"date": rename.session.isoformat(), "companyName": world.listings.names[rename.row],
                     "oldSymbol": fmp_symbol(before), "newSymbol": fmp_symbol(rename.symbol)}
                )  # fmt: skip
        return json_answer(paged(rows, request.query_params, default=100, maximum=1000))

    def _range(self, request: Request) -> tuple[dt.date, dt.date]:
        today = self._market.session()
        first = day_of(request.query_params.get("from", today.isoformat()), "from")
        last = day_of(request.query_params.get("to", today.isoformat()), "to")
        if (last - first).days > RANGE_DAYS:
            raise BadParameterError(f"from and to may lie at most {RANGE_DAYS} days apart")
        return max(first, FIRST_DAY), min(last, LAST_DAY)

    def _sessions(self, request: Request) -> list[Session]:
        first, last = self._range(request)
        return sessions_between(first, last) if first <= last else []

    def splits(self, request: Request) -> Response:
        first, last = self._range(request)
        symbols = self._market.world.listings.symbols
        rows = [
            {"symbol": fmp_symbol(symbols[split.row]), "date": split.session.isoformat(),
             "numerator": split.split_to, "denominator": split.split_from, "splitType": "stock-split"}
            for split in reversed(self._market.known_splits())
            if first <= split.session <= last
        ]  # fmt: skip
        return json_answer(rows)

    def _filings(self, request: Request) -> list[Row]:
        """Newest first."""
        first, last = self._range(request)
        found = papers(self._market, first, last)
        return [fmp_row(paper, fmp_symbol(paper.symbol)) for paper in reversed(found)]

    def latest_filings(self, request: Request) -> Response:
        rows = [row | {"hasFinancials": False} for row in self._filings(request) if row["formType"] == "8-K"]
        return json_answer(paged(rows, request.query_params, default=100, maximum=1000))

    def filings_of(self, request: Request) -> Response:
        """``from`` and ``to`` are required."""
        params = request.query_params
        for name in ("symbol", "from", "to"):
            if not params.get(name):
                raise BadParameterError(f"'{name}' is required")
        rows = [row for row in self._filings(request) if row["symbol"] == params["symbol"]]
        return json_answer(paged(rows, params, default=100, maximum=1000))

    def results(self, request: Request) -> Response:
        """Quarterly results, newest first: each company's on one day in 91. Nobody recorded any."""
        if self._market.world.seed is None:
            return json_answer([])
        days = self._sessions(request)
        rows = [row for day in reversed(days) for row in self._results_of(day)]
        return json_answer(rows)

    def _results_of(self, day: Session) -> list[Row]:
        world, today = self._market.world, self._market.session()
        listings, seed = world.listings, world.seed or 0
        kinds = world.kinds(previous_session(today))
        reporting = [
            row
            for row in range(len(listings))
            if kinds[row] in tables.COMPANY_KINDS and (11 * row + day.toordinal()) % RESULTS_EVERY == 0
        ]
        draws = np.random.default_rng([seed, 11, day.toordinal()]).normal(0.2, 0.4, (len(reporting), 2))
        return [
            {
                "symbol": fmp_symbol(listings.symbols[row]), "date": day.isoformat(),
                "epsActual": round(actual, 2) if day < today else None, "epsEstimated": round(estimate, 2),
                "revenueActual": None, "revenueEstimated": None, "lastUpdated": today.isoformat(),
            }
            for row, (estimate, actual) in zip(reporting, draws.tolist(), strict=True)
        ]  # fmt: skip

    def profiles(self, request: Request) -> Response:
        """A quarter of the list as CSV; beyond the fourth part nothing."""
        part = request.query_params.get("part", "")
        if not part.isdigit():
            raise BadParameterError("'part' must be a whole number from 0")
        listed = self._market.world.listed(self._market.finished())
        order = [row for row in self._market.world.listings.order if listed[row]]
        size = len(order) // PARTS + 1
        rows = self._facts.profile_rows(order[int(part) * size : (int(part) + 1) * size])
        lines = [",".join(_cell(row.get(column)) for column in PROFILE) for row in rows]
        head = ",".join(f'"{column}"' for column in PROFILE)
        text = "\n".join([head, *lines]) + "\n" if lines else ""
        return Response(text, media_type="text/csv")


def _cell(value: Any) -> str:
    """Text quoted, numbers and flags bare, nothing where nobody knows."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return repr(value)
