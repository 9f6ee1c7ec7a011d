"""What the search over everything shows: listings in or out, sectors with their lights, and pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from django.urls import reverse

from analysis.pages.targets import Target, targets_named
from analysis.stock_prices import DayMove
from sectors import figures
from sectors.pages.reasons import reason_words
from sectors.types import CardData, Lamp
from universe.selectors import Listed, ListingHit, Match
from universe.types import Tier

Look = Literal["in", "part", "out"]

LISTINGS, NEAR, RECENT, PLACES = "Listings", "Near in spelling", "Looked up lately", "Sectors and pages"
#: How one and many of a group are told.
SAID = {
    LISTINGS: ("listing", "listings"),
    NEAR: ("listing near in spelling", "listings near in spelling"),
    RECENT: ("listing looked up lately", "listings looked up lately"),
    PLACES: ("sector or page", "sectors and pages"),
}


@dataclass(frozen=True, slots=True)
class FinderRow:
    """One place to go to. ``symbol`` is empty for a sector or a page, and so is what only a listing has.

    ``lamp`` None: it stands in no sector, or is none. ``outline``: the light is of the past.
    """

    number: int
    href: str
    title: str
    name: str
    symbol: str = ""
    look: Look | Literal[""] = ""
    glyph: str = ""
    state: str = ""
    lamp: Lamp | None = None
    outline: bool = False
    sector: str = ""
    price: str = ""
    change: str = ""
    sign: str = ""


@dataclass(frozen=True, slots=True)
class FinderGroup:
    title: str
    rows: tuple[FinderRow, ...]


@dataclass(frozen=True, slots=True)
class FinderFacts:
    """What the selectors found for ``query``; when that is empty, ``hits`` are the latest look-ups.

    ``sectors`` maps a symbol to its sector's slug; ``cards`` are the eight in board order.
    """

    query: str
    hits: Sequence[ListingHit]
    cards: Sequence[CardData]
    near: Sequence[ListingHit] = ()
    sectors: Mapping[str, str] = field(default_factory=dict)
    moves: Mapping[str, DayMove] = field(default_factory=dict)
    is_staff: bool = False


@dataclass(frozen=True, slots=True)
class FinderPage:
    """``said`` is what a screen reader is told."""

    query: str
    groups: tuple[FinderGroup, ...]
    said: str


def finder_page(facts: FinderFacts) -> FinderPage:
    groups = _numbered(group for group in _groups(facts) if group.rows)
    return FinderPage(facts.query, groups, _said(facts.query, groups))


def _groups(facts: FinderFacts) -> list[FinderGroup]:
    lights = {card.slug: card for card in facts.cards}
    found = targets_named(facts.query, is_staff=facts.is_staff)
    places = tuple(_place(target, lights) for target in found.targets)
    pages = FinderGroup(PLACES, places)
    near = FinderGroup(NEAR, _listings(facts, facts.near, lights))
    if not facts.query:
        return [FinderGroup(RECENT, _listings(facts, facts.hits, lights)), pages]
    listings = FinderGroup(LISTINGS, _listings(facts, facts.hits, lights))
    best = facts.hits[0].match if facts.hits else Match.NEAR_NAME
    is_meant = best > Match.OLD_SYMBOL and (found.has_whole_word or best > Match.OLD_BEGINNING)
    return [pages, listings, near] if is_meant else [listings, near, pages]


def _numbered(groups: Iterable[FinderGroup]) -> tuple[FinderGroup, ...]:
    """Every row with its place among all, from 1."""
    numbered, before = [], 0
    for group in groups:
        rows = tuple(replace(row, number=before + place) for place, row in enumerate(group.rows, start=1))
        numbered.append(replace(group, rows=rows))
        before += len(rows)
    return tuple(numbered)


def _said(query: str, groups: Sequence[FinderGroup]) -> str:
    if not groups:
        return f"Nothing listed is called “{query}”."
    told = [figures.number_of(len(group.rows), *SAID[group.title]) for group in groups]
    return f"{', '.join(told)}."


def _place(target: Target, lights: Mapping[str, CardData]) -> FinderRow:
    href = reverse(target.url, args=[target.slug] if target.slug else [])
    href += f"?view={target.view}" if target.view else ""
    card = lights.get(target.slug)
    if card is None:
        return FinderRow(0, href, target.title, target.name)
    name = " ".join(part for part in (card.score, card.verdict) if part)
    return FinderRow(0, href, target.title, name, lamp=card.lamp, outline=card.state == "stale")


def _listings(
    facts: FinderFacts, hits: Iterable[ListingHit], lights: Mapping[str, CardData]
) -> tuple[FinderRow, ...]:
    return tuple(_listing(hit, lights.get(facts.sectors.get(hit.symbol, "")), facts.moves) for hit in hits)


def _listing(hit: ListingHit, card: CardData | None, moves: Mapping[str, DayMove]) -> FinderRow:
    listed = hit.listed
    look, glyph, state = _state(listed)
    return FinderRow(
        0,
        reverse("stock", args=[listed.symbol]),
        listed.symbol,
        f"{listed.name}, {hit.was} before" if hit.was else listed.name,
        symbol=listed.symbol,
        look=look,
        glyph=glyph,
        state=state,
        lamp=card.lamp if card else None,
        outline=card is not None and card.state == "stale",
        sector=card.short_name if card else "",
        **_price(moves.get(hit.symbol)),
    )


def _price(move: DayMove | None) -> dict[str, str]:
    """A move that prints as zero has no sign and no colour."""
    if move is None:
        return {}
    price = {"price": figures.usd(move.last)}
    if move.change is None:
        return price
    return price | {
        "change": figures.percent(move.change),
        "sign": figures.sign_class(round(move.change, 1)),
    }


def _state(listed: Listed) -> tuple[Look, str, str]:
    """In or out with the first reason in words, and how many more there are."""
    if not listed.active:
        return "out", "g-x", "No longer listed"
    if listed.tier is None:
        return "out", "g-none", "Not judged yet"
    if listed.tier == Tier.CORE:
        return "in", "g-ok", "In: core"
    told = ", ".join(_told(listed))
    return ("part", "g-warn", f"Breadth only: {told}") if listed.tier else ("out", "g-x", f"Out: {told}")


def _told(listed: Listed) -> Iterator[str]:
    yield reason_words(listed.reason) if listed.reason else "no reason stored"
    if listed.reasons > 1:
        yield f"{listed.reasons - 1} more"
