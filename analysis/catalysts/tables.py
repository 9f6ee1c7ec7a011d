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
    rules_topics,
    rules_trials,
)
from analysis.catalysts.kinds import CatalystKind, Rule
from analysis.catalysts.senses import is_elsewhere
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

MEDICAL = frozenset({CatalystKind.FDA, CatalystKind.TRIAL})
"""Classes whose words are also used of other trades."""
Found = tuple[Rule, int, int]
"""A rule that fits, with the start and end of what it found."""


@lru_cache(maxsize=8192)
def first_rule(text: str) -> Found | None:
    """The first rule of an event that fits; None for text of no class."""
    return _first(RULES, text)


def topic_rule(text: str) -> Found | None:
    """The rule of what a title is about, for one that tells no event; None also where it hedges."""
    return None if rules_topics.HEDGED.search(text) else _first(rules_topics.RULES, text)


def _first(rules: tuple[Rule, ...], text: str) -> Found | None:
    for rule in rules:
        match = rule.pattern.search(text)
        if match is not None and not (rule.kind in MEDICAL and is_elsewhere(text)):
            return rule, match.start(), match.end()
    return None


def is_vetoed(text: str) -> bool:
    return VETO.search(text) is not None
