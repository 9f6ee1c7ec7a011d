"""FMP's surroundings under ``/stable``: news, economic calendar, charts, holidays, hours."""

from __future__ import annotations

import datetime as dt

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from universe.sessions import ET, LAST_DAY, hours, is_early_close, is_session, phase, sessions_between
from universe.simulator.dialects import aggregates
from universe.simulator.dialects.answers import Row, day_of, fmp_error, json_answer
from universe.simulator.dialects.fmp import Facts, fmp_symbol, paged
from universe.simulator.dialects.polygon_context import holiday_name, recent_articles
from universe.simulator.market import Market
from universe.simulator.synthetic.releases import Release, releases
from universe.simulator.world import Article

INTERVALS = {"1min": 1, "5min": 5, "15min": 15, "30min": 30, "1hour": 60, "4hour": 240}
CALENDAR_DAYS = 90


class Surroundings:
    """Handlers of the context paths over one market; ``facts`` knows FMP's spelling of symbols."""

    def __init__(self, market: Market, facts: Facts) -> None:
        self._market = market
        self._facts = facts

    def routes(self) -> list[Route]:
        return [
            Route("/stable/economic-calendar", self.calendar),
            Route("/stable/news/stock-latest", self.news_latest),
            Route("/stable/news/stock", self.news_of),
            Route("/stable/historical-chart/{interval}", self.chart),
            Route("/stable/historical-price-eod/full", self.daily),
            Route("/stable/holidays-by-exchange", self.holidays),
            Route("/stable/exchange-market-hours", self.hours),
            Route("/stable/all-exchange-market-hours", self.hours),
        ]

    def calendar(self, request: Request) -> Response:
        """Newest first, times in UTC without a mark. A replayed market has none: nobody recorded it."""
        today = self._market.now().date()
        first = day_of(request.query_params.get("from", today.isoformat()), "from")
        last = day_of(request.query_params.get("to", today.isoformat()), "to")
        if (last - first).days > CALENDAR_DAYS:
            return fmp_error(400, f"from and to may lie at most {CALENDAR_DAYS} days apart")
        seed = self._market.world.seed
        if seed is None:
            return json_answer([])
        days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
        found = [release for day in days if day <= LAST_DAY for release in releases(day, seed)]
        now = self._market.now()
        return json_answer([_release_row(release, release.at <= now) for release in reversed(found)])

    def news_latest(self, request: Request) -> Response:
        return self._news(request, None)

    def news_of(self, request: Request) -> Response:
        return self._news(request, set(request.query_params.get("symbols", "").split(",")))

    def _news(self, request: Request, symbols: set[str] | None) -> Response:
        """``from`` and ``to`` are days of New York, both included."""
        params = request.query_params
        first, last = params.get("from"), params.get("to", "9999")
        rows = [
            row
            for row in map(_news_row, reversed(recent_articles(self._market, since=first)))
            if (first or "") <= row["publishedDate"][:10] <= last
        ]
        if symbols is not None:
            rows = [row for row in rows if row["symbol"] in symbols]
        return json_answer(paged(rows, params, default=20, maximum=250))

    def chart(self, request: Request) -> Response:
        step = INTERVALS.get(request.path_params["interval"])
        if step is None:
            return fmp_error(404, f"interval must be one of {', '.join(INTERVALS)}")
        symbol = request.query_params.get("symbol", "")
        row = self._facts.row(symbol)
        if row is None:
            return json_answer([])
        sessions = self._sessions(request, self._market.session())
        bars = aggregates.bars_of(
            self._market,
            row,
            sessions,
            count=step,
            span="minute",
            adjusted=True,
            limit=50000,
        )
        extended = request.query_params.get("extended", "false").lower() == "true"
        return json_answer([row for row in map(_chart_row, reversed(bars)) if extended or _is_regular(row)])

    def _sessions(self, request: Request, usual: dt.date) -> list[dt.date]:
        """From ``from`` (else ``usual``) to ``to`` (else today), as far as the market has run."""
        today, params = self._market.session(), request.query_params
        first = day_of(params.get("from", usual.isoformat()), "from")
        last = min(day_of(params.get("to", today.isoformat()), "to"), today)
        first = max(first, self._market.world.first_session)
        return sessions_between(first, last) if first <= last else []

    def daily(self, request: Request) -> Response:
        """Newest first, split-adjusted; ``change`` is close minus open, as recorded from the real one."""
        symbol = request.query_params.get("symbol", "")
        row = self._facts.row(symbol)
        if row is None:
            return json_answer([])
        today = self._market.session()
        sessions = self._sessions(request, today.replace(year=today.year - 1, day=1))
        bars = aggregates.bars_of(
            self._market,
            row,
            sessions,
            count=1,
            span="day",
            adjusted=True,
            limit=5000,
        )
        return json_answer([_daily_row(symbol, bar) for bar in reversed(bars)])

    def holidays(self, request: Request) -> Response:
        exchange = request.query_params.get("exchange", "NYSE")
        today = self._market.now().date()
        first = day_of(request.query_params.get("from", (today - dt.timedelta(days=365)).isoformat()), "from")
        last = min(day_of(request.query_params.get("to", today.isoformat()), "to"), LAST_DAY)
        days = [first + dt.timedelta(days=number) for number in range(max(0, (last - first).days + 1))]
        return json_answer([row for day in reversed(days) if (row := _holiday_row(exchange, day))])

    def hours(self, request: Request) -> Response:
        exchange = request.query_params.get("exchange", "NYSE")
        now = self._market.now()
        opens = closes = "CLOSED"
        if is_session(now.date()):
            day = hours(now.date())
            offset = day.open.strftime("%z")
            opens, closes = (f"{at:%I:%M %p} {offset[:3]}:{offset[3:]}" for at in (day.open, day.close))
        row = {
            "exchange": exchange,
            "name": "New York Stock Exchange",
            "openingHour": opens,
            "closingHour": closes,
            "timezone": "America/New_York",
            "isMarketOpen": phase(now) == "regular",
        }
        return json_answer([row])


