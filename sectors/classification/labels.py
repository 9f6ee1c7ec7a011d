"""One vendor label to one rule: FMP's and Yahoo's industry first, then the screener's pair, then a sector."""

from __future__ import annotations

from functools import lru_cache

from sectors.classification import fmp, screener
from sectors.classification.rules import Rule, normalised


@lru_cache(maxsize=4096)
def label_rule(sector: str, industry: str) -> Rule | None:
    """The rule of a vendor's pair; None: the label says nothing that is known.

    A vendor is told by its own words: sectors that only the screener spells so ("Health Care", "Finance")
    keep the screener's table, all others ask FMP's first.
    """
    pair = (normalised(sector), normalised(industry))
    if pair in screener.PAIRS:
        return screener.PAIRS[pair]
    is_screener = pair[0] in screener.SECTOR_NAMES - fmp.SECTOR_ALONE.keys()
    tables = (screener.INDUSTRIES, fmp.INDUSTRIES) if is_screener else (fmp.INDUSTRIES, screener.INDUSTRIES)
    for table in tables:
        if pair[1] in table:
            return table[pair[1]]
    return None if is_screener else fmp.SECTOR_ALONE.get(pair[0])
