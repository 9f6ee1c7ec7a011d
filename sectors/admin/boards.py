"""The eight sectors and the stored boards, to look at.

Readings have a composite key, which the admin cannot show: their place is the sector's page.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sectors.models import BoardSnapshot, Sector
from universe.look_only import LookOnlyAdmin


@admin.register(Sector)
class SectorAdmin(LookOnlyAdmin):
    list_display = ["position", "name", "slug", "large_cap_proxy", "small_cap_proxy", "gap_class"]
    list_display_links = ["name"]


@admin.register(BoardSnapshot)
class BoardSnapshotAdmin(LookOnlyAdmin):
    list_display = ["timestamp", "as_of", "run_id", "sha256"]
    fields = ["timestamp", "as_of", "run_id", "sha256"]
    date_hierarchy = "timestamp"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[BoardSnapshot]:
        return super().get_queryset(request).defer("board")
