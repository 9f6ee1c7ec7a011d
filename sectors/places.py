"""The eight sectors in their fixed order on the board: the one list that everything else reads. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One sector. ``key`` 1 to 8 is its place and its key on the keyboard; ``weight`` its first one.

    ``large_cap_proxy`` and ``small_cap_proxy`` are the funds that it is compared with.
    """

    slug: str
    key: int
    name: str
    short_name: str
    large_cap_proxy: str
    small_cap_proxy: str
    gap_class: str
    weight: str


PLACES = (
    Place("technology", 1, "Technology", "Technology", "XLK", "PSCT", "high", "1.30"),
    Place("healthcare", 2, "Healthcare", "Healthcare", "XLV", "PSCH", "extreme", "1.50"),
    Place("energy", 3, "Energy", "Energy", "XLE", "PSCE", "moderate", "1.20"),
    Place("financial", 4, "Financial", "Financial", "XLF", "PSCF", "moderate", "1.10"),
    Place("consumer_discretionary", 5, "Consumer discretionary", "Consumer", "XLY", "PSCD", "high", "1.20"),
    Place("industrials", 6, "Industrials", "Industrials", "XLI", "PSCI", "low", "1.00"),
    Place("materials", 7, "Materials", "Materials", "XLB", "PSCM", "low", "0.90"),
    Place("utilities", 8, "Utilities", "Utilities", "XLU", "PSCU", "very_low", "0.70"),
)
SLUGS = tuple(place.slug for place in PLACES)
