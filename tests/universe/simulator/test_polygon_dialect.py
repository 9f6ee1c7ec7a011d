from __future__ import annotations

import datetime as dt
import json
import urllib.request
from typing import Any

import pytest

from tests.market import RunningMarket, start_market
from tests.universe.simulator.conftest import PREVIOUS, SESSION
from universe.sessions import hours
from universe.simulator.synthetic.world import SyntheticWorld

TICKERS = "/v3/reference/tickers"
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
GROUPED = "/v2/aggs/grouped/locale/us/market/stocks"


def pages(market: RunningMarket, path: str) -> list[dict[str, Any]]:
    """All rows of a paged answer; each page must be another one."""
    rows: list[dict[str, Any]] = []
    seen = set()
    while path:
        assert path not in seen
        seen.add(path)
        body = market.get(path)
        rows += body.get("results", [])
        path = body.get("next_url", "").removeprefix(market.url)
    return rows


def test_a_call_without_a_key_is_refused_in_the_vendors_words(market: RunningMarket) -> None:
    status, body = market.refusal(TICKERS, key=None)
    assert (status, json.loads(body)["error"]) == (401, "API Key was not provided")


def test_a_market_with_keys_refuses_another_key() -> None:
    with start_market(keys="right,other") as market:
        status, body = market.refusal(TICKERS, key="wrong")
        assert (status, json.loads(body)["error"]) == (401, "Unknown API Key")
        assert market.get(TICKERS, key="right")["status"] == "OK"


def test_the_key_may_stand_in_the_query(market: RunningMarket) -> None:
    with urllib.request.urlopen(f"{market.url}{TICKERS}?limit=1&apiKey=k") as answer:
        assert json.loads(answer.read())["count"] == 1


def test_the_ticker_list_pages_through_everything_once(market: RunningMarket) -> None:
    rows = pages(market, TICKERS + "?market=stocks&limit=1000")
    symbols = [row["ticker"] for row in rows]
    assert len(symbols) == len(set(symbols)) == 8000
    assert symbols == sorted(symbols)
    assert {"ticker", "name", "market", "locale"} <= rows[0].keys()
    assert any("type" not in row for row in rows)


def test_filters_go_along_with_the_cursor_and_the_key_does_not(market: RunningMarket) -> None:
    body = market.get(TICKERS + "?type=ADRC&exchange=XNYS&limit=5&apiKey=secret-key")
    assert "secret-key" not in body["next_url"]
    following = market.get(body["next_url"].removeprefix(market.url))
    kinds = {(row["type"], row["primary_exchange"]) for row in body["results"] + following["results"]}
    assert kinds == {("ADRC", "XNYS")}


def test_tickers_can_be_searched_and_bounded(market: RunningMarket) -> None:
    found = market.get(TICKERS + "?search=iwm")["results"]
    assert "IWM" in [row["ticker"] for row in found]
    after = market.get(TICKERS + "?ticker.gte=XL&ticker.lt=XM&limit=1000")["results"]
    assert after
    assert all("XL" <= row["ticker"] < "XM" for row in after)


@pytest.mark.parametrize("query", ["limit=1001", "limit=0", "limit=many", "cursor=nonsense"])
def test_a_bad_parameter_is_named(market: RunningMarket, query: str) -> None:
    status, body = market.refusal(f"{TICKERS}?{query}")
    assert status == 400
    assert query.split("=")[0] in json.loads(body)["error"]


def test_details_have_what_a_company_has_and_nothing_for_a_stranger(market: RunningMarket) -> None:
    symbol = market.get(TICKERS + "?type=CS&limit=1")["results"][0]["ticker"]
    details = market.get(f"{TICKERS}/{symbol}")["results"]
    close = market.get(f"/v2/aggs/ticker/{symbol}/prev")["results"][0]["c"]
    assert details["market_cap"] == pytest.approx(close * details["share_class_shares_outstanding"])
    assert len(details["sic_code"]) == 4
    status, body = market.refusal(TICKERS + "/ZZZZZ")
    assert (status, json.loads(body)["message"]) == (404, "Ticker not found.")


def test_a_grouped_day_has_everybody_and_is_stamped_with_its_end(market: RunningMarket) -> None:
    body = market.get(f"{GROUPED}/{PREVIOUS}")
    row = next(row for row in body["results"] if row["T"] == "IWM")
    assert body["resultsCount"] == len(body["results"]) == 8000
    assert row["t"] == hours(PREVIOUS).close.timestamp() * 1000
    assert row["l"] <= min(row["o"], row["c"]) <= max(row["o"], row["c"]) <= row["h"]


def test_a_closed_day_is_empty_and_a_running_one_refused(market: RunningMarket) -> None:
    closed = market.get(f"{GROUPED}/2026-11-15")
    assert (closed["resultsCount"], "results" in closed) == (0, False)
    for day in (SESSION, SESSION + dt.timedelta(days=3)):
        status, body = market.refusal(f"{GROUPED}/{day}")
        assert (status, json.loads(body)["status"]) == (403, "NOT_AUTHORIZED")


