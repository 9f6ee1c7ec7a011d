"""Fields for large numbers: shown with thousands, read with or without them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms

SEPARATORS = str.maketrans("", "", " _'\u00a0\u202f")
#: A comma between groups of three is one of thousands; any other may be meant as a point, and is refused.
GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


class _Grouped:
    """What is typed as "10,000,000" is a number, and a number is shown so."""

    def to_python(self, value: Any) -> Any:
        plain = value.translate(SEPARATORS) if isinstance(value, str) else value
        if isinstance(plain, str) and GROUPED.fullmatch(plain):
            plain = plain.replace(",", "")
        return super().to_python(plain)  # type: ignore[misc]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int | float | Decimal):
            return f"{value:,.2f}" if value != int(value) else f"{int(value):,}"
        return value


class WholeField(_Grouped, forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "figure"})
        super().__init__(min_value=0, widget=widget, **kwargs)


class AmountField(_Grouped, forms.DecimalField):
    """Two decimals at most."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "figure"})
        super().__init__(min_value=0, decimal_places=2, max_digits=16, widget=widget, **kwargs)
