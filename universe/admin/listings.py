"""Listings and their symbols, to look at."""

from __future__ import annotations

from django.contrib import admin

from universe.look_only import LookOnlyAdmin
from universe.models import FundHolding, Stock, SymbolChange


@admin.register(Stock)
class StockAdmin(LookOnlyAdmin):
    list_display = ["symbol", "name", "mic", "kind", "cap", "shares", "float_shown", "sector_label", "active"]
    list_filter = ["active", "mic", "kind", "is_fund"]
    search_fields = ["=symbol", "symbol__istartswith", "name"]
    search_help_text = "Symbol or name"
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


def _millions(value: float | None) -> str:
    return "-" if value is None else f"{value / 1e6:,.1f}"


@admin.register(SymbolChange)
class SymbolChangeAdmin(LookOnlyAdmin):
    """Listings that go under a new symbol, told by their FIGI."""

    list_display = ["session", "old", "new", "figi"]
    search_fields = ["=old", "=new"]
    search_help_text = "Old or new symbol"
    date_hierarchy = "session"


@admin.register(FundHolding)
class FundHoldingAdmin(LookOnlyAdmin):
    """What the funds hold whose members tell a sector."""

    list_display = ["fund", "symbol", "weight_pct", "told_on", "fetched_on", "source"]
    list_filter = ["fund"]
    search_fields = ["=symbol", "=fund"]
    search_help_text = "Symbol or fund"
