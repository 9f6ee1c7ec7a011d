"""Polygon's words into ours. Its field names, units and habits end in this file.

Bars count milliseconds, trades and snapshots nanoseconds. Zero in a snapshot means "nothing yet". Volumes can
be fractional. A bad datum raises `BadPayload` with symbol and field; it is dropped and counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import Any

from universe.notices import ClosedDay, Filing, MarketStatus, TickerChange
from universe.sessions import ET
from universe.sources.base import Parsed, once, parse_each
from universe.sources.fields import (
    SECONDS_MAX,
    SECONDS_MIN,
    Datum,
    bad,
    count_of,
    is_number,
    is_text,
    moment_from,
    price_of,
    price_told,
)
from universe.types import (
    MINUTE,
    Bar,
    CompanyFacts,
    Headline,
    Listing,
    MinuteBar,
    Phase,
    Quote,
    Session,
    ShortInterest,
    Split,
)

VENDOR = "polygon"
TONES = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}
SPLIT_RATIO_MAX = 100_000.0
moment_from_ms = partial(moment_from, unit=1e3, vendor=VENDOR)
moment_from_ns = partial(moment_from, unit=1e9, vendor=VENDOR)


def parse_listing(payload: Any, *, fetched_at: dt.datetime) -> Listing:
    """One row of the ticker list. BRK/B, the exchanges' own mark, is BRK.B. The retired list's rows,
    which write their market large, are refused."""
    row = Datum(payload, vendor=VENDOR, symbol_field="ticker")
    if row.text_or_none("market") not in (None, "stocks"):
        raise bad(VENDOR, row.symbol, "market", payload["market"])
    return Listing(
        symbol=row.symbol.replace("/", "."),
        name=row.text_or_none("name") or row.symbol,
        mic=row.text_or_none("primary_exchange"),
        kind=row.text_or_none("type"),
        cik=row.text_or_none("cik"),
        active=row.flag("active") is not False,
        source=VENDOR,
        fetched_at=fetched_at,
        figi=row.text_or_none("composite_figi"),
    )


def parse_bar(payload: Any, *, session: Session, fetched_at: dt.datetime) -> Bar:
    """One row of the grouped daily answer. ``session`` is the day that was asked for: the row's own ``t``
    is the end of that session. Written without `Datum`: half a million rows pass here at the first start."""
    symbol = payload.get("T") if isinstance(payload, dict) else None
    if not is_text(symbol) or not symbol:
        raise bad(VENDOR, "", "T", symbol)
    return _bar(payload, symbol, session, fetched_at)


def bars_session(payloads: list[Any]) -> Session | None:
    """The session that a grouped answer is of: its ``t`` are the END of it. None where no row tells."""
    told = (payload.get("t") for payload in payloads if isinstance(payload, dict))
    at = next((end for end in told if is_number(end, SECONDS_MIN * 1000, SECONDS_MAX * 1000)), None)
    return None if at is None else dt.datetime.fromtimestamp(at / 1000, tz=ET).date()


def parse_range_bar(payload: Any, *, symbol: str, fetched_at: dt.datetime) -> Bar:
    """One day of one symbol's range. Here ``t`` is the START of the day, midnight in New York."""
    row = Datum(payload, vendor=VENDOR)
    row.symbol = symbol
    start = moment_from_ms(row.payload.get("t"), symbol=symbol, field="t")
    return _bar(payload, symbol, start.astimezone(ET).date(), fetched_at)


def _bar(payload: Mapping[str, Any], symbol: str, session: Session, fetched_at: dt.datetime) -> Bar:
    price = partial(price_of, payload, vendor=VENDOR, symbol=symbol)
    return Bar(
        symbol,
        session,
        price("o"),
        price("h"),
        price("l"),
        price_told(payload, "c", vendor=VENDOR, symbol=symbol),
        count_of(payload, "v", vendor=VENDOR, symbol=symbol),
        VENDOR,
        fetched_at,
    )


