"""The list of every listing of one universe: its rows, its heads and filters, and the same as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from sectors import figures
from sectors.listing_query import ALONE, ANY, CHANGES, REASONS, SECTORS, STAGES, TIERS, UNKNOWN, ListingQuery
from sectors.listing_selectors import ListingRow
from sectors.pages.cells import text_cell
from sectors.pages.reasons import EXCHANGES, KINDS, limits_words, reason_words, stage_words
from sectors.places import PLACES
from universe.changes import Change
from universe.models import UniverseSnapshot
from universe.selectors import criteria_from

SECTOR_NAMES = {place.slug: place.short_name for place in PLACES} | {UNKNOWN: "No sector"}
TIER_NAMES = {"core": "Core", "breadth": "Breadth", "in": "Core or breadth", "out": "Out", "": "Out"}
TIERS_TOLD = {
    "core": "core tier",
    "breadth": "breadth tier only",
    "in": "in either tier",
    "out": "outside both tiers",
}
CHANGE_NAMES = {
    ANY: "Any change",
    Change.INTO_CORE: "Came into core",
    Change.INTO_BREADTH: "Came into breadth",
    Change.UP: "Up from breadth to core",
    Change.DOWN: "Down from core to breadth",
    Change.LEFT: "Left both tiers",
    Change.LISTED: "Newly listed",
    Change.UNLISTED: "No longer listed",
}
#: The reasons that mark a column's value as the one that decides.
DECIDES = {
    "price": ("price_below", "price_above"),
    "cap": ("market_cap_below", "market_cap_above"),
    "volume": ("volume_below",),
    "float": ("float_below",),
}
CSV_HEAD = (
    *("session", "symbol", "name", "tier", "cap_tier", "reasons", "price_usd", "market_cap_usd"),
    *("avg_volume_shares", "float_shares", "float_is_upper_bound", "exchange", "kind", "sector"),
    *("gap_share_5pct", "gap_share_10pct", "tier_before"),
)


@dataclass(frozen=True, slots=True)
class Head:
    """A column that can be sorted by: ``href`` is where its link leads, ``order`` its aria-sort or ""."""

    label: str
    href: str
    order: str
    right: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, and whether it keeps the listing out of a tier."""

    text: str
    decides: bool


@dataclass(frozen=True, slots=True)
class ListingLine:
    """``kept`` is "in", "part" or "out"; ``change`` says what the tier was, "" when it stayed."""

    symbol: str
    name: str
    tier: str
    kept: str
    change: str
    reasons: str
    listed: str
    values: tuple[Figure, ...]
    gaps: str
    sector: str


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter of the form; its first option asks for nothing."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ListingsPage:
    """Everything `sectors/listings.html` prints beside its rows. ``keep`` is the query for links to pages."""

    session: str
    built_from: str
    is_older: bool
    told: str
    limits: str
    heads: tuple[Head, ...]
    choices: tuple[Choice, ...]
    query: ListingQuery
    keep: str
    csv: str
    funnel: str


def address(query: ListingQuery, **changes: str) -> str:
    """The query part of the list's address: "?tier=out&reason=price_below"."""
    told = {name: value for name, value in (query.parameters() | changes).items() if value}
    return f"?{urlencode(told)}"


def listing_lines(rows: Iterable[ListingRow], *, told_changes: bool) -> tuple[ListingLine, ...]:
    """``told_changes`` False: there is no universe before, so nobody is new."""
    return tuple(_line(row, told_changes) for row in rows)


def _line(row: ListingRow, told_changes: bool) -> ListingLine:
    values = row.values
    shares = figures.count(row.shares)
    shown = {
        "price": figures.usd(values.price),
        "cap": figures.usd_large(values.market_cap),
        "volume": figures.count(values.avg_volume),
        "float": f"≤ {shares}" if row.is_bound and row.shares is not None else shares,
    }
    return ListingLine(
        symbol=values.symbol,
        name=row.name,
        tier=CHANGE_NAMES[Change.UNLISTED] if row.tier is None else TIER_NAMES[row.tier],
        kept={"core": "in", "breadth": "part"}.get(row.tier or "", "out"),
        change=_change(row) if told_changes else "",
        reasons="; ".join(map(reason_words, row.reasons)),
        listed=_listed(row),
        values=tuple(
            Figure(text, any(reason in DECIDES[name] for reason in row.reasons))
            for name, text in shown.items()
        ),
        gaps=_gaps(row),
        sector=SECTOR_NAMES.get(row.sector or "", figures.DASH),
    )


def _change(row: ListingRow) -> str:
    if row.was is None:
        return "newly listed"
    return "" if row.was == row.tier else f"was {TIER_NAMES[row.was].lower()}"


def _listed(row: ListingRow) -> str:
    """Exchange and type, as far as they are stored."""
    mic, kind = row.values.exchange or "", row.values.kind or ""
    return ", ".join(word for word in (EXCHANGES.get(mic, mic), KINDS.get(kind, kind)) if word)


