"""Events of another company that a title tells beside ours: a rival's results, an order of its target."""

from __future__ import annotations

import re

from analysis.catalysts.kinds import CatalystKind
from analysis.catalysts.names import Mention
from analysis.catalysts.tables import MEDICAL
from analysis.catalysts.titles import is_sentence
from analysis.catalysts.wires import KNOWN

_SHELL = re.compile(r"\b(?:Acquisition|Acquisitions|Corp(?:oration|\.)?\s(?:I{1,3}|IV|VI{0,3}))\b")
"""How companies are named that were made to buy another one."""
OWN_OF_SHELLS = frozenset(
    {
        CatalystKind.HALT,
        CatalystKind.OFFERING,
        CatalystKind.DILUTION,
        CatalystKind.MERGER,
        CatalystKind.EARNINGS,
        CatalystKind.LISTING,
    }
)
"""What such a company can do itself; orders and medicines are of its target."""
_AT_HAND = re.compile(
    r"""
        \b(?i:portfolio\scompany)\b |
        \b(?:client|customer|investee|supplier|target|tenant)\s[A-Z][a-z]+ |
        \b(?i:advis(?:es|ed|ing))\s[A-Z] |
        \b(?i:acts|acting|acted|serves|served|serving)\sas\s(?:[\w-]+\s){0,4}
            (?i:manager|underwriter|advis[eo]r|bookrunner|agent)\b |
        \b(?i:provid(?:es|ed))\s\$[\d.,]+\s?\w*\s(?:\w+\s){0,2}(?i:financing|funding|loan)\s(?i:to)\b
    """,
    re.VERBOSE,
)
_BEATEN = re.compile(r"\b(?:lost|loses|over)\s$", re.IGNORECASE)
_BESIDE = re.compile(
    r"""
        \b(?:after|as|on|following|amid)\s(?:
            (?P<owner>[A-Z][a-z]+)(?:'s|\s(?:merger|takeover|trial)\b) |
            (?P<actor>[A-Z][a-z]+)\s(?:agrees|beats|buys|cuts|forecasts|lowers|misses|posts|raises|reports|
                slashes|tops|warns|wins)\b |
            (?:downbeat|soft|solid|strong|upbeat|weak)\s(?P<teller>[A-Z][a-z]+)\s(?:forecast|guidance|
            outlook|results) |
            (?:[a-z]+\s){0,3}(?:forecast|guidance|outlook|results)\sfrom\s(?P<source>[A-Z][a-z]+) |
            (?:the\s)?(?:U\.?S\.?\s)?FDA\s(?:[a-z]+\s){1,4}(?P<maker>[A-Z][a-z]+)'s
        )
    """,
    re.VERBOSE,
)
_NO_COMPANY = KNOWN | frozenset(
    [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Company",
        "Board",
        "Management",
        "Trump",
    ]
)


def is_of_another(title: str, mention: Mention, kind: CatalystKind, *, name: str) -> bool:
    """Whether the event that ``title`` tells is not of the company mentioned. ``name`` is its listed name, ""
    when unknown.

    >>> is_of_another("Alder slips after Birch's weak guidance", Mention(0, 5, False, False),
    ...               CatalystKind.GUIDANCE, name="Alder Inc.")
    True
    """
    if _SHELL.search(name) and kind not in OWN_OF_SHELLS:
        return True
    if _AT_HAND.search(title, mention.end) or _BEATEN.search(title[: mention.start]):
        return True
    beside = _BESIDE.search(title, mention.end) if is_sentence(title) else None
    return beside is not None and _is_company(beside, kind, name=name)


def _is_company(beside: re.Match[str], kind: CatalystKind, *, name: str) -> bool:
    """A capital before "'s" may be a medicine's, so of the class of medicines only what an authority decides
    on is taken for another company's."""
    if beside["owner"] and kind in MEDICAL and not beside[0].endswith("trial"):
        return False
    other = beside[str(beside.lastgroup)]
    return bool(name) and other not in _NO_COMPANY and other.lower() not in name.lower()
