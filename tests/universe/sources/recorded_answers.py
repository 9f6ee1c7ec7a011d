"""Every recorded answer of the vendors, and what the product does with it.

A new recording needs a line here: `Read` it through the source that asks its endpoint, or say why it is
`NotInUse`. What does not say otherwise is read row by row, without one refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from universe.sources.polygon import rest as polygon
from universe.sources.polygon.parse import parse_stream_bar

DAY = dt.date(2026, 3, 31)
SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
RANGE = f"/v2/aggs/ticker/AAPL/range/1/day/{DAY}/{DAY}"


@dataclass(frozen=True)
class Read:
    """Asked for by ``ask(source, body)`` on ``path``. ``shape`` makes the answer of that path out of another
    endpoint's recording. ``read`` rows of it are kept (None: all), ``refused`` by reason."""

    path: str
    ask: Callable[[Any, Any], Any]
    shape: Callable[[Any], Any] = lambda body: body
    read: int | None = None
    refused: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class NotInUse:
    why: str
    words: str = "not in use"


@dataclass(frozen=True)
class Errors:
    """A list of recorded refusals with their status: one error kind each, "" for an empty answer."""

    kinds: tuple[str, ...]


Line = Read | NotInUse | Errors
BY_MCP = NotInUse("the tests of the MCP servers read it", words="elsewhere")


def _range(source: Any, body: Any) -> Any:
    return source.fetch_daily_range("AAPL", DAY, DAY)


def _grouped(day: dt.date) -> Read:
    """Asked for as the session that its rows are of: another one is refused."""
    return Read(f"{polygon.GROUPED}/{day}", lambda source, _: source.fetch_daily_bars(day))


def _snapshot(source: Any, body: Any) -> Any:
    return source.fetch_quotes()


def _news(source: Any, body: Any) -> Any:
    return source.fetch_headlines(SINCE)


def _filings(source: Any, body: Any) -> Any:
    return source.fetch_filings(DAY, DAY)


def _facts(source: Any, body: Any) -> Any:
    return source.fetch_facts()


def _listings(source: Any, body: Any) -> Any:
    return source.fetch_listings()