def _release_row(release: Release, is_out: bool) -> Row:
    actual = release.actual if is_out else None
    change = None if actual is None else round(actual - release.previous, 4)
    return {
        "date": release.at.strftime("%Y-%m-%d %H:%M:%S"), "country": "US", "event": release.event,
        "currency": "USD", "previous": release.previous, "estimate": release.estimate, "actual": actual,
        "change": change, "impact": release.impact,
        "changePercentage": None if change is None or not release.previous else round(
            100.0 * change / release.previous, 3),
        "unit": release.unit,
    }  # fmt: skip


def _news_row(article: Article) -> Row:
    return {
        "symbol": fmp_symbol(article.symbols[0]) if article.symbols else None,
        "publishedDate": article.published_at.astimezone(ET).strftime("%Y-%m-%d %H:%M:%S"),
        "publisher": article.publisher,
        "title": article.title,
        "image": None,
        "site": "news.example",
        "text": article.text,
        "url": article.url,
    }


def _chart_row(bar: Row) -> Row:
    at = dt.datetime.fromtimestamp(bar["t"] / 1000, ET)
    return {
        "date": at.strftime("%Y-%m-%d %H:%M:%S"), "open": bar["o"], "low": bar["l"], "high": bar["h"],
        "close": bar["c"], "volume": bar["v"],
    }  # fmt: skip


def _is_regular(row: Row) -> bool:
    return phase(dt.datetime.fromisoformat(row["date"]).replace(tzinfo=ET)) == "regular"


def _daily_row(symbol: str, bar: Row) -> Row:
    day = dt.datetime.fromtimestamp(bar["t"] / 1000, ET).date()
    opened = bar.get("o")
    change = None if opened is None else round(bar["c"] - opened, 4)
    return {
        "symbol": symbol, "date": day.isoformat(), "open": opened, "high": bar.get("h"), "low": bar.get("l"),
        "close": bar["c"], "volume": bar.get("v"), "change": change,
        "changePercent": None if change is None else round(100.0 * change / opened, 5),
        "vwap": bar.get("vw"),
    }  # fmt: skip


def _holiday_row(exchange: str, day: dt.date) -> Row | None:
    if is_session(day):
        if not is_early_close(day):
            return None
        return {"exchange": exchange, "date": day.isoformat(), "name": holiday_name(day), "isClosed": None,
                "adjOpenTime": None, "adjCloseTime": "13:00", "isFullyClosed": False}  # fmt: skip
    if day.weekday() >= 5:
        return None
    return {"exchange": exchange, "date": day.isoformat(), "name": holiday_name(day), "isClosed": True,
            "adjOpenTime": None, "adjCloseTime": None}  # fmt: skip
