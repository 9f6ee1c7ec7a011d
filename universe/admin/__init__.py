"""Listings, universes and their limits in the admin. Only the limits can be changed, as a new revision."""

from universe.admin.criteria import CriteriaRevisionAdmin
from universe.admin.events import (
    EconomicEventAdmin,
    NewsArticleAdmin,
    NewsCoverageAdmin,
    SecFilingAdmin,
    VendorCallAdmin,
)
from universe.admin.listings import FundHoldingAdmin, StockAdmin, SymbolChangeAdmin
from universe.admin.membership import SnapshotMemberAdmin, UniverseSnapshotAdmin
from universe.admin.prices import BarCorrectionAdmin, QuarantinedPriceAdmin, RefusedRowAdmin

__all__ = [
    "BarCorrectionAdmin",
    "CriteriaRevisionAdmin",
    "EconomicEventAdmin",
    "FundHoldingAdmin",
    "NewsArticleAdmin",
    "NewsCoverageAdmin",
    "QuarantinedPriceAdmin",
    "RefusedRowAdmin",
    "SecFilingAdmin",
    "SnapshotMemberAdmin",
    "StockAdmin",
    "SymbolChangeAdmin",
    "UniverseSnapshotAdmin",
    "VendorCallAdmin",
]
