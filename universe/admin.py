"""Listings, universes and their limits in the admin. Only the limits can be changed, as a new revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from universe.errors import CriteriaError
from universe.look_only import AnyAdmin, LookOnlyAdmin
from universe.models import (
    CriteriaRevision,
    EconomicEvent,
    NewsArticle,
    NewsCoverage,
    QuarantinedPrice,
    SecFiling,
    SnapshotMember,
    Stock,
    SymbolChange,
    UniverseSnapshot,
    VendorCall,
)
from universe.services import criteria_check, criteria_revise

if TYPE_CHECKING:
    RevisionForm = forms.ModelForm[CriteriaRevision]
else:
    RevisionForm = forms.ModelForm


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


@admin.register(UniverseSnapshot)
class UniverseSnapshotAdmin(LookOnlyAdmin):
    list_display = ["session", "built_from", "listings", "breadth", "core", "built_at"]
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


@admin.register(SnapshotMember)
class SnapshotMemberAdmin(LookOnlyAdmin):
    """Why is it in, why is it not: every listing's verdict."""

    list_display = [
        "symbol",
        "session",
        "tier",
        "cap_tier",
        "why",
        "price",
        "cap",
        "volume",
        "float_estimated",
    ]
    list_filter = [TierFilter, "cap_tier", "float_estimated"]
    list_select_related = ["snapshot"]
    search_fields = ["=symbol"]
    search_help_text = "Symbol"
    ordering = ["-snapshot__session", "symbol"]
    show_full_result_count = False

    @admin.display(description="session", ordering="snapshot__session")
    def session(self, member: SnapshotMember) -> str:
        return member.snapshot.session.isoformat()

    @admin.display(description="reasons")
    def why(self, member: SnapshotMember) -> str:
        return ", ".join(member.reasons)

    @admin.display(description="market cap, $M", ordering="market_cap")
    def cap(self, member: SnapshotMember) -> str:
        return "-" if member.market_cap is None else f"{member.market_cap / 1e6:,.0f}"

    @admin.display(description="average volume", ordering="avg_volume")
    def volume(self, member: SnapshotMember) -> str:
        return "-" if member.avg_volume is None else f"{member.avg_volume:,.0f}"


class CriteriaForm(RevisionForm):
    class Meta:
        model = CriteriaRevision
        fields = ["values", "reason"]

    def clean_values(self) -> dict[str, Any]:
        try:
            return criteria_check(self.cleaned_data["values"] or {})
        except CriteriaError as exc:
            raise ValidationError(str(exc)) from exc


@admin.register(CriteriaRevision)
class CriteriaRevisionAdmin(AnyAdmin):
    """A change is a new revision; old ones stay as they were."""

    form = CriteriaForm
    list_display = ["created_at", "state", "values", "reason", "author"]
    list_select_related = ["author"]
    ordering = ["-created_at"]

    @admin.display(description="state")
    def state(self, revision: CriteriaRevision) -> str:
        return format_html("<strong>{}</strong>", "in force") if revision.active else "past"

    def has_change_permission(self, request: HttpRequest, obj: CriteriaRevision | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CriteriaRevision | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: CriteriaRevision, form: Any, change: bool) -> None:
        author = request.user if isinstance(request.user, AbstractBaseUser) else None
        made = criteria_revise(form.cleaned_data["values"], reason=obj.reason, author=author)
        obj.pk = made.pk
        obj.refresh_from_db()


class StandingFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("held", "held"), ("released", "released")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return queryset.filter(released_at__isnull=value == "held") if value else queryset


@admin.register(QuarantinedPrice)
class QuarantinedPriceAdmin(LookOnlyAdmin):
    """Which prices were not believed, why, and for how long."""

    list_display = [
        "symbol",
        "session",
        "reason",
        "price",
        "reference",
        "source",
        "first_at",
        "last_at",
        "seen",
        "released_at",
    ]
    list_filter = [StandingFilter, "reason", "source"]
    search_fields = ["=symbol"]
    search_help_text = "Symbol"
    date_hierarchy = "session"


@admin.register(SymbolChange)
class SymbolChangeAdmin(LookOnlyAdmin):
    """Listings that go under a new symbol, told by their FIGI."""

    list_display = ["session", "old", "new", "figi"]
    search_fields = ["=old", "=new"]
    search_help_text = "Old or new symbol"
    date_hierarchy = "session"


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
