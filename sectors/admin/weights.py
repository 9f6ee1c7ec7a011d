"""Weights as revisions.

A weight is never edited: saving its form puts a new revision in force through `weight_revise`, and the former
ones stay below the form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sectors.models import VolatilityWeight
from sectors.selectors import weight_revisions
from sectors.services import weight_check, weight_revise, weight_undo
from universe.look_only import AnyAdmin

if TYPE_CHECKING:
    _Form = forms.ModelForm[VolatilityWeight]
else:
    _Form = forms.ModelForm


class WeightForm(_Form):
    """``expected_revision`` is the revision that the admin saw: a later one is a conflict, and says so."""

    expected_revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = VolatilityWeight
        fields = ["weight", "reason"]
        help_texts = {"reason": "Required. It stands in the history for everyone."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(reason="", expected_revision=self.instance.pk)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        # The lock of this check lasts to the end of the admin's transaction: saving cannot lose a race.
        weight_check(
            self.instance.sector_id,
            data["weight"],
            reason=data["reason"],
            expected_revision=data["expected_revision"],
        )
        return data


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
    fields = ["sector", "in_force", "weight", "reason", "expected_revision", "history"]
    readonly_fields = ["sector", "in_force", "history"]
    list_display = ["sector", "weight", "reason", "author", "created_at", "revisions"]
    list_filter = [InForceFilter, "sector"]
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
        return super().change_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: VolatilityWeight, form: Any, change: bool) -> None:
        revision = weight_revise(
            obj.sector_id,
            form.cleaned_data["weight"],
            reason=form.cleaned_data["reason"],
            author=request.user if request.user.is_authenticated else None,
            expected_revision=form.cleaned_data["expected_revision"],
        )
        obj.pk = revision.pk
        obj.refresh_from_db()
        messages.info(request, f"The next run uses {revision.weight} for {obj.sector}.")

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        new = form.cleaned_data
        return f"{form.initial['weight']} to {new['weight']}: {new['reason']}"

    @admin.action(description="Undo: put the former value back in force", permissions=["change"])
    def undo(self, request: HttpRequest, queryset: QuerySet[VolatilityWeight]) -> None:
        author = request.user if request.user.is_authenticated else None
        for slug in queryset.order_by().values_list("sector_id", flat=True).distinct():
            try:
                revision = weight_undo(slug, author=author)
            except ValidationError as exc:
                self.message_user(request, " ".join(exc.messages), messages.ERROR)
            else:
                self.log_change(request, revision, revision.reason)
                self.message_user(request, f"{slug} is back at {revision.weight}. The next run uses it.")

    @admin.display(description="In force")
    def in_force(self, row: VolatilityWeight) -> str:
        """Read anew: after a refused save ``row`` carries what was typed."""
        weight = VolatilityWeight.objects.select_related("author").get(sector_id=row.sector_id, active=True)
        author = weight.author.get_username() if weight.author else "the product"
        at = timezone.localtime(weight.created_at)
        return f"{weight.weight} since {at:%Y-%m-%d %H:%M}, by {author}: {weight.reason}"

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
                    revision.weight,
                    f"{timezone.localtime(revision.created_at):%Y-%m-%d %H:%M}",
                    revision.author.get_username() if revision.author else "the product",
                    revision.reason,
                )
                for revision in weight_revisions(weight.sector_id)
            ),
        )
        head = "<tr><th>Weight</th><th>Set at</th><th>By</th><th>Reason</th></tr>"
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", SafeString(head), rows)
