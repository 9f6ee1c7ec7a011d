"""Sectors set by hand, to look at: they are set and cleared on the page of a class."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from sectors.models import SectorOverride
from universe.look_only import LookOnlyAdmin, link, links


@admin.register(SectorOverride)
class SectorOverrideAdmin(LookOnlyAdmin):
    list_display = ["symbol", "placed", "active", "reason", "author", "created_at", "pages"]
    list_filter = ["active", "clears", "sector", ("author", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["sector", "author"]
    search_fields = ["symbol__istartswith", "=figi", "reason", "author__username"]
    search_help_text = "Symbol, FIGI, words of the reason, author"
    date_hierarchy = "created_at"

    @admin.display(description="sector", ordering="sector__position")
    def placed(self, row: SectorOverride) -> SafeString | str:
        if row.clears:
            return "back to the rules"
        return link(row.sector.name, "sector", row.sector_id) if row.sector else "none"

    @admin.display(description="pages")
    def pages(self, row: SectorOverride) -> SafeString:
        return links(
            link("class", "admin:sectors_classification_changelist", q=row.symbol),
            link("stock", "stock", row.symbol),
        )