def _gaps(row: ListingRow) -> str:
    """Share of openings of 5 %, and of 10 % where that is stored: "12 / 3%"."""
    if row.gap_share is None:
        return figures.DASH
    five = figures.plain(100 * row.gap_share, 0)
    return f"{five}%" if row.gap_share_10 is None else f"{five} / {figures.plain(100 * row.gap_share_10, 0)}%"


def listings_page(
    query: ListingQuery, snapshot: UniverseSnapshot, *, before: dt.date | None, today: dt.date
) -> ListingsPage:
    """``before`` is the session that changes are told against, ``today`` the one that the market is in."""
    # Another universe may be in force by the next page or the file.
    same = replace(query, session=snapshot.session)
    return ListingsPage(
        session=figures.day(snapshot.session),
        built_from=figures.day(snapshot.built_from),
        is_older=snapshot.session < today,
        told=_told(query, before),
        limits=limits_words(criteria_from(snapshot.criteria)),
        heads=_heads(query),
        choices=_choices(query),
        query=query,
        keep=f"{address(same).removeprefix('?')}&",
        csv=address(same, format="csv"),
        funnel=f"?session={snapshot.session.isoformat()}" if query.session else "",
    )


def _told(query: ListingQuery, before: dt.date | None) -> str:
    """What the filters ask for, in words."""
    told = []
    if query.tier:
        told.append(TIERS_TOLD[query.tier])
    if query.reason:
        told.append(reason_words(query.reason))
    if query.stage:
        told.append(f"out at the stage “{stage_words(query.stage)}”")
    if query.alone:
        told.append(f"kept out by “{stage_words(query.alone)}” alone")
    if query.sector:
        told.append(SECTOR_NAMES[query.sector].lower())
    if query.changed:
        since = f" since {figures.day(before)}" if before else ": there is no universe before this one"
        told.append(f"{CHANGE_NAMES[query.changed].lower()}{since}")
    if query.q:
        told.append(f"symbol or name like “{query.q}”")
    return ", ".join(told)


def _heads(query: ListingQuery) -> tuple[Head, ...]:
    columns = (
        ("Symbol", "symbol", False),
        ("Name", "name", False),
        ("Tier", "tier", False),
        ("Price", "price", True),
        ("Market cap", "cap", True),
        ("Average volume", "volume", True),
        ("Free float", "float", True),
        ("Gaps 5 / 10%", "gap", True),
        ("Sector", "sector", False),
    )
    return tuple(_head(query, label, by, right) for label, by, right in columns)


def _head(query: ListingQuery, label: str, by: str, right: bool) -> Head:
    """A link turns the order of the column that is sorted by; figures begin with the largest."""
    here = query.sort.removeprefix("-") == by
    largest = query.sort.startswith("-")
    order = ("descending" if largest else "ascending") if here else ""
    turned = not largest if here else right
    return Head(label, address(replace(query, sort=f"-{by}" if turned else by)), order, right)


def _choices(query: ListingQuery) -> tuple[Choice, ...]:
    def choice(name: str, label: str, values: Sequence[str], words: Callable[[str], str]) -> Choice:
        chosen = getattr(query, name)
        options = [Option(value, words(value), value == chosen) for value in values]
        return Choice(name, label, (Option("", "All", not chosen), *options))

    shown = [
        choice("tier", "Tier", TIERS, TIER_NAMES.__getitem__),
        choice("reason", "Reason", REASONS, lambda code: reason_words(code).capitalize()),
        choice("sector", "Sector", SECTORS, SECTOR_NAMES.__getitem__),
        choice("changed", "Changed", CHANGES, CHANGE_NAMES.__getitem__),
        choice("stage", "Out at stage", STAGES, stage_words),
    ]
    if query.alone:
        shown.append(choice("alone", "Kept out alone by", ALONE, stage_words))
    return tuple(shown)


def listings_csv(session: dt.date, rows: Iterable[ListingRow]) -> str:
    """Every row with full precision. Empty: what is not known, and the tier of what is listed no more."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(CSV_HEAD)
    writer.writerows(_cells(session, row) for row in rows)
    return target.getvalue()


def _cells(session: dt.date, row: ListingRow) -> Iterator[str]:
    values = row.values
    yield session.isoformat()
    yield from map(
        text_cell,
        (values.symbol, row.name, tier_cell(row.tier) or "", row.cap_tier, ";".join(row.reasons)),
    )
    yield from map(_number, (values.price, values.market_cap, values.avg_volume, row.shares))
    yield "" if row.shares is None else str(row.is_bound).lower()
    yield from map(text_cell, (values.exchange or "", values.kind or "", row.sector or ""))
    yield from map(_number, (row.gap_share, row.gap_share_10))
    yield tier_cell(row.was) or ""


def tier_cell(tier: str | None) -> str | None:
    """A tier as files and the API tell it: "out" for neither; None where it was, or is, not listed."""
    return None if tier is None else tier or "out"


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)
