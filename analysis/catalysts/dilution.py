"""Which stocks have new shares hanging over them: shelf, at-the-market programme, warrants, offering,
resale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.catalysts.kinds import Catalyst, CatalystKind

SHELF = dt.timedelta(days=3 * 365 + 1)
"""A shelf may be sold from for three years: 17 CFR 230.415(a)(5)."""
USUAL = dt.timedelta(days=90)
"""Chosen: the usual lock-up after an offering, and about as long as new warrants and resales weigh."""
NONE = dt.timedelta(0)
EVER = dt.datetime.min.replace(tzinfo=dt.UTC)
STANDS = {"shelf": SHELF, "withdrawn": NONE}
LABELS = {
    "public": "offering",
    "ipo": "offering",
    "raised": "offering",
    "direct": "registered direct",
    "private": "private placement",
    "equity_line": "equity line",
    "authorised": "more authorised shares",
}
"""Words for the flag, by what stands behind the dot of the rule's name; the others say it themselves."""
RAISING = frozenset({CatalystKind.OFFERING, CatalystKind.DILUTION})


@dataclass(frozen=True, slots=True)
class DilutionFlag:
    """Why a stock's share count may grow. ``kinds`` are all that stand, the newest first; ``at``, ``title``
    and ``url`` are of the newest."""

    symbol: str
    kinds: tuple[str, ...]
    at: dt.datetime
    title: str
    url: str


def dilution_flags(catalysts: Iterable[Catalyst], as_of: dt.datetime) -> dict[str, DilutionFlag]:
    """The flag per symbol as it stands at ``as_of``; nothing later counts, and stocks without one are absent.
    A registration that was withdrawn ends the shelves before it.

    Give it all catalysts, not only the distinct ones: the prospectus to an offering may tell more than the
    headline.
    """
    known = [one for one in catalysts if one.kind in RAISING and one.at <= as_of]
    ended: dict[str, dt.datetime] = {}
    for catalyst in known:
        if _what(catalyst) == "withdrawn" and catalyst.form:
            ended[catalyst.symbol] = max(catalyst.at, ended.get(catalyst.symbol, catalyst.at))
    standing: dict[str, list[Catalyst]] = {}
    for catalyst in known:
        is_ended = _what(catalyst) == "shelf" and catalyst.at <= ended.get(catalyst.symbol, EVER)
        if as_of < catalyst.at + _stands(catalyst) and not is_ended:
            standing.setdefault(catalyst.symbol, []).append(catalyst)
    return {symbol: _flag(found) for symbol, found in sorted(standing.items())}


def _flag(found: list[Catalyst]) -> DilutionFlag:
    newest_first = sorted(found, key=lambda one: (one.at, one.key), reverse=True)
    newest = newest_first[0]
    kinds = tuple(dict.fromkeys(label_of(one) for one in newest_first))
    return DilutionFlag(newest.symbol, kinds, newest.at, newest.title, newest.url)


def _stands(catalyst: Catalyst) -> dt.timedelta:
    return STANDS.get(_what(catalyst), USUAL)


def label_of(catalyst: Catalyst) -> str:
    """ "shelf", "atm", "warrants", "offering", "resale" and the like."""
    what = _what(catalyst)
    return LABELS.get(what, what)


def _what(catalyst: Catalyst) -> str:
    return catalyst.rule.partition(".")[2]
