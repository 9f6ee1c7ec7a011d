"""The form that puts a stock into a sector by hand, accepts what the rules say, or gives it back to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError

from sectors.models import Classification, SectorOverride
from sectors.overrides import is_by_hand, verdict_of_rules
from sectors.places import PLACES
from sectors.selectors import override_revisions
from sectors.services import override_check, override_clear, override_clear_check, override_set

if TYPE_CHECKING:
    _Form = forms.ModelForm[Classification]
else:
    _Form = forms.ModelForm

ACCEPT, CLEAR = "_accept", "_clear"
NOWHERE = "none"
ACCEPTED = "The verdict of the rules was looked at and is right."
NAMES = {place.slug: place.name for place in PLACES}


class OverrideForm(_Form):
    """``expected`` is the newest revision that the admin saw, 0 for none; the button says what is meant."""

    put_into = forms.ChoiceField(
        label="Put into",
        required=False,
        choices=[("", "Choose a sector"), *NAMES.items(), (NOWHERE, "No sector at all")],
        help_text="It stays through every reclassification and rename, until it is given back to the rules.",
    )
    reason = forms.CharField(
        label="Because",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Required, but for accepting. It stands in the evidence and in the history for everyone.",
    )
    expected = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Classification
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = next(iter(override_revisions(self.instance.symbol)), None)
        self.initial["expected"] = newest.pk if newest else 0
        self.former = placed_words(self.instance)

    @property
    def act(self) -> str:
        """ACCEPT, CLEAR, or "" for putting it into the sector that was chosen."""
        return next((name for name in (ACCEPT, CLEAR) if name in self.data), "")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            self._decide(data)
        except ValidationError as exc:
            fields = {"sector": "put_into", "reason": "reason"}
            for name, errors in exc.error_dict.items():
                self.add_error(fields.get(name), errors)
        return data

    def _decide(self, data: dict[str, Any]) -> None:
        """Under the listing's lock, which lasts to the end of the admin's transaction: no race is lost."""
        if self.act == CLEAR:
            if not data["reason"].strip():
                raise ValidationError({"reason": "A reason is required: say why the rules may judge again."})
            override_clear_check(self.instance.symbol, reason=data["reason"], expected=data["expected"])
            return
        if self.act == ACCEPT:
            data["sector"] = verdict_of_rules(self.instance)[0]
            data["reason"] = data["reason"].strip() or ACCEPTED
            if data["sector"] is None:
                raise ValidationError(
                    {"sector": "The rules name no sector that could be accepted; choose one."}
                )
        elif not data["put_into"]:
            raise ValidationError({"sector": "Choose a sector, or “No sector at all”."})
        else:
            data["sector"] = None if data["put_into"] == NOWHERE else data["put_into"]
        override_check(self.instance.symbol, data["sector"], reason=data["reason"], expected=data["expected"])

    def saved(self, author: AbstractBaseUser | None) -> SectorOverride:
        """Do what was asked for, after `is_valid`."""
        symbol, reason = self.instance.symbol, self.cleaned_data["reason"]
        expected = self.cleaned_data["expected"]
        if self.act == CLEAR:
            return override_clear(symbol, reason=reason, author=author, expected=expected)
        sector = self.cleaned_data["sector"]
        return override_set(symbol, sector, reason=reason, author=author, expected=expected)


def placed_words(row: Classification) -> str:
    """ "Technology (rules, 0.63)", "Energy (by hand)", "no sector (rules, 0.00)"."""
    sector = NAMES.get(row.sector_id or "", "no sector")
    return f"{sector} ({'by hand' if is_by_hand(row) else f'rules, {row.confidence}'})"
