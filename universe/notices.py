"""What the vendors tell beside prices and facts: filings, funds' holdings, renames, the market's own hours.

As in `universe.types`: frozen, typed, None for "not known", and each datum with ``source``, ``as_of`` and
``fetched_at``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from universe.types import Headline, Phase


@dataclass(frozen=True, slots=True)
class Filing:
    """One paper filed with the SEC, under its accession number.

    ``filed_on`` is a day without a time of day; ``accepted_at`` the moment, where the vendor tells it.
    ``categories`` are paths such as "financial_results/earnings_announcement/quarterly_results".
    ``as_of`` is ``accepted_at``, else the day.
    """

    accession_number: str
    form: str
    filed_on: dt.date
    accepted_at: dt.datetime | None
    symbols: tuple[str, ...]
    cik: str | None
    url: str
    categories: tuple[str, ...]
    text: str
    source: str
    fetched_at: dt.datetime

    @property
    def as_of(self) -> dt.datetime | dt.date:
        return self.accepted_at or self.filed_on


#: Beginnings of the forms by which a company registers or sells shares, or tells of such a sale.
OFFERING_FORMS = ("S-1", "S-3", "F-1", "F-3", "424B", "FWP")


def is_offering(form: str) -> bool:
    """Whether a paper of this form may mean more shares: a registration, a prospectus, an amendment."""
    return form.strip().upper().startswith(OFFERING_FORMS)


def filings_joined(rows: Iterable[Filing]) -> list[Filing]:
    """One filing per accession number: a paper has a row in the index and one for each thing it discloses.

    Of each field what is known stays; the longer form wins, for a list of 8-Ks does not tell an amendment.
    """
    known: dict[str, Filing] = {}
    for row in rows:
        first = known.get(row.accession_number)
        if first is None:
            known[row.accession_number] = row
            continue
        known[row.accession_number] = replace(
            first,
            form=max(first.form, row.form, key=len),
            accepted_at=first.accepted_at or row.accepted_at,
            symbols=tuple(dict.fromkeys(first.symbols + row.symbols)),
            cik=first.cik or row.cik,
            url=first.url or row.url,
            categories=tuple(dict.fromkeys(first.categories + row.categories)),
            text=_texts_joined(first.text, row.text),
        )
    return list(known.values())


def _texts_joined(first: str, second: str) -> str:
    """Both, or the one that holds the other."""
    if second in first:
        return first
    return second if first in second else f"{first}\n{second}"


def headlines_joined(rows: Iterable[Headline]) -> list[Headline]:
    """One headline per id: some vendors repeat an article for each symbol that it is about."""
    known: dict[str, Headline] = {}
    for row in rows:
        first = known.get(row.id, row)
        known[row.id] = replace(first, symbols=tuple(dict.fromkeys(first.symbols + row.symbols)))
    return list(known.values())


@dataclass(frozen=True, slots=True)
class Holding:
    """One position of a fund. ``symbol`` is None for cash and for what has no ticker of ours.

    ``weight_pct`` is percent of the fund, below zero for a short position. ``as_of`` is the day on which the
    vendor brought the position up to date.
    """

    fund: str
    symbol: str | None
    name: str
    weight_pct: float | None
    shares: float | None
    as_of: dt.date | None
    source: str
    fetched_at: dt.datetime


@dataclass(frozen=True, slots=True)
class TickerChange:
    """``new`` is the symbol from ``day`` on; ``old`` the one before, None for the first that is known. The
    vendor's days may be some days off. ``as_of`` is the day."""

    old: str | None
    new: str
    day: dt.date
    source: str
    fetched_at: dt.datetime

    @property
    def as_of(self) -> dt.date:
        return self.day


@dataclass(frozen=True, slots=True)
class MarketStatus:
    """Whether the stock market is open, in the vendor's words: ``phase`` as in `Phase`. ``as_of`` is the
    vendor's own clock at the answer."""

    phase: Phase
    as_of: dt.datetime
    source: str
    fetched_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day on which ``exchange`` is closed, or closes early: then with its moments ``open`` and ``close``.
    ``as_of`` is that day."""

    exchange: str
    day: dt.date
    name: str
    is_early: bool
    open: dt.datetime | None
    close: dt.datetime | None
    source: str
    fetched_at: dt.datetime

    @property
    def as_of(self) -> dt.date:
        return self.day
