"""The classes of stocks, with their evidence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sectors.models import Classification
from universe.look_only import LookOnlyAdmin


class ConfidenceFilter(admin.SimpleListFilter):
    title = "confidence"
    parameter_name = "confidence"
    edges = {"sure": (Decimal("0.80"), Decimal("1.01")), "fair": (Decimal("0.60"), Decimal("0.80"))}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sure", "0.80 and more"), ("fair", "0.60 to 0.79"), ("weak", "below 0.60")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Classification]) -> QuerySet[Classification]:
        choice = self.value()
        if choice is None:
            return queryset
        low, high = self.edges.get(choice, (Decimal(0), Decimal("0.60")))
        return queryset.filter(confidence__gte=low, confidence__lt=high)


@admin.register(Classification)
class ClassificationAdmin(LookOnlyAdmin):
    list_display = ["symbol", "sector", "subsector", "confidence", "disputed", "excluded", "classified_at"]
    list_filter = ["sector", "disputed", "excluded", ConfidenceFilter, "subsector"]
    list_select_related = ["sector"]
    search_fields = ["=symbol", "symbol__istartswith"]
    search_help_text = "Symbol"
    fields = ["symbol", "sector", "subsector", "confidence", "disputed", "excluded", "why", "rules_version"]
    show_full_result_count = False

    @admin.display(description="Evidence")
    def why(self, row: Classification) -> SafeString:
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (piece["kind"], piece["value"], piece["sector"] or "none", piece["weight"])
                for piece in row.evidence
            ),
        )
        head = "<tr><th>What</th><th>Says</th><th>Sector</th><th>Weight</th></tr>"
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", SafeString(head), rows)
