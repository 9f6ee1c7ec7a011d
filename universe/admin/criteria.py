"""The limits of the universe: a change is a new revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html

from universe.errors import CriteriaError
from universe.look_only import AnyAdmin
from universe.models import (
    CriteriaRevision,
)
from universe.services import criteria_check, criteria_revise

if TYPE_CHECKING:
    RevisionForm = forms.ModelForm[CriteriaRevision]
else:
    RevisionForm = forms.ModelForm


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
