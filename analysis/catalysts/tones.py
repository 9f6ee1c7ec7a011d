"""Whether a headline is good or bad for a shareholder, where the event alone does not tell."""

from __future__ import annotations

import re

from analysis.catalysts.kinds import Rule

_FLAGS = re.IGNORECASE | re.VERBOSE
GOOD = re.compile(
    r"""
        \b(?:
            beats? | beating | tops | topped | surpass\w* | exceed\w* | crush\w* | smash\w* |
            record | rais(?:es|ed|ing) | lift(?:s|ed|ing)? | hik(?:e|es|ed) | boost\w* | surg\w+ |
            soar\w* | jump\w* | ris(?:e|es|ing) | rallie[sd] | rally | climb\w* | gains? |
            advances? | up\s\d | \bup\b | strong\w* | upbeat | optimistic | better | above |
            higher\s(?:profit|revenue|sales|earnings|guidance|outlook) | growth | grows? | grew |
            positive | improv\w+ | narrow\w*\s(?:\w+\s)?loss | narrower | accelerat\w+ | solid |
            robust | swings?\sto\s(?:\w+\s)?profit | profitab\w+ | doubl\w+ | tripl\w+ | premium |
            promising | encouraging | successful | first-ever | upgraded?
        )\b
    """,
    _FLAGS,
)
BAD = re.compile(
    r"""
        \b(?:
            miss(?:es|ed|ing)? | lag(?:s|ged)? | below | short\sof | shortfall | cut(?:s|ting)? |
            lower(?:s|ed|ing)? | slash\w* | trim\w* | fall(?:s|en|ing)? | fell | drop\w* |
            plung\w* | plummet\w* | tumbl\w* | sink\w* | sank | slid\w* | slip\w* | slump\w* |
            crash\w* | declin\w+ | down\s\d | \bdown\b | weak\w* | soft\w* | disappoint\w* |
            wid(?:er|ens?|ened|ening)\s(?:[\w-]+\s){0,3}loss(?:es)? | wider | worse | warn\w* |
            loss(?:es)? | net\sloss | setback | negative | fail\w* | concern\w* | cautious |
            headwinds? | impairment | delay\w* | withdraw\w* | suspend\w*
        )\b
    """,
    _FLAGS,
)
_LESS_OF_A_BAD_THING = re.compile(
    r"""
        \b(?:
            cuts? | halv\w+ | lower(?:s|ed|ing)? | narrow\w* | reduc\w+ | shrink\w* | slow(?:s|ed) |
            smaller | trims?
        )\s(?:[\w-]+\s){0,4}(?:
            deaths? | loss(?:es)? | pain | progression | relapses? | risk | seizures? | symptoms |
            tumou?rs?
        )\b
    """,
    _FLAGS,
)


def words_tone(title: str) -> float:
    """+1 when only good words stand in the title, -1 when only bad ones, else 0."""
    text = _LESS_OF_A_BAD_THING.sub(" improved ", title)
    good, bad = bool(GOOD.search(text)), bool(BAD.search(text))
    return float(good - bad)


def tone_of(rule: Rule, title: str, vendor: float | None) -> float:
    """The event's own tone where it is clear, else what the words say, else the vendor's judgement, else 0.

    A vendor judges an article, often from the market's view of the day ("an offering extends the runway");
    the rule knows the event. So a clear rule wins also over a vendor who says the opposite.
    """
    if rule.tone:
        return rule.tone
    return words_tone(title) or max(-1.0, min(1.0, vendor or 0.0))
