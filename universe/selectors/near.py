"""Symbols that a reader may have meant: one letter wrong, missing, too many, or two in the wrong order."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, Value, When

from universe.models import Stock

LONGEST = 8


def stocks_near(query: str, limit: int = 8) -> list[Stock]:
    """Listings whose symbol is one slip away from ``query`` or begins with it; listed ones first."""
    wanted = query.strip().upper().replace("\\", "").replace("%", "").replace("_", "")
    if not wanted or len(wanted) > LONGEST or "\0" in wanted:
        return []
    found = Q(symbol__in=_shorter_and_swapped(wanted)) | Q(symbol__istartswith=wanted)
    # A dash, a slash and a dot write the same share class: all of them are one letter.
    for pattern in _one_letter_open(wanted):
        found |= Q(symbol__regex=pattern)
    nearness = Case(
        When(symbol__startswith=wanted[:2], then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    rows = Stock.objects.filter(found).annotate(nearness=nearness)
    return list(rows.order_by("-active", "nearness", "symbol")[:limit])


def _shorter_and_swapped(word: str) -> set[str]:
    shorter = {word[:i] + word[i + 1 :] for i in range(len(word)) if len(word) > 1}
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    return shorter | swapped


def _one_letter_open(word: str) -> list[str]:
    """Patterns for one letter replaced or put in between."""
    safe = ["\\" + letter if not letter.isalnum() else letter for letter in word]
    replaced = ["".join([*safe[:i], ".", *safe[i + 1 :]]) for i in range(len(safe))]
    longer = ["".join([*safe[:i], ".", *safe[i:]]) for i in range(len(safe) + 1)]
    return [f"^{pattern}$" for pattern in replaced + longer]
