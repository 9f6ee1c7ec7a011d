"""Polygon's corporate side: filings and disclosures, dividends, ticker events, related companies."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from universe.simulator.dialects.answers import (
    Row,
    matching,
    page,
    polygon_answer,
    polygon_error,
    sorted_rows,
    unfold,
)
from universe.simulator.dialects.filings import (
    CATEGORIES,
    OTHER,
    disclosure_row,
    papers_asked,
    polygon_row,
    text_row,
)
from universe.simulator.market import Market
from universe.simulator.world import Paper

RELATED = 10
FIRST_NAME = "2003-09-10"
"""When every listing got the name that it had before any rename."""


class Corporate:
    """Handlers of the corporate paths over one market."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def routes(self) -> list[Route]:
        return [
            Route("/stocks/filings/vX/index", self.filings),
            Route("/stocks/filings/8-K/vX/text", self.texts),
            Route("/stocks/filings/8-K/vX/disclosures", self.disclosures),
            Route("/stocks/taxonomies/vX/disclosures", self.taxonomy),
            Route("/stocks/v1/dividends", self.dividends),
            Route("/v3/reference/dividends", self.dividends),
            Route("/vX/reference/tickers/{id}/events", self.events),
            Route("/v1/related-companies/{ticker}", self.related),
        ]

    def _texts(self, params: Mapping[str, str]) -> list[Paper]:
        """The 8-Ks of which somebody knows what they say."""
        told = papers_asked(self._market, params)
        return [paper for paper in told if paper.form == "8-K" and paper.title]

    def filings(self, request: Request) -> Response:
        params, offset = unfold(request)
        rows = [polygon_row(self._market, paper) for paper in papers_asked(self._market, params)]
        rows = matching(rows, params, {"ticker": str, "form_type": str, "filing_date": str, "cik": str})
        if "sort" in params:
            rows = sorted_rows(rows, params, "filing_date.desc")
        return page(request, rows, default=1000, maximum=10000, params=params, offset=offset)

    def texts(self, request: Request) -> Response:
        params, offset = unfold(request)
        rows = [text_row(self._market, paper) for paper in self._texts(params)]
        rows = matching(rows, params, {"ticker": str, "filing_date": str, "cik": str})
        return page(request, rows, default=10, maximum=99, params=params, offset=offset)

    def disclosures(self, request: Request) -> Response:
        """Newest first; ``tickers`` asks for rows that name one, ``tickers.any_of`` for any of a list."""
        params, offset = unfold(request)
        rows = [disclosure_row(self._market, paper) for paper in self._texts(params)]
        for name in ("tickers", "tickers.any_of"):
            if params.get(name):
                wanted = set(params[name].split(","))
                rows = [row for row in rows if wanted & set(row["tickers"])]
        rows = matching(rows, params, {"filing_date": str, "cik": str, "tertiary_category": str})
        rows = sorted_rows(rows, params, "filing_date.desc")
        return page(request, rows, default=100, maximum=1000, params=params, offset=offset)

    def taxonomy(self, request: Request) -> Response:
        params, offset = unfold(request)
        rows: list[Row] = [
            {
                "taxonomy": "1.0", "primary_category": first, "secondary_category": second,
                "tertiary_category": third, "description": third.replace("_", " ").capitalize() + ".",
            }
            for first, second, third in (*(kind for _, kind in CATEGORIES), OTHER)
        ]  # fmt: skip
        return page(request, rows, default=200, maximum=1000, params=params, offset=offset)

    def dividends(self, request: Request) -> Response:
        """Nobody pays any here."""
        params, offset = unfold(request)
        return page(request, [], default=100, maximum=5000, params=params, offset=offset)

    def events(self, request: Request) -> Response:
        """Newest first. The id is a ticker or a FIGI; a former ticker is not found, as on the real one."""
        world, name = self._market.world, request.path_params["id"]
        figi = next((row for row, (composite, _) in enumerate(world.figis) if composite == name), None)
        row = world.listings.index.get(name, figi)
        if row is None:
            return polygon_error(404, "Ticker not found.")
        today = self._market.session()
        names = [(FIRST_NAME, world.original.symbols[row])]
        renames = [rename for rename in world.renames if rename.row == row and rename.session <= today]
        names += [(rename.session.isoformat(), rename.symbol) for rename in renames]
        events = [
            {"ticker_change": {"ticker": symbol}, "type": "ticker_change", "date": date}
            for date, symbol in reversed(names)
        ]
        result = {"name": world.listings.names[row], "composite_figi": world.figis[row][0], "events": events}
        return polygon_answer({"results": result | {"cik": world.listings.ciks[row]}})

    def related(self, request: Request) -> Response:
        """The first of the same industry."""
        listings, ticker = self._market.world.listings, request.path_params["ticker"]
        row = listings.index.get(ticker)
        industry = listings.industries[row] if row is not None else ""
        peers = [
            {"ticker": listings.symbols[other]}
            for other in listings.order
            if industry and listings.industries[other] == industry and other != row
        ]
        return polygon_answer({"stock_symbol": ticker, "results": peers[:RELATED]})