def parse_split(payload: Any, *, fetched_at: dt.datetime | None = None) -> Split:
    row = Datum(payload, vendor=VENDOR, symbol_field="ticker")
    before, after = row.price("split_from"), row.price("split_to")
    if not 1 / SPLIT_RATIO_MAX <= before / after <= SPLIT_RATIO_MAX:
        raise bad(VENDOR, row.symbol, "split_to", payload.get("split_to"))
    return Split(
        symbol=row.symbol,
        session=row.day("execution_date"),
        split_from=before,
        split_to=after,
        source=VENDOR,
        fetched_at=fetched_at,
    )


def parse_quote(payload: Any, *, fetched_at: dt.datetime) -> Quote | None:
    """One row of the full market snapshot; None when it holds no price of its own day.

    Price and time come from one block: last trade, else last minute, else running day. The previous day's
    close is never a price: a row that has nothing else has not traded.
    """
    row = Datum(payload, vendor=VENDOR, symbol_field="ticker")
    day, minute, previous = row.block("day"), row.block("min"), row.block("prevDay")
    priced = _last_price(row, day=day, minute=minute)
    if priced is None:
        return None
    price, as_of = priced
    return Quote(
        symbol=row.symbol,
        price=price,
        as_of=as_of,
        day_volume=(minute and minute.known_count("av")) or (day and day.known_count("v")) or None,
        day_open=day.price_or_none("o") if day else None,
        previous_close=previous.price_or_none("c") if previous else None,
        source=VENDOR,
        fetched_at=fetched_at,
        interpolated=row.flag("interpolated") or False,
        halted=row.flag("halted") or False,
        prints=_prints(row, minute, as_of) if minute else None,
        minute_close=minute.price_or_none("c") if minute else None,
        day_low=day.price_or_none("l") if day else None,
    )


def _prints(row: Datum, minute: Datum, as_of: dt.datetime) -> float | None:
    """The trades of the minute, if the price is of it; a trade of a later minute is none of them."""
    count, started = minute.known_count("n"), minute.payload.get("t")
    if count is None or not started:
        return None
    start = moment_from_ms(started, symbol=row.symbol, field="min.t")
    return count if start <= as_of <= start + MINUTE else None


def _last_price(row: Datum, *, day: Datum | None, minute: Datum | None) -> tuple[float, dt.datetime] | None:
    trade = row.block("lastTrade")
    if trade and (price := trade.price_or_none("p")):
        return price, moment_from_ns(trade.payload.get("t"), symbol=row.symbol, field="lastTrade.t")
    if minute and (price := minute.price_or_none("c")):
        return price, _minute_end(row, minute)
    if day and (price := day.price_or_none("c")):
        return price, moment_from_ns(row.payload.get("updated"), symbol=row.symbol, field="updated")
    return None


def _minute_end(row: Datum, minute: Datum) -> dt.datetime:
    """When the minute's close was true: its end, or the row's update while the minute still runs.
    Old rows have no minute time; theirs is the update."""
    updated = row.payload.get("updated")
    if minute.payload.get("t") is None:
        return moment_from_ns(updated, symbol=row.symbol, field="updated")
    start = moment_from_ms(minute.payload["t"], symbol=row.symbol, field="min.t")
    if updated:
        moment = moment_from_ns(updated, symbol=row.symbol, field="updated")
        if start <= moment < start + MINUTE:
            return moment
    return start + MINUTE


def parse_stream_bar(
    payload: Mapping[str, Any], *, fetched_at: dt.datetime | None = None
) -> MinuteBar | None:
    """One AM message of the stream; None for an over-the-counter name."""
    row = Datum(payload, vendor=VENDOR, symbol_field="sym")
    if row.payload.get("otc") is True:
        return None
    volume, size = row.known_count("v"), row.known_count("z")
    return MinuteBar(
        symbol=row.symbol,
        start=moment_from_ms(payload.get("s"), symbol=row.symbol, field="s"),
        close=row.price("c"),
        day_volume=row.known_count("av"),
        source=VENDOR,
        interpolated=row.flag("interpolated") or False,
        fetched_at=fetched_at,
        prints=round(volume / size) if volume and size else None,
    )


