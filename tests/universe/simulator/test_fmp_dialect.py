from __future__ import annotations

import json

import pytest

from tests.market import RunningMarket
from tests.universe.simulator.conftest import PREVIOUS, SESSION
from universe.simulator.dialects.fmp import fmp_symbol


def test_a_call_without_a_key_is_refused_in_the_vendors_words(market: RunningMarket) -> None:
    status, body = market.refusal("/stable/quote?symbol=IWM", key=None)
    assert status == 401
    assert "Invalid API KEY" in json.loads(body)["Error Message"]


@pytest.mark.parametrize(
    ("symbol", "spelling"),
    [("BRK.B", "BRK-B"), ("ABCpA", "ABC-PA"), ("ABC.WS", "ABC-WT"), ("ABCD", "ABCD")],
)
def test_symbols_are_spelled_with_dashes(symbol: str, spelling: str) -> None:
    assert fmp_symbol(symbol) == spelling


def test_the_screener_has_sector_words_and_keeps_its_strict_bounds(market: RunningMarket) -> None:
    rows = market.get(
        "/stable/company-screener?exchange=NASDAQ,NYSE,AMEX&marketCapMoreThan=10000000"
        "&marketCapLowerThan=2000000000&isEtf=false&isFund=false&limit=5000"
    )
    assert len(rows) > 2500
    assert all(1e7 < row["marketCap"] < 2e9 for row in rows)
    assert {"Healthcare", "Financial Services", "Utilities", None} <= {row["sector"] for row in rows}
    assert {row["exchangeShortName"] for row in rows} == {"NASDAQ", "NYSE", "AMEX"}


def test_pages_start_at_zero_and_the_last_one_is_short(market: RunningMarket) -> None:
    first = market.get("/stable/shares-float-all?limit=5000&page=0")
    second = market.get("/stable/shares-float-all?limit=5000&page=1")
    symbols = [row["symbol"] for row in first + second]
    assert len(first) == 5000 > len(second)
    assert len(symbols) == len(set(symbols))
    assert any(row["floatShares"] is None for row in first)


def test_more_than_the_maximum_is_refused(market: RunningMarket) -> None:
    status, body = market.refusal("/stable/shares-float-all?limit=5001")
    assert (status, "limit" in json.loads(body)["Error Message"]) == (400, True)


def test_quotes_come_for_listings_and_indices_and_leave_strangers_out(market: RunningMarket) -> None:
    rows = market.get("/stable/batch-quote?symbols=IWM,ZZZZZ,%5EVIX,%5EN225")
    assert [row["symbol"] for row in rows] == ["IWM", "^VIX", "^N225"]
    assert rows[0]["changePercentage"] == pytest.approx(
        100 * (rows[0]["price"] / rows[0]["previousClose"] - 1), abs=1e-2
    )
    assert market.get("/stable/quote?symbol=ZZZZZ") == []


def test_a_profile_describes_a_company(market: RunningMarket) -> None:
    symbol = market.get("/v3/reference/tickers?type=CS&limit=1")["results"][0]["ticker"]
    (profile,) = market.get(f"/stable/profile?symbol={symbol}")
    assert profile["sector"]
    assert profile["description"].endswith(".")
    assert (profile["isEtf"], profile["isFund"], profile["isAdr"]) == (False, False, False)
    assert market.get(f"/stable/shares-float?symbol={symbol}")[0]["outstandingShares"] > 0


def test_the_calendar_hides_figures_that_are_not_out(market: RunningMarket) -> None:
    rows = market.get("/stable/economic-calendar?from=2026-11-19&to=2026-11-25")
    dates = [row["date"] for row in rows]
    assert dates == sorted(dates, reverse=True)
    claims = {row["date"]: row for row in rows if row["event"] == "Initial Jobless Claims"}
    assert claims["2026-11-19 13:30:00"]["actual"] is not None
    assert [row["actual"] for row in rows if row["date"] > "2026-11-20 16:00:00"] == [None] * len(
        [row for row in rows if row["date"] > "2026-11-20 16:00:00"]
    )


def test_a_chart_is_newest_first_and_regular_unless_extended(market: RunningMarket) -> None:
    path = f"/stable/historical-chart/30min?symbol=IWM&from={PREVIOUS}&to={PREVIOUS}"
    regular = [row["date"][11:16] for row in market.get(path)]
    extended = [row["date"][11:16] for row in market.get(path + "&extended=true")]
    assert (regular[0], regular[-1], len(regular)) == ("15:30", "09:30", 13)
    assert len(extended) == 32


def test_daily_prices_change_from_open_to_close(market: RunningMarket) -> None:
    row = market.get(f"/stable/historical-price-eod/full?symbol=IWM&from=2026-11-02&to={SESSION}")[0]
    assert row["date"] == PREVIOUS.isoformat()
    assert row["change"] == pytest.approx(row["close"] - row["open"], abs=1e-4)


def test_news_stands_in_eastern_time_without_judgement(market: RunningMarket) -> None:
    rows = market.get("/stable/news/stock-latest?limit=50")
    assert len(rows) == 50
    now = market.get("/simulator/clock")["market_anchor"][:19].replace("T", " ")
    assert now >= rows[0]["publishedDate"] >= rows[-1]["publishedDate"]
    assert "sentiment" not in rows[0]


def test_hours_holidays_and_lists_are_there(market: RunningMarket) -> None:
    (row,) = market.get("/stable/exchange-market-hours?exchange=NYSE")
    assert (row["openingHour"], row["closingHour"], row["isMarketOpen"]) == (
        "09:30 AM -05:00",
        "04:00 PM -05:00",
        True,
    )
    holidays = market.get("/stable/holidays-by-exchange?exchange=NYSE&from=2025-11-01&to=2025-12-31")
    assert [(row["date"], row["isClosed"]) for row in holidays] == [
        ("2025-12-25", True),
        ("2025-12-24", None),
        ("2025-11-28", None),
        ("2025-11-27", True),
    ]
    assert {"sector": "Utilities"} in market.get("/stable/available-sectors")
    assert {"industry": "Biotechnology"} in market.get("/stable/available-industries")
    assert market.get("/stable/available-exchanges")


def test_a_sector_fund_holds_its_sector(market: RunningMarket) -> None:
    rows = market.get("/stable/etf/holdings?symbol=XLU")
    sectors = {market.get(f"/stable/profile?symbol={row['asset']}")[0]["sector"] for row in rows[:5]}
    assert sectors <= {"Utilities", None}
    assert sum(row["weightPercentage"] for row in rows) == pytest.approx(100, abs=0.1)
    assert market.get("/stable/etf/holdings?symbol=ZZZZZ") == []


def test_a_fund_of_small_companies_holds_small_companies_of_its_sector(market: RunningMarket) -> None:
    held = [row["asset"] for row in market.get("/stable/etf/holdings?symbol=PSCT")][:-1]
    told = [market.get(f"/stable/profile?symbol={asset}")[0] for asset in held[:5]]
    assert 30 < len(held) <= 60
    assert {row["sector"] for row in told} <= {"Technology", None}
    assert max(row["marketCap"] for row in told if row["marketCap"]) <= 8e9
