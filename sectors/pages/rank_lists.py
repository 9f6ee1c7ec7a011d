"""The ranked core stocks of one reading, with the four parts of each rank. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sectors import figures
from sectors.types import Flag

#: From this score on the list against the light is withheld until it is asked for.
WITHHOLD_SCORE = Decimal("0.5")
#: A volume from this multiple of the usual on is set in bold.
SPIKE = 2.0
SHORT_LIST = 12

WITHHELD = {
    "bullish": "None in a bearish sector: wait for a reversal.",
    "bearish": "None: avoid shorts in a bullish sector.",
}
RESTRICTED = Flag("SSR", "Short-sale restriction: fell 10% from the close before")
SQUEEZE = Flag("SQZ", "Squeeze risk: short interest over 20% of float or over 5 days to cover", "caution")
HALTED = Flag("HALT", "Trading is halted: listed apart, never in a top 3", "caution")


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


@dataclass(frozen=True, slots=True)
class RankList:
    """``withheld`` is the sentence in place of the list; its rows stay one click away."""

    side: Literal["bearish", "bullish", "halted"]
    title: str
    rows: tuple[RankRow, ...]
    total: int
    withheld: str = ""
    empty: str = ""

    @property
    def is_cut(self) -> bool:
        return len(self.rows) < self.total


def rank_lists(
    tops: Mapping[str, Sequence[Mapping[str, Any]]], score: Decimal, *, all_rows: bool = False
) -> tuple[RankList, ...]:
    """Both sides, the one that the light speaks for first; halted names apart and only when there are any."""
    sides: list[Literal["bearish", "bullish"]] = ["bearish", "bullish"]
    if score > 0:
        sides.reverse()
    lists = [_side(side, tops.get(side, ()), score, all_rows=all_rows) for side in sides]
    halted = tops.get("halted", ())
    if halted:
        rows = tuple(rank_row(row) for row in halted)
        lists.append(RankList("halted", "Halted core names", rows, len(rows)))
    return tuple(lists)


def _side(
    side: Literal["bearish", "bullish"],
    stored: Sequence[Mapping[str, Any]],
    score: Decimal,
    *,
    all_rows: bool,
) -> RankList:
    against = score >= WITHHOLD_SCORE if side == "bearish" else score <= -WITHHOLD_SCORE
    shown = stored if all_rows else stored[:SHORT_LIST]
    return RankList(
        side=side,
        title=f"{side.capitalize()} core names",
        rows=tuple(rank_row(row) for row in shown),
        total=len(stored),
        withheld=WITHHELD[side] if against and stored else "",
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
        spike=volume is not None and volume >= SPIKE,
        parts=(
            figures.plain(stored.get("gap_part")),
            figures.plain(stored.get("volume_part")),
            figures.plain(stored.get("alignment_part")),
            figures.plain(stored.get("shortability_part")),
        ),
        rank=figures.plain(stored.get("rank"), 1),
        grade=str(stored.get("shortability") or figures.DASH),
        flags=_flags(stored),
    )


def _flags(stored: Mapping[str, Any]) -> tuple[Flag, ...]:
    raised = ((RESTRICTED, "restricted"), (SQUEEZE, "squeeze"), (HALTED, "halted"))
    return tuple(flag for flag, name in raised if stored.get(name))