def parse_minute_bars(
    payloads: list[Any], *, symbol: str, fetched_at: dt.datetime | None = None
) -> Parsed[MinuteBar]:
    """One symbol's minutes of one session, oldest first, each once. ``day_volume`` is the running sum of the
    bars: a little below the vendor's own count, which knows prints that make no bar."""

    volumes: dict[dt.datetime, float] = {}

    def read(payload: Any) -> MinuteBar:
        row = Datum(payload, vendor=VENDOR)
        row.symbol = symbol
        start = moment_from_ms(payload.get("t"), symbol=symbol, field="t")
        # Also of a minute whose close is refused: its shares were traded.
        volumes[start] = row.count_or_none("v") or 0.0
        return MinuteBar(
            symbol=symbol,
            start=start,
            close=row.price("c"),
            day_volume=None,
            source=VENDOR,
            interpolated=row.flag("interpolated") or False,
            fetched_at=fetched_at,
            prints=row.known_count("n"),
        )

    parsed = once(parse_each(payloads, read), lambda bar: bar.start)
    so_far = dict(zip(sorted(volumes), accumulate(volumes[start] for start in sorted(volumes)), strict=True))
    bars = sorted(parsed.rows, key=lambda bar: bar.start)
    return replace(parsed, rows=[replace(bar, day_volume=so_far[bar.start]) for bar in bars])


def parse_ratios(payload: Any, *, fetched_at: dt.datetime) -> CompanyFacts:
    row = Datum(payload, vendor=VENDOR, symbol_field="ticker")
    cap, price = row.known_count("market_cap"), row.price_or_none("price")
    return CompanyFacts(
        symbol=row.symbol,
        source=VENDOR,
        fetched_at=fetched_at,
        as_of=row.day_or_none("date"),
        market_cap_usd=cap,
        shares_outstanding=cap / price if cap and price else None,
    )


def parse_float(payload: Any, *, fetched_at: dt.datetime) -> CompanyFacts:
    row = Datum(payload, vendor=VENDOR, symbol_field="ticker")
    return CompanyFacts(
        symbol=row.symbol,
        source=VENDOR,
        fetched_at=fetched_at,
        as_of=row.day_or_none("effective_date"),
        float_shares=row.known_count("free_float"),
    )


def parse_details(payload: Any, *, fetched_at: dt.datetime) -> CompanyFacts:
    """Every field but the ticker may be missing. All share classes count, as in the market cap."""
    row = Datum(payload, vendor=VENDOR, symbol_field="ticker")
    address = row.block("address")
    return CompanyFacts(
        symbol=row.symbol,
        source=VENDOR,
        fetched_at=fetched_at,
        market_cap_usd=row.known_count("market_cap"),
        shares_outstanding=row.known_count("weighted_shares_outstanding")
        or row.known_count("share_class_shares_outstanding"),
        sic=row.text_or_none("sic_code"),
        industry_label=row.text_or_none("sic_description"),
        description=row.text_or_none("description"),
        country=address.text_or_none("country") if address else None,
    )


def parse_short_interest(payload: Any, *, fetched_at: dt.datetime) -> ShortInterest:
    row = Datum(payload, vendor=VENDOR, symbol_field="ticker")
    return ShortInterest(
        symbol=row.symbol,
        settlement=row.day("settlement_date"),
        shares_short=row.count_or_none("short_interest"),
        days_to_cover=row.count_or_none("days_to_cover"),
        source=VENDOR,
        fetched_at=fetched_at,
    )


