"""What companies filed, in both vendors' shapes: an 8-K behind each piece of their own news, a prospectus
behind each offering."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from universe.sessions import ET
from universe.simulator.dialects.answers import Row
from universe.simulator.market import Market
from universe.simulator.world import Article
from universe.types import Session

#: Words of a title and the disclosure they are filed as; the first that fits.
CATEGORIES = (
    (("acquired",), ("mergers_and_acquisitions", "merger_agreement", "definitive_agreement")),
    (("offering",), ("capital_markets", "equity_issuance", "public_offering")),
    (("guidance", "outlook", "forecast"), ("financial_results", "guidance", "guidance_update")),
    (("estimates", "income", "results"), ("financial_results", "earnings_announcement", "quarterly_results")),
    (("Phase", "FDA", "trial", "response letter"), ("regulatory", "product_approval", "regulatory_decision")),
    (("contract", "order", "agreement"), ("business_operations", "material_agreement", "new_agreement")),
    (("chief",), ("leadership", "executive_change", "executive_appointment")),
)
OTHER = ("other_events", "corporate_update", "general_announcement")


@dataclass(frozen=True, slots=True)
class Filing:
    """``at`` is when it was accepted; ``number`` is the accession number."""

    row: int
    symbol: str
    form: str
    at: dt.datetime
    number: str
    article: Article

    @property
    def day(self) -> dt.date:
        return self.at.astimezone(ET).date()

    @property
    def category(self) -> tuple[str, str, str]:
        title = self.article.title
        fitting = (kind for words, kind in CATEGORIES if any(word in title for word in words))
        return next(fitting, OTHER)


def filings(market: Market, sessions: Iterable[Session]) -> Iterator[Filing]:
    """Of the news of ``sessions`` up to now, oldest first. Articles without a judged company are somebody
    else's."""
    listings, now = market.world.listings, market.now()
    for session in sessions:
        for article in market.world.articles(session):
            row = listings.index.get(article.symbols[0]) if article.tones and article.symbols else None
            if row is None or article.published_at > now:
                continue
            forms = ("8-K", "424B5") if "offering" in article.title else ("8-K",)
            for place, form in enumerate(forms):
                day = article.published_at.astimezone(ET).date()
                number = f"{listings.ciks[row]}-{day:%y}-{(day.toordinal() * 10 + place) % 1_000_000:06d}"
                symbol = listings.symbols[row]
                yield Filing(row, symbol, form, article.published_at, number, article)


def polygon_row(market: Market, filing: Filing) -> Row:
    return {
        "accession_number": filing.number,
        "cik": market.world.listings.ciks[filing.row],
        "ticker": filing.symbol,
        "form_type": filing.form,
        "filing_date": filing.day.isoformat(),
        "filing_url": f"https://filings.example/{filing.number}.txt",
        "issuer_name": market.world.listings.names[filing.row],
    }


def text_row(market: Market, filing: Filing) -> Row:
    row = polygon_row(market, filing)
    del row["issuer_name"]
    return row | {"items_text": f"Item 8.01\tOther Events\n\n{filing.article.text}"}


def disclosure_row(market: Market, filing: Filing) -> Row:
    """One tagged disclosure; the category's three levels and the sentence that it was read from."""
    row = polygon_row(market, filing)
    first, second, third = filing.category
    kept = {key: row[key] for key in ("accession_number", "cik", "filing_date", "filing_url")}
    return kept | {
        "tickers": [filing.symbol], "primary_category": first, "secondary_category": second,
        "tertiary_category": third, "supporting_text": filing.article.title,
    }  # fmt: skip


def fmp_row(market: Market, filing: Filing, symbol: str) -> Row:
    at = filing.at.astimezone(ET)
    return {
        "symbol": symbol,
        "cik": market.world.listings.ciks[filing.row],
        "filingDate": f"{filing.day.isoformat()} 00:00:00",
        "acceptedDate": at.strftime("%Y-%m-%d %H:%M:%S"),
        "formType": filing.form,
        "link": f"https://filings.example/{filing.number}-index.htm",
        "finalLink": f"https://filings.example/{filing.number}.htm",
    }
