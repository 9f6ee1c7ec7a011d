"""One catalyst per event: what several publishers, and the 8-K, tell of one event within a day counts
once."""

from __future__ import annotations

import datetime as dt
import re
from collections import deque
from collections.abc import Iterable

from analysis.catalysts.forms import FORMS
from analysis.catalysts.kinds import Catalyst, CatalystKind
from analysis.catalysts.tables import RULES

WINDOW = dt.timedelta(hours=24)
SIMILAR = 0.5
"""Share of the shorter title's words that stand in the other one too."""
SAME_WORDS = 3
"""Shorter titles, such as "424B5: Offering", say nothing of which event they tell."""
COMPARED = 16
"""How many events of one company and group are looked back at: bounds the work, and no company has more a
day."""
GROUP = {
    CatalystKind.GUIDANCE: CatalystKind.EARNINGS,
    CatalystKind.DILUTION: CatalystKind.OFFERING,
}
"""Told together: an outlook with the results, warrants and the prospectus with the offering."""
ONCE_A_DAY = frozenset(
    {
        CatalystKind.FDA,
        CatalystKind.TRIAL,
        CatalystKind.OFFERING,
        CatalystKind.MERGER,
        CatalystKind.EARNINGS,
        CatalystKind.LISTING,
    }
)
"""Groups of which one company rarely has two events a day, so that titles need not be alike."""
CLEAR_TONES = {line.name: line.tone for line in FORMS} | {line.name: line.tone for line in RULES}
_WORD = re.compile(r"[a-z0-9$%.]+")
_SMALL = "a an and as at by for from in is its of on or the to with after amid stock shares inc corp"
_EMPTY = frozenset(_SMALL.split())
Words = frozenset[str]


def distinct(catalysts: Iterable[Catalyst]) -> list[Catalyst]:
    """The first catalyst of each event, in order of time; the order of the input does not matter.

    An event is known by its first catalyst: what comes within 24 hours after it, of the same company and
    group, and of a kind that comes once a day or with a similar title, is the same event told again; so is
    what says the same in the same words, whatever its class. An 8-K
    without a class is the paper to whatever its company told in the 24 hours before. So a later article never
    removes an event.
    """
    kept: list[Catalyst] = []
    recent: dict[tuple[str, CatalystKind], deque[tuple[Catalyst, Words]]] = {}
    newest: dict[str, dt.datetime] = {}
    told: dict[tuple[str, Words], Catalyst] = {}
    for catalyst in sorted(set(catalysts), key=_order):
        title = catalyst.symbol, _words(catalyst.title)
        if _is_repeated(catalyst, told.get(title), title[1]) or _is_known(catalyst, recent, newest):
            continue
        kept.append(catalyst)
        newest[catalyst.symbol] = catalyst.at
        if catalyst.kind is not CatalystKind.FILING:
            told[title] = catalyst
        place = recent.setdefault(_place(catalyst), deque(maxlen=COMPARED))
        place.append((catalyst, title[1]))
    return kept


def _is_repeated(catalyst: Catalyst, earlier: Catalyst | None, words: Words) -> bool:
    """Whether ``earlier`` said the same in the same ``words`` within a day, under whatever class."""
    if earlier is None or len(words) < SAME_WORDS or catalyst.at - earlier.at >= WINDOW:
        return False
    return not _are_opposite(catalyst, earlier)


def _order(catalyst: Catalyst) -> tuple[object, ...]:
    """By time; at one moment a class before none, and then by everything that tells two catalysts apart."""
    is_unclassed = catalyst.kind is CatalystKind.FILING
    return (catalyst.at, is_unclassed, catalyst.key, catalyst.symbol, repr(catalyst))


def _place(catalyst: Catalyst) -> tuple[str, CatalystKind]:
    return catalyst.symbol, GROUP.get(catalyst.kind, catalyst.kind)


def _is_known(
    catalyst: Catalyst,
    recent: dict[tuple[str, CatalystKind], deque[tuple[Catalyst, Words]]],
    newest: dict[str, dt.datetime],
) -> bool:
    if catalyst.kind is CatalystKind.FILING:
        last = newest.get(catalyst.symbol)
        return last is not None and catalyst.at - last < WINDOW
    place = _place(catalyst)
    words: Words | None = None
    for earlier, its_words in recent.get(place, ()):
        if catalyst.at - earlier.at >= WINDOW:
            continue
        if place[1] is not CatalystKind.EARNINGS and _are_opposite(catalyst, earlier):
            continue
        if place[1] in ONCE_A_DAY:
            return True
        words = _words(catalyst.title) if words is None else words
        if _are_similar(words, its_words):
            return True
    return False


def _are_opposite(one: Catalyst, other: Catalyst) -> bool:
    """An approval and a refusal on one day are two events, and so are an offering and its withdrawal: by
    what the rules say of the event, since of one event one article says good and another bad."""
    return CLEAR_TONES.get(one.rule, 0.0) * CLEAR_TONES.get(other.rule, 0.0) < 0


def _are_similar(one: Words, other: Words) -> bool:
    shorter = min(len(one), len(other))
    return shorter > 0 and len(one & other) >= SIMILAR * shorter


def _words(title: str) -> Words:
    return frozenset(_WORD.findall(title.lower())) - _EMPTY
