"""Which listings a sector word means, for shocks: one of eight slugs, or a vendor's label as it stands.

Pure. This is no classification: it only says what a hand moves together.
"""

from __future__ import annotations

from universe.simulator.world import Listings

SLUGS = (
    "technology",
    "healthcare",
    "energy",
    "financial",
    "consumer_discretionary",
    "industrials",
    "materials",
    "utilities",
)
_LABELS = {
    "technology": "technology",
    "telecommunications": "technology",
    "communication services": "technology",
    "healthcare": "healthcare",
    "health care": "healthcare",
    "energy": "energy",
    "financial services": "financial",
    "finance": "financial",
    "real estate": "financial",
    "consumer cyclical": "consumer_discretionary",
    "consumer discretionary": "consumer_discretionary",
    "consumer defensive": "consumer_discretionary",
    "consumer staples": "consumer_discretionary",
    "industrials": "industrials",
    "basic materials": "materials",
    "utilities": "utilities",
}
_MEDIA = ("Broadcasting", "Entertainment", "Media & Entertainment", "Publishing", "Advertising Agencies")


def slug_of(sector: str, industry: str) -> str | None:
    """One of the eight, or None for a word that belongs to none."""
    if industry in _MEDIA:
        return "consumer_discretionary"
    return _LABELS.get(sector.casefold())


def rows_of_sector(listings: Listings, word: str) -> list[int]:
    """Rows of companies in a sector; ``word`` is a slug or a vendor's own label. Empty when nobody is in
    it."""
    wanted = word.casefold()
    pairs = enumerate(zip(listings.sectors, listings.industries, strict=True))
    if wanted in SLUGS:
        return [row for row, (sector, industry) in pairs if slug_of(sector, industry) == wanted]
    return [row for row, (sector, _) in pairs if sector and sector.casefold() == wanted]
