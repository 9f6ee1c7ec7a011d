"""The funnel: how the whole market narrows down to two tiers, and who stands outside for what reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sectors import figures
from sectors.pages.reasons import reason_words, stage_words
from universe.selectors import Funnel


@dataclass(frozen=True, slots=True)
class StageRow:
    """``share`` is the bar's width of 100; ``lost`` how many the stage took out."""

    name: str
    count: str
    lost: str
    share: str
    is_tier: bool


@dataclass(frozen=True, slots=True)
class TierRow:
    """One tier against the target, both as words and as a bar of 100."""

    name: str
    count: str
    share: str
    note: str


@dataclass(frozen=True, slots=True)
class CountRow:
    code: str
    words: str
    count: str
    share: str


@dataclass(frozen=True, slots=True)
class FunnelPage:
    """Everything `sectors/funnel.html` prints. ``unmapped``: members that stand in no sector."""

    session: str
    built: str
    is_older: bool
    listings: str
    target: str
    stages: tuple[StageRow, ...]
    tiers: tuple[TierRow, ...]
    relaxing: tuple[CountRow, ...]
    reasons: tuple[CountRow, ...]
    unmapped: str
    classes_note: str


def funnel_page(found: Funnel, classes: dict[str, int], *, unmapped: int, today: dt.date) -> FunnelPage:
    """``classes`` are the counts of `classification_counts`, ``today`` the session that the market is in."""
    return FunnelPage(
        session=figures.day(found.session),
        built=f"from data through {figures.day(found.built_from)}",
        is_older=found.session < today,
        listings=figures.count(found.listings),
        target=figures.count(found.target),
        stages=_stages(found),
        tiers=_tiers(found),
        relaxing=_counted(found.relaxing, stage_words),
        reasons=_counted(found.reasons, reason_words),
        unmapped=figures.count(unmapped),
        classes_note=_classes_note(classes),
    )


def _stages(found: Funnel) -> tuple[StageRow, ...]:
    rows, before = [], found.listings
    for stage in found.stages:
        left = int(stage["count"])
        rows.append(
            StageRow(
                name=stage_words(str(stage["name"])),
                count=figures.count(left),
                lost=figures.signed(left - before, 0) if left != before else "",
                share=_share(left, found.listings),
                is_tier=str(stage["name"]).endswith("volume"),
            )
        )
        before = left
    return tuple(rows)


def _tiers(found: Funnel) -> tuple[TierRow, ...]:
    tiers = (
        ("Core", found.core, "ranked, listed and alerted on"),
        ("Breadth", found.breadth, "colours rest on it; core is part of it"),
    )
    return tuple(
        TierRow(name, figures.count(size), _share(size, max(size, found.target)), _against(size, found, what))
        for name, size, what in tiers
    )


def _against(size: int, found: Funnel, what: str) -> str:
    gap = size - found.target
    if gap >= 0:
        return f"{what}; {figures.count(gap)} above the target"
    return f"{what}; {figures.count(-gap)} short of the target, and never padded"


def _counted(counts: dict[str, int], words: Callable[[str], str]) -> tuple[CountRow, ...]:
    largest = max(counts.values(), default=0)
    return tuple(
        CountRow(code, words(code), figures.count(count), _share(count, largest))
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
