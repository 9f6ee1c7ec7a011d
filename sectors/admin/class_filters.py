"""By what the classes of stocks are filtered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sectors.review import SET_BY_HAND, SURE_ENOUGH, members_only, review_counts, to_review

TIERS = {"core": ("core",), "breadth": ("breadth",), "members": ("core", "breadth")}


class ReviewFilter(admin.SimpleListFilter):
    """Members of the newest universe whose class wants a human eye; those traded most come first."""

    title = "need of review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        counts = review_counts()
        return [
            ("members", f"All members ({counts['members']:,})"),
            ("core", f"Core members ({counts['core']:,})"),
            ("breadth", f"Breadth members ({counts['breadth']:,})"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        tiers = TIERS.get(self.value() or "")
        return to_review(queryset, *tiers) if tiers else queryset


class MembershipFilter(admin.SimpleListFilter):
    title = "newest universe"
    parameter_name = "membership"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("core", "core members"), ("breadth", "breadth members"), ("members", "both")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        tiers = TIERS.get(self.value() or "")
        return members_only(queryset, *tiers) if tiers else queryset


class ByHandFilter(admin.SimpleListFilter):
    title = "who judged"
    parameter_name = "judged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("hand", "set by hand"), ("rules", "the rules")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "hand":
            return queryset.filter(SET_BY_HAND)
        return queryset.exclude(SET_BY_HAND) if self.value() == "rules" else queryset


class ConfidenceFilter(admin.SimpleListFilter):
    title = "confidence"
    parameter_name = "confidence"
    edges = {"sure": (Decimal("0.80"), Decimal("1.01")), "fair": (SURE_ENOUGH, Decimal("0.80"))}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sure", "0.80 and more"), ("fair", "0.60 to 0.79"), ("weak", "below 0.60")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        choice = self.value()
        if choice is None:
            return queryset
        low, high = self.edges.get(choice, (Decimal(0), SURE_ENOUGH))
        return queryset.filter(confidence__gte=low, confidence__lt=high)
