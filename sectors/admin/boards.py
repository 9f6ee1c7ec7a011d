"""The eight sectors and the stored boards, to look at.

Readings have a composite key, which the admin cannot show: their place is the sector's page.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from sectors.models import BoardSnapshot, Sector
from sectors.review import core_by_sector
from sectors.selectors import sector_gaps
from universe.gaps import sector_class
from universe.look_only import LookOnlyAdmin, link, links
from universe.sessions import LAST_DAY


@admin.register(Sector)
class SectorAdmin(LookOnlyAdmin):
    list_display = [
        *("position", "name", "large_cap_proxy", "small_cap_proxy", "gap_class", "measured"),
        *("weight", "core", "pages"),
    ]
    list_display_links = ["name"]
    list_filter = ["gap_class"]
    search_fields = ["name", "slug", "=large_cap_proxy", "=small_cap_proxy"]
    search_help_text = "Name or one of its funds"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return core_by_sector(super().get_queryset(request))

    @admin.display(description="weight")
    def weight(self, sector: Any) -> SafeString | str:
        if sector.weight_id is None:
            return "–"
        return link(sector.weight_in_force, "admin:sectors_volatilityweight_change", sector.weight_id)

    @admin.display(description="core members", ordering="core_members")
    def core(self, sector: Any) -> SafeString | str:
        name, chosen = "admin:sectors_classification_changelist", {"sector__slug__exact": sector.pk}
        return link(sector.core_members, name, membership="core", **chosen)

    @admin.display(description="pages")
    def pages(self, sector: Sector) -> SafeString:
        return links(link("sector", "sector", sector.pk), link("inputs", "sector-inputs", sector.pk))

    @admin.display(description="measured gaps")
    def measured(self, sector: Sector) -> str:
        """By the newest universe; the eight rows ask once."""
        gaps = sector_gaps(LAST_DAY).get(sector.slug)
        found = sector_class(gaps.share) if gaps else None
        return "-" if gaps is None or gaps.share is None or found is None else f"{found}, {gaps.share:.1%}"


@admin.register(BoardSnapshot)
class BoardSnapshotAdmin(LookOnlyAdmin):
    list_display = ["timestamp", "as_of", "run", "sha256", "pages"]
    list_filter = ["timestamp"]
    search_fields = ["=run_id", "sha256__startswith"]
    search_help_text = "Number of the run, or the beginning of the SHA-256"
    fields = ["timestamp", "as_of", "run_id", "sha256"]
    date_hierarchy = "timestamp"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[BoardSnapshot]:
        return super().get_queryset(request).defer("board")

    @admin.display(description="run", ordering="run_id")
    def run(self, row: BoardSnapshot) -> SafeString | str:
        return link(row.run_id, "admin:analysis_analysisrun_change", row.run_id)

    @admin.display(description="pages")
    def pages(self, row: BoardSnapshot) -> SafeString | str:
        return link("board", "board", at=row.timestamp.isoformat())
