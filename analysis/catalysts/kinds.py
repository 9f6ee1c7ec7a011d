"""The classes of catalysts, the tag each has on the card, and one catalyst of one company.

What each class means is written in docs/catalysts.md; the members stand in its order, which is the order in
which they are tried.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

RULES_VERSION = "2"
"""Counts up whenever a rule changes what it says of a headline or a paper: it belongs to the lineage."""


class CatalystKind(StrEnum):
    """``FILING`` is an 8-K or 6-K whose content has no class."""

    HALT = "halt"
    FDA = "fda"
    TRIAL = "trial"
    OFFERING = "offering"
    DILUTION = "dilution"
    MERGER = "merger"
    EARNINGS = "earnings"
    GUIDANCE = "guidance"
    CONTRACT = "contract"
    PARTNERSHIP = "partnership"
    LISTING = "listing"
    FILING = "filing"

    @property
    def tag(self) -> str:
        return TAGS[self]


TAGS = {
    CatalystKind.HALT: "Halt",
    CatalystKind.FDA: "FDA",
    CatalystKind.TRIAL: "Trial",
    CatalystKind.OFFERING: "Offering",
    CatalystKind.DILUTION: "Dilution",
    CatalystKind.MERGER: "M&A",
    CatalystKind.EARNINGS: "Earnings",
    CatalystKind.GUIDANCE: "Guidance",
    CatalystKind.CONTRACT: "Contract",
    CatalystKind.PARTNERSHIP: "Partnership",
    CatalystKind.LISTING: "Listing",
    CatalystKind.FILING: "8-K",
}


@dataclass(frozen=True, slots=True)
class Catalyst:
    """One event of one company, as one article or one paper tells it.

    ``at`` is when it was known, with a zone. ``tone`` is -1 bad to +1 good for a shareholder, 0 unclear.
    ``relevance`` is 0 to 1, the weight of the tone in a sector's mean. ``key`` is unique per article or
    paper, "news:<source>:<id>" or "sec:<accession number>". ``rule`` names the line of the tables that
    matched, "<kind>.<what>". ``form`` is the SEC's form, "" for news.
    """

    symbol: str
    kind: CatalystKind
    at: dt.datetime
    tone: float
    relevance: float
    title: str
    url: str
    publisher: str
    source: str
    fetched_at: dt.datetime
    key: str
    rule: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the tables: text that ``pattern`` finds is of the kind before the dot of ``name``.

    ``tone`` is +1 or -1 where the event itself is good or bad, 0 where the other words decide.
    """

    name: str
    tone: float
    pattern: re.Pattern[str]

    @property
    def kind(self) -> CatalystKind:
        return CatalystKind(self.name.partition(".")[0])


def rule(name: str, tone: float, pattern: str) -> Rule:
    """Patterns are written verbosely (a blank in the text is ``\\s``) and without regard to capitals."""
    return Rule(name, tone, re.compile(pattern, re.IGNORECASE | re.VERBOSE))
