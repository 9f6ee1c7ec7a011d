"""Polygon's prices: grouped days, aggregates, previous close, snapshots old and unified."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from universe.sessions import hours, is_session, previous_session
from universe.simulator import sight
from universe.simulator.dialects import aggregates, snapshots
from universe.simulator.dialects.answers import (
    BadParameterError,
    Row,
    day_of,
    fold,
    polygon_answer,
    polygon_error,
    request_id,
    unfold,
    whole,
)
from universe.simulator.market import Market
from universe.simulator.world import DayBars, Floats
from universe.types import Session

FUTURE = "Your plan doesn't include this data timeframe. Please upgrade your plan"
UNIFIED_MAX = 250


class Prices:
    """Handlers of the price paths over one market."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._grouped = lru_cache(maxsize=8)(self._grouped_results)
        self._snapshot: tuple[object, bytes] | None = None

    def routes(self) -> list[Route]:
        snapshot = "/v2/snapshot/locale/us/markets/stocks"
        return [
            Route("/v2/aggs/grouped/locale/us/market/stocks/{date}", self.grouped),
            Route("/v2/aggs/ticker/{ticker}/range/{count}/{span}/{first}/{last}", self.range),
            Route("/v2/aggs/ticker/{ticker}/prev", self.previous),
            Route(snapshot + "/tickers", self.snapshot),
            Route(snapshot + "/tickers/{ticker}", self.one_snapshot),
            Route(snapshot + "/{way}", self.movers),
            Route("/v3/snapshot", self.unified),
        ]

    def grouped(self, request: Request) -> Response:
        day = day_of(request.path_params["date"], "date")
        adjusted = request.query_params.get("adjusted", "true").lower() != "false"
        body: Row = {"queryCount": 0, "resultsCount": 0, "adjusted": adjusted}
        finished = self._market.finished()
        if day > finished:
            if day > self._market.session() or is_session(day):
                return polygon_error(403, FUTURE)
            return polygon_answer(body)
        if not is_session(day) or day < self._market.world.first_session:
            return polygon_answer(body)
        count, rows = self._grouped(day, finished, adjusted, self._market.version)
        counts = {"queryCount": count, "resultsCount": count, "count": count}
        status = {"status": sight.current().word, "request_id": request_id()}
        head = orjson.dumps(body | counts | status)[:-1]
        return Response(head + b',"results":' + rows + b"}", media_type="application/json")

    def _grouped_results(
        self, day: Session, finished: Session, adjusted: bool, _version: object
    ) -> tuple[int, bytes]:
        """Rows with a close that day, as encoded JSON."""
        bars = self._market.day(day)
        factor = self._market.adjustment(day) if adjusted else np.ones(len(bars.close))
        end = int(hours(day).close.timestamp() * 1000)
        listings = self._market.world.listings_on(day)
        symbols = listings.symbols
        order = [row for row in listings.order if np.isfinite(bars.close[row])]
        rows = day_rows(bars, factor, order)
        for row, entry in zip(order, rows, strict=True):
            entry["T"] = symbols[row]
            entry["t"] = end
        return len(rows), orjson.dumps(rows)

    def range(self, request: Request) -> Response:
        path = request.path_params
        params, _ = unfold(request)
        adjusted = params.get("adjusted", "true").lower() != "false"
        limit = whole(params, "limit", 5000, 50000)
        if not path["count"].isdigit() or int(path["count"]) < 1:
            raise BadParameterError("'multiplier' must be a whole number from 1")
        rows = aggregates.bars(
            self._market,
            path["ticker"],
            count=int(path["count"]),
            span=path["span"],
            first=day_of(path["first"], "from"),
            last=day_of(path["last"], "to"),
            adjusted=adjusted,
            limit=limit,
        )
        if path["first"].isdigit() and path["last"].isdigit():
            rows = [row for row in rows if int(path["first"]) <= row["t"] <= int(path["last"])]
        if params.get("sort", "asc") == "desc":
            rows.reverse()
        return _aggregate(path["ticker"], rows, adjusted)

    def previous(self, request: Request) -> Response:
        ticker = request.path_params["ticker"]
        row = self._market.world.listings.index.get(ticker)
        day = self._market.finished()
        rows = []
        if row is not None and np.isfinite(self._market.day(day).close[row]):
            factor = np.ones(len(self._market.world.listings))
            rows = day_rows(self._market.day(day), factor, [row])
            rows[0] |= {"T": ticker, "t": int(hours(day).close.timestamp() * 1000)}
        return _aggregate(ticker, rows, True)

    def snapshot(self, request: Request) -> Response:
        wanted = request.query_params.get("tickers")
        if wanted:
            index = self._market.world.listings.index
            rows = [index[name] for name in wanted.split(",") if name in index]
            found = snapshots.rows(self._market, rows)
            return polygon_answer({"tickers": found, "count": len(found)})
        return Response(self._whole_market(), media_type="application/json")

    def _whole_market(self) -> bytes:
        """Everybody; kept for the running second."""
        moment = self._market.now().replace(microsecond=0)
        version = (moment, sight.current(), self._market.version)
        kept = self._snapshot
        if kept is None or kept[0] != version:
            listed = self._market.world.listed(previous_session(self._market.session()))
            order = [row for row in self._market.world.listings.order if listed[row]]
            found = snapshots.rows(self._market, order)
            word = sight.current().word
            head = {"status": word, "request_id": request_id(), "count": len(found), "tickers": found}
            kept = self._snapshot = (version, orjson.dumps(head))
        return kept[1]

    def one_snapshot(self, request: Request) -> Response:
        row = self._market.world.listings.index.get(request.path_params["ticker"])
        found = snapshots.rows(self._market, [row]) if row is not None else []
        if not found:
            return polygon_error(404, "Ticker not found.")
        return polygon_answer({"ticker": found[0]})

    def movers(self, request: Request) -> Response:
        way = request.path_params["way"]
        if way not in ("gainers", "losers"):
            return polygon_error(404, "Not found.")
        taken = self._market.picture()
        before = self._market.day(previous_session(self._market.session())).close
        with np.errstate(invalid="ignore", divide="ignore"):
            change = np.where(taken.traded & (taken.volume >= 10_000), taken.price / before - 1.0, np.nan)
        order = np.argsort(np.nan_to_num(-change if way == "gainers" else change, nan=np.inf))[:20]
        found = snapshots.rows(self._market, order.tolist())
        return polygon_answer({"tickers": found, "count": len(found)})

    def unified(self, request: Request) -> Response:
        params, offset = unfold(request)
        limit = whole(params, "limit", 10, UNIFIED_MAX)
        index = self._market.world.listings.index
        names = params.get("ticker.any_of") or params.get("ticker")
        wanted = names.split(",") if names else [self._market.world.listings.symbols[row]
                                                 for row in self._market.world.listings.order]  # fmt: skip
        if names and len(wanted) > UNIFIED_MAX:
            raise BadParameterError(f"'ticker.any_of' takes at most {UNIFIED_MAX} tickers")
        part = wanted[offset : offset + limit]
        rows = snapshots.unified(self._market, [name for name in part if name in index])
        found = {row["ticker"]: row for row in rows}
        missing = {"error": "NOT_FOUND", "message": "Ticker not found."}
        body: Row = {"results": [found.get(name, {"ticker": name} | missing) for name in part]}
        if offset + limit < len(wanted):
            body["next_url"] = fold(request, params, offset + limit)
        return polygon_answer(body)


def day_rows(bars: DayBars, factor: Floats, order: list[int]) -> list[Row]:
    """Vendor rows ``c o h l v vw n`` of the given rows, adjusted; what is not known is left out."""
    scale = factor[order]
    prices = {
        key: np.round(column[order] * scale, 4).tolist()
        for key, column in (("o", bars.open), ("h", bars.high), ("l", bars.low), ("c", bars.close))
    }
    volumes = np.floor(bars.volume[order] / scale).tolist()
    rows: list[Row] = []
    for place, volume in enumerate(volumes):
        entry: Row = {key: column[place] for key, column in prices.items() if column[place] == column[place]}
        if volume == volume:
            entry["v"] = volume
            entry["n"] = int(volume // 150) + 1
        if "h" in entry:
            entry["vw"] = round((entry["o"] + entry["h"] + entry["l"] + entry["c"]) / 4.0, 4)
        rows.append(entry)
    return rows


def _aggregate(ticker: str, rows: list[Row], adjusted: bool) -> Response:
    body: Row = {"ticker": ticker, "queryCount": len(rows), "resultsCount": len(rows), "adjusted": adjusted}
    if rows:
        body |= {"results": rows, "count": len(rows)}
    return polygon_answer(body)
