"""Blank-check companies that are listed as common stock: told by their name and a vendor's label. Pure."""

from __future__ import annotations

import re

_BLANK_CHECK = re.compile(
    r"\b(acquisition|acquisitions|merger|spac|capital investment) (corp|corporation|co|company|inc|ltd|"
    r"limited|holdings?|partners|trust|[ivx]+\b)|\bblank check\b|\bacquisition (corp )?[ivx]+\b",
    re.IGNORECASE,
)
#: FMP's industry. The screener's "Blank Checks" is of the code that a company once registered with.
LABEL = "shell companies"


def is_named_blank_check(name: str) -> bool:
    """Whether a company is called as blank-check companies are: "Acme Acquisition Corp. II"."""
    return _BLANK_CHECK.search(name) is not None


def is_shell(name: str, industry: str) -> bool:
    """Whether the vendor's ``industry`` calls it a shell and its name does not speak against it."""
    return industry.strip().lower() == LABEL and is_named_blank_check(name)
