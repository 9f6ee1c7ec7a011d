"""Reading the market. Every function that looks back takes its moment; none reads a clock."""

from universe.selectors.changes import (
    ChangedListing,
    UniverseChanges,
    universe_before,
    universe_changes,
)
from universe.selectors.criteria import (
    criteria_changes,
    criteria_current,
    criteria_from,
    criteria_revisions,
    listed_codes,
)
from universe.selectors.holdings import funds_holding
from universe.selectors.listing_index import Listed, ListingHit, Match
from universe.selectors.news import (
    FILINGS,
    filings_between,
    filings_changed,
    headlines_between,
    headlines_changed,
    news_covered_from,
    stock_names,
)
from universe.selectors.origins import (
    Origin,
    bar_origins,
    calls_between,
    calls_by_subject,
    calls_named,
    calls_newest,
    fact_origin,
    splits_count,
)
from universe.selectors.prices import PriceFrame, price_frame, sessions_stored, splits_until
from universe.selectors.quarantine import confirmed_symbols, quarantine_standing
from universe.selectors.quotes import (
    ContextRow,
    QuoteWithReference,
    benchmarks,
    prices_newest,
    quotes_newest,
    quotes_with_references,
    reference_prices,
    regular_closes,
)
from universe.selectors.releases import releases_between
from universe.selectors.search import stock_find, stocks_named, stocks_near
from universe.selectors.stocks import StockDetail, stock_detail
from universe.selectors.universe import (
    Funnel,
    MemberRow,
    funnel,
    member_symbols,
    members,
    members_in_order,
    members_past,
    snapshot_of,
    snapshots_stored,
    universe_current,
)

__all__ = [
    "FILINGS",
    "ChangedListing",
    "ContextRow",
    "Funnel",
    "Listed",
    "ListingHit",
    "Match",
    "MemberRow",
    "Origin",
    "PriceFrame",
    "QuoteWithReference",
    "StockDetail",
    "UniverseChanges",
    "bar_origins",
    "benchmarks",
    "calls_between",
    "calls_by_subject",
    "calls_named",
    "calls_newest",
    "confirmed_symbols",
    "criteria_changes",
    "criteria_current",
    "criteria_from",
    "criteria_revisions",
    "fact_origin",
    "filings_between",
    "filings_changed",
    "funds_holding",
    "funnel",
    "headlines_between",
    "headlines_changed",
    "listed_codes",
    "member_symbols",
    "members",
    "members_in_order",
    "members_past",
    "news_covered_from",
    "price_frame",
    "prices_newest",
    "quarantine_standing",
    "quotes_newest",
    "quotes_with_references",
    "reference_prices",
    "regular_closes",
    "releases_between",
    "sessions_stored",
    "snapshot_of",
    "snapshots_stored",
    "splits_count",
    "splits_until",
    "stock_detail",
    "stock_find",
    "stock_names",
    "stocks_named",
    "stocks_near",
    "universe_before",
    "universe_changes",
    "universe_current",
]