def test_days_before_a_split_are_adjusted_only_when_asked(market: RunningMarket) -> None:
    splits = market.get("/stocks/v1/splits?execution_date.lte=2026-11-20&limit=20")["results"]
    split = splits[-1]
    day = dt.date.fromisoformat(split["execution_date"]) - dt.timedelta(days=7)
    path = f"/v2/aggs/ticker/{split['ticker']}/range/1/day/{day}/{day + dt.timedelta(days=6)}"
    raw = market.get(path + "?adjusted=false")["results"][0]
    adjusted = market.get(path)["results"][0]
    factor = split["split_from"] / split["split_to"]
    assert adjusted["c"] == pytest.approx(raw["c"] * factor, rel=1e-3)
    assert adjusted["v"] == pytest.approx(raw["v"] / factor, rel=1e-3, abs=1)


def test_the_whole_market_comes_in_one_snapshot(market: RunningMarket) -> None:
    body = market.get(SNAPSHOT)
    row = next(row for row in body["tickers"] if row["ticker"] == "IWM")
    previous = market.get("/v2/aggs/ticker/IWM/prev")["results"][0]
    assert body["count"] == len(body["tickers"]) == 8000
    assert row["prevDay"]["c"] == previous["c"]
    assert row["todaysChange"] == pytest.approx(row["lastTrade"]["p"] - row["prevDay"]["c"], abs=0.011)
    assert row["updated"] == row["lastTrade"]["t"] > 1e18
    assert row["min"]["av"] >= row["min"]["v"] > 0
    assert "interpolated" not in row


def test_a_snapshot_of_a_few_leaves_strangers_out_and_one_alone_is_refused(market: RunningMarket) -> None:
    body = market.get(SNAPSHOT + "?tickers=IWM,ZZZZZ,SPY")
    assert [row["ticker"] for row in body["tickers"]] == ["IWM", "SPY"]
    assert market.get(SNAPSHOT + "/IWM")["ticker"]["ticker"] == "IWM"
    assert market.refusal(SNAPSHOT + "/ZZZZZ")[0] == 404


def test_before_its_first_trade_a_row_is_zero_and_the_day_is_until_nine_thirty() -> None:
    with start_market(first=f"{SESSION}T04:20") as early:
        rows = {row["ticker"]: row for row in early.get(SNAPSHOT)["tickers"]}
        silent = [row for row in rows.values() if row["updated"] == 0]
        assert silent
        assert all(row["min"]["c"] == 0 and row["todaysChangePerc"] == 0 for row in silent)
        traded = [row for row in rows.values() if row["updated"]]
        assert traded
        assert all(row["day"] == {"o": 0, "h": 0, "l": 0, "c": 0, "v": 0, "vw": 0} for row in rows.values())
        assert all(row["min"]["av"] > 0 for row in traded)


def test_minutes_start_at_their_start_and_leave_out_what_did_not_trade(market: RunningMarket) -> None:
    path = f"/v2/aggs/ticker/IWM/range/1/minute/{PREVIOUS}/{PREVIOUS}?limit=50000"
    rows = market.get(path)["results"]
    starts = [row["t"] for row in rows]
    first = hours(PREVIOUS).pre_open.timestamp() * 1000
    assert starts == sorted(set(starts))
    assert first <= starts[0]
    assert (starts[-1] - first) / 60_000 < 960
    assert len(rows) < 960


def test_a_running_session_shows_only_finished_minutes(market: RunningMarket) -> None:
    rows = market.get(f"/v2/aggs/ticker/IWM/range/1/minute/{SESSION}/{SESSION}?limit=50000")["results"]
    clock = dt.datetime.fromisoformat(market.get("/simulator/clock")["market_anchor"])
    assert rows[-1]["t"] / 1000 + 60 <= clock.timestamp() + 1


def test_longer_bars_are_made_of_shorter_ones(market: RunningMarket) -> None:
    base = "/v2/aggs/ticker/SPY/range"
    minutes = market.get(f"{base}/1/minute/{PREVIOUS}/{PREVIOUS}?limit=50000")["results"]
    halves = market.get(f"{base}/30/minute/{PREVIOUS}/{PREVIOUS}?limit=50000")["results"]
    start = halves[12]["t"]
    inside = [row for row in minutes if start <= row["t"] < start + 30 * 60_000]
    assert halves[12]["o"] == inside[0]["o"]
    assert halves[12]["c"] == inside[-1]["c"]
    assert halves[12]["h"] == max(row["h"] for row in inside)
    assert halves[12]["v"] == sum(row["v"] for row in inside)


def test_minutes_end_at_the_days_close(market: RunningMarket) -> None:
    minutes = market.get(f"/v2/aggs/ticker/IWM/range/1/minute/{PREVIOUS}/{PREVIOUS}?limit=50000")["results"]
    day = market.get(f"/v2/aggs/ticker/IWM/range/1/day/{PREVIOUS}/{PREVIOUS}")["results"][0]
    last = hours(PREVIOUS).close.timestamp() * 1000 - 60_000
    assert next(row["c"] for row in minutes if row["t"] == last) == day["c"]


