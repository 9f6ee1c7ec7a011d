"""Membership in a small-cap sector fund: what an index provider says about a company.

The funds follow GICS sectors of the S&P SmallCap 600. Where GICS and our eight differ: real estate is held by
the financial fund, as it is ours; staples are in a fund of their own that is not asked about; the fund of
utilities holds the communication services too, more of them than utilities, so it alone decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from sectors.classification.rules import Rule
from sectors.places import PLACES

#: Not 1: an index is reshuffled quarterly, and a symbol may have passed to another company since.
WEIGHT = 0.96
#: Of the companies of the two GICS sectors together: carriers, platforms and games are technology here, media
#: consumer_discretionary.
UTILITIES = Rule("fund", "utilities", 0.40, also=(("technology", 0.32), ("consumer_discretionary", 0.24)))
RULES = {place.small_cap_proxy: Rule("fund", place.slug, WEIGHT) for place in PLACES} | {"PSCU": UTILITIES}


def sector_fund(funds: Sequence[str]) -> str | None:
    """The one sector fund among ``funds``; None: none, or several, which say nothing."""
    known = {fund for fund in funds if fund in RULES}
    return known.pop() if len(known) == 1 else None
