"""Which stocks there are, what they cost, and who was in the universe of which session."""

from universe.models.calls import VendorCall
from universe.models.events import EconomicEvent, NewsArticle, NewsCoverage, SecFiling
from universe.models.listings import FundHolding, Stock, StockSplit, SymbolChange
from universe.models.membership import CriteriaRevision, SnapshotMember, StockUniverse, UniverseSnapshot
from universe.models.prices import (
    BarCorrection,
    ConfirmedMove,
    DailyBar,
    MarketContext,
    MinuteQuote,
    QuarantinedPrice,
)
from universe.models.refusals import RefusedRow
from universe.models.revisions import Revision

__all__ = [
    "BarCorrection",
    "ConfirmedMove",
    "CriteriaRevision",
    "DailyBar",
    "EconomicEvent",
    "FundHolding",
    "MarketContext",
    "MinuteQuote",
    "NewsArticle",
    "NewsCoverage",
    "QuarantinedPrice",
    "RefusedRow",
    "Revision",
    "SecFiling",
    "SnapshotMember",
    "Stock",
    "StockSplit",
    "StockUniverse",
    "SymbolChange",
    "UniverseSnapshot",
    "VendorCall",
]
