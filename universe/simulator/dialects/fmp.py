"""FMP's slow facts and quotes under ``/stable``: screener, profile, floats, quotes, lists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from universe.sessions import hours, previous_session
from universe.simulator.dialects import tables
from universe.simulator.dialects.answers import BadParameterError, Row, json_answer, whole
from universe.simulator.market import Market
from universe.simulator.world import Listings, printed

RECENT = 20


def fmp_symbol(symbol: str) -> str:
    """FMP's spelling: a dash for classes and kinds (``BRK-B``, ``ABC-PA``, ``ABC-WT``)."""
    base, small, series = symbol.partition("p")
    if small and base.isupper():
        return f"{base}-P{series}"
    if base.endswith("r") and base[:-1].isupper():
        return f"{base[:-1]}-RI"
    if symbol.endswith(".U"):
        return f"{symbol.removesuffix('.U')}-UN"
    return symbol.replace(".WS", "-WT").replace(".", "-")


class Facts:
    """Handlers of the fact and quote paths over one market."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._kept: tuple[Listings, dict[str, int]] | None = None
        self._usual_volume = lru_cache(maxsize=2)(partial(market.mean_volume, sessions=RECENT))

    def routes(self) -> list[Route]:
        return [
            Route("/stable/company-screener", self.screener),
            Route("/stable/profile", self.profile),
            Route("/stable/shares-float", self.shares_float),
            Route("/stable/shares-float-all", self.shares_float_all),
            Route("/stable/quote", self.quote),
            Route("/stable/batch-quote", self.batch_quote),
            Route("/stable/batch-quote-short", self.batch_quote_short),
            Route("/stable/available-sectors", self.sectors),
            Route("/stable/available-industries", self.industries),
            Route("/stable/available-exchanges", self.exchanges),
        ]

    def row(self, symbol: str) -> int | None:
        listings, kept = self._market.world.listings, self._kept
        if kept is None or kept[0] is not listings:
            index = {fmp_symbol(name): row for row, name in enumerate(listings.symbols)}
            kept = self._kept = (listings, index)
        return kept[1].get(symbol)

    def _company_rows(self) -> list[Row]:
        through = self._market.finished()
        world = self._market.world
        cast, kinds, listed = world.listings, world.kinds(through), world.listed(through)
        cap = self._market.day(through).close * world.shares(through)
        taken = self._market.picture(has_prints=False)
        price = printed(np.where(taken.traded, taken.price, self._market.day(through).close))
        rows: list[Row] = []
        for row in cast.order:
            kind = kinds[row]
            if not listed[row] or kind in ("WARRANT", "UNIT", "RIGHT", "SP"):
                continue
            code, name = tables.FMP_EXCHANGES.get(cast.mics[row], ("OTC", "OTC"))
            rows.append(
                {
                    "symbol": fmp_symbol(cast.symbols[row]),
                    "companyName": cast.names[row],
                    "marketCap": _number(cap[row]) if kind in tables.COMPANY_KINDS else 0,
                    "sector": cast.sectors[row] or None,
                    "industry": cast.industries[row] or None,
                    "beta": None,
                    "price": _number(price[row]),
                    "lastAnnualDividend": 0,
                    "volume": float(taken.volume[row]) if taken.traded[row] else 0,
                    "exchange": name,
                    "exchangeShortName": code,
                    "country": cast.countries[row] or None,
                    "isEtf": kind == "ETF",
                    "isFund": kind == "FUND",
                    "isActivelyTrading": True,
                }
            )
        return rows

    def screener(self, request: Request) -> Response:
        """Bounds are strict; ``limit`` 1,000 unless asked, pages from 0."""
        params = request.query_params
        rows = self._company_rows()
        for field in ("marketCap", "price", "volume"):
            rows = _between(rows, params, field)
        for name, field in (("sector", "sector"), ("industry", "industry"), ("country", "country")):
            if params.get(name):
                rows = [row for row in rows if row[field] in params[name].split(",")]
        if params.get("exchange"):
            allowed = set(params["exchange"].upper().split(","))
            rows = [row for row in rows if row["exchangeShortName"] in allowed]
        for name in ("isEtf", "isFund", "isActivelyTrading"):
            if name in params:
                rows = [row for row in rows if row[name] == (params[name].lower() == "true")]
        return json_answer(paged(rows, params, default=1000, maximum=10000))

    def profile(self, request: Request) -> Response:
        row = self.row(request.query_params.get("symbol", ""))
        through = self._market.finished()
        world = self._market.world
        if row is None or not world.listed(through)[row]:
            return json_answer([])
        return json_answer(self.profile_rows([row]))

    def profile_rows(self, rows: list[int]) -> list[Row]:
        """Of those that have a price."""
        through, world = self._market.finished(), self._market.world
        cast, kinds = world.listings, world.kinds(through)
        usual = self._usual_volume(through)
        quotes = {row["symbol"]: row for row in self._quotes(rows)}
        keys = ("symbol", "price", "marketCap", "change", "changePercentage", "volume")
        found: list[Row] = []
        for row in rows:
            quote = quotes.get(fmp_symbol(cast.symbols[row]))
            if quote is None:
                continue
            code, name = tables.FMP_EXCHANGES.get(cast.mics[row], ("OTC", "OTC"))
            found.append(
                {key: quote[key] for key in keys}
                | {
                    "beta": None,
                    "averageVolume": _number(usual[row]),
                    "companyName": cast.names[row],
                    "currency": "USD",
                    "cik": cast.ciks[row] or None,
                    "exchangeFullName": name,
                    "exchange": code,
                    "industry": cast.industries[row] or None,
                    "sector": cast.sectors[row] or None,
                    "description": world.describe(row) or None,
                    "country": cast.countries[row] or None,
                    "isEtf": kinds[row] == "ETF",
                    "isActivelyTrading": True,
                    "isAdr": kinds[row] == "ADRC",
                    "isFund": kinds[row] == "FUND",
                }
            )
        return found

    def _float_rows(self, rows: list[int]) -> list[Row]:
        through = self._market.finished()
        world = self._market.world
        shares, free = world.shares(through), world.float_shares(through)
        return [
            {
                "symbol": fmp_symbol(world.listings.symbols[row]),
                "date": f"{through.isoformat()} 22:26:51",
                "freeFloat": _number(100.0 * free[row] / shares[row]),
                "floatShares": _number(free[row]),
                "outstandingShares": _number(shares[row]),
                "source": None,
            }
            for row in rows
            if np.isfinite(shares[row])
        ]

    def shares_float(self, request: Request) -> Response:
        row = self.row(request.query_params.get("symbol", ""))
        return json_answer(self._float_rows([row]) if row is not None else [])

    def shares_float_all(self, request: Request) -> Response:
        through = self._market.finished()
        kinds, listed = self._market.world.kinds(through), self._market.world.listed(through)
        order = [
            row
            for row in self._market.world.listings.order
            if listed[row] and kinds[row] in (*tables.COMPANY_KINDS, "")
        ]
        return json_answer(paged(self._float_rows(order), request.query_params, default=1000, maximum=5000))

    def quote(self, request: Request) -> Response:
        return json_answer(self._named([request.query_params.get("symbol", "")]))

    def batch_quote(self, request: Request) -> Response:
        return json_answer(self._named(request.query_params.get("symbols", "").split(",")))

    def batch_quote_short(self, request: Request) -> Response:
        keys = ("symbol", "price", "change", "volume")
        rows = self._named(request.query_params.get("symbols", "").split(","))
        return json_answer([{key: row[key] for key in keys} for row in rows])

    def _named(self, symbols: list[str]) -> list[Row]:
        """Quotes of listings and indices in the order asked; unknown ones are silently absent."""
        indices = (
            {row["symbol"]: row for row in self.index_quotes()}
            if any("^" in name for name in symbols)
            else {}
        )
        rows = [row for row in map(self.row, symbols) if row is not None]
        quotes = {row["symbol"]: row for row in self._quotes(rows)} | indices
        return [quotes[symbol] for symbol in symbols if symbol in quotes]

    def index_quotes(self) -> list[Row]:
        moment = self._market.now()
        return [
            {
                "symbol": index.symbol,
                "name": index.name,
                "price": index.price,
                "changePercentage": round(100.0 * (index.price / index.previous_close - 1.0), 5),
                "change": round(index.price - index.previous_close, 4),
                "volume": 0,
                "dayLow": index.low,
                "dayHigh": index.high,
                "marketCap": 0,
                "exchange": "INDEX",
                "open": index.open,
                "previousClose": index.previous_close,
                "timestamp": int(index.as_of.timestamp()),
            }
            for index in self._market.world.indices(moment, self._market.session())
        ]

    def _quotes(self, rows: list[int]) -> list[Row]:
        """Regular session only: before 9:30 the day before's, after 16:00 the close."""
        moment = self._market.now()
        session = self._market.session()
        world = self._market.world
        before = self._market.day(previous_session(session))
        taken = self._market.picture(has_prints=False)
        opened = taken.day_close > 0
        earlier = self._market.day(previous_session(before.session)) if not opened.all() else before
        cap_shares = world.shares(before.session)
        mean = self._usual_volume(self._market.finished())
        result: list[Row] = []
        for row in rows:
            now = bool(opened[row])
            price = float(taken.day_close[row]) if now else float(before.close[row])
            previous = float(before.close[row]) if now else float(earlier.close[row])
            if not np.isfinite(price):
                continue
            stamp = (
                min(taken.at[row], hours(session).close.timestamp())
                if now
                else hours(before.session).close.timestamp()
            )
            result.append(
                {
                    "symbol": fmp_symbol(world.listings.symbols[row]),
                    "name": world.listings.names[row],
                    "price": _number(float(printed(np.array(price)))),
                    "changePercentage": _number(100.0 * (price / previous - 1.0)),
                    "change": _number(price - previous),
                    "volume": float(taken.volume[row]) if now else _number(before.volume[row]),
                    "dayLow": _number(taken.day_low[row] if now else before.low[row]),
                    "dayHigh": _number(taken.day_high[row] if now else before.high[row]),
                    "yearHigh": None,
                    "yearLow": None,
                    "marketCap": _number(price * cap_shares[row]),
                    "avgVolume": _number(mean[row]),
                    "exchange": tables.FMP_EXCHANGES.get(world.listings.mics[row], ("OTC", ""))[0],
                    "open": _number(taken.day_open[row] if now else before.open[row]),
                    "previousClose": _number(previous),
                    "timestamp": int(min(stamp, moment.timestamp())),
                }
            )
        return result

    def sectors(self, request: Request) -> Response:
        words = sorted({word for word in self._market.world.listings.sectors if word})
        return json_answer([{"sector": word} for word in words])

    def industries(self, request: Request) -> Response:
        words = sorted({word for word in self._market.world.listings.industries if word})
        return json_answer([{"industry": word} for word in words])

    def exchanges(self, request: Request) -> Response:
        codes = sorted(set(tables.FMP_EXCHANGES.values()))
        return json_answer([{"exchange": code, "name": name, "delay": "Real-time"} for code, name in codes])


def paged(rows: list[Row], params: Mapping[str, str], *, default: int, maximum: int) -> list[Row]:
    """FMP's pages: from 0, no total, no next link."""
    limit = whole(params, "limit", default, maximum)
    number = params.get("page", "0")
    if not number.isdigit():
        raise BadParameterError("'page' must be a whole number from 0")
    return rows[int(number) * limit : (int(number) + 1) * limit]


def _number(value: float) -> float | None:
    return round(float(value), 5) if np.isfinite(value) else None


def _between(rows: list[Row], params: Mapping[str, str], field: str) -> list[Row]:
    low, high = params.get(f"{field}MoreThan"), params.get(f"{field}LowerThan")
    try:
        if low is not None:
            rows = [row for row in rows if row[field] is not None and row[field] > float(low)]
        if high is not None:
            rows = [row for row in rows if row[field] is not None and row[field] < float(high)]
    except ValueError:
        raise BadParameterError(f"'{field}MoreThan' and '{field}LowerThan' must be numbers") from None
    return rows
