"""The eight sectors and the stored boards, to look at.

Readings have a composite key, which the admin cannot show: their place is the sector's page.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sectors.models import BoardSnapshot, Sector
from sectors.selectors import sector_gaps
from universe.gaps import sector_class
from universe.look_only import LookOnlyAdmin
from universe.sessions import LAST_DAY


@admin.register(Sector)
class SectorAdmin(LookOnlyAdmin):
    list_display = ["position", "name", "slug", "large_cap_proxy", "small_cap_proxy", "gap_class", "measured"]
    list_display_links = ["name"]

    @admin.display(description="measured gaps")
    def measured(self, sector: Sector) -> str:
        """By the newest universe; the eight rows ask once."""
        gaps = sector_gaps(LAST_DAY).get(sector.slug)
        found = sector_class(gaps.share) if gaps else None
        return "-" if gaps is None or gaps.share is None or found is None else f"{found}, {gaps.share:.1%}"


@admin.register(BoardSnapshot)
class BoardSnapshotAdmin(LookOnlyAdmin):
    list_display = ["timestamp", "as_of", "run_id", "sha256"]
    fields = ["timestamp", "as_of", "run_id", "sha256"]
    date_hierarchy = "timestamp"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[BoardSnapshot]:
        return super().get_queryset(request).defer("board")
