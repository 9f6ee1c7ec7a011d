"""What a title is about where it says no event that another line knows: "Alder's FDA filing timeline
sharpens". Tried last of all, and only where the title names the company and is no opinion about an event.
"""

from __future__ import annotations

import re

from analysis.catalysts.authorities import AUTHORITY
from analysis.catalysts.kinds import rule

RULES = (
    rule(
        "fda.topic",
        0,
        rf"""
            (?<!\w)(?:
                {AUTHORITY}\b(?!-|\s(?:adviser|advisor|chief|commissioner|data|guidance|head|
                    officials?|oversight|policy|regist\w+)\b) |
                pdufa\b |
                (?:s?nda|bla|maa)\s(?:filing|plans?|strategy|submission|timeline)\b |
                regulatory\s(?:filing|path|pathway|submission|timeline)\b |
                expanded\saccess | compassionate\suse | breakthrough\stherapy | orphan\sdrug
            )
        """,
    ),
    rule(
        "trial.topic",
        0,
        r"""
            (?<!\w)(?:
                (?:clinical|pivotal|registrational|(?:early|late|mid)-stage)\s(?:data|developments?|
                    program|stud(?:y|ies)|trials?)\b |
                phase\s?(?:[1-4]|i{1,3})[ab]?\b | top-?line\b | pre-?clinical\b |
                (?:clinical|drug)\s(?:development|pipeline)\b
            )
        """,
    ),
    rule(
        "merger.topic",
        0,
        r"""
            \bbuys\s(?!(?:back|bitcoin|crypto|ether|gold|in|into|more|out|stocks?|the|time|up)\w*\b)
                (?-i:[A-Z][a-z]\w+)(?!.{0,60}\b(?:bonds?|calls?|puts|shares?|stakes?|stocks?)\b)
        """,
    ),
)
HEDGED = re.compile(
    r"""
        \b(?:
            a\sbuy | appoint\w* | away | bets? | could | despite | expected | here's | hires | hopes? |
            if | may | might | names | nears? | optimism | planned | plans? | potential | remains? | risks? |
            upside | weighs? | what | will
        )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What may come, or a view of it: no event, however much the title is about one."""
