"""The constants of the score as a form: one field a number, prefilled with what is in force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from analysis.models import ParameterRevision
from analysis.selectors import parameter_revisions, parameters_current, parameters_from
from analysis.services import parameters_check, parameters_expect
from analysis.types import ScoringParameters

if TYPE_CHECKING:
    _Form = forms.ModelForm[ParameterRevision]
else:
    _Form = forms.ModelForm

UNDO = "_undo"
FRAMES = {"30min": "30 minutes", "1d": "1 day", "3d": "3 days", "1w": "1 week"}
#: (constant, its frame or ""): its words and what it does. In groups, as they stand on the page.
GROUPS: dict[str, dict[tuple[str, str], tuple[str, str]]] = {
    "Weight of each timeframe in the base": {
        ("weights", frame): (words, "The product's own add up to 1.") for frame, words in FRAMES.items()
    },
    "Scale of each timeframe": {
        ("scales", frame): (words, "Percent at which a return counts 76 %, tanh of 1; not 0.")
        for frame, words in FRAMES.items()
    },
    "Returns and their weights": {
        ("winsor_pct", ""): ("Returns are cut at", "Percent, up and down; not 0."),
        ("relative_volume_min", ""): ("Relative volume at least", "Below it counts as this; not 0."),
        ("relative_volume_max", ""): ("Relative volume at most", "Above it counts as this."),
    },
    "Factors": {
        ("volume_slope", ""): ("Volume", "Per doubling of the volume."),
        ("catalyst_slope", ""): ("Catalysts", "Per doubling of the catalysts, times their tone."),
        ("technical_slope", ""): ("Highs and lows", "When all members are beyond them."),
    },
    "Ranking": {
        ("gap_scale", ""): ("Move of the day", "Percent at which a gap gives 76 % of its points; not 0."),
        ("relative_volume_scale", ""): (
            "Relative volume",
            "Times at which it gives 76 % of its points; not 0.",
        ),
    },
    "Colour and verdict": {
        ("caution_edge", ""): ("Caution near an edge", "Distance of the score from an inner edge; in."),
        ("caution_confidence", ""): ("Caution by confidence", "Below it; at it there is none."),
        ("minimum_valid", ""): ("Fewest returns", "With fewer 1-day returns the verdict is withheld."),
        ("withhold_score", ""): (
            "One side only from",
            "From this score, up or down, the opposing list is empty.",
        ),
    },
}
WORDS = {key: words for group in GROUPS.values() for key, words in group.items()}


def field_name(key: tuple[str, str]) -> str:
    return "_".join(filter(None, key))


def value_of(parameters: ScoringParameters, key: tuple[str, str]) -> float:
    value = getattr(parameters, key[0])
    return float(value[key[1]] if key[1] else value)


def changes_words(old: dict[str, Any], new: dict[str, Any]) -> str:
    """ "Returns are cut at 25 to 20; ..."; empty: nothing differs."""
    before, after = parameters_from(old), parameters_from(new)
    told = ((_title(key), value_of(before, key), value_of(after, key)) for key in WORDS)
    return "; ".join(f"{title} {one:g} to {other:g}" for title, one, other in told if one != other)


def _title(key: tuple[str, str]) -> str:
    words = WORDS[key][0]
    return {"weights": f"Weight of {words}", "scales": f"Scale of {words}"}.get(key[0], words)


class ParametersForm(_Form):
    """``constants`` are what was typed, checked, as a revision stores them: only what is not the default.

    ``expected`` is the revision that the admin saw, 0 for the product's own constants.
    """

    expected = forms.IntegerField(widget=forms.HiddenInput)
    constants: dict[str, Any]

    class Meta:
        model = ParameterRevision
        fields = ["reason"]
        help_texts = {"reason": "Required. It stands in the history for everyone."}
        widgets = {"reason": forms.TextInput(attrs={"class": "vTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:  # A revision is looked at: nothing can be typed.
            return
        newest = next(iter(parameter_revisions(1)), None)
        self.initial["expected"] = newest.pk if newest else 0
        self.fields["reason"].required = UNDO not in self.data
        in_force = parameters_current()
        for key in WORDS:
            self.initial[field_name(key)] = f"{value_of(in_force, key)!r}".removesuffix(".0")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            parameters_expect(data["expected"])
        except ValidationError as exc:
            self.add_error(None, exc)
            return data
        if UNDO in self.data:
            if not self.initial["expected"]:
                self.add_error(None, "The constants are the product's own; there is nothing to undo.")
            return data
        self.constants = dict(self._typed(data))
        if not self.errors:
            self._fit_together()
        current = parameters_current()
        if not self.errors and all(data[field_name(key)] == value_of(current, key) for key in WORDS):
            self.add_error(None, "These are the constants in force; change at least one of them.")
        return data

    def _fit_together(self) -> None:
        try:
            parameters_check(self.constants)
        except ValidationError as exc:
            self.add_error(None, exc.messages)

    def _typed(self, data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """What differs from the product's own, each number checked at its field."""
        own = ScoringParameters()
        tables: dict[str, dict[str, float]] = {}
        for key in WORDS:
            (name, frame), value = key, data[field_name(key)]
            try:
                parameters_check({name: {frame: value} if frame else value}, together=False)
            except ValidationError as exc:
                self.add_error(field_name(key), exc.messages)
            if value == value_of(own, key):
                continue
            if frame:
                tables.setdefault(name, {})[frame] = value
            else:
                yield name, value
        yield from tables.items()


def _field(key: tuple[str, str]) -> forms.Field:
    label, told = WORDS[key]
    own = value_of(ScoringParameters(), key)
    kind = forms.IntegerField if isinstance(getattr(ScoringParameters(), key[0]), int) else forms.FloatField
    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "figure"})
    return kind(label=label, help_text=f"Default: {own:g}. {told}", widget=widget)


ParametersForm.declared_fields.update({field_name(key): _field(key) for key in WORDS})