POLYGON: dict[str, Line] = {
    "aggs_range_AAPL_2005.json": Read(RANGE, _range),
    "aggs_range_AAPL_2019-01.json": Read(RANGE, _range),
    "aggs_range_AAPL_2023.json": Read(RANGE, _range),
    "aggs_range_AAPL_daily_swift.json": Read(RANGE, _range),
    "dividends.json": NotInUse("returns are those of prices; the vendor adjusts for no dividend either"),
    # The texts' own path is not asked for: the disclosures hold what matters of them.
    "doc_8k_text.json": Read(polygon.FILINGS, _filings, shape=lambda body: {"results": body["results"]}),
    "doc_dividends_v1.json": NotInUse("as dividends.json"),
    "doc_filings_index.json": Read(polygon.FILINGS, _filings),
    "doc_float.json": Read(polygon.FLOAT, _facts),
    "doc_ratios.json": Read(polygon.RATIOS, _facts),
    "doc_related_companies.json": NotInUse("sectors come from labels, not from who is named together"),
    "doc_short_interest.json": Read(
        polygon.SHORT_INTEREST, lambda source, _: source.fetch_short_interest(DAY)
    ),
    "doc_short_volume.json": NotInUse("a part of the market only; shortability is short interest"),
    "doc_snapshot_all.json": Read(polygon.SNAPSHOT, _snapshot),
    "doc_splits_v1.json": Read(polygon.SPLITS, lambda source, _: source.fetch_splits(DAY, DAY)),
    "errors.json": Errors(
        (
            "Rejected",
            "Rejected",
            "NotEntitled",
            "NotEntitled",
            "Rejected",
            "NotFound",
            "NotFound",
            "RateLimited",
            "",
        )
    ),
    "exchanges.json": NotInUse("the exchanges are chosen by their MIC in the criteria"),
    "grouped_daily_2019-02-01_600_of_8374.json": _grouped(dt.date(2019, 2, 1)),
    "grouped_daily_one_row.json": _grouped(dt.date(2020, 10, 14)),
    "indicator_rsi.json": NotInUse("one symbol a call; indicators are computed from stored closes"),
    "indicator_sma.json": NotInUse("one symbol a call; indicators are computed from stored closes"),
    "market_holidays_2020-04.json": Read(polygon.CLOSED_DAYS, lambda source, _: source.fetch_closed_days()),
    "market_holidays_upcoming.json": Read(polygon.CLOSED_DAYS, lambda source, _: source.fetch_closed_days()),
    "market_status_now.json": Read(polygon.STATUS, lambda source, _: source.fetch_market_status()),
    "mcp_massive_0.9.1_calls.json": BY_MCP,
    "mcp_massive_0.9.1_tools_list.json": BY_MCP,
    "news_AAPL_insights_2025.json": Read(polygon.NEWS, _news),
    "news_NFLX_no_insights.json": Read(polygon.NEWS, _news),
    "open_close_AAPL_2021.json": NotInUse("one symbol a call; the grouped day has the whole market"),
    "prev_close_AAPL.json": NotInUse("the last finished session, never a live price"),
    "snapshot_all_one_ticker.json": Read(polygon.SNAPSHOT, _snapshot),
    # The movers' list is not asked for; its rows are rows of the snapshot.
    "snapshot_gainers.json": Read(polygon.SNAPSHOT, _snapshot),
    # Of the deprecated path; the ratios are written alike.
    "splits.json": Read(polygon.SPLITS, lambda source, _: source.fetch_splits(DAY, DAY)),
    "ticker_details_AAPL.json": Read(
        f"{polygon.LISTINGS}/AAPL", lambda source, _: source.fetch_details("AAPL")
    ),
    "ticker_events_META.json": Read(
        "/vX/reference/tickers/META/events", lambda source, _: source.fetch_symbol_events("META")
    ),
    # Of the path for one ticker, whose row is a row of the snapshot.
    "ticker_snapshot_AAPL_2020.json": Read(
        polygon.SNAPSHOT, _snapshot, shape=lambda body: {"tickers": [body["ticker"]]}
    ),
    "ticker_types.json": NotInUse("kinds are allowed by their code; an unknown one is not"),
    "tickers_page1.json": Read(polygon.LISTINGS, _listings),
    "tickers_page2_cursor.json": Read(polygon.LISTINGS, _listings),
    # The retired list: not one row of it may pass for a listing.
    "tickers_v2_old_shape.json": Read(
        polygon.LISTINGS,
        _listings,
        shape=lambda body: {"results": body["tickers"]},
        read=0,
        refused={"bad_payload:market": 50},
    ),
    # The unified snapshot is not asked for. Its rows, one of them only an error, are no rows of ours.
    "unified_snapshot_mixed.json": Read(
        polygon.SNAPSHOT,
        _snapshot,
        shape=lambda body: {"tickers": body["results"]},
        read=0,
        refused={"no_price": 3},
    ),
    "ws_stock_messages.json": Read(
        "", lambda _, body: parse_stream_bar(body), shape=lambda body: body["samples"]["/stocks/AM"]
    ),
}


def _quotes(*symbols: str) -> Callable[[Any, Any], Any]:
    return lambda source, _: source.fetch_quotes(symbols)


