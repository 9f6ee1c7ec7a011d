"""All listings in memory, sorted by what they are called, and the ways to find some of them. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from universe.selectors.near import slips
from universe.types import Tier

LONGEST_QUERY = 60
WORDS_MAX = 6
#: Shorter symbols are near to half of all; a shorter word of a name likewise.
NEAR_SYMBOL = range(2, 9)
NEAR_WORD = range(4, 17)
#: One letter begins a word of half of all names.
SHORTEST_NAME = 2
#: Sorts behind every letter and figure.
LAST = "\uffff"
TIERS: tuple[str | None, ...] = (Tier.CORE, Tier.BREADTH, "", None)


class Match(IntEnum):
    """How a listing was found, the best first."""

    SYMBOL = 0
    OLD_SYMBOL = 1
    BEGINNING = 2
    OLD_BEGINNING = 3
    NAME = 4
    WORDS = 5
    NEAR_SYMBOL = 6
    NEAR_NAME = 7


@dataclass(frozen=True, slots=True)
class Listed:
    """One listing and its verdict in the newest universe; ``tier`` None: that did not judge it.

    ``tier`` empty: out, for ``reasons`` reasons of which ``reason`` is the first; of a breadth member they
    say why it is not core.
    """

    symbol: str
    name: str
    mic: str
    kind: str
    active: bool
    tier: str | None
    reason: str
    reasons: int


@dataclass(frozen=True, slots=True)
class ListingHit:
    """A listing under its newest symbol. ``was``: the old symbol that led to it, empty when none did."""

    listed: Listed
    match: Match
    was: str = ""

    @property
    def symbol(self) -> str:
        return self.listed.symbol

    @property
    def is_exact(self) -> bool:
        return self.match <= Match.OLD_SYMBOL


class ListingIndex:
    """``changes`` maps an old symbol to the one after it; what goes under a new symbol is found as that."""

    def __init__(self, rows: Iterable[Listed], changes: Mapping[str, str]) -> None:
        newest = {old: _newest(old, changes) for old in changes}
        self._rows = {row.symbol: row for row in rows}
        current = [row for row in self._rows.values() if row.active or row.symbol not in newest]
        own = [(_compact(row.symbol), row.symbol, "") for row in current]
        old = [(_compact(old), new, old) for old, new in newest.items() if new in self._rows and new != old]
        self._called = sorted(own + old)
        self._named: defaultdict[str, set[str]] = defaultdict(set)
        for row in current:
            for word in _words(row.name):
                self._named[word].add(row.symbol)
        self._words = sorted(self._named)

    def find(self, query: str, limit: int) -> list[ListingHit]:
        """Listings whose symbol is or begins with ``query``, then those whose name or words of it begin so.
        Within each, listed ones first, then members of the universe, then short symbols."""
        return _best([*self._by_symbol(_symbol(query)), *self._by_name(query)], limit)

    def near(self, query: str, limit: int) -> list[ListingHit]:
        """Listings whose symbol, then those the words of whose name, are one slip away from ``query``."""
        symbol, words = _symbol(query), _asked_words(query)
        hits = [] if len(symbol) not in NEAR_SYMBOL else list(self._by_near_symbol(symbol))
        if any(len(word) in NEAR_WORD for word in words):
            found = [self._with_near_word(word) for word in words]
            hits += [self._hit(symbol, Match.NEAR_NAME) for symbol in set.intersection(*found)]
        return _best(hits, limit, head=symbol[:2])

    def named(self, symbols: Sequence[str]) -> list[ListingHit]:
        """The listings of exactly these symbols, in this order; what was never listed is absent."""
        return [self._hit(symbol, Match.SYMBOL) for symbol in symbols if symbol in self._rows]

    def _by_symbol(self, wanted: str) -> Iterator[ListingHit]:
        if not wanted:
            return
        for called, symbol, was in self._called_range(wanted):
            place = Match.SYMBOL if called == wanted else Match.BEGINNING
            yield self._hit(symbol, Match(place + bool(was)), was)

    def _by_name(self, query: str) -> Iterator[ListingHit]:
        words, phrase = _asked_words(query), query.strip().lower()
        if max(map(len, words), default=0) < SHORTEST_NAME:
            return
        found = set.intersection(*(self._with_word(word) for word in words))
        for symbol in found:
            begins = self._rows[symbol].name.lower().startswith(phrase)
            yield self._hit(symbol, Match.NAME if begins else Match.WORDS)

    def _by_near_symbol(self, wanted: str) -> Iterator[ListingHit]:
        for slip in slips(wanted) | {wanted}:
            for called, symbol, was in self._called_range(slip):
                if called == slip:
                    yield self._hit(symbol, Match.NEAR_SYMBOL, was)

    def _with_word(self, beginning: str) -> set[str]:
        words = self._words[bisect_left(self._words, beginning) : bisect_left(self._words, beginning + LAST)]
        return set[str]().union(*(self._named[word] for word in words))

    def _called_range(self, beginning: str) -> Sequence[tuple[str, str, str]]:
        first, last = (bisect_left(self._called, (edge,)) for edge in (beginning, beginning + LAST))
        return self._called[first:last]

    def _with_near_word(self, word: str) -> set[str]:
        """Symbols of the names with a word that begins with ``word`` or, where it is long enough, a slip of
        it."""
        beginnings = slips(word) | {word} if len(word) in NEAR_WORD else {word}
        return set[str]().union(*map(self._with_word, beginnings))

    def _hit(self, symbol: str, match: Match, was: str = "") -> ListingHit:
        return ListingHit(self._rows[symbol], match, was)


def _best(hits: Iterable[ListingHit], limit: int, head: str = "") -> list[ListingHit]:
    """The best hit of each listing, in order. Nobody slips at the first letters as often as later: of two
    near ones that which begins with ``head`` is first."""

    def place(hit: ListingHit) -> tuple[int, bool, bool, int, int, str]:
        row = hit.listed
        other = not _compact(row.symbol).startswith(head)
        return hit.match, not row.active, other, TIERS.index(row.tier), len(row.symbol), row.symbol

    best: dict[str, ListingHit] = {}
    for hit in sorted(hits, key=place):
        best.setdefault(hit.symbol, hit)
    return list(best.values())[:limit]


def _newest(symbol: str, changes: Mapping[str, str]) -> str:
    """Where the chain of changes from ``symbol`` ends; one that comes back to itself ends there."""
    seen = {symbol}
    while (after := changes.get(symbol)) is not None and after not in seen:
        seen.add(after)
        symbol = after
    return symbol


def _compact(symbol: str) -> str:
    """Without the marks before a share class: a dot, a dash, a slash and nothing write the same one."""
    return re.sub(r"[./-]", "", symbol).lower()


def _symbol(query: str) -> str:
    """``query`` as a compact symbol, its class joined on: "BRK B" as "brkb"; empty: no symbol looks so."""
    wanted = _compact(re.sub(r" (?=\w{1,2}$)", "", query.strip()))
    return wanted if wanted.isascii() and wanted.isalnum() else ""


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", name.lower())


def _asked_words(query: str) -> list[str]:
    return _words(query[:LONGEST_QUERY])[:WORDS_MAX]
