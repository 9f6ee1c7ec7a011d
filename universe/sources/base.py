"""What a vendor must be able to do, in our words.

Every answer is a `Parsed`: the rows that could be read, and how many could not and why. One bad datum is
counted and dropped; only a call that gives nothing at all raises a `SourceError`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, Protocol, TypeVar

from universe.errors import BadPayload
from universe.gates import Fault, Refusal, told_once
from universe.notices import ClosedDay, Filing
from universe.types import (
    Bar,
    CompanyFacts,
    EconomicRelease,
    Headline,
    Listing,
    MinuteBar,
    Quote,
    Session,
    ShortInterest,
    Split,
    is_symbol,
)

T = TypeVar("T")
P = TypeVar("P", Bar, MinuteBar, Quote)
#: The lists that filings come in: all forms of interest, and what 8-Ks disclose.
FilingList = Literal["papers", "disclosures"]
FILING_LISTS: tuple[FilingList, ...] = ("papers", "disclosures")
#: Counted among the dropped when older rows were left out.
CUT_SHORT = "cut_short"
Query = Mapping[str, str | int]


class Transport(Protocol):
    """What carries a question to a vendor and its answer back, in the shapes of the vendor's REST.

    A question is a REST path and its query, whatever carries it. Everything raises a `SourceError`.
    """

    @property
    def kind(self) -> str:
        """ "rest" or "mcp"."""
        ...

    def get(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> Any:
        """The decoded answer; ``timeout`` seconds a try."""
        ...

    def text(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> str:
        """The text of an answer that is no JSON."""
        ...

    def pages(self, path: str, query: Query, *, timeout: float = 30.0) -> Iterator[Mapping[str, Any]]:
        """Every page of a list that says where it goes on."""
        ...

    def quotable(self, words: str) -> str:
        """What may be repeated of the vendor's words: one line, not too long, without the key."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """``rows`` that were read; ``dropped`` counts the others by reason ("bad_payload:close"). ``refused`` are
    those of the others of which the symbol is known."""

    rows: list[T]
    dropped: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)


def parse_each(
    payloads: Iterable[Any], parse: Callable[[Any], T | None], *, ours: Callable[[str], str | None] = str
) -> Parsed[T]:
    """Parse datum by datum. `BadPayload` drops that datum and counts its field; None is nothing to keep.
    ``ours`` spells a vendor's symbol our way, None for one that is not ours."""
    rows: list[T] = []
    dropped: Counter[str] = Counter()
    refused: list[Refusal] = []
    for payload in payloads:
        try:
            row = parse(payload)
        except BadPayload as exc:
            dropped[f"bad_payload:{exc.field}"] += 1
            refused += refusals_of(exc, ours(exc.symbol))
            continue
        if row is not None:
            rows.append(row)
    return Parsed(rows, dropped, refused)


def refusals_of(exc: BadPayload, symbol: str | None) -> list[Refusal]:
    """The datum that was dropped, under ``symbol``; none when that is no symbol."""
    if not symbol or not is_symbol(symbol):
        return []
    return [Refusal(symbol, Fault(exc.fault or Fault.UNREADABLE), exc.field, exc.value, exc.vendor)]


def once(parsed: Parsed[P], key: Callable[[P], Hashable]) -> Parsed[P]:
    """One row per ``key``. Those told again alike are counted as "duplicate"; of those that tell different
    values none is kept, and they are refused."""
    told = told_once(parsed.rows, key)
    if len(told.rows) == len(parsed.rows):
        return parsed
    counts = Counter(duplicate=told.repeated) + Counter({f"refused:{Fault.TWICE}": len(told.refused)})
    return Parsed(told.rows, parsed.dropped + counts, parsed.refused + told.refused)


def distinct(parsed: Parsed[T], key: Callable[[T], Hashable]) -> Parsed[T]:
    """One row per ``key``, the last one told; the others are counted as "duplicate"."""
    rows = {key(row): row for row in parsed.rows}
    repeated = len(parsed.rows) - len(rows)
    if not repeated:
        return parsed
    return replace(parsed, rows=list(rows.values()), dropped=parsed.dropped + Counter(duplicate=repeated))


def joined(parts: Iterator[Parsed[T]] | Sequence[Parsed[T]]) -> Parsed[T]:
    """Several answers as one."""
    rows: list[T] = []
    dropped: Counter[str] = Counter()
    refused: list[Refusal] = []
    for part in parts:
        rows.extend(part.rows)
        dropped.update(part.dropped)
        refused.extend(part.refused)
    return Parsed(rows, dropped, refused)


class PriceSource(Protocol):
    """The vendor that prices everything: one vendor, so that there is one previous close."""

    @property
    def name(self) -> str: ...

    def fetch_listings(self) -> Parsed[Listing]: ...

    def fetch_daily_bars(self, session: Session) -> Parsed[Bar]: ...

    def fetch_splits(self, first: Session, last: Session) -> Parsed[Split]: ...

    def fetch_quotes(self) -> Parsed[Quote]: ...

    def fetch_minute_bars(
        self, symbol: str, session: Session, *, since: dt.datetime | None = None
    ) -> Parsed[MinuteBar]: ...

    def fetch_short_interest(self, since: Session) -> Parsed[ShortInterest]: ...

    def fetch_details(self, symbol: str) -> CompanyFacts | None: ...

    def fetch_headlines(
        self, since: dt.datetime, *, until: dt.datetime | None = None
    ) -> Parsed[Headline]: ...

    def fetch_closed_days(self) -> Parsed[ClosedDay]: ...


class FactsSource(Protocol):
    """The vendor of slow facts: shares, float, sector labels; and of what the price vendor lacks."""

    @property
    def name(self) -> str: ...

    def fetch_facts(self, *, floats: bool = True) -> Parsed[CompanyFacts]:
        """All facts that come in bulk; without ``floats``, which change slowly and are many pages."""
        ...

    def fetch_floats(self, symbols: Sequence[str]) -> Parsed[CompanyFacts]:
        """The floats of a few names, for those that came after the last bulk."""
        ...

    def fetch_context(self, symbols: Sequence[str]) -> Parsed[Quote]: ...

    def fetch_releases(self, first: dt.date, last: dt.date) -> Parsed[EconomicRelease]: ...


class NewsSource(Protocol):
    """What both vendors can tell of the news: one stands in for the other."""

    @property
    def name(self) -> str: ...

    def fetch_headlines(self, since: dt.datetime, *, until: dt.datetime | None = None) -> Parsed[Headline]:
        """The articles of all symbols from ``since`` on. `CUT_SHORT` is counted when there were more than
        could be asked for: then all those from the oldest one on are there."""
        ...

    def fetch_filings(
        self, first: dt.date, last: dt.date, *, lists: Sequence[FilingList] = FILING_LISTS
    ) -> Parsed[Filing]:
        """Papers filed on the days ``first`` to ``last``, from the ``lists`` that the vendor has."""
        ...
