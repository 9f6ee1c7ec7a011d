"""The classes of stocks with their evidence: what to review, and what a human decides."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sectors import figures
from sectors.admin.class_filters import ByHandFilter, ConfidenceFilter, MembershipFilter, ReviewFilter
from sectors.admin.override_form import ACCEPTED, NAMES, OverrideForm, placed_words
from sectors.models import Classification, SectorOverride
from sectors.overrides import BY_HAND, RULES, is_by_hand, verdict_of_rules
from sectors.review import SURE_ENOUGH, with_membership
from sectors.selectors import override_of, override_revisions
from sectors.services import override_set
from universe.look_only import AnyAdmin, link, links, table
from universe.selectors import stock_detail

KINDS = {BY_HAND: "set by hand", RULES: "the rules"}
NEXT_RUN = "Today's universe keeps its members; the next run counts it so."


@admin.register(Classification)
class ClassificationAdmin(AnyAdmin):
    form = OverrideForm
    list_display = [
        *("symbol", "company", "placed", "confidence", "doubt"),
        *("membership", "traded", "pages"),
    ]
    list_filter = [
        ReviewFilter,
        MembershipFilter,
        ByHandFilter,
        *("sector", "disputed", "excluded", ConfidenceFilter, "subsector"),
    ]
    list_select_related = ["sector"]
    search_fields = ["symbol__istartswith", "stock_name"]
    search_help_text = "Symbol or name"
    show_full_result_count = False
    list_per_page = 50
    #: What `get_ordering` gives; a column named here would show an arrow for an order that is not in force.
    ordering = ["pk"]
    readonly_fields = [
        *("symbol", "placed", "judged_by", "confidence", "subsector", "disputed", "excluded"),
        *("why", "rules_version", "listing", "universe_verdict", "pages", "history"),
    ]
    actions = ["accept"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_membership(Classification.objects.all())

    def get_ordering(self, request: HttpRequest) -> Any:
        """What is to be reviewed comes core first, then by what is traded: there an error costs most."""
        return ["-tier", "-dollar_volume", "symbol"] if request.GET.get("review") else ["symbol"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        judged = ["symbol", "placed", "judged_by", "confidence", "subsector", "disputed", "excluded"]
        facts = ["listing", "universe_verdict", "pages"]
        decide = ["put_into", "reason", "expected"] if self.has_change_permission(request, obj) else []
        return [
            ("Verdict", {"fields": [*judged, "why", "rules_version"]}),
            ("What is known about it", {"fields": facts}),
            ("Decide by hand", {"fields": [*decide, "history"]}),
        ]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            slug, standing = verdict_of_rules(row)[0], override_of(row.symbol)
            is_accepted = standing is not None and standing.sector_id == slug
            context |= {"standing": standing, "acceptable": "" if is_accepted else NAMES.get(slug or "", "")}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Classification, form: Any, change: bool) -> None:
        made = form.saved(_author(request))
        obj.refresh_from_db()
        messages.info(request, f"{obj.symbol}: {_outcome(made, obj)}. {NEXT_RUN}")

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        return f"{form.former} to {placed_words(form.instance)}: {form.cleaned_data['reason']}"

    @admin.action(description="Accept the verdict of the rules", permissions=["change"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done = []
        for row in queryset:
            former, slug = placed_words(row), verdict_of_rules(row)[0]
            if is_by_hand(row):
                words = f"{row.symbol} was decided by hand already ({former}); open it to decide anew."
                self.message_user(request, words, messages.WARNING)
                continue
            if slug is None:
                self.message_user(request, f"{row.symbol}: the rules name no sector.", messages.WARNING)
                continue
            try:
                override_set(row.symbol, slug, reason=ACCEPTED, author=_author(request))
            except ValidationError as exc:
                self.message_user(request, f"{row.symbol}: {' '.join(exc.messages)}", messages.WARNING)
                continue
            self.log_change(request, row, f"{former} to {NAMES[slug]} (by hand): {ACCEPTED}")
            done.append(row.symbol)
        if done:
            self.message_user(request, f"Accepted as the rules say: {', '.join(done)}. {NEXT_RUN}")

    @admin.display(description="company", ordering="stock_name")
    def company(self, row: Any) -> str:
        return row.stock_name or "–"

    @admin.display(description="sector", ordering="sector__position")
    def placed(self, row: Classification) -> SafeString | str:
        place = link(row.sector.name, "sector", row.sector_id) if row.sector else "none"
        return format_html("{}, by hand", place) if is_by_hand(row) else place

    @admin.display(description="doubt")
    def doubt(self, row: Classification) -> str:
        if is_by_hand(row):
            return ""
        if row.excluded:
            return f"out: {row.subsector or 'shell or fund'}"
        reasons = {
            "unknown": row.sector_id is None,
            "disputed": row.disputed,
            "unsure": row.sector_id is not None and row.confidence < SURE_ENOUGH,
        }
        return ", ".join(word for word, holds in reasons.items() if holds)

    @admin.display(description="judged by")
    def judged_by(self, row: Classification) -> SafeString | str:
        if is_by_hand(row):
            return link("hand", "admin:sectors_sectoroverride_changelist", q=row.symbol)
        return "rules"

    @admin.display(description="universe", ordering="tier")
    def membership(self, row: Any) -> SafeString | str:
        words = {None: "–", "": "out"}.get(row.tier, row.tier)
        return link(words, "admin:universe_snapshotmember_changelist", q=row.symbol)

    @admin.display(description="traded a day", ordering="dollar_volume")
    def traded(self, row: Any) -> str:
        return figures.usd_large(row.dollar_volume)

    @admin.display(description="pages")
    def pages(self, row: Classification) -> SafeString:
        return links(
            link("stock", "stock", row.symbol),
            link("listing", "admin:universe_stock_changelist", q=row.symbol),
            link("inputs", "sector-inputs", row.sector_id) if row.sector_id else "",
        )

    @admin.display(description="evidence")
    def why(self, row: Classification) -> SafeString:
        rows: list[list[object]] = [
            [
                KINDS.get(piece["kind"], piece["kind"]),
                piece["value"],
                NAMES.get(piece["sector"], "none"),
                piece["weight"],
            ]
            for piece in row.evidence
        ]
        return table(["What", "Says", "Sector", "Weight"], rows)

    @admin.display(description="listing")
    def listing(self, row: Classification) -> SafeString | str:
        detail = stock_detail(row.symbol)
        if detail is None:
            return "It is not listed any more."
        stock = detail.stock
        labels = " / ".join(filter(None, (stock.sector_label, stock.industry_label))) or "–"
        facts: list[list[object]] = [
            ["Name", stock.name],
            [
                "Exchange, type",
                f"{stock.mic or '–'}, {stock.kind or '–'}{', a fund' if stock.is_fund else ''}",
            ],
            ["Vendor's labels", labels],
            ["Industry code (SIC)", stock.sic or "–"],
            ["Country", stock.country or "–"],
            ["Description", stock.description or "–"],
        ]
        return table(["Fact", "As the vendors tell it"], facts)

    @admin.display(description="newest universe")
    def universe_verdict(self, row: Classification) -> str:
        detail = stock_detail(row.symbol)
        verdict = detail.verdict if detail else None
        if detail is None or detail.snapshot is None or verdict is None:
            return "It was not judged there."
        price = "–" if verdict.price is None else f"${verdict.price:,.2f}"
        volume = "–" if verdict.avg_volume is None else figures.count(round(verdict.avg_volume))
        why = f" ({', '.join(verdict.reasons)})" if verdict.reasons else ""
        return f"{detail.snapshot.session}: {verdict.tier or 'out'}{why}, at {price}, {volume} shares a day"

    @admin.display(description="history")
    def history(self, row: Classification) -> SafeString:
        rows: list[list[object]] = [
            [
                f"{timezone.localtime(revision.created_at):%Y-%m-%d %H:%M}",
                revision.author.get_username() if revision.author else "the product",
                _words(revision),
                revision.reason,
                "in force" if revision.active else "",
            ]
            for revision in override_revisions(row.symbol)
        ]
        return table(["When", "Who", "What", "Because", ""], rows)


def _author(request: HttpRequest) -> AbstractBaseUser | None:
    return request.user if isinstance(request.user, AbstractBaseUser) else None


def _words(revision: SectorOverride) -> str:
    if revision.clears:
        return "back to the rules"
    return NAMES.get(revision.sector_id or "", "in no sector")


def _outcome(made: SectorOverride, row: Classification) -> str:
    if made.clears:
        return f"the rules judge it again, {placed_words(row)}"
    return f"it is in {row.sector.name} by hand" if row.sector else "it is in no sector, by hand"
