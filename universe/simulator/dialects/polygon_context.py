"""Polygon's news and market status."""

from __future__ import annotations

import datetime as dt

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from universe.sessions import (
    LAST_DAY,
    hours,
    is_early_close,
    is_session,
    next_session,
    phase,
    previous_session,
)
from universe.simulator.dialects.answers import Row, day_of, json_answer, matching, page, sorted_rows, unfold
from universe.simulator.market import Market
from universe.simulator.world import Article

NEWS_SESSIONS = 8
NEWS_SESSIONS_MAX = 90
UPCOMING_DAYS = 330
#: By month; January has a second one.
HOLIDAYS = {
    1: "New Years Day",
    2: "Washingtons Birthday",
    3: "Good Friday",
    4: "Good Friday",
    5: "Memorial Day",
    6: "Juneteenth",
    7: "Independence Day",
    9: "Labor Day",
    11: "Thanksgiving",
    12: "Christmas",
}


class Context:
    """Handlers of news and status over one market."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def routes(self) -> list[Route]:
        return [
            Route("/v2/reference/news", self.news),
            Route("/v1/marketstatus/now", self.status),
            Route("/v1/marketstatus/upcoming", self.upcoming),
        ]

    def news(self, request: Request) -> Response:
        """The articles since the moment that is asked for, else of the last eight sessions, up to now;
        newest first unless ``order=asc``."""
        params, offset = unfold(request)
        since = params.get("published_utc.gte") or params.get("published_utc.gt")
        rows = [_article_row(article) for article in recent_articles(self._market, since=since)]
        ticker = params.get("ticker")
        if ticker:
            rows = [row for row in rows if ticker in row["tickers"]]
        rows = matching(rows, params, {"published_utc": str})
        rows = sorted_rows(rows, {"order": "desc", **params}, "published_utc")
        return page(request, rows, default=10, maximum=1000, params=params, offset=offset)

    def status(self, request: Request) -> Response:
        now = self._market.now()
        part = phase(now)
        word = {"regular": "open", "closed": "closed"}.get(part, "extended-hours")
        return json_answer(
            {
                "market": word,
                "earlyHours": part == "pre",
                "afterHours": part == "post",
                "serverTime": now.isoformat(timespec="seconds"),
                "exchanges": {"nyse": word, "nasdaq": word, "otc": word},
                "currencies": {"fx": "open", "crypto": "open"},
            }
        )

    def upcoming(self, request: Request) -> Response:
        rows: list[Row] = []
        today = self._market.now().date()
        for number in range(1, UPCOMING_DAYS):
            day = today + dt.timedelta(days=number)
            if day > LAST_DAY:
                break
            rows += [
                row | {"exchange": name} for row in [_special(day)] if row for name in ("NYSE", "NASDAQ")
            ]
        return json_answer(rows)


def recent_articles(market: Market, *, since: str | None = None) -> list[Article]:
    """Oldest first, none from the future; those of all sessions from the one in which the day of ``since``
    (an ISO text) lies on, and no filter but that."""
    now = market.now()
    day = market.session()
    days = [next_session(day)] if day < LAST_DAY and now >= hours(day).post_close else []
    oldest = previous_session(day_of(since[:10], "since")) if since else None
    while day >= market.world.first_session and len(days) < NEWS_SESSIONS_MAX:
        if day < oldest if oldest else len(days) >= NEWS_SESSIONS:
            break
        days.append(day)
        day = previous_session(day)
    last = market.world.last_session
    return [
        article
        for session in reversed(days)
        if last is None or session <= last
        for article in market.world.articles(session)
        if article.published_at <= now
    ]


def _article_row(article: Article) -> Row:
    row: Row = {
        "id": article.id,
        "publisher": {"name": article.publisher, "homepage_url": "https://news.example/"},
        "title": article.title,
        "author": article.publisher,
        "published_utc": article.published_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "article_url": article.url,
        "tickers": list(article.symbols),
        "description": article.text,
        "keywords": list(article.keywords),
    }
    if article.tones:
        row["insights"] = [
            {
                "ticker": symbol,
                "sentiment": tone,
                "sentiment_reasoning": f"The report is {tone} for {symbol}.",
            }
            for symbol, tone in article.tones.items()
        ]
    return row


def holiday_name(day: dt.date) -> str:
    """The exchange holiday that ``day`` is, or that it stands before or after."""
    if day.month == 1 and day.day > 10:
        return "Martin Luther King, Jr. Day"
    return HOLIDAYS.get(day.month, "Holiday")


def _special(day: dt.date) -> Row | None:
    """A closed weekday or an early close; None for any other day."""
    if is_session(day):
        if not is_early_close(day):
            return None
        span = hours(day)
        return {
            "date": day.isoformat(), "name": holiday_name(day), "status": "early-close",
            "open": _utc(span.open), "close": _utc(span.close),
        }  # fmt: skip
    if day.weekday() >= 5:
        return None
    return {"date": day.isoformat(), "name": holiday_name(day), "status": "closed"}


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
