"""What a rule is, and the version of all tables together (stored with every classification).

The eight sectors against the vendors' eleven: staples go to consumer_discretionary, real estate to financial
(GICS had it there until 2016), communication services are split: carriers, platforms and games to
technology, media and advertising to consumer_discretionary (the GICS order before 2018).
A rule's weight is how often such a label is right for small companies, judged label by label and held
against published index holdings; 0.90 where nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RULES_VERSION = "3"


@dataclass(frozen=True, slots=True)
class Rule:
    """``sector`` None: the label says nothing about the business. ``excludes``: a shell or a fund.

    ``also``: further sectors that index providers file under the same label, each with its own weight.
    """

    kind: str
    sector: str | None
    weight: float
    subsector: str = ""
    excludes: bool = False
    also: tuple[tuple[str, float], ...] = ()


def split_rule(kind: str, sectors: Sequence[tuple[str, float]]) -> Rule:
    """The rule of a label under which several sectors are filed, the likeliest first."""
    (sector, weight), *others = sectors
    return Rule(kind, sector, weight, also=tuple(others))


def names(line: str) -> list[str]:
    """The labels of a table's line, which stand between semicolons."""
    return [normalised(name) for name in line.split(";")]


def normalised(text: str) -> str:
    """Vendors spell one industry in several ways: long dashes, spaces, capitals."""
    return " ".join(text.replace("—", " - ").replace("–", " - ").replace("-", " - ").lower().split())
