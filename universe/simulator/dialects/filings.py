"""What companies filed, in both vendors' shapes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from universe.sessions import ET, FIRST_DAY, previous_session, sessions_between
from universe.simulator.dialects.answers import Row, day_of
from universe.simulator.market import Market
from universe.simulator.world import Paper

#: Words of a title and the disclosure they are filed as; the first that fits.
CATEGORIES = (
    (("acquired", "merger"), ("mergers_and_acquisitions", "merger_agreement", "definitive_agreement")),
    (("offering", "placement"), ("capital_markets", "equity_issuance", "public_offering")),
    (("warrant",), ("capital_markets", "equity_issuance", "warrant_exercise")),
    (
        ("bid price", "listing", "reverse stock split", "annual report"),
        ("securities_and_listing", "listing_standards", "listing_notice"),
    ),
    (("guidance", "outlook", "forecast"), ("financial_results", "guidance", "guidance_update")),
    (("estimates", "income", "results"), ("financial_results", "earnings_announcement", "quarterly_results")),
    (("Phase", "FDA", "trial", "response letter"), ("regulatory", "product_approval", "regulatory_decision")),
    (
        ("contract", "order", "agreement", "partnership"),
        ("business_operations", "material_agreement", "new_agreement"),
    ),
    (("chief",), ("leadership", "executive_change", "executive_appointment")),
)
OTHER = ("other_events", "corporate_update", "general_announcement")


def category(paper: Paper) -> tuple[str, str, str]:
    fitting = (kind for words, kind in CATEGORIES if any(word in paper.title for word in words))
    return next(fitting, OTHER)


def papers(market: Market, first: dt.date, last: dt.date) -> list[Paper]:
    """Filed on the days ``first`` to ``last`` and public by now, oldest first."""
    now, world = market.now(), market.world
    # A paper of the evening is filed on the next session's day; it is told in the session before.
    start = max(previous_session(max(first, FIRST_DAY + dt.timedelta(days=7))), world.first_session)
    end = min(last, market.session())
    sessions = sessions_between(start, end) if start <= end else []
    return [
        paper
        for session in sessions
        for paper in world.papers(session)
        if paper.public_at <= now and first <= paper.filed_on <= last
    ]


def papers_asked(market: Market, params: Mapping[str, str]) -> list[Paper]:
    """By Polygon's filters on ``filing_date``; without any those of today and of the session before."""
    today = market.session()
    exact = params.get("filing_date")
    first = exact or params.get("filing_date.gte") or params.get("filing_date.gt")
    last = exact or params.get("filing_date.lte") or params.get("filing_date.lt")
    return papers(
        market,
        day_of(first, "filing_date") if first else previous_session(today),
        day_of(last, "filing_date") if last else market.now().date() + dt.timedelta(days=7),
    )


def polygon_row(market: Market, paper: Paper) -> Row:
    listings = market.world.listings
    row = listings.index.get(paper.symbol)
    return {
        "accession_number": paper.number,
        "cik": paper.cik,
        "ticker": paper.symbol,
        "form_type": paper.form,
        "filing_date": paper.filed_on.isoformat(),
        "filing_url": paper.url,
        "issuer_name": "" if row is None else listings.names[row],
    }


def text_row(market: Market, paper: Paper) -> Row:
    row = polygon_row(market, paper)
    del row["issuer_name"]
    return row | {"items_text": f"Item 8.01\tOther Events\n\n{paper.text}"}


def disclosure_row(market: Market, paper: Paper) -> Row:
    """One tagged disclosure; the category's three levels and the sentence that it was read from."""
    row = polygon_row(market, paper)
    first, second, third = category(paper)
    kept = {key: row[key] for key in ("accession_number", "cik", "filing_date", "filing_url")}
    return kept | {
        "tickers": [paper.symbol], "primary_category": first, "secondary_category": second,
        "tertiary_category": third, "supporting_text": paper.title,
    }  # fmt: skip


def fmp_row(paper: Paper, symbol: str) -> Row:
    """A moment that nobody recorded is null."""
    at = paper.public_at.astimezone(ET)
    return {
        "symbol": symbol,
        "cik": paper.cik,
        "filingDate": f"{paper.filed_on.isoformat()} 00:00:00",
        "acceptedDate": at.strftime("%Y-%m-%d %H:%M:%S") if paper.is_timed else None,
        "formType": paper.form,
        "link": f"https://filings.example/{paper.number}-index.htm",
        "finalLink": paper.url,
    }
