"""What changed from one universe to the next: which listings came, went or moved, and which stages jumped.

1. `change_of` names what happened to one listing between two verdicts.
2. `new_reasons` tells which reasons are new with it, `reasons_gone` which fell away.
3. `funnel_alarms` finds the stages whose count moved by a fifth or more; `alarm_words` tells one in words.

Pure: two stored universes in, words and counts out. A verdict is None where a universe does not list it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from universe.types import FunnelStage, Tier

#: A stage that moves by this percentage or more raises an alarm; less is a market's own moving.
ALARM_PCT = 20


class Change(StrEnum):
    """Every kind of change; a listing has at most one."""

    INTO_CORE = "into_core"
    INTO_BREADTH = "into_breadth"
    UP = "up"
    DOWN = "down"
    LEFT = "left"
    LISTED = "listed"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class Judged:
    """What one universe said of a listing: ``tier`` empty when out, and all its reasons."""

    tier: str
    reasons: tuple[str, ...] = ()


def change_of(before: Judged | None, now: Judged | None) -> Change | None:
    """What happened to a listing; None when its tier stayed, whatever its reasons did."""
    if before is None or now is None:
        if before is now:
            return None
        return Change.LISTED if before is None else Change.UNLISTED
    if before.tier == now.tier:
        return None
    if not now.tier:
        return Change.LEFT
    if not before.tier:
        return Change.INTO_CORE if now.tier == Tier.CORE else Change.INTO_BREADTH
    return Change.UP if now.tier == Tier.CORE else Change.DOWN


def new_reasons(before: Judged | None, now: Judged | None) -> tuple[str, ...]:
    """The reasons that a listing did not have before. A breadth member that trades too little even for that
    keeps its one reason and leaves by it, so then it is that one."""
    if now is None:
        return ()
    known = before.reasons if before is not None else ()
    return tuple(reason for reason in now.reasons if reason not in known) or now.reasons


def reasons_gone(before: Judged | None, now: Judged | None) -> tuple[str, ...]:
    """The reasons of before that a listing has no more. Of one that came into breadth trading too little for
    core and too little even for breadth before, the one reason that both have is what moved."""
    if before is None or now is None:
        return ()
    return tuple(reason for reason in before.reasons if reason not in now.reasons) or before.reasons


def funnel_alarms(
    before: Sequence[FunnelStage], now: Sequence[FunnelStage], *, against: dt.date
) -> list[dict[str, Any]]:
    """The stages that moved by `ALARM_PCT` or more against the universe of the session ``against``, in order.

    ``change_pct`` is None where the stage kept nothing before. A stage that only one has is passed over.
    """
    known = {stage.name: stage.count for stage in before}
    return [
        {
            "stage": stage.name,
            "before": known[stage.name],
            "count": stage.count,
            "change_pct": change_pct(known[stage.name], stage.count),
            "against": against.isoformat(),
        }
        for stage in now
        if stage.name in known and _is_a_jump(known[stage.name], stage.count)
    ]


def _is_a_jump(before: int, now: int) -> bool:
    return now != before and 100 * abs(now - before) >= ALARM_PCT * before


def change_pct(before: int, now: int) -> float | None:
    """The change in percent, one decimal; None from nothing to something."""
    if now == before:
        return 0.0
    return round(100 * (now - before) / before, 1) if before else None


def alarm_words(alarm: dict[str, Any]) -> str:
    """ "Funnel: 'market cap' kept 1,204 listings, 3,010 on 30 Mar (−60%)"; a universe that was refused
    altogether is told by its own error."""
    day = dt.date.fromisoformat(alarm["against"])
    pct = alarm["change_pct"]
    change = "from none" if pct is None else f"{pct:+.0f}%".replace("-", "\N{MINUS SIGN}")
    kept = f"{alarm['count']:,} listings, {alarm['before']:,} on {day:%-d %b}"
    return f"Funnel: '{alarm['stage']}' kept {kept} ({change})"
