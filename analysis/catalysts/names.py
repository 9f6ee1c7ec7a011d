"""Where a title names a company: by its name as people write it, or by its ticker.

The listed name "Alder Therapeutics Inc. Common Stock" is written "Alder Therapeutics", "Alder Tx" or "Alder".
A first word that is an ordinary one ("Summit", "Vera") counts alone only where it can be no ordinary word: at
the title's start, before "'s", or with its capital inside a title that is written like a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from analysis.catalysts.titles import is_sentence
from analysis.catalysts.words import INDUSTRY, LEGAL, NO_TICKER, ORDINARY

SHORT = 3
"""A name of so few letters is matched with its capitals, and treated as an ordinary word."""
STEM = 5
"""Letters of a trade that are enough to know it: "Pharmaceuticals" is written Pharma, "Biosciences" Bio."""
_SHARE = re.compile(
    r"""\b(?: (?:class|series)\s[a-z]\b | (?:new\s)?common | ordinary | american\sdepositary | depositary |
    subordinate | registered | beneficial | warrants?\b | units?\b | rights?\b | preferred | sponsored |
    adrs?\b | adss?\b | voting | when.issued ).*""",
    re.IGNORECASE | re.VERBOSE,
)
_FUND = re.compile(r"(?:\s\w+){0,3}?\s(?:Fund|ETF|ETN)\b")
_INSIDE = r"(?<!the\s)(?<!at\s)(?-i:(?<=[a-z,]\s))"
"""Before a name inside a sentence: a small word, but not one that makes a place of it."""
_NEXT_WORD = re.compile(r"[\s-]+([A-Za-z]+)")
WEAK = frozenset(("health", "space", "power", "water", "gold", "oil", "gas", "drug", "air"))
"""Trades that are also words of a sentence: they make no other company of the name before them."""
_BRACKET = re.compile(r"\([^)]*\)?")
_EXCHANGE = r"(?:NASDAQ\w*|NYSE(?:\s?American|\s?MKT|\s?Arca)?|AMEX|OTC\w*|CBOE|TSXV?|LSE)"


@dataclass(frozen=True, slots=True)
class Mention:
    """Where the title names the company: ``start`` and ``end`` in characters; ``by_ticker`` is True when only
    the ticker does. ``has_ticker`` tells whether the ticker stands anywhere in the title."""

    start: int
    end: int
    by_ticker: bool
    has_ticker: bool


def core_of(listed_name: str) -> tuple[str, ...]:
    """The words of a listed name without share class and legal form.

    >>> core_of("Vera Therapeutics Inc. Class A Common Stock")
    ('Vera', 'Therapeutics')
    """
    bare = _BRACKET.sub(" ", listed_name)
    cut = _SHARE.sub("", bare).strip() or bare
    words = [word.strip(",.").replace("'", "") for word in cut.split()]
    while words and words[0].lower() in ("the", "dba"):
        words.pop(0)
    while len(words) > 1 and words[-1].lower() in LEGAL:
        words.pop()
    return tuple(word for word in words if word)


def mention_in(title: str, symbol: str, name: str) -> Mention | None:
    """The first place where ``title`` names the company, None when it does not. ``name`` may be ""."""
    by_ticker = None
    if symbol in title:
        by_ticker = _ticker(symbol).search(title)
        if by_ticker is None and not title.isupper():
            by_ticker = _bare_ticker(symbol).search(title)
    found = _by_name(title, name) if name else None
    if found is None and by_ticker is None:
        return None
    first = min(filter(None, (found, by_ticker)), key=re.Match.start)
    return Mention(first.start(), first.end(), found is None, by_ticker is not None)


def _by_name(title: str, name: str) -> re.Match[str] | None:
    if _first_letters(name) not in title.lower():
        return None
    pattern, own = _name(name)
    for match in pattern.finditer(title):
        if not (match[0][0].isupper() or match[0][0] == name[0]):
            continue
        if match["inside"] and not is_sentence(title):
            continue
        if _FUND.match(title, match.end()) or (match["alone"] and _is_another(title[match.end() :], own)):
            continue
        return match
    return None


@lru_cache(maxsize=16384)
def _first_letters(listed_name: str) -> str:
    """What any mention must hold: cheaper than the pattern, which is built only for names that may be
    there."""
    core = core_of(listed_name)
    return re.split(r"[-&.]", core[0].lower())[0] if core else "\n"


def _is_another(rest: str, own: tuple[str, ...]) -> bool:
    """Whether a trade that is not the company's own follows: "Vera Energy" is not Vera Therapeutics."""
    after = _NEXT_WORD.match(rest)
    word = after[1].lower() if after else ""
    return word in INDUSTRY - WEAK and not any(part.startswith(word[:SHORT]) for part in own)


