"""Prices that were not believed, rows that cannot be true, and bars that were corrected."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from universe.look_only import LookOnlyAdmin, link, links
from universe.models import BarCorrection, QuarantinedPrice, RefusedRow

#: From whom and how long something is kept apart, and the pages of its symbol.
HOW_LONG = ("source", "first_at", "last_at", "seen", "released_at", "pages")


class StandingFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("held", "held"), ("released", "released")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return queryset.filter(released_at__isnull=value == "held") if value else queryset


class SymbolSessionAdmin(LookOnlyAdmin):
    """Rows of one symbol and session each, with the pages of the symbol."""

    search_fields = ["symbol__istartswith"]
    search_help_text = "Symbol"
    date_hierarchy = "session"

    @admin.display(description="pages")
    def pages(self, row: QuarantinedPrice | RefusedRow | BarCorrection) -> SafeString:
        listing = link("listing", "admin:universe_stock_changelist", q=row.symbol)
        return links(link("stock", "stock", row.symbol), listing)


@admin.register(QuarantinedPrice)
class QuarantinedPriceAdmin(SymbolSessionAdmin):
    """Which prices were not believed, why, and for how long."""

    list_display = [
        "symbol",
        "session",
        "reason",
        "price",
        "reference",
        *HOW_LONG,
    ]
    list_filter = [StandingFilter, "reason", "source"]


@admin.register(RefusedRow)
class RefusedRowAdmin(SymbolSessionAdmin):
    """Which rows were not stored, and which field of them cannot be."""

    list_display = [
        "symbol",
        "session",
        "kind",
        "reason",
        "field",
        "value",
        "at",
        *HOW_LONG,
    ]
    list_filter = [StandingFilter, "reason", "kind", "source"]


@admin.register(BarCorrection)
class BarCorrectionAdmin(SymbolSessionAdmin):
    """Which stored bars were told differently later."""

    list_display = [
        "symbol",
        "session",
        "number",
        "open",
        "high",
        "low",
        "close",
        "volume",
        "source",
        "fetched_at",
        "pages",
    ]
    list_filter = ["source"]
