"""Which sector set by hand speaks for which listing, also after a rename. Reads; nothing here writes.

A listing is known by its FIGI where both sides know one, else by its symbol, else by the symbols that it had
before. A FIGI told of two listings proves nothing, and a symbol that another company has taken since is no
former symbol of anybody.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Q

from sectors.models import Classification, SectorOverride
from universe.models import Stock, SymbolChange

#: The kinds of the first two rows of evidence where a sector was set by hand.
BY_HAND, RULES = "override", "rules"


@dataclass(frozen=True, slots=True)
class Standing:
    """The overrides in force. ``former`` maps a symbol to those before it; ``listed`` has the active listings
    that an override names, with their FIGI; ``shared`` are FIGIs of two of them."""

    rows: tuple[SectorOverride, ...] = ()
    former: Mapping[str, frozenset[str]] | None = None
    listed: Mapping[str, str] | None = None
    shared: frozenset[str] = frozenset()

    def of(self, symbol: str, figi: str) -> SectorOverride | None:
        """The override of one listing; ``figi`` empty: not known."""
        return next(self._found(symbol, "" if figi in self.shared else figi), None)

    def listings(self) -> Iterator[tuple[str, str]]:
        """(symbol, FIGI) of the active listings that may have an override."""
        names = {row.symbol for row in self.rows}
        later = {new for new, olds in (self.former or {}).items() if names & _chain(new, self.former or {})}
        found = Q(symbol__in=names | later) | Q(figi__in=_figis(self.rows))
        yield from Stock.objects.filter(found, active=True).values_list("symbol", "figi")

    def _found(self, symbol: str, figi: str) -> Iterator[SectorOverride]:
        if figi:
            yield from (row for row in self.rows if row.figi == figi)
        # Both FIGIs are known and differ: the symbol has passed to another company.
        others = [row for row in self.rows if not (figi and row.figi and row.figi not in self.shared)]
        yield from (row for row in others if row.symbol == symbol)
        before = _chain(symbol, self.former or {})
        yield from (row for row in others if row.symbol in before and row.symbol not in (self.listed or {}))


def overrides_standing() -> Standing:
    """All overrides in force, the newest first; without any nothing else is asked."""
    rows = tuple(
        SectorOverride.objects.filter(active=True).select_related("author").defer("author__password")
    )
    if not rows:
        return Standing()
    named = Q(symbol__in={row.symbol for row in rows}) | Q(figi__in=_figis(rows))
    listed = dict(Stock.objects.filter(named, active=True).values_list("symbol", "figi"))
    counts = Counter(figi for figi in listed.values() if figi)
    shared = frozenset(figi for figi, count in counts.items() if count > 1)
    return Standing(rows, _former(), listed, shared)


def former_symbols(symbol: str) -> set[str]:
    """Every symbol that this listing had before."""
    return _chain(symbol, _former())


def verdict_of_rules(row: Classification) -> tuple[str | None, float]:
    """(sector or None, confidence) that the rules give, whatever was set by hand."""
    pieces = row.evidence
    if is_by_hand(row) and len(pieces) > 1 and pieces[1]["kind"] == RULES:
        return pieces[1]["sector"], float(pieces[1]["weight"])
    return row.sector_id, float(row.confidence)


def is_by_hand(row: Classification) -> bool:
    return bool(row.evidence) and row.evidence[0]["kind"] == BY_HAND


def _former() -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for old, new in SymbolChange.objects.order_by().values_list("old", "new"):
        found[new].add(old)
    return {new: frozenset(olds) for new, olds in found.items()}


def _chain(symbol: str, former: Mapping[str, frozenset[str]]) -> set[str]:
    """Every symbol that leads to ``symbol``, over any number of changes; a circle ends where it began."""
    seen: set[str] = set()
    ahead = [symbol]
    while ahead:
        fresh = former.get(ahead.pop(), frozenset()) - seen - {symbol}
        seen |= fresh
        ahead += fresh
    return seen


def _figis(rows: Iterable[SectorOverride]) -> set[str]:
    return {row.figi for row in rows if row.figi}