@lru_cache(maxsize=16384)
def _name(listed_name: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """The pattern for a listed name of at least one word, and its words in small letters."""
    core = core_of(listed_name)
    own = [core[0], *takewhile(_is_own, core[1:])]
    while len(own) > 1 and own[-1] in ("&", "and"):
        own.pop()
    trades = [word for word in core[len(own) :] if word.lower() in INDUSTRY]
    lowered = tuple(word.lower() for word in core)
    is_single = len(own) == 1
    is_short = is_single and len(own[0]) <= SHORT
    head = r"[\s-]*".join(_loose(word) for word in own)
    trade = rf"[\s-]+{_stem(trades[0])}\w*|\sbio\b" if trades else "(?!)"
    flags = 0 if is_short else re.IGNORECASE
    if is_short or (is_single and own[0].lower() in ORDINARY | INDUSTRY):
        alone = (
            rf"(?P<alone>(?:^|(?<=[:|[-]\s)|(?<=\[)|(?<=BRIEF-)){head}(?![\w&]|-\w)|(?<![\w&]){head}(?='s\b))"
        )
        inside = rf"(?P<inside>{_INSIDE}{head}(?-i:(?=\s[a-z])|(?=\W*$)))"
        return re.compile(rf"(?<![\w&]){head}(?:{trade})|{alone}|{inside}", flags), lowered
    return re.compile(
        rf"(?P<inside>(?!))(?P<alone>(?!))|(?<![\w&]){head}(?:{trade})?(?![\w&]|-\w)", flags
    ), lowered


def _is_own(word: str) -> bool:
    low = word.lower()
    return low in ("&", "and", "the") or low not in INDUSTRY | LEGAL


def _loose(word: str) -> str:
    if len(word) == 1 and word.isalpha():
        return rf"{word}\.?"
    return r"(?:&|and)" if word in ("&", "and") else re.escape(word).replace("\\-", "[- ]?")


def _stem(word: str) -> str:
    short = word.lower()
    if short.startswith("bio"):
        return "bio"
    return re.escape(short[:STEM])


@lru_cache(maxsize=16384)
def _ticker(symbol: str) -> re.Pattern[str]:
    ticker = re.escape(symbol)
    return re.compile(
        rf"\((?:{_EXCHANGE}\s?:\s?)?{ticker}(?::{_EXCHANGE})?\)|\b{_EXCHANGE}\s?:\s?\$?{ticker}\b|\${ticker}\b"
        rf"|\({_EXCHANGE}\s?:\s?{ticker}\b"
    )


@lru_cache(maxsize=16384)
def _bare_ticker(symbol: str) -> re.Pattern[str]:
    """A ticker without a bracket: before "stock" or "shares", at the start, and anywhere when it is long."""
    ticker = re.escape(symbol)
    before_stock = rf"\b{ticker}(?='?s?\s(?:[Ss]tock|[Ss]hares)\b)"
    if len(symbol) == 1 or symbol in NO_TICKER:
        return re.compile(before_stock if len(symbol) > 1 else "(?!)")
    anywhere = rf"|\b{ticker}\b(?!-)" if len(symbol) > SHORT else ""
    return re.compile(rf"{before_stock}|^{ticker}\b(?!-){anywhere}")