FMP: dict[str, Line] = {
    "aftermarket_quote_AAPL.json": NotInUse("bid and ask without a trade are no price"),
    "available_exchanges.json": NotInUse("the price vendor's MIC says where a name is listed"),
    "available_industries.json": NotInUse("the labels are mapped by name, an unknown one by its words"),
    "available_sectors.json": NotInUse("the labels are mapped by name"),
    "batch_aftermarket_quote_2.json": NotInUse("bid and ask without a trade are no price"),
    "batch_quote_2.json": Read("/stable/batch-quote", _quotes("AAPL", "MSFT")),
    "batch_quote_short_2.json": NotInUse("prices without a time"),
    "biggest_gainers_2026-04.json": NotInUse("reverse splits, rights and warrants"),
    "bulk_empty.json": Read(
        "/stable/profile-bulk", lambda source, _: source.fetch_profiles(), shape=lambda body: body["body"]
    ),
    "company_screener_foreign.json": Read("/stable/company-screener", _facts, read=0),
    "delisted_companies_2026-07.json": NotInUse("what the price vendor's list no longer names is delisted"),
    "economic_calendar_2024-01-08_15.json": Read(
        "/stable/economic-calendar", lambda source, _: source.fetch_releases(DAY, DAY), read=89
    ),
    "eod_bulk_2_rows.json": NotInUse("all the world's days; the grouped day is the market's own"),
    "errors.json": Errors(
        ("Rejected", "NotEntitled", "NotEntitled", "NotEntitled", "RateLimited", "RateLimited", "")
    ),
    "etf_holder_bulk_4_rows.json": NotInUse("some funds are asked for one by one, not all of the world"),
    "etf_holdings_SPY.json": Read("/stable/etf/holdings", lambda source, _: source.fetch_holdings("SPY")),
    "etf_info_SPY.json": NotInUse("a fund is a yardstick here, not a thing to look at"),
    "etf_sector_weightings_SPY.json": NotInUse("holdings say more"),
    "exchange_market_hours_NYSE_closed.json": NotInUse("the price vendor's status says it for all exchanges"),
    # Of the hourly chart, which is written like the minutes'.
    "historical_chart_1hour_AAPL.json": Read(
        "/stable/historical-chart/1min", lambda source, _: source.fetch_minute_bars("AAPL", DAY)
    ),
    "historical_price_eod_full_AAPL.json": NotInUse("one symbol a call, and adjusted for splits"),
    "historical_price_eod_full_AAPL_2024-01.json": NotInUse("one symbol a call, and adjusted for splits"),
    "historical_price_eod_light_AAPL.json": NotInUse("one symbol a call, and adjusted for splits"),
    "holidays_by_exchange_NYSE_2024.json": NotInUse("days gone by; the price vendor lists those to come"),
    "industry_classification_list.json": NotInUse("the product has the list of SIC codes"),
    "industry_classification_search_AAPL.json": NotInUse("the price vendor's details have the SIC code"),
    "industry_performance_snapshot_2024-12-31.json": NotInUse("an unweighted mean of one exchange"),
    "market_capitalization_batch_2.json": NotInUse("the screener has every market cap in one call"),
    "mcp_fmp_npm_2.5.3_tools_list.json": BY_MCP,
    # Nothing older follows, so that the list counts as cut, though none of its rows is refused.
    "news_stock_AAPL.json": Read("/stable/news/stock-latest", _news, refused={"cut_short": 1}),
    "profile_AAPL.json": Read("/stable/profile", lambda source, _: source.fetch_profile("AAPL")),
    "profile_bulk_2_rows.json": Read(
        "/stable/profile-bulk", lambda source, _: source.fetch_profiles(), shape=lambda body: body["body"]
    ),
    "quote_AAPL.json": Read("/stable/quote", _quotes("AAPL")),
    "quote_index_SPX.json": Read("/stable/quote", _quotes("^GSPC")),
    # Of the search by symbol, whose rows are written alike.
    "sec_filings_AAPL.json": Read("/stable/sec-filings-8k", _filings),
    "sec_filings_AAPL_2024.json": Read("/stable/sec-filings-8k", _filings),
    "sector_performance_snapshot_2024-12-31.json": NotInUse("an unweighted mean of one exchange"),
    "shares_float_AAPL.json": Read("/stable/shares-float", lambda source, _: source.fetch_floats(["AAPL"])),
    "shares_float_MSFT.json": Read("/stable/shares-float", lambda source, _: source.fetch_floats(["MSFT"])),
    "splits_AAPL.json": NotInUse("splits are the price vendor's, so that they fit its prices"),
    "stock_peers_AAPL.json": NotInUse("sectors come from labels, not from who is named together"),
    "stock_price_change_3.json": NotInUse("returns are computed from stored prices"),
}
LINES: dict[str, dict[str, Line]] = {"polygon": POLYGON, "fmp": FMP}

#: Paths that a source asks beside the one in question.
QUIET = {
    polygon.RATIOS: {"results": []},
    polygon.FLOAT: {"results": []},
    polygon.FILINGS: {"results": []},
    polygon.DISCLOSURES: {"results": []},
    "/stable/shares-float-all": [],
}
