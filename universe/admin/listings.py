"""Listings and their symbols, to look at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from universe.look_only import LookOnlyAdmin, link, links
from universe.models import FundHolding, Stock, SymbolChange


@admin.register(Stock)
class StockAdmin(LookOnlyAdmin):
    list_display = [
        *("symbol", "name", "pages", "mic", "kind", "cap", "shares", "float_shown", "sector_label"),
        "active",
    ]
    list_filter = ["active", "mic", "kind", "is_fund", "sector_label"]
    search_fields = ["symbol__istartswith", "name", "=figi", "=cik"]
    search_help_text = "Symbol, name, FIGI or CIK"
    show_full_result_count = False

    @admin.display(description="market cap, $M", ordering="market_cap_usd")
    def cap(self, stock: Stock) -> str:
        return "-" if stock.market_cap_usd is None else f"{stock.market_cap_usd / 1e6:,.0f}"

    @admin.display(description="shares, M", ordering="shares_outstanding")
    def shares(self, stock: Stock) -> str:
        return _millions(stock.shares_outstanding)

    @admin.display(description="float, M", ordering="float_shares")
    def float_shown(self, stock: Stock) -> str:
        return _millions(stock.float_shares)

    @admin.display(description="pages")
    def pages(self, stock: Stock) -> SafeString:
        return links(
            link("stock", "stock", stock.symbol),
            link("class", "admin:sectors_classification_changelist", q=stock.symbol),
            link("verdicts", "admin:universe_snapshotmember_changelist", q=stock.symbol),
        )


def _millions(value: float | None) -> str:
    return "-" if value is None else f"{value / 1e6:,.1f}"


@admin.register(SymbolChange)
class SymbolChangeAdmin(LookOnlyAdmin):
    """Listings that go under a new symbol, told by their FIGI."""

    list_display = ["session", "old", "new", "figi", "pages"]
    list_filter = ["session"]
    search_fields = ["old__istartswith", "new__istartswith", "=figi"]
    search_help_text = "Old or new symbol, FIGI"
    date_hierarchy = "session"

    @admin.display(description="pages")
    def pages(self, change: SymbolChange) -> SafeString:
        return links(
            link("stock", "stock", change.new),
            link("listing", "admin:universe_stock_changelist", q=change.new),
        )


@admin.register(FundHolding)
class FundHoldingAdmin(LookOnlyAdmin):
    """What the funds hold whose members tell a sector."""

    list_display = ["fund", "symbol", "weight_pct", "told_on", "fetched_on", "source"]
    list_filter = ["fund"]
    search_fields = ["=symbol", "=fund"]
    search_help_text = "Symbol or fund"