@pytest.mark.parametrize(
    "path", ["1/minute/x/2026-11-19", "0/minute/2026-11-19/2026-11-19", "1/eon/2026-11-19/2026-11-19"]
)
def test_a_bad_span_is_refused(market: RunningMarket, path: str) -> None:
    assert market.refusal(f"/v2/aggs/ticker/IWM/range/{path}")[0] == 400


def test_an_unknown_ticker_has_no_bars_and_no_error(market: RunningMarket) -> None:
    body = market.get("/v2/aggs/ticker/ZZZZZ/range/1/day/2026-11-02/2026-11-19")
    assert (body["resultsCount"], "results" in body, body["status"]) == (0, False, "OK")


def test_the_unified_snapshot_tells_strangers_inside_the_answer(market: RunningMarket) -> None:
    rows = market.get("/v3/snapshot?ticker.any_of=IWM,ZZZZZ&limit=250")["results"]
    assert rows[0]["session"]["previous_close"] > 0
    assert (rows[1]["ticker"], rows[1]["error"]) == ("ZZZZZ", "NOT_FOUND")
    assert len(market.get("/v3/snapshot")["results"]) == 10


def test_ratios_and_floats_serve_the_whole_band_in_one_call(market: RunningMarket) -> None:
    rows = market.get(
        "/stocks/financials/v1/ratios?market_cap.gte=10000000&market_cap.lte=2000000000"
        "&price.gte=2&price.lte=100&limit=50000"
    )["results"]
    assert len(rows) > 2000
    assert all(1e7 <= row["market_cap"] <= 2e9 and 2 <= row["price"] <= 100 for row in rows)
    floats = pages(market, "/stocks/vX/float?limit=5000")
    assert all(0 < row["free_float_percent"] <= 100 for row in floats)


def test_news_is_newest_first_bounded_and_mostly_judged(market: RunningMarket) -> None:
    rows = market.get("/v2/reference/news?limit=1000&published_utc.gte=2026-11-19T20:00:00Z")["results"]
    times = [row["published_utc"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert "2026-11-19T20:00:00Z" <= times[-1] <= times[0] <= "2026-11-20T16:00:00Z"
    assert any("insights" not in row for row in rows)
    judged = next(row for row in rows if "insights" in row)
    assert judged["insights"][0]["sentiment"] in ("positive", "neutral", "negative")
    symbol = rows[0]["tickers"][0]
    assert all(
        symbol in row["tickers"] for row in market.get(f"/v2/reference/news?ticker={symbol}")["results"]
    )


def test_market_status_and_holidays_come_from_the_calendar(market: RunningMarket) -> None:
    assert market.get("/v1/marketstatus/now")["market"] == "open"
    rows = market.get("/v1/marketstatus/upcoming")
    early = next(row for row in rows if row["date"] == "2026-11-27")
    assert (early["status"], early["close"]) == ("early-close", "2026-11-27T18:00:00.000Z")
    assert next(row for row in rows if row["date"] == "2026-11-26")["status"] == "closed"


def test_short_interest_is_of_a_past_settlement(market: RunningMarket) -> None:
    rows = market.get("/stocks/v1/short-interest?limit=50000&settlement_date.gte=2026-10-01")["results"]
    assert len(rows) > 3000
    assert {row["settlement_date"] for row in rows} == {"2026-10-30"}


def test_types_exchanges_and_filings_are_there(market: RunningMarket) -> None:
    assert "CS" in [row["code"] for row in market.get(TICKERS + "/types")["results"]]
    assert "XASE" in [row["mic"] for row in market.get("/v3/reference/exchanges")["results"]]
    filings = market.get("/stocks/filings/vX/index?form_type=8-K&limit=10")["results"]
    assert {row["form_type"] for row in filings} == {"8-K"}


def test_movers_are_the_extremes(market: RunningMarket) -> None:
    gainers = market.get("/v2/snapshot/locale/us/markets/stocks/gainers")["tickers"]
    changes = [row["todaysChangePerc"] for row in gainers]
    assert len(changes) == 20
    assert changes[0] > 5
    assert changes[0] == max(changes)


def test_an_unknown_path_answers_plain_text(market: RunningMarket) -> None:
    assert market.refusal("/v9/nothing") == (404, "404 page not found")


def test_a_halted_row_says_so(world: SyntheticWorld) -> None:
    halt = world.grid(SESSION).halts[0]
    moment = hours(SESSION).pre_open + dt.timedelta(minutes=halt.start + 1)
    with start_market(first=f"{moment:%Y-%m-%dT%H:%M}", listings=None) as market:
        row = market.get(f"{SNAPSHOT}/{world.listings.symbols[halt.row]}")["ticker"]
        assert row["halted"] is True
