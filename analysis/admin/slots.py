"""Slots are tuned here, each save checked and noted with what it changes; notices are looked at."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from analysis.models import Notice, RunKind, Slot
from analysis.schedule import SlotRule
from analysis.slot_selectors import slot_next_due
from analysis.slot_words import moment_words
from analysis.tuning import doubled_words, slot_check, slots_warning
from universe.clock import ClockUnavailableError, market_now
from universe.look_only import AnyAdmin, LookOnlyAdmin
from universe.sessions import EARLY_POST_CLOSE

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
    ModelFormSet = forms.BaseModelFormSet[Slot, Any]
else:
    ModelForm, ModelFormSet = forms.ModelForm, forms.BaseModelFormSet

NEXT_TICK = "The schedule looks at it with its next tick, within a minute of the market."


class SlotForm(ModelForm):
    """A slot that the schedule can serve: on the minute, inside 4:00 to 20:00, of a scheduled kind, alone."""

    class Meta:
        model = Slot
        fields = ["name", "kind", "at", "enabled", "ceiling_seconds"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "kind" in cleaned and "at" in cleaned:
            slot_check(
                cleaned["kind"],
                cleaned["at"],
                cleaned.get("ceiling_seconds"),
                enabled=cleaned.get("enabled", False),
                own=self.instance.pk,
            )
        return cleaned


class SlotSwitches(ModelFormSet):
    """The list's boxes, judged together: one slot may take the minute of another that is switched off."""

    def clean(self) -> None:
        super().clean()
        shown = {form.instance.pk: form for form in self.forms}
        enabled: dict[dt.time, list[str]] = defaultdict(list)
        for slot in Slot.objects.exclude(pk__in=shown).filter(enabled=True):
            enabled[slot.at].append(slot.name)
        for form in shown.values():
            if form.cleaned_data.get("enabled"):
                enabled[form.instance.at].append(form.instance.name)
        twice = [doubled_words(at, names) for at, names in sorted(enabled.items()) if len(names) > 1]
        if twice:
            raise ValidationError(twice)


@admin.register(Slot)
class SlotAdmin(AnyAdmin):
    form = SlotForm
    list_display = ["at", "name", "kind", "enabled", "ceiling_seconds", "next_due"]
    list_filter = ["kind", "enabled"]
    list_editable = ["enabled"]
    list_display_links = ["at", "name"]
    search_fields = ["name"]
    search_help_text = "Name"

    @admin.display(description="next due")
    def next_due(self, slot: Slot) -> str:
        """The next market moment at which it is due, and whether an early close leaves it out."""
        if not slot.enabled:
            return "–"
        seldom = "; not on early closes" if slot.at > EARLY_POST_CLOSE else ""
        return f"{_due_words(slot)}{seldom}"

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, **kwargs | {"formset": SlotSwitches})

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        if add:
            return ", ".join(f"{_label(name)} {_shown(value)}" for name, value in form.cleaned_data.items())
        changes = (
            f"{_label(name)} {_shown(form.initial.get(name))} to {_shown(form.cleaned_data[name])}"
            for name in form.changed_data
        )
        return "; ".join(changes) or "nothing changed"

    def delete_model(self, request: HttpRequest, obj: Slot) -> None:
        messages.warning(request, _gone_words(obj))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Slot]) -> None:
        for slot in queryset:
            messages.warning(request, _gone_words(slot))
        super().delete_queryset(request, queryset)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return _told(request, super().changelist_view(request, extra_context))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _told(request, super().changeform_view(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _told(request, super().delete_view(request, *args, **kwargs))


@admin.register(Notice)
class NoticeAdmin(LookOnlyAdmin):
    """What the owner was told, and whether it went out by mail."""

    list_display = ["at", "kind", "words", "mail"]
    list_filter = ["kind", "slot_kind", "world"]
    search_fields = ["words"]
    search_help_text = "Words"
    date_hierarchy = "scheduled_for"

    @admin.display(description="mail", ordering="mailed_wall")
    def mail(self, notice: Notice) -> str:
        """When it went out, wall clock in New York, or how often that was tried in vain."""
        if notice.mailed_wall is not None:
            return f"{timezone.localtime(notice.mailed_wall):%Y-%m-%d %H:%M}"
        return f"{notice.mail_tries} tries in vain" if notice.mail_tries else "–"


def _told(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """After a save or a deletion: when it counts, and what the enabled slots leave undone."""
    if request.method == "POST" and answer.status_code == 302:
        messages.info(request, NEXT_TICK)
        if warning := slots_warning():
            messages.warning(request, warning)
    return answer


def _due_words(slot: Slot) -> str:
    try:
        due = slot_next_due(SlotRule(slot.kind, slot.at, slot.name), market_now())
    except ClockUnavailableError:
        return "not known while the market does not tell its time"
    return moment_words(due) if due else "never"


def _gone_words(slot: Slot) -> str:
    future = f" It would have been due next on {_due_words(slot)}." if slot.enabled else ""
    return f"“{slot}” is gone and does not come back by itself.{future} What it has run stays."


def _label(name: str) -> str:
    return {"at": "At", "ceiling_seconds": "Ceiling in seconds"}.get(name, name.capitalize())


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return RunKind(value).label if value in RunKind.values else str(value)
