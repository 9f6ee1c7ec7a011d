"""Polygon's reference data: tickers, details, types, exchanges, splits, ratios, float, short interest."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from universe.sessions import (
    OutOfCalendarError,
    previous_session,
)
from universe.simulator.dialects import tables
from universe.simulator.dialects.answers import (
    BadParameterError,
    Row,
    day_of,
    matching,
    page,
    polygon_answer,
    polygon_error,
    sorted_rows,
    unfold,
)
from universe.simulator.market import Market
from universe.simulator.world import Listings
from universe.types import Session


class _Named:
    """Listings as a key that is the same only for the very same ones, without reading 8,000 names."""

    def __init__(self, listings: Listings) -> None:
        self.listings = listings

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named) and self.listings is other.listings

    def __hash__(self) -> int:
        return id(self.listings)


class Reference:
    """Handlers of the reference paths over one market."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._rows = lru_cache(maxsize=4)(self._list)

    def routes(self) -> list[Route]:
        return [
            Route("/v3/reference/tickers", self.tickers),
            Route("/v3/reference/tickers/types", self.types),
            Route("/v3/reference/tickers/{ticker}", self.details),
            Route("/v3/reference/exchanges", self.exchanges),
            Route("/stocks/v1/splits", self.splits),
            Route("/v3/reference/splits", self.old_splits),
            Route("/stocks/financials/v1/ratios", self.ratios),
            Route("/stocks/vX/float", self.floats),
            Route("/stocks/v1/short-interest", self.short_interest),
        ]

    def through(self, params: Mapping[str, str]) -> Session:
        """The finished session that the list is made from: now, or what was finished before ``date``."""
        newest = self._market.finished()
        if "date" not in params:
            return newest
        day = day_of(params["date"], "date")
        try:
            return min(newest, previous_session(day))
        except OutOfCalendarError as exc:
            raise BadParameterError(f"'date': {exc}") from None

    def _names(self, params: Mapping[str, str]) -> Listings:
        """The names of today, or of ``date``."""
        world = self._market.world
        return world.listings_on(day_of(params["date"], "date")) if "date" in params else world.listings

    def _list(self, through: Session, named: _Named) -> tuple[Row, ...]:
        cast, figis = named.listings, self._market.world.figis
        listed = self._market.world.listed(through)
        kinds = self._market.world.kinds(through)
        rows: list[Row] = []
        for row in cast.order:
            if not listed[row]:
                continue
            entry: Row = {
                "ticker": cast.symbols[row],
                "name": cast.names[row],
                "market": "stocks",
                "locale": "us",
                "primary_exchange": cast.mics[row],
                "type": kinds[row],
                "active": True,
                "currency_name": "usd",
                "cik": cast.ciks[row],
                "composite_figi": figis[row][0],
                "share_class_figi": figis[row][1],
                "last_updated_utc": f"{through.isoformat()}T00:00:00Z",
            }
            rows.append({key: value for key, value in entry.items() if value != ""})
        return tuple(rows)

    def tickers(self, request: Request) -> Response:
        params, offset = unfold(request)
        if params.get("market", "stocks") != "stocks" or params.get("active", "true").lower() == "false":
            return page(request, [], default=100, maximum=1000, params=params, offset=0)
        rows: Any = self._rows(self.through(params), _Named(self._names(params)))
        words = {"exchange": "primary_exchange", "type": "type", "cik": "cik"}
        for parameter, field in words.items():
            if params.get(parameter):
                rows = [row for row in rows if row.get(field) == params[parameter]]
        if params.get("search"):
            wanted = params["search"].casefold()
            rows = [
                row for row in rows if wanted in row["name"].casefold() or wanted in row["ticker"].casefold()
            ]
        rows = matching(rows, params, {"ticker": str})
        if params.get("order") == "desc" or params.get("sort", "ticker") != "ticker":
            rows = sorted_rows(list(rows), params, "ticker")
        return page(request, rows, default=100, maximum=1000, params=params, offset=offset)

    def types(self, request: Request) -> Response:
        rows = [
            {"code": code, "description": text, "asset_class": "stocks", "locale": "us"}
            for code, text in tables.TICKER_TYPES
        ]
        return polygon_answer({"results": rows, "count": len(rows)})

    def exchanges(self, request: Request) -> Response:
        return polygon_answer({"results": list(tables.EXCHANGES), "count": len(tables.EXCHANGES)})

    def details(self, request: Request) -> Response:
        params = dict(request.query_params)
        through = self.through(params)
        world, cast = self._market.world, self._names(params)
        row = cast.index.get(request.path_params["ticker"])
        if row is None or not world.listed(through)[row]:
            return polygon_error(404, "Ticker not found.")
        shares, close = world.shares(through)[row], self._market.day(through).close[row]
        entry: Row = {
            "ticker": cast.symbols[row],
            "name": cast.names[row],
            "market": "stocks",
            "locale": "us",
            "primary_exchange": cast.mics[row],
            "type": world.kinds(through)[row],
            "active": True,
            "currency_name": "usd",
            "cik": cast.ciks[row],
            "composite_figi": world.figis[row][0],
            "share_class_figi": world.figis[row][1],
            "sic_code": cast.sics[row],
            "description": world.describe(row),
            "ticker_root": cast.symbols[row].split(".")[0],
            "round_lot": 100,
        }
        if np.isfinite(shares):
            entry["share_class_shares_outstanding"] = int(shares)
            entry["weighted_shares_outstanding"] = int(shares)
        if np.isfinite(shares * close):
            entry["market_cap"] = float(shares * close)
        return polygon_answer({"results": {key: value for key, value in entry.items() if value != ""}})

    def _split_rows(self) -> list[Row]:
        symbols = self._market.world.listings.symbols
        return [
            {
                "id": f"E{split.session.toordinal():08x}{split.row:08x}",
                "ticker": symbols[split.row],
                "execution_date": split.session.isoformat(),
                "split_from": split.split_from,
                "split_to": split.split_to,
                "historical_adjustment_factor": split.price_factor,
                "adjustment_type": "reverse_split" if split.price_factor > 1 else "forward_split",
            }
            for split in reversed(self._market.known_splits())
        ]

    def splits(self, request: Request) -> Response:
        params, offset = unfold(request)
        fields = {"ticker": str, "execution_date": str, "adjustment_type": str}
        rows = matching(self._split_rows(), params, fields)
        if "sort" in params:
            rows = sorted_rows(rows, params, "execution_date.desc")
        return page(request, rows, default=100, maximum=5000, params=params, offset=offset)

    def old_splits(self, request: Request) -> Response:
        params, offset = unfold(request)
        keys = ("id", "ticker", "execution_date", "split_from", "split_to")
        rows = matching(self._split_rows(), params, {"ticker": str, "execution_date": str})
        if params.get("order") == "asc":
            rows.reverse()
        rows = [{key: row[key] for key in keys} for row in rows]
        return page(request, rows, default=10, maximum=1000, params=params, offset=offset)

    def ratios(self, request: Request) -> Response:
        """Price, market cap and the mean volume of 30 sessions; only companies that have all three."""
        params, offset = unfold(request)
        through = self._market.finished()
        world = self._market.world
        average = np.nan_to_num(self._market.mean_volume(through, 30))
        price = self._market.day(through).close
        cap = price * world.shares(through)
        listed, kinds, cast = world.listed(through), world.kinds(through), world.listings
        rows = [
            {
                "ticker": cast.symbols[row],
                "cik": cast.ciks[row],
                "date": through.isoformat(),
                "price": round(float(price[row]), 4),
                "market_cap": float(cap[row]),
                "average_volume": float(average[row]),
            }
            for row in cast.order
            if listed[row] and kinds[row] in tables.COMPANY_KINDS and np.isfinite(cap[row])
        ]
        numbers = {"price": float, "market_cap": float, "average_volume": float, "ticker": str, "cik": str}
        return page(
            request, matching(rows, params, numbers), default=100, maximum=50000, params=params, offset=offset
        )

    def floats(self, request: Request) -> Response:
        params, offset = unfold(request)
        through = self._market.finished()
        world = self._market.world
        shares, free = world.shares(through), world.float_shares(through)
        kinds, cast = world.kinds(through), world.listings
        rows = [
            {
                "ticker": cast.symbols[row],
                "effective_date": through.replace(day=1).isoformat(),
                "free_float": int(free[row]),
                "free_float_percent": round(100.0 * float(free[row] / shares[row]), 2),
            }
            for row in cast.order
            if np.isfinite(free[row]) and kinds[row] in tables.COMPANY_KINDS
        ]
        fields = {"ticker": str, "free_float_percent": float}
        return page(
            request, matching(rows, params, fields), default=100, maximum=5000, params=params, offset=offset
        )

    def short_interest(self, request: Request) -> Response:
        params, offset = unfold(request)
        world = self._market.world
        rows: list[Row] = [
            {
                "ticker": world.listings.symbols[short.row],
                "settlement_date": short.settlement.isoformat(),
                "short_interest": int(short.shares_short),
                "days_to_cover": short.days_to_cover,
                "avg_daily_volume": int(short.shares_short / short.days_to_cover)
                if short.days_to_cover
                else None,
            }
            for short in world.short_interest(self._market.finished())
        ]
        fields = {"ticker": str, "settlement_date": str, "days_to_cover": float}
        return page(
            request, matching(rows, params, fields), default=10, maximum=50000, params=params, offset=offset
        )
