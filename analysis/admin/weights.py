"""Weights as revisions, and what another one would change.

A weight is never edited: saving its form puts a new revision in force through `weight_revise`, and the former
ones stay below the form. "Preview" sends the same form and stores nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from analysis.pages.whatif import WhatIfPage, whatif_page
from analysis.whatif import weight_whatif
from sectors.models import VolatilityWeight
from sectors.selectors import weight_revisions
from sectors.services import weight_check, weight_revise, weight_undo
from sectors.types import WeightSetting
from universe.look_only import AnyAdmin

if TYPE_CHECKING:
    _Form = forms.ModelForm[VolatilityWeight]
else:
    _Form = forms.ModelForm


PREVIEW = "_preview"
CHOSEN = ("weight", "source", "dynamic_share")


class WeightForm(_Form):
    """``expected_revision`` is the revision that the admin saw: a later one is a conflict, and says so."""

    expected_revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = VolatilityWeight
        fields = ["weight", "source", "dynamic_share", "reason"]
        help_texts = {
            "weight": "0.10 to 3.00, two decimals. Of a measured weight it stands while nothing is measured.",
            "reason": "Required to save, not to preview. It stands in the history for everyone.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(reason="", expected_revision=self.instance.pk)
        # Who may only look has none of them.
        for name, is_required in (
            ("source", False),
            ("dynamic_share", False),
            ("reason", not self.is_preview),
        ):
            if name in self.fields:
                self.fields[name].required = is_required

    @property
    def is_preview(self) -> bool:
        return PREVIEW in self.data

    @property
    def setting(self) -> WeightSetting:
        """What a valid form asks for; what was left out is as it is in force."""
        wanted = {name: self.cleaned_data.get(name) or self.initial[name] for name in CHOSEN}
        return WeightSetting(**wanted)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors or self.is_preview:
            return data
        # The lock of this check lasts to the end of the admin's transaction: saving cannot lose a race.
        weight_check(
            self.instance.sector_id,
            self.setting,
            reason=data["reason"],
            expected_revision=data["expected_revision"],
        )
        return data

    def is_valid(self) -> bool:
        """A preview is never saved: to the admin's view its form is one to show again, without an error."""
        return super().is_valid() and not self.is_preview

    def preview(self) -> WhatIfPage | None:
        """What the setting asked for would change; None while the form has errors."""
        if not super().is_valid():
            return None
        return whatif_page(weight_whatif(self.instance.sector_id, self.setting))


class InForceFilter(admin.SimpleListFilter):
    title = "revisions"
    parameter_name = "revisions"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", "All, also former ones")]

    def choices(self, changelist: Any) -> Any:
        in_force, *others = super().choices(changelist)
        yield {**in_force, "display": "In force"}
        yield from others

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[VolatilityWeight]
    ) -> QuerySet[VolatilityWeight]:
        return queryset if self.value() == "all" else queryset.filter(active=True)


@admin.register(VolatilityWeight)
class VolatilityWeightAdmin(AnyAdmin):
    form = WeightForm
    change_form_template = "admin/sectors/volatilityweight/change_form.html"
    fields = [
        "sector",
        "in_force",
        "weight",
        "source",
        "dynamic_share",
        "reason",
        "expected_revision",
        "history",
    ]
    readonly_fields = ["sector", "in_force", "history"]
    list_display = [
        "sector",
        "weighed",
        "source",
        "reason",
        "author",
        "created_at",
        "revisions",
    ]
    list_filter = [InForceFilter, "sector", "source"]
    search_fields = ["sector__name", "reason", "author__username"]
    search_help_text = "Sector, author or words of the reason"
    list_select_related = ["sector", "author"]
    actions = ["undo"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[VolatilityWeight]:
        rows = VolatilityWeight.objects.annotate(revision_count=Count("sector__weights"))
        return rows.order_by("sector__position", "-created_at", "-pk")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A former revision leads to the one in force; a form that was sent is told of the conflict."""
        former = self.get_object(request, object_id)
        if request.method == "GET" and former is not None and not former.active:
            standing = VolatilityWeight.objects.get(sector_id=former.sector_id, active=True)
            messages.info(request, f"Revision {former.pk} is not in force any more. This is the one that is.")
            return HttpResponseRedirect(reverse("admin:sectors_volatilityweight_change", args=[standing.pk]))
        context = dict(extra_context or {}) | {"subtitle": str(former.sector) if former else None}
        if PREVIEW in request.POST and former is not None and self.has_change_permission(request, former):
            context["whatif"] = WeightForm(request.POST, instance=former).preview()
        return super().change_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: VolatilityWeight, form: Any, change: bool) -> None:
        revision = weight_revise(
            obj.sector_id,
            form.setting,
            reason=form.cleaned_data["reason"],
            author=request.user if request.user.is_authenticated else None,
            expected_revision=form.cleaned_data["expected_revision"],
        )
        obj.pk = revision.pk
        obj.refresh_from_db()
        messages.info(
            request,
            f"{obj.sector} is weighed anew with {revision.setting}: the board shows it in moments, or with "
            "the next run at the latest.",
        )

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        former = WeightSetting(**{name: form.initial[name] for name in CHOSEN})
        return f"{former} to {form.setting}: {form.cleaned_data['reason']}"

    @admin.action(description="Undo: put the former value back in force", permissions=["change"])
    def undo(self, request: HttpRequest, queryset: QuerySet[VolatilityWeight]) -> None:
        """Of each chosen revision: one that is not in force any more was overtaken by somebody."""
        author = request.user if request.user.is_authenticated else None
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        for row in VolatilityWeight.objects.filter(pk__in=chosen).select_related("sector"):
            try:
                revision = weight_undo(row.sector_id, author=author, expected_revision=row.pk)
            except ValidationError as exc:
                self.message_user(request, f"{row.sector}: {' '.join(exc.messages)}", messages.ERROR)
            else:
                self.log_change(request, revision, revision.reason)
                self.message_user(request, f"{row.sector} is back at {revision.setting} and weighed anew.")

    def response_change(self, request: HttpRequest, obj: VolatilityWeight) -> HttpResponse:
        """Whoever goes on editing goes on with the revision that is in force now."""
        if "_continue" in request.POST:
            return HttpResponseRedirect(reverse("admin:sectors_volatilityweight_change", args=[obj.pk]))
        return super().response_change(request, obj)

    @admin.display(description="In force")
    def in_force(self, row: VolatilityWeight) -> str:
        """Read anew: after a refused save ``row`` carries what was typed."""
        weight = VolatilityWeight.objects.select_related("author").get(sector_id=row.sector_id, active=True)
        author = weight.author.get_username() if weight.author else "the product"
        at = timezone.localtime(weight.created_at)
        return f"{weight.setting} since {at:%Y-%m-%d %H:%M}, by {author}: {weight.reason}"

    @admin.display(description="Weight", ordering="weight")
    def weighed(self, row: VolatilityWeight) -> str:
        return str(row.setting)

    @admin.display(description="Revisions", ordering="revision_count")
    def revisions(self, weight: Any) -> int:
        return int(weight.revision_count)

    @admin.display(description="History")
    def history(self, weight: VolatilityWeight) -> SafeString:
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            (
                (
                    str(revision.setting),
                    f"{timezone.localtime(revision.created_at):%Y-%m-%d %H:%M}",
                    revision.author.get_username() if revision.author else "the product",
                    revision.reason,
                )
                for revision in weight_revisions(weight.sector_id)
            ),
        )
        head = "<tr><th>Weight</th><th>Set at</th><th>By</th><th>Reason</th></tr>"
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", SafeString(head), rows)
