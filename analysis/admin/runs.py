"""Constants and preferences are tuned here; runs are looked at. The services decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from analysis.models import (
    AnalysisRun,
    CatalystEvent,
    FreshnessPreference,
    ParameterRevision,
    world_in_force,
)
from analysis.parameter_form import GROUPS, UNDO, ParametersForm, changes_words, field_name, value_of
from analysis.selectors import parameter_revisions, parameters_from
from analysis.services import (
    parameters_revise,
    parameters_undo,
    preference_check,
    preference_set,
)
from sectors.places import SLUGS
from universe.look_only import AnyAdmin, LookOnlyAdmin, link, links, table

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm


HISTORY = 30


@admin.register(AnalysisRun)
class AnalysisRunAdmin(LookOnlyAdmin):
    """Every run with its times, stages and words; nothing can be changed."""

    list_display = [
        *("id", "scheduled_for", "kind", "sector", "status", "pages", "took", "late", "as_of"),
        "requested_by",
    ]
    list_filter = ["status", "kind", "late", "world", "sector"]
    list_select_related = ["requested_by"]
    date_hierarchy = "scheduled_for"
    search_fields = ["=id", "message", "=sector", "requested_by__username"]
    search_help_text = "Number, words of its message, sector, who asked for it"

    @admin.display(description="pages")
    def pages(self, run: AnalysisRun) -> SafeString | str:
        """The board and the inputs of a run that published in the market world in force."""
        if run.published_at is None or run.world != world_in_force():
            return "–"
        return links(
            link("board", "board", at=run.published_at.isoformat()),
            link("inputs", "sector-inputs", run.sector or SLUGS[0], run=run.pk),
            link("stored", "admin:sectors_boardsnapshot_changelist", q=run.pk),
        )

    @admin.display(description="took")
    def took(self, run: AnalysisRun) -> str:
        """Seconds from start to end, or a dash."""
        if run.started_wall is None or run.finished_wall is None:
            return "–"
        return f"{(run.finished_wall - run.started_wall).total_seconds():.1f} s"


@admin.register(ParameterRevision)
class ParameterRevisionAdmin(AnyAdmin):
    """Adding makes a new active revision; the ones before can be read and not changed."""

    form = ParametersForm
    change_form_template = "admin/revision_form.html"
    list_display = ["created_at", "active", "differs", "reason", "author"]
    list_filter = ["active", ("author", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["author"]
    search_fields = ["reason", "author__username"]
    search_help_text = "Words of the reason, author"
    ordering = ["-created_at", "-pk"]
    readonly_fields = ["created_at", "active", "author", "constants"]

    @admin.display(description="differs from the product's own")
    def differs(self, revision: ParameterRevision) -> str:
        return changes_words({}, revision.values) or "nothing"

    @admin.display(description="constants")
    def constants(self, revision: ParameterRevision) -> SafeString:
        kept, own = parameters_from(revision.values), parameters_from({})
        rows: list[list[object]] = [
            [title, words[0], f"{value_of(kept, key):g}", f"{value_of(own, key):g}"]
            for title, group in GROUPS.items()
            for key, words in group.items()
        ]
        return table(["", "Constant", "This revision", "The product's own"], rows)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return [(None, {"fields": ["created_at", "active", "author", "reason", "constants"]})]
        groups = [(title, {"fields": [field_name(key) for key in keys]}) for title, keys in GROUPS.items()]
        return [*groups, ("Why", {"fields": ["reason", "expected"]})]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if kwargs.get("add"):
            context |= {"title": "Revise the constants of the score", "history": _history()}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: ParameterRevision, form: Any, change: bool) -> None:
        author, expected = request.user, form.cleaned_data["expected"]
        if UNDO in form.data:
            made = parameters_undo(author=author, expected=expected)
        else:
            made = parameters_revise(form.constants, reason=obj.reason, author=author, expected=expected)
        obj.pk = made.pk
        obj.refresh_from_db()
        messages.info(request, "The next run scores by them; what is stored stays as it was scored.")

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        newest, *older = parameter_revisions(2)
        changed = changes_words(older[0].values if older else {}, newest.values) or "nothing changed"
        return f"{changed}: {newest.reason}"

    def has_change_permission(self, request: HttpRequest, obj: ParameterRevision | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ParameterRevision | None = None) -> bool:
        return False


def _history() -> SafeString:
    revisions = parameter_revisions(HISTORY + 1)
    older: list[dict[str, Any]] = [*(revision.values for revision in revisions[1:]), {}]
    rows: list[list[object]] = [
        [
            f"{timezone.localtime(revision.created_at):%Y-%m-%d %H:%M}",
            revision.author.get_username() if revision.author else "the product",
            changes_words(before, revision.values) or "nothing changed",
            revision.reason,
            "in force" if revision.active else "",
        ]
        for revision, before in zip(revisions, older, strict=False)
    ]
    return table(["When", "Who", "What", "Because", ""], rows[:HISTORY])


class PreferenceForm(ModelForm):
    class Meta:
        model = FreshnessPreference
        fields = [
            *("user", "fresh_minutes", "stale_minutes", "on_open", "default_view"),
            *("time_zone", "theme", "palette"),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        preference_check(
            cleaned.get("fresh_minutes"), cleaned.get("stale_minutes"), cleaned.get("time_zone", "")
        )
        return cleaned


@admin.register(FreshnessPreference)
class FreshnessPreferenceAdmin(AnyAdmin):
    form = PreferenceForm
    list_display = [
        *("user", "fresh_minutes", "stale_minutes", "on_open", "default_view", "time_zone", "updated_at")
    ]
    list_filter = ["on_open", "default_view", "theme", "palette"]
    list_select_related = ["user"]
    search_fields = ["user__username", "time_zone"]
    search_help_text = "User or time zone"
    ordering = ["user__username"]

    def get_readonly_fields(self, request: HttpRequest, obj: FreshnessPreference | None = None) -> list[str]:
        return ["user"] if obj else []

    def save_model(self, request: HttpRequest, obj: FreshnessPreference, form: Any, change: bool) -> None:
        """As the preferences page saves them, so that the user's open windows follow at once."""
        values = {name: value for name, value in form.cleaned_data.items() if name != "user"}
        obj.pk = preference_set(obj.user, **values).pk


@admin.register(CatalystEvent)
class CatalystEventAdmin(LookOnlyAdmin):
    """What the rules made of each article and paper."""

    list_display = [
        *("at", "symbol", "kind", "tone", "relevance", "title", "rule", "rules_version", "source", "pages"),
    ]
    list_filter = ["kind", "rules_version", "source"]
    search_fields = ["symbol__istartswith", "title"]
    search_help_text = "Symbol, or words of the title"
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description="pages")
    def pages(self, event: CatalystEvent) -> SafeString:
        return links(
            link("stock", "stock", event.symbol),
            link("class", "admin:sectors_classification_changelist", q=event.symbol),
        )
