"""Releases, articles, papers and the vendors' calls, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from universe.look_only import LookOnlyAdmin
from universe.models import (
    EconomicEvent,
    NewsArticle,
    NewsCoverage,
    SecFiling,
    VendorCall,
)


class OfSymbolsAdmin(LookOnlyAdmin):
    """Rows that name symbols: a symbol that is searched for is looked up in them by its index."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if search_term and "\0" not in search_term:
            found |= queryset.filter(symbols__contains=[search_term.strip().upper()])
        return found, may_repeat


@admin.register(EconomicEvent)
class EconomicEventAdmin(LookOnlyAdmin):
    list_display = ["at", "country", "event", "impact", "previous", "estimate", "actual", "unit"]
    list_filter = ["impact", "country", "source"]
    search_fields = ["event"]
    search_help_text = "Words of the release"
    date_hierarchy = "at"


@admin.register(NewsArticle)
class NewsArticleAdmin(OfSymbolsAdmin):
    list_display = ["published_at", "title", "symbols", "tone", "publisher", "source"]
    list_filter = ["source", "published_at"]
    search_fields = ["title", "publisher"]
    search_help_text = "A symbol, words of the title or publisher"
    date_hierarchy = "published_at"
    show_full_result_count = False


@admin.register(SecFiling)
class SecFilingAdmin(OfSymbolsAdmin):
    list_display = ["filed_on", "accepted_at", "form", "symbols", "categories", "source"]
    list_filter = ["source", "filed_on"]
    search_fields = ["=accession_number", "=cik", "form__istartswith"]
    search_help_text = "A symbol, form, accession number or CIK"
    date_hierarchy = "filed_on"
    show_full_result_count = False


@admin.register(NewsCoverage)
class NewsCoverageAdmin(LookOnlyAdmin):
    """Of which time news and filings were fetched; between two rows of a kind lies a gap."""

    list_display = ["kind", "first", "last"]
    list_filter = ["kind", "first", "last"]
    search_fields = ["kind"]
    search_help_text = "Kind"


@admin.register(VendorCall)
class VendorCallAdmin(LookOnlyAdmin):
    """The answered questions to the vendors, without any key."""

    list_display = ["received_at", "vendor", "purpose", "subject", "path", "request_id", "rows", "asked"]
    list_filter = ["vendor", "transport", "purpose"]
    search_fields = ["path", "=request_id", "=subject"]
    search_help_text = "Words of the path, request id or session"
    date_hierarchy = "received_at"
    show_full_result_count = False
