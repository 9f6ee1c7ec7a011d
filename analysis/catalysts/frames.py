"""Titles that say an event without saying it outright.

Two kinds: the opinion about an event ("Does X's raised outlook change the bull case for X?"), which states
the event itself, and the bare name of a paper ("Form 8-K X For: May 5"), whose first words tell what it is
about.
"""

from __future__ import annotations

import re

from analysis.catalysts.titles import plain, statement
from universe.types import Headline

_FLAGS = re.IGNORECASE | re.VERBOSE
_VIEW = r"""
    (?:
        bull | bear | invest\w* | stor(?:y|ies) | narratives? | (?<!in\s)case | thesis | strategy |
        (?:regulatory|approval)\spath | outlook | profile | position | stock | shares
    )
"""
"""What such a title asks about: never an event."""
_CHANGES = r"""
    (?:reshap|chang|alter|shift|redefin|refram|rewrit|clarif|justif|impact|mak|requir|shap)\w*
"""
_TO_COME = rf"(?:\S+\s){{1,2}}q[1-4]\s(?:20\d\d\s)?(?:earnings|results|report)\s{_CHANGES}"
"""Results that nobody has seen: "Will X's Q2 earnings change the story?"."""
FRAMES = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        rf"""
            ^(?:does|did|do|is|are|has|have|how|(?:will|can|could|should|would)(?!\s{_TO_COME}))\s
            (?!recent\s)(?P<event>.+?) \s (?:(?:will|has|have|is|are|could|may|might|just|quietly|really)\s)*
            {_CHANGES}\s (?:.+\s)? \b{_VIEW}\b .* $
        """,
        r"""
            ^(?:is|are|was|could|will)\s (?P<event>.+?) \s (?:(?:just|only)\sthe\s(?:beginning|start)
            | (?:be\s)?(?:an?|the)\s(?:game[\s-]changer|turning\spoint|red\sflag|catalyst)) \b .* $
        """,
        r"^what\s(?P<event>.+?) \s (?:means?|could\smean)\sfor\b .* $",
        r"""
            ^the\s(?:bull|bear|investment)\scase\sfor\s .+? \s (?:could|may|might|just)\s
            (?:be\s)?(?:chang|shift)\w*\s (?:following|after|with|on)\s (?P<event>.+) $
        """,
        r"""
            ^(?P<event>.+?) \s (?:could|may|might)\s
            (?:change\sthe\scase|be\sa\sgame\schanger|alter\sthe|reshape\sthe)\b .* $
        """,
        r"""
            ^how\sinvestors\s(?:are\sreacting|may\srespond|might\srespond)\sto\s
            (?P<event>(?!.*\bbalancing\b).+) $
        """,
        r"\b what(?:\sis|'s)\sthe\s(?:latest\s)? (?P<event>(?:u\.?s\.?\s)?fda\s.+?) (?:\sall\sabout)? \?? $",
    )
)
_PAPER = re.compile(r"^form\s(?:8|6|10)-[kq]\b.*\bfor:\s | \bsec\sfiling\s\(", _FLAGS)


def reading_of(headline: Headline) -> tuple[str, str]:
    """The title that names the company, and the words that tell the event: mostly the same."""
    title = plain(headline.title)
    event = framed(title) or (headline.text if _PAPER.search(title) else "")
    if event:
        return title, event
    said = statement(title)
    return said, said


def framed(title: str) -> str:
    """The event that an opinion is about, "" when the title is none of these.

    >>> framed("Does Alder's Raised Outlook Change The Bull Case For Alder (ALDR)?")
    "Alder's Raised Outlook"
    """
    match = next(filter(None, (frame.search(title) for frame in FRAMES)), None)
    return match["event"] if match else ""
