"""The funnel: how the whole market narrows down to two tiers, and who stands outside for what reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sectors import figures
from sectors.listing_query import ALONE, UNKNOWN, ListingQuery
from sectors.pages.changes import ChangesPanel, changes_panel
from sectors.pages.listings import address
from sectors.pages.reasons import reason_words, stage_words
from universe.changes import alarm_words, change_pct
from universe.selectors import Funnel, UniverseChanges
from universe.types import UniverseCriteria


@dataclass(frozen=True, slots=True)
class StageRow:
    """``share`` is the bar's width of 100; ``lost`` how many the stage took out, ``out`` where they are told.

    ``before`` is the count of the session before and ``change`` the move against it in percent, both "" when
    there is none; ``alarm``: it moved by a fifth.
    """

    name: str
    count: str
    lost: str
    out: str
    share: str
    is_tier: bool
    before: str
    change: str
    alarm: bool


@dataclass(frozen=True, slots=True)
class TierRow:
    """One tier against the target, both as words and as a bar of 100."""

    name: str
    count: str
    share: str
    note: str
    href: str


@dataclass(frozen=True, slots=True)
class CountRow:
    """``href`` is the query of the list of those that are counted."""

    code: str
    words: str
    count: str
    share: str
    href: str


@dataclass(frozen=True, slots=True)
class FunnelPage:
    """Everything `sectors/funnel.html` prints. ``unmapped``: members that stand in no sector. ``asked``: the
    session was named in the address. ``changes`` None: there is no universe before."""

    session: str
    iso: str
    asked: bool
    built: str
    is_older: bool
    listings: str
    target: str
    stages: tuple[StageRow, ...]
    tiers: tuple[TierRow, ...]
    relaxing: tuple[CountRow, ...]
    reasons: tuple[CountRow, ...]
    unmapped: str
    unmapped_href: str
    classes_note: str
    every: str
    alarms: tuple[str, ...]
    changes: ChangesPanel | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the funnel is shown with: the counts of `classification_counts`, members that stand in no sector,
    the session that the market is in, the one that was ``asked`` for, its limits, and what changed."""

    classes: dict[str, int]
    unmapped: int
    today: dt.date
    asked: dt.date | None
    limits: UniverseCriteria
    changes: UniverseChanges | None


def funnel_page(found: Funnel, around: Surroundings) -> FunnelPage:
    """Every figure leads to the list of those that it counts, of the same session."""
    query = ListingQuery(session=around.asked)
    return FunnelPage(
        session=figures.day(found.session),
        iso=found.session.isoformat(),
        asked=around.asked is not None,
        built=f"from data through {figures.day(found.built_from)}",
        is_older=found.session < around.today,
        listings=figures.count(found.listings),
        target=figures.count(found.target),
        stages=_stages(found, query, around.changes),
        tiers=_tiers(found, query),
        relaxing=_counted(
            found.relaxing, stage_words, lambda name: address(query, alone=name) if name in ALONE else ""
        ),
        reasons=_counted(found.reasons, reason_words, lambda code: address(query, tier="out", reason=code)),
        unmapped=figures.count(around.unmapped),
        unmapped_href=address(query, tier="in", sector=UNKNOWN),
        classes_note=_classes_note(around.classes),
        every=address(query),
        alarms=tuple(f"{alarm_words(alarm)}." for alarm in found.alarms),
        changes=changes_panel(around.changes, query, around.limits) if around.changes else None,
    )


def _stages(found: Funnel, query: ListingQuery, changes: UniverseChanges | None) -> tuple[StageRow, ...]:
    rows, before = [], found.listings
    alarmed = {alarm["stage"] for alarm in found.alarms}
    earlier = changes.stages if changes else {}
    for stage in found.stages:
        left = int(stage["count"])
        was = earlier.get(stage["name"])
        rows.append(
            StageRow(
                name=stage_words(str(stage["name"])),
                count=figures.count(left),
                lost=figures.signed(left - before, 0) if left != before else "",
                out=address(query, stage=str(stage["name"])),
                share=_share(left, found.listings),
                is_tier=str(stage["name"]).endswith("volume"),
                before="" if was is None else figures.count(was),
                change="" if was is None else _move(was, left),
                alarm=stage["name"] in alarmed,
            )
        )
        before = left
    return tuple(rows)


def _move(was: int, now: int) -> str:
    """A change in percent; "new" from nothing to something."""
    change = change_pct(was, now)
    return "new" if change is None else figures.percent(change)


def _tiers(found: Funnel, query: ListingQuery) -> tuple[TierRow, ...]:
    tiers = (
        ("Core", found.core, "ranked, listed and alerted on", address(query, tier="core")),
        ("Breadth", found.breadth, "colours rest on it; core is part of it", address(query, tier="in")),
    )
    return tuple(
        TierRow(
            name,
            figures.count(size),
            _share(size, max(size, found.target)),
            _against(size, found, what),
            href,
        )
        for name, size, what, href in tiers
    )


def _against(size: int, found: Funnel, what: str) -> str:
    gap = size - found.target
    if gap >= 0:
        return f"{what}; {figures.count(gap)} above the target"
    return f"{what}; {figures.count(-gap)} short of the target, and never padded"


def _counted(
    counts: dict[str, int], words: Callable[[str], str], href: Callable[[str], str]
) -> tuple[CountRow, ...]:
    largest = max(counts.values(), default=0)
    return tuple(
        CountRow(code, words(code), figures.count(count), _share(count, largest), href(code))
        for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "0"


def _classes_note(classes: dict[str, int]) -> str:
    judged = figures.number_of(classes["listings"], "listing")
    counts = [
        f"{figures.count(classes['classified'])} in a sector",
        f"{figures.count(classes['unknown'])} unknown",
        f"{figures.count(classes['excluded'])} shells and funds",
        f"{figures.count(classes['disputed'])} disputed between sources",
    ]
    return f"{judged} judged: {', '.join(counts)}."
