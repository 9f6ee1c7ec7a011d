"""The limits of the universe as a form: one field a limit, prefilled with what is in force."""

from __future__ import annotations

import re
from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from universe.admin.fields import AmountField, WholeField
from universe.errors import CriteriaError
from universe.models import CriteriaRevision
from universe.selectors import criteria_current, criteria_revisions, listed_codes
from universe.services import criteria_check, criteria_expect
from universe.types import UniverseCriteria

if TYPE_CHECKING:
    _Form = forms.ModelForm[CriteriaRevision]
else:
    _Form = forms.ModelForm

PREVIEW, UNDO = "_preview", "_undo"
#: Limit: its words, its unit, what holds at its edge. In groups, as they stand on the page.
GROUPS: dict[str, dict[str, tuple[str, str, str]]] = {
    "Market cap": {
        "micro_cap_min": ("Micro cap from", "USD", "At the edge: in."),
        "small_cap_min": ("Small cap from", "USD", "Exactly this is small cap, less is micro cap."),
        "small_cap_max": ("Small cap up to", "USD", "At the edge: in."),
    },
    "Volume": {
        "core_volume_min": ("Core tier from", "shares a day", "At the edge: in. Only core is ranked."),
        "breadth_volume_min": ("Breadth tier from", "shares a day", "At the edge: in. Colours rest on it."),
        "volume_sessions": ("Average over", "sessions", "At most 60."),
        "volume_sessions_min": ("Of them with a volume", "sessions", "With fewer the average is not known."),
    },
    "Price": {
        "price_min": ("Price from", "USD", "At the edge: in."),
        "price_max": ("Price up to", "USD", "At the edge: in."),
    },
    "Free float": {
        "micro_float_over": ("Micro cap over", "shares", "At the edge: out."),
        "small_float_over": ("Small cap over", "shares", "At the edge: out."),
    },
    "Listing": {
        "exchanges": ("Exchanges", "", "Others are out as “exchange_not_allowed”."),
        "kinds": ("Types", "", "The vendor's codes. Others are out as “not_common_stock”."),
    },
    "Target": {
        "target_names": ("Names wanted", "names", "The build reports against it and never pads the list."),
    },
}
WORDS = {name: facts for group in GROUPS.values() for name, facts in group.items()}
EXCHANGES = {
    "XNAS": "NASDAQ",
    "XNYS": "NYSE",
    "XASE": "NYSE American",
    "ARCX": "NYSE Arca, mostly funds",
    "BATS": "Cboe BZX, mostly funds",
    "IEXG": "IEX",
}
KINDS = {
    "CS": "common stock",
    "ADRC": "common shares of an ADR",
    "OS": "ordinary shares",
    "NYRS": "New York registry shares",
    "ETF": "exchange-traded fund",
    "ETN": "exchange-traded note",
    "ETV": "exchange-traded vehicle",
    "ETS": "single-security fund",
    "FUND": "fund",
    "PFD": "preferred stock",
    "ADRP": "preferred shares of an ADR",
    "UNIT": "unit",
    "RIGHT": "right",
    "WARRANT": "warrant",
    "SP": "structured product",
    "SPAC": "blank-cheque company",
}
CODES = {"exchanges": EXCHANGES, "kinds": KINDS}
DEFAULTS = UniverseCriteria()


class CriteriaForm(_Form):
    """``limits`` are what was typed, checked, as a revision stores them: only what is not the default.

    ``expected`` is the revision that the admin saw, 0 for the product's own limits.
    """

    expected = forms.IntegerField(widget=forms.HiddenInput)
    limits: dict[str, Any]

    class Meta:
        model = CriteriaRevision
        fields = ["reason"]
        help_texts = {"reason": "Required. It stands in the history for everyone."}
        widgets = {"reason": forms.TextInput(attrs={"class": "vTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_force = criteria_current()
        if not self.instance._state.adding:  # A revision is looked at: nothing can be typed.
            return
        newest = next(iter(criteria_revisions(1)), None)
        self.initial["expected"] = newest.pk if newest else 0
        # Undoing and looking ahead give no reason of their own.
        self.fields["reason"].required = not {PREVIEW, UNDO} & set(self.data)
        for (name, words), counts in zip(CODES.items(), listed_codes(), strict=True):
            self._offer(name, words, counts)
        for name in WORDS:
            self.initial[name] = getattr(self.in_force, name)

    def _offer(self, name: str, words: dict[str, str], counts: dict[str, int]) -> None:
        codes = dict.fromkeys([*getattr(DEFAULTS, name), *getattr(self.in_force, name), *sorted(counts)])
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (code, f"{code} – {words.get(code, 'not known here')} ({counts.get(code, 0):,} listings)")
            for code in codes
            if code
        ]

    def is_valid(self) -> bool:
        """Never when it only asks what the limits would do: then the page comes again, with the answer."""
        return super().is_valid() and PREVIEW not in self.data

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            if PREVIEW not in self.data:
                criteria_expect(data["expected"])
            if UNDO in self.data and not self.initial["expected"]:
                raise CriteriaError("The limits are the product's own; there is nothing to undo.")
            if UNDO not in self.data:
                self.limits = criteria_check(typed_limits(data))
                if self.limits == criteria_check(typed_limits(vars_of(self.in_force))):
                    self.add_error(None, "These are the limits in force; change at least one of them.")
        except CriteriaError as exc:
            # The text begins with the limit that it is about.
            named = str(exc).partition(" ")[0]
            self.add_error(named if named in WORDS else None, in_words(str(exc)))
        return data


def shown(name: str, value: Any) -> str:
    """A limit's value with its unit: "2.00 USD", "1,000,000 shares a day", "XNAS, XNYS"."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    figure = f"{value:,.2f}" if isinstance(value, float) and value != int(value) else f"{int(value):,}"
    return f"{figure} {WORDS[name][1]}"


def _field(name: str) -> forms.Field:
    label, _, edge = WORDS[name]
    default = getattr(DEFAULTS, name)
    if isinstance(default, tuple):
        told = f"Default: {', '.join(default)}. {edge}"
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(label=label, help_text=told, widget=widget, required=False)
    told = f"Default: {shown(name, default)}. {edge}"
    return (WholeField if isinstance(default, int) else AmountField)(label=label, help_text=told)


CriteriaForm.declared_fields.update({name: _field(name) for name in WORDS})


def vars_of(criteria: UniverseCriteria) -> dict[str, Any]:
    return {limit.name: getattr(criteria, limit.name) for limit in fields(criteria)}


def typed_limits(data: dict[str, Any]) -> dict[str, Any]:
    """The limits among ``data``, as `criteria_check` takes them."""
    return {
        name: float(data[name]) if isinstance(data[name], Decimal) else data[name]
        for name in WORDS
        if name in data
    }


def in_words(text: str) -> str:
    """An error's text with the words of the form for the limits that it names."""
    return re.sub(r"\b[a-z]+(_[a-z]+)+\b|\bkinds\b|\bexchanges\b", _label, text)


def _label(found: re.Match[str]) -> str:
    name = found[0]
    return f"“{WORDS[name][0]}”" if name in WORDS else name
