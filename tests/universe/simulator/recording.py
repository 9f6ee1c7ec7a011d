"""A small recording made for the tests: six symbols, a fund and an index over 70 sessions."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from universe.sessions import ET, sessions_between

SESSIONS = sessions_between(dt.date(2025, 9, 2), dt.date(2025, 12, 10))
LAST = SESSIONS[-1]
SPLIT_DAY = SESSIONS[50]
GAP_DAY = SESSIONS[55]
"""On this day volumes and share counts were not recorded."""
REAL_DAY = SESSIONS[60]
CLOSES = {"ALFA": 10.0, "BETA/B": 40.0, "GAMM": 2.5, "NA": 5.0, "SPLT": 0.5, "LATE": 8.0}


def close_of(symbol: str, place: int) -> float:
    """ALFA climbs by a cent a session, the others stand; SPLT consolidates ten to one."""
    if symbol == "ALFA":
        return round(10.0 + 0.01 * place, 2)
    if symbol == "SPLT" and SESSIONS[place] >= SPLIT_DAY:
        return 5.0
    return CLOSES[symbol]


def write(folder: Path) -> Path:
    pq.write_table(pa.Table.from_pylist(_daily()), folder / "market_daily.parquet")
    _csv(folder / "symbols.csv.gz", "symbol,name,exchange,country,nasdaq_sector,nasdaq_industry", [
        "ALFA,Alfa Inc. Common Stock,NASDAQ,United States,Technology,Software",
        'BETA/B,"Beta Corp. Class B",NYSE,United States,Finance,Major Banks',
        "GAMM,Gamma Ltd. American Depositary Shares,NASDAQ,China,Health Care,Biotechnology",
        "NA,Nano Labs,NYSE American,Israel,Technology,Semiconductors",
        "SPLT,Splitting Co. Common Stock,NASDAQ,United States,Energy,Oil",
        "LATE,Latecomer Inc. Common Stock,NASDAQ,United States,,",
    ])  # fmt: skip
    volumes = {"IWM": "1000000", "VIX": ""}
    rows = [
        f"{day},{symbol},{100 + n},{102 + n},{99 + n},{101 + n},{volumes[symbol]},made"
        for n, day in enumerate(SESSIONS)
        for symbol in volumes
    ]
    _csv(folder / "etf_daily.csv.gz", "date,symbol,open,high,low,close,volume,source", rows)
    _csv(folder / "company_profiles.csv.gz",
         "symbol,name,yahoo_sector,yahoo_industry,exchange,country,summary",
         ['GAMM,Gamma,Healthcare,Biotechnology,NMS,China,"Makes, among others, medicines."'])  # fmt: skip
    _csv(folder / f"screener_{LAST}.csv.gz",
         "symbol,name,lastsale,volume,marketCap,country,ipoyear,sector,industry,exchange",
         ["ALFA,Alfa,1,1,1,,,,,NASDAQ", "ALFAW,Alfa Inc. Warrant,1,1,1,,,,,NASDAQ",
          "BETA^C,Beta Corp. Series C,1,1,1,,,,,NYSE",
          "BLNK,Blank Acquisition Corp.,1,1,1,,,,,NASDAQ"])  # fmt: skip
    _csv(folder / "news_headlines.csv.gz", "symbol,published_utc,title,publisher,url", [
        f"ALFA,{REAL_DAY}T14:00:00Z,Alfa wins,Wire,https://example.com/a",
        f"GAMM,{REAL_DAY}T14:00:00Z,Alfa wins,Wire,https://example.com/a",
        "ALFA,not a time,Lost,Wire,https://example.com/b",
    ])  # fmt: skip
    _csv(folder / "news_more.csv.gz", "symbol,published_utc,title,publisher,url", [
        f"ALFA,{REAL_DAY}T14:00:00Z,Alfa wins,Wire,https://example.com/a",
    ])  # fmt: skip
    _csv(folder / "sec_filings.csv.gz", "symbol,form,filed,url,source", [
        f"ALFA,8-K,{REAL_DAY},https://sec.example/Archives/edgar/data/77/000000007725000123/a.htm,x",
        f"BETA/B,S-3,{REAL_DAY},https://sec.example/Archives/edgar/data/88/000000008825000001/xsl/b.htm,x",
        f"ALFA,8-K,{REAL_DAY},https://sec.example/Archives/edgar/data/77/000000007725000123/a.htm,y",
        f"GAMM,8-K,{REAL_DAY},https://sec.example/nowhere,x",
        "GAMM,8-K,some day,https://sec.example/Archives/edgar/data/99/000000009925000001/c.htm,x",
    ])  # fmt: skip
    _csv(folder / "short_interest.csv.gz", "symbol,settlement_date,shares_short,short_ratio,float_shares", [
        "ALFA,2025-10-31,1000000,2.5,20000000",
        "GAMM,2025-10-31,NA,NA,NA",
    ])  # fmt: skip
    pq.write_table(pa.Table.from_pylist(_five_minutes()), folder / "intraday_5m.parquet")
    pq.write_table(pa.Table.from_pylist(_opens()), folder / "ohlcv_daily.parquet")
    return folder


def _daily() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for place, day in enumerate(SESSIONS):
        for symbol in CLOSES:
            if symbol == "LATE" and place < 40:
                continue
            close, before = close_of(symbol, place), close_of(symbol, max(place - 1, 0))
            is_split = symbol == "SPLT" and day == SPLIT_DAY
            known = day != GAP_DAY
            rows.append({
                "date": day, "symbol": symbol, "close": close,
                "ret": 0.0 if is_split or place == 0 else close / before - 1.0,
                "volume": 1_000_000 if known else None, "shares_k": 30_000 if known else None,
                "q": 0 if known else 2,
            })  # fmt: skip
    return rows


def _five_minutes() -> list[dict[str, object]]:
    """ALFA through one regular session, ending at its close; GAMM ends elsewhere and is not believed."""
    rows: list[dict[str, object]] = []
    start = dt.datetime.combine(REAL_DAY, dt.time(9, 30), tzinfo=ET).astimezone(dt.UTC)
    for symbol, end in (("ALFA", close_of("ALFA", 60)), ("GAMM", 3.5)):
        for bar in range(78):
            price = end + 0.01 * (77 - bar)
            rows.append({
                "ts": start + dt.timedelta(minutes=5 * bar), "symbol": symbol, "open": price + 0.02,
                "high": price + 0.05, "low": price - 0.05, "close": price, "volume": 1000 + bar,
            })  # fmt: skip
    return rows


def _opens() -> list[dict[str, object]]:
    """Opens of the last session: one believable, one adjusted for a later split."""
    return [
        {"date": LAST, "symbol": "NA", "open": 5.5, "high": 5.6, "low": 4.9, "close": 5.0, "adj_close": 5.0,
         "volume": 1},
        {"date": LAST, "symbol": "ALFA", "open": 100.0, "high": 101.0, "low": 99.0, "close": 100.0,
         "adj_close": 100.0, "volume": 1},
    ]  # fmt: skip


def _csv(path: Path, head: str, rows: list[str]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join([head, *rows]) + "\n")
