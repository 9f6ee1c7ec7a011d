"""All rules, in the order in which they are tried."""

from __future__ import annotations

from functools import lru_cache

from analysis.catalysts import (
    rules_deals,
    rules_fda,
    rules_halts,
    rules_listing,
    rules_results,
    rules_shares,
    rules_trials,
)
from analysis.catalysts.kinds import Rule
from analysis.catalysts.vetoes import VETO

RULES: tuple[Rule, ...] = (
    *rules_halts.RULES,
    *rules_fda.RULES,
    *rules_trials.RULES,
    *rules_shares.RULES,
    *rules_deals.MERGER,
    *rules_results.EARNINGS,
    *rules_results.GUIDANCE,
    *rules_deals.CONTRACT,
    *rules_deals.PARTNERSHIP,
    *rules_listing.RULES,
)


@lru_cache(maxsize=8192)
def first_rule(text: str) -> tuple[Rule, int, int] | None:
    """The first rule that fits, with the start and end of what it found; None for text of no class."""
    for rule in RULES:
        match = rule.pattern.search(text)
        if match is not None:
            return rule, match.start(), match.end()
    return None


def is_vetoed(text: str) -> bool:
    return VETO.search(text) is not None