def parse_headline(payload: Any, *, fetched_at: dt.datetime) -> Headline:
    row = Datum(payload, vendor=VENDOR, symbol_field="id")
    publisher = row.block("publisher")
    return Headline(
        id=row.symbol,
        published_at=row.moment("published_utc"),
        title=row.text("title"),
        url=row.text_or_none("article_url") or "",
        publisher=(publisher.text_or_none("name") if publisher else None) or "",
        symbols=row.texts("tickers"),
        tone=_tones(payload.get("insights")),
        source=VENDOR,
        fetched_at=fetched_at,
        text=row.text_or_none("description") or "",
    )


def _tones(insights: object) -> dict[str, float]:
    """Per symbol; names without an insight, and words that are no tone, are left out."""
    if not isinstance(insights, list):
        return {}
    tones: dict[str, float] = {}
    for insight in insights:
        if isinstance(insight, dict):
            symbol, word = insight.get("ticker"), insight.get("sentiment")
            if is_text(symbol) and isinstance(word, str) and word in TONES:
                tones[symbol] = TONES[word]
    return tones


def parse_filing(payload: Any, *, fetched_at: dt.datetime, form: str = "") -> Filing:
    """One row of the filings index, or with ``form`` of a list that holds that form only."""
    row = Datum(payload, vendor=VENDOR, symbol_field="accession_number")
    steps = [row.text_or_none(f"{step}_category") for step in ("primary", "secondary", "tertiary")]
    path = "/".join(step for step in steps if step)
    ticker = row.text_or_none("ticker")
    return Filing(
        accession_number=row.symbol,
        form=row.text_or_none("form_type") or form or row.text("form_type"),
        filed_on=row.day("filing_date"),
        accepted_at=None,
        symbols=row.texts("tickers") or ((ticker,) if ticker else ()),
        cik=row.text_or_none("cik"),
        url=row.text_or_none("filing_url") or "",
        categories=(path,) if path else (),
        text=row.text_or_none("supporting_text") or row.text_or_none("items_text") or "",
        source=VENDOR,
        fetched_at=fetched_at,
    )


def parse_ticker_changes(payload: Any, *, fetched_at: dt.datetime) -> Parsed[TickerChange]:
    """All symbols that one company has had, the first of them first."""

    def read(event: Any) -> TickerChange | None:
        row = Datum(event, vendor=VENDOR)
        change = row.block("ticker_change")
        if change is None:
            return None
        return TickerChange(None, change.text("ticker"), row.day("date"), VENDOR, fetched_at)

    parsed = parse_each(Datum(payload, vendor=VENDOR).rows("events"), read)
    rows = sorted(parsed.rows, key=lambda change: change.day)
    olds = [None, *(change.new for change in rows)]
    return Parsed([replace(row, old=old) for old, row in zip(olds, rows, strict=False)], parsed.dropped)


def parse_market_status(payload: Any, *, fetched_at: dt.datetime) -> MarketStatus:
    """Old answers have no ``afterHours``: extended hours that are not early are late."""
    row = Datum(payload, vendor=VENDOR)
    extended: Phase = "pre" if row.flag("earlyHours") else "post"
    phases: dict[str, Phase] = {"open": "regular", "closed": "closed", "extended-hours": extended}
    word = row.text("market")
    if word not in phases:
        raise bad(VENDOR, "", "market", word)
    return MarketStatus(phases[word], row.moment("serverTime"), VENDOR, fetched_at)


def parse_closed_day(payload: Any, *, fetched_at: dt.datetime) -> ClosedDay:
    """One exchange's closed day or early close; the moments of an early close are UTC."""
    row = Datum(payload, vendor=VENDOR, symbol_field="exchange")
    status = row.text("status")
    if status not in ("closed", "early-close"):
        raise bad(VENDOR, row.symbol, "status", status)
    early = status == "early-close"
    return ClosedDay(
        exchange=row.symbol,
        day=row.day("date"),
        name=row.text_or_none("name") or "",
        is_early=early,
        open=row.moment("open") if early else None,
        close=row.moment("close") if early else None,
        source=VENDOR,
        fetched_at=fetched_at,
    )
