"""Universes and every listing's verdict, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from universe.criteria import CRITERION_OF
from universe.gaps import stock_class
from universe.look_only import LookOnlyAdmin, link, links
from universe.models import (
    SnapshotMember,
    UniverseSnapshot,
)


@admin.register(UniverseSnapshot)
class UniverseSnapshotAdmin(LookOnlyAdmin):
    list_display = ["session", "built_from", "listings", "breadth", "core", "built_at", "verdicts"]
    list_filter = ["session"]
    search_fields = ["session"]
    search_help_text = "Session, such as 2026-03-10 or 2026-03"
    date_hierarchy = "session"
    fields = [
        "session",
        "built_from",
        "built_at",
        "listings",
        "breadth",
        "core",
        "stages",
        "gains",
        "criteria",
    ]
    readonly_fields = ["stages", "gains"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[UniverseSnapshot]:
        return super().get_queryset(request).order_by("-session")

    @admin.display(description="verdicts")
    def verdicts(self, snapshot: UniverseSnapshot) -> SafeString:
        tiers = {"core": "core", "breadth": "breadth only", "out": "out"}
        return links(
            *(
                link(
                    words,
                    "admin:universe_snapshotmember_changelist",
                    snapshot__id__exact=snapshot.pk,
                    tier=tier,
                )
                for tier, words in tiers.items()
            )
        )

    @admin.display(description="funnel")
    def stages(self, snapshot: UniverseSnapshot) -> SafeString:
        return format_html_join(
            "", "{}: {}<br>", ((row["name"], f"{row['count']:,}") for row in snapshot.funnel)
        )

    @admin.display(description="relaxing one criterion would add")
    def gains(self, snapshot: UniverseSnapshot) -> SafeString:
        return format_html_join("", "{}: {}<br>", snapshot.relaxing.items())


class TierFilter(admin.SimpleListFilter):
    title = "tier"
    parameter_name = "tier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("core", "core"), ("breadth", "breadth only"), ("out", "out")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return queryset.filter(tier="" if value == "out" else value) if value else queryset


class NewestFilter(admin.SimpleListFilter):
    title = "session"
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("newest", "the newest only")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != "newest":
            return queryset
        newest = UniverseSnapshot.objects.order_by("-session").values_list("pk", flat=True).first()
        return queryset.filter(snapshot=newest)


class ReasonFilter(admin.SimpleListFilter):
    title = "reason"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(reason, reason) for reason in CRITERION_OF]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(reasons__contains=[self.value()]) if self.value() else queryset


@admin.register(SnapshotMember)
class SnapshotMemberAdmin(LookOnlyAdmin):
    """Why is it in, why is it not: every listing's verdict."""

    list_display = [
        *("symbol", "session", "pages", "tier", "why", "price", "cap", "volume", "cap_tier", "gaps"),
        "float_estimated",
    ]
    list_filter = [NewestFilter, TierFilter, ReasonFilter, "cap_tier", "float_estimated"]
    list_select_related = ["snapshot"]
    search_fields = ["symbol__istartswith"]
    search_help_text = "Symbol"
    ordering = ["-snapshot__session", "symbol"]
    show_full_result_count = False

    @admin.display(description="session", ordering="snapshot__session")
    def session(self, member: SnapshotMember) -> SafeString | str:
        session = member.snapshot.session.isoformat()
        return link(session, "admin:universe_universesnapshot_change", member.snapshot_id)

    @admin.display(description="pages")
    def pages(self, member: SnapshotMember) -> SafeString:
        return links(
            link("stock", "stock", member.symbol),
            link("class", "admin:sectors_classification_changelist", q=member.symbol),
            link("listing", "admin:universe_stock_changelist", q=member.symbol),
        )

    @admin.display(description="reasons")
    def why(self, member: SnapshotMember) -> str:
        return ", ".join(member.reasons)

    @admin.display(description="market cap, $M", ordering="market_cap")
    def cap(self, member: SnapshotMember) -> str:
        return "-" if member.market_cap is None else f"{member.market_cap / 1e6:,.0f}"

    @admin.display(description="average volume", ordering="avg_volume")
    def volume(self, member: SnapshotMember) -> str:
        return "-" if member.avg_volume is None else f"{member.avg_volume:,.0f}"

    @admin.display(description="opening gaps of 5 %", ordering="gap_share")
    def gaps(self, member: SnapshotMember) -> str:
        found = stock_class(member.gap_share)
        return "-" if member.gap_share is None or found is None else f"{member.gap_share:.0%}, {found.words}"
