"""The limits of the universe: a change is a new revision, and can be looked at before it is made."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from universe.admin.criteria_form import GROUPS, PREVIEW, UNDO, WORDS, CriteriaForm, shown
from universe.errors import NotEnoughData
from universe.look_only import AnyAdmin, link, table
from universe.models import CriteriaRevision
from universe.selectors import criteria_changes, criteria_from, criteria_revisions
from universe.services import CriteriaPreview, criteria_preview, criteria_revise, criteria_undo
from universe.services.criteria_preview import Moved

HISTORY = 30
NEXT_BUILD = "The universe of the next session is built by them; today's stays as it is."


@admin.register(CriteriaRevision)
class CriteriaRevisionAdmin(AnyAdmin):
    """Adding is revising; what was revised stays as it was."""

    form = CriteriaForm
    change_form_template = "admin/revision_form.html"
    list_display = ["created_at", "state", "differs", "reason", "author"]
    list_filter = ["active", ("author", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["author"]
    search_fields = ["reason", "author__username"]
    search_help_text = "Words of the reason, author"
    date_hierarchy = "created_at"
    ordering = ["-created_at", "-pk"]
    readonly_fields = ["created_at", "state", "author", "limits"]

    @admin.display(description="state", ordering="active")
    def state(self, revision: CriteriaRevision) -> str:
        return "in force" if revision.active else "past"

    @admin.display(description="differs from the product's own")
    def differs(self, revision: CriteriaRevision) -> str:
        return changes_words({}, revision.values) or "nothing"

    @admin.display(description="limits")
    def limits(self, revision: CriteriaRevision) -> SafeString:
        kept, own = criteria_from(revision.values), criteria_from({})
        rows: list[list[object]] = [
            [WORDS[name][0], shown(name, getattr(kept, name)), shown(name, getattr(own, name))]
            for name in WORDS
        ]
        return table(["Limit", "This revision", "The product's own"], rows)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return [(None, {"fields": ["created_at", "state", "author", "reason", "limits"]})]
        groups = [(title, {"fields": list(names)}) for title, names in GROUPS.items()]
        return [*groups, ("Why", {"fields": ["reason", "expected"]})]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        if kwargs.get("add"):
            context["title"] = "Revise the limits of the universe"
            context |= {"history": _history(), "looks_ahead": True}
        if PREVIEW in form.data and not form.errors:
            context |= self._preview(request, form)
        return super().render_change_form(request, context, *args, **kwargs)

    def _preview(self, request: HttpRequest, form: CriteriaForm) -> dict[str, Any]:
        try:
            found = criteria_preview(form.limits)
        except NotEnoughData as exc:
            messages.error(request, str(exc))
            return {}
        if found is None:
            messages.info(request, "There is no universe yet that could be judged by them.")
            return {}
        return {"preview": found, **_preview_tables(found)}

    def save_model(self, request: HttpRequest, obj: CriteriaRevision, form: Any, change: bool) -> None:
        author = request.user if isinstance(request.user, AbstractBaseUser) else None
        expected = form.cleaned_data["expected"]
        if UNDO in form.data:
            made = criteria_undo(author=author, expected=expected)
        else:
            made = criteria_revise(form.limits, reason=obj.reason, author=author, expected=expected)
        obj.pk = made.pk
        obj.refresh_from_db()
        messages.info(request, NEXT_BUILD)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        revision = form.instance
        return f"{_changes_of(revision, criteria_revisions())}: {revision.reason}"


def changes_words(old: dict[str, Any], new: dict[str, Any]) -> str:
    """ "Price from 2 USD to 3 USD; ..."; empty: nothing differs."""
    return "; ".join(
        f"{WORDS[name][0]} {shown(name, before)} to {shown(name, after)}"
        for name, before, after in criteria_changes(old, new)
    )


def _changes_of(revision: CriteriaRevision, newest_first: list[CriteriaRevision]) -> str:
    older = [row for row in newest_first if (row.created_at, row.pk) < (revision.created_at, revision.pk)]
    return changes_words(older[0].values if older else {}, revision.values) or "nothing changed"


def _history() -> SafeString:
    revisions = criteria_revisions(HISTORY + 1)
    rows: list[list[object]] = [
        [
            link(
                f"{timezone.localtime(revision.created_at):%Y-%m-%d %H:%M}",
                "admin:universe_criteriarevision_change",
                revision.pk,
            ),
            revision.author.get_username() if revision.author else "the product",
            _changes_of(revision, revisions),
            revision.reason,
            "in force" if revision.active else "",
        ]
        for revision in revisions[:HISTORY]
    ]
    return table(["When", "Who", "What", "Because", ""], rows)


def _preview_tables(found: CriteriaPreview) -> dict[str, SafeString]:
    stages: list[list[object]] = [
        [name.capitalize(), f"{now:,}", f"{then:,}", f"{then - now:+,}" if then != now else "the same"]
        for name, now, then in found.stages
    ]
    moved = {
        "Come in": found.came,
        "Leave": found.left,
        "Become core": found.core_came,
        "Are core no more": found.core_left,
    }
    return {
        "preview_stages": table(["Left after", "In force", "With these", "Difference"], stages),
        "preview_names": table(
            ["Names that", "How many", "Those traded most"],
            [[words, f"{names.count:,}", _names(names)] for words, names in moved.items()],
        ),
    }


def _names(moved: Moved) -> SafeString | str:
    if not moved.count:
        return "–"
    more = moved.count - len(moved.first)
    names = format_html_join(", ", "{}", ((link(symbol, "stock", symbol),) for symbol in moved.first))
    return format_html("{}{}", names, f" and {more:,} more" if more else "")
