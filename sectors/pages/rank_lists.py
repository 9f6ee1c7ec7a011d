"""The ranked core stocks of one reading, with the four parts of each rank. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sectors import figures
from sectors.lights import Side, withheld_side
from sectors.presenters.tops import WITHHELD, cause_of, is_spike, standing_flags
from sectors.types import CauseTag, Flag


@dataclass(frozen=True, slots=True)
class RankRow:
    """``parts`` are the points of move, volume, alignment and shortability, of 4, 3, 2 and 1."""

    symbol: str
    change: str
    sign: Literal["", "neg", "pos"]
    opening_gap: str
    volume: str
    spike: bool
    parts: tuple[str, str, str, str]
    rank: str
    grade: str
    flags: tuple[Flag, ...] = ()
    cause: CauseTag | None = None


@dataclass(frozen=True, slots=True)
class RankList:
    """``withheld`` is the sentence in place of the list; its rows stay one click away."""

    side: Literal["bearish", "bullish", "halted"]
    title: str
    rows: tuple[RankRow, ...]
    withheld: str = ""
    empty: str = ""


def rank_lists(
    tops: Mapping[str, Sequence[Mapping[str, Any]]], score: Decimal, limit: float | None = None
) -> tuple[RankList, ...]:
    """Both sides, the one that the light speaks for first; halted names apart and only when there are any.

    From ``limit`` on, either way, the side against the light is withheld.
    """
    sides: list[Side] = ["bearish", "bullish"]
    against = withheld_side(score, limit)
    if score > 0:
        sides.reverse()
    lists = [_side(side, tops.get(side, ()), is_against=side == against) for side in sides]
    halted = tops.get("halted", ())
    if halted:
        lists.append(RankList("halted", "Halted core names", tuple(rank_row(row) for row in halted)))
    return tuple(lists)


def _side(side: Side, stored: Sequence[Mapping[str, Any]], *, is_against: bool) -> RankList:
    return RankList(
        side=side,
        title=f"{side.capitalize()} core names",
        rows=tuple(rank_row(row) for row in stored),
        withheld=WITHHELD[side] if is_against and stored else "",
        empty="" if stored else f"No core stock {'fell' if side == 'bearish' else 'rose'} in this reading.",
    )


def rank_row(stored: Mapping[str, Any]) -> RankRow:
    """One stored ranked stock in words."""
    volume = stored.get("relative_volume")
    return RankRow(
        symbol=str(stored["symbol"]),
        change=figures.percent(stored.get("gap_pct")),
        sign=figures.sign_class(stored.get("gap_pct")),
        opening_gap=figures.percent(stored.get("opening_gap_pct")),
        volume=figures.times(volume),
        spike=is_spike(volume),
        parts=(
            figures.plain(stored.get("gap_part")),
            figures.plain(stored.get("volume_part")),
            figures.plain(stored.get("alignment_part")),
            figures.plain(stored.get("shortability_part")),
        ),
        rank=figures.plain(stored.get("rank"), 1),
        grade=str(stored.get("shortability") or figures.DASH),
        flags=standing_flags(stored),
        cause=cause_of(stored),
    )
