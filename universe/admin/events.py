"""Releases, articles, papers and the vendors' calls, to look at."""

from __future__ import annotations

from django.contrib import admin

from universe.look_only import LookOnlyAdmin
from universe.models import (
    EconomicEvent,
    NewsArticle,
    NewsCoverage,
    SecFiling,
    VendorCall,
)


@admin.register(EconomicEvent)
class EconomicEventAdmin(LookOnlyAdmin):
    list_display = ["at", "country", "event", "impact", "previous", "estimate", "actual", "unit"]
    list_filter = ["impact"]
    search_fields = ["event"]
    date_hierarchy = "at"


@admin.register(NewsArticle)
class NewsArticleAdmin(LookOnlyAdmin):
    list_display = ["published_at", "title", "symbols", "tone", "publisher", "source"]
    list_filter = ["source"]
    search_fields = ["title"]
    date_hierarchy = "published_at"
    show_full_result_count = False


@admin.register(SecFiling)
class SecFilingAdmin(LookOnlyAdmin):
    list_display = ["filed_on", "accepted_at", "form", "symbols", "categories", "source"]
    list_filter = ["source"]
    search_fields = ["=accession_number", "=cik", "form__istartswith"]
    date_hierarchy = "filed_on"
    show_full_result_count = False


@admin.register(NewsCoverage)
class NewsCoverageAdmin(LookOnlyAdmin):
    """Of which time news and filings were fetched; between two rows of a kind lies a gap."""

    list_display = ["kind", "first", "last"]
    list_filter = ["kind"]


@admin.register(VendorCall)
class VendorCallAdmin(LookOnlyAdmin):
    """The answered questions to the vendors, without any key."""

    list_display = ["received_at", "vendor", "purpose", "subject", "path", "request_id", "rows", "asked"]
    list_filter = ["vendor", "transport", "purpose"]
    search_fields = ["path", "=request_id", "=subject"]
    search_help_text = "Words of the path, request id or session"
    date_hierarchy = "received_at"
    show_full_result_count = False
