"""The preferences page: what this user calls fresh, and how the board looks to them."""

from __future__ import annotations

import re
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from analysis.models import FreshnessPreference
from analysis.selectors import preference_of
from analysis.services import preference_set

MOST_HOURS = 48
#: The code of the form's error while PostgreSQL is away.
AWAY = "away"
HOURS = re.compile(r"[+-]?[0-9]*\.?[0-9]*")
BOUNDS = f"From one minute (0.017) to {MOST_HOURS} hours of session time."
MISSING = {"required": f"Type a number of hours. {BOUNDS}"}
#: Zones offered first: where most readers of a New York market sit.
ZONES = (
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "Asia/Hong_Kong",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Paris",
    "Europe/Zurich",
)


def zone_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every time zone once: those where most readers sit, then all others."""
    others = sorted(available_timezones() - set(ZONES))
    groups = (("Common", ZONES), ("All others", others))
    return [(group, [(name, name.replace("_", " ")) for name in names]) for group, names in groups]


class HoursField(forms.DecimalField):
    """Hours as people type them, "1.5" or "1,5"; digits alone, which Python's "1_0" is not."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip().replace(",", ".", 1)
        if text and not HOURS.fullmatch(text):
            raise ValidationError(f"Not a number of hours such as 1.5. {BOUNDS}")
        return super().to_python(text)


class PreferencesForm(forms.Form):
    """Hours as a person types them, half hours too; stored as minutes."""

    fresh_hours = HoursField(label="Fresh until", max_digits=6, decimal_places=3, error_messages=MISSING)
    stale_hours = HoursField(label="Stale from", max_digits=6, decimal_places=3, error_messages=MISSING)
    on_open = forms.ChoiceField(label="When I open the board", choices=FreshnessPreference.OnOpen.choices)
    default_view = forms.ChoiceField(label="Open SectorLight with", choices=FreshnessPreference.VIEWS)
    time_zone = forms.ChoiceField(label="Second clock", required=False)
    theme = forms.ChoiceField(label="Theme", choices=FreshnessPreference.Theme.choices)
    palette = forms.ChoiceField(label="Palette", choices=FreshnessPreference.Palette.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = [("", "None"), *zone_groups()]

    def clean_fresh_hours(self) -> int:
        return self._minutes("fresh_hours")

    def clean_stale_hours(self) -> int:
        return self._minutes("stale_hours")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        fresh, stale = cleaned.get("fresh_hours"), cleaned.get("stale_hours")
        if fresh is not None and stale is not None and fresh >= stale:
            self.add_error("stale_hours", f"Must be more than “fresh until”, {fresh / 60:g} hours.")
        return cleaned

    def values(self) -> dict[str, Any]:
        """What `preference_set` stores."""
        given = dict(self.cleaned_data)
        return {
            "fresh_minutes": given.pop("fresh_hours"),
            "stale_minutes": given.pop("stale_hours"),
            **given,
        }

    def _minutes(self, name: str) -> int:
        minutes = round(self.cleaned_data[name] * 60)
        if not 1 <= minutes <= MOST_HOURS * 60:
            raise ValidationError(BOUNDS)
        return int(minutes)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """The form, and its saving; a wrong value comes back with its reason and everything else as typed."""
    user = cast(AbstractBaseUser, request.user)
    stored = preference_of(user)
    form = PreferencesForm(request.POST or None, initial=_initial(stored))
    if request.method == "POST" and form.is_valid() and _is_saved(user, form):
        messages.success(request, "Your limits and looks hold from now on, in all of your windows.")
        return redirect("preferences")
    status = 422 if form.is_bound and not form.is_valid() else 200
    if form.has_error(NON_FIELD_ERRORS, AWAY):
        status = 503
    context = {"form": form, "scale": _scale(stored), "zones": zone_groups()}
    context["stale_first"] = "stale_hours" in form.errors and "fresh_hours" not in form.errors
    return render(request, "analysis/preferences.html", context, status=status)


def _is_saved(user: AbstractBaseUser, form: PreferencesForm) -> bool:
    """False with the reason in the form, which keeps what was typed."""
    try:
        preference_set(user, **form.values())
    except ValidationError as exc:
        for texts in exc.message_dict.values():
            form.add_error(None, cast(Any, texts))
    except (OperationalError, InterfaceError):
        words = "The database does not answer, nothing was changed. What you typed is below; save it again."
        form.add_error(None, ValidationError(words, code=AWAY))
    else:
        return True
    return False


def _initial(stored: FreshnessPreference) -> dict[str, Any]:
    return {
        "fresh_hours": f"{stored.fresh_minutes / 60:.3f}".rstrip("0").rstrip("."),
        "stale_hours": f"{stored.stale_minutes / 60:.3f}".rstrip("0").rstrip("."),
        "on_open": stored.on_open,
        "default_view": stored.default_view,
        "time_zone": stored.time_zone,
        "theme": stored.theme,
        "palette": stored.palette,
    }


def _scale(stored: FreshnessPreference) -> dict[str, int]:
    """The three parts of a line of 600: fresh, aging, and half as much again for stale."""
    whole = stored.stale_minutes * 1.5
    fresh, stale = round(600 * stored.fresh_minutes / whole), 400
    return {"fresh": fresh, "aging": stale - fresh, "stale_at": stale, "fresh_notch": fresh - 1}
