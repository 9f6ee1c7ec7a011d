"""What changed since the session before: who came, left or moved, and by what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sectors import figures
from sectors.listing_query import ListingQuery
from sectors.pages.listings import CHANGE_NAMES, address
from sectors.pages.reasons import reason_gone, reason_told
from universe.changes import Change
from universe.selectors import ChangedListing, UniverseChanges
from universe.types import UniverseCriteria

#: Names shown for each kind; the list has them all.
SHOWN = 12
TIER_WORDS = {"core": "core", "breadth": "breadth", "": "out", None: ""}


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """``words`` are the reasons that came or fell away with their values, or what became of it."""

    symbol: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """One kind of change; ``more`` says how many are not shown, "" when all are."""

    title: str
    count: str
    rows: tuple[ChangedRow, ...]
    more: str
    href: str


@dataclass(frozen=True, slots=True)
class ChangesPanel:
    """``against`` is the session of the universe before; ``note`` says when the limits were changed."""

    against: str
    groups: tuple[ChangeGroup, ...]
    note: str
    every: str

    @property
    def shown(self) -> tuple[ChangeGroup, ...]:
        return tuple(group for group in self.groups if group.rows)


def changes_panel(found: UniverseChanges, query: ListingQuery, limits: UniverseCriteria) -> ChangesPanel:
    """``query`` is the list of the same session, ``limits`` those in force then."""
    note = (
        "" if found.same_limits else "The limits were changed between the two, so no stage raises an alarm."
    )
    return ChangesPanel(
        against=figures.day(found.before),
        groups=tuple(_group(change, found, query, limits) for change in Change),
        note=note,
        every=address(query, changed="any"),
    )


def _group(
    change: Change, found: UniverseChanges, query: ListingQuery, limits: UniverseCriteria
) -> ChangeGroup:
    rows = sorted(found.of(change), key=_members_first)
    more = len(rows) - SHOWN
    return ChangeGroup(
        title=CHANGE_NAMES[change],
        count=figures.count(len(rows)),
        rows=tuple(ChangedRow(row.symbol, row.name, _words(row, found, limits)) for row in rows[:SHOWN]),
        more=f"and {figures.count(more)} more" if more > 0 else "",
        href=address(query, changed=str(change)),
    )


def _members_first(row: ChangedListing) -> tuple[int, str]:
    places = {"core": 0, "breadth": 1}
    return min(places.get(row.tier or "", 2), places.get(row.tier_before or "", 2)), row.symbol


def _words(row: ChangedListing, found: UniverseChanges, limits: UniverseCriteria) -> str:
    if row.change == Change.UNLISTED:
        return f"was {TIER_WORDS[row.tier_before]}"
    if row.change == Change.LEFT:
        return f"was {TIER_WORDS[row.tier_before]}; {_reasons(row, limits)}"
    if row.change == Change.DOWN:
        return _reasons(row, limits)
    if row.change == Change.LISTED:
        told = f": {_reasons(row, limits)}" if not row.tier else ""
        return f"{TIER_WORDS[row.tier]}{told}"
    if row.gone:
        limits = found.limits_before
        return "; ".join(reason_gone(code, row.values, row.values_before, limits) for code in row.gone)
    return f"price {figures.usd(row.values.price)}, average volume {figures.count(row.values.avg_volume)}"


def _reasons(row: ChangedListing, limits: UniverseCriteria) -> str:
    return "; ".join(_told(row.reasons, row, limits))


def _told(reasons: Iterable[str], row: ChangedListing, limits: UniverseCriteria) -> list[str]:
    return [reason_told(code, row.values, limits) for code in reasons]
