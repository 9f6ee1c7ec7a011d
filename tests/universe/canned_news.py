"""Articles and papers as both vendors tell them, and a market that has none until a test says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.universe.vendor import Answer, Asked, Vendor
from universe.sessions import ET

NEWS = "/v2/reference/news"
PAPERS = "/stocks/filings/vX/index"
DISCLOSURES = "/stocks/filings/8-K/vX/disclosures"
FMP_NEWS = "/stable/news/stock-latest"
FMP_PAPERS = "/stable/sec-filings-8k"
NOT_IN_PLAN = Answer({"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."}, 403)
#: Not asked again at once, unlike a status above 500.
BROKEN = Answer("<html>maintenance</html>")


def utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def article(number: str, at: dt.datetime, *symbols: str, tone: str = "", **more: Any) -> dict[str, Any]:
    row = {
        "id": number,
        "published_utc": utc(at),
        "title": f"Title {number}",
        "article_url": f"https://news.example/{number}",
        "publisher": {"name": "Wire"},
        "tickers": list(symbols),
        "description": f"Text {number}",
    }
    if tone:
        row["insights"] = [{"ticker": symbol, "sentiment": tone} for symbol in symbols]
    return row | more


def fmp_article(number: str, at: dt.datetime, symbol: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "publishedDate": at.astimezone(ET).strftime("%Y-%m-%d %H:%M:%S"),
        "publisher": "Wire",
        "title": f"Title {number}",
        "text": f"Text {number}",
        "url": f"https://news.example/{number}",
    }


def paper(number: str, day: dt.date, form: str = "8-K", **more: Any) -> dict[str, Any]:
    return {
        "accession_number": number,
        "cik": "0000000001",
        "form_type": form,
        "filing_date": day.isoformat(),
        "filing_url": f"https://sec.example/{number}.txt",
    } | more


def disclosure(number: str, day: dt.date, *symbols: str) -> dict[str, Any]:
    return {
        "accession_number": number,
        "cik": "0000000001",
        "filing_date": day.isoformat(),
        "filing_url": f"https://sec.example/{number}.txt",
        "tickers": list(symbols),
        "primary_category": "financial_results",
        "secondary_category": "guidance",
        "supporting_text": f"Guidance {number}",
    }


def fmp_paper(number: str, at: dt.datetime, symbol: str) -> dict[str, Any]:
    told = at.astimezone(ET)
    return {
        "symbol": symbol,
        "cik": "0000000001",
        "filingDate": f"{told:%Y-%m-%d} 00:00:00",
        "acceptedDate": f"{told:%Y-%m-%d %H:%M:%S}",
        "formType": "8-K",
        "link": f"https://sec.example/data/1/{number}-index.htm",
        "finalLink": f"https://sec.example/data/1/{number}.htm",
    }


def newsroom(vendor: Vendor, *articles: dict[str, Any]) -> None:
    """The price vendor tells these articles, by its filters and newest first, and no paper; the other one
    tells nothing."""
    vendor.on(NEWS, lambda asked: Answer({"results": _asked_for(asked, articles)}))
    vendor.on(PAPERS, Answer({"results": []}))
    vendor.on(DISCLOSURES, Answer({"results": []}))
    vendor.on(FMP_NEWS, Answer([]))
    vendor.on(FMP_PAPERS, Answer([]))


def _asked_for(asked: Asked, articles: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    first, last = asked.query["published_utc.gte"], asked.query.get("published_utc.lte", "9")
    told = [row for row in articles if first <= row["published_utc"] <= last]
    return sorted(told, key=lambda row: str(row["published_utc"]), reverse=True)


def queries(vendor: Vendor, path: str) -> list[dict[str, str]]:
    return [asked.query for asked in vendor.asked if asked.path == path]
