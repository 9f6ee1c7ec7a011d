"""The two top lists of a card: rows, flags, and the sentence in front of a list that is withheld."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sectors import figures
from sectors.lights import Side
from sectors.presenters import ages
from sectors.types import CauseTag, Flag, LineageEvent, TopList, TopRow
from universe.sessions import ET

SPIKE = 2.0
#: What stands in front of the list that goes against a clear light.
WITHHELD: Mapping[Side, str] = {
    "bearish": "None: avoid shorts in a bullish sector.",
    "bullish": "None in a bearish sector: wait for a reversal.",
}
NEW_SECONDS = 90
SSR = Flag("SSR", "Short-sale restriction: fell 10% from the prior close, today or yesterday")
SQZ = Flag("SQZ", "Squeeze risk: short interest above 20% of float or above 5 days to cover", "caution")
UNCONFIRMED = Flag(
    "unconfirmed", "Moved over 30% from the prior close, and no second price source tells the same", "caution"
)
HALT = Flag("HALT", "Trading is halted", "bad")


def top_lists(entry: Mapping[str, Any], now: dt.datetime) -> tuple[TopList, TopList]:
    """Bearish, then bullish. The list against a clear light stands behind its reason."""
    tops: Mapping[str, list[dict[str, Any]]] = entry["tops"]
    seen: Mapping[str, str] = entry["seen"]["symbols"]
    bearish = TopList(
        "bearish",
        "Bearish",
        "g-d",
        "neg",
        tuple(_row(row, seen, now) for row in tops.get("bearish", [])),
        empty="No core stock is down today.",
        withheld=WITHHELD["bearish"] if entry["withheld"] == "bearish" else None,
    )
    bullish = TopList(
        "bullish",
        "Bullish",
        "g-u",
        "pos",
        tuple(_row(row, seen, now) for row in tops.get("bullish", [])),
        empty="No core stock is up today.",
        withheld=WITHHELD["bullish"] if entry["withheld"] == "bullish" else None,
    )
    return bearish, bullish


def halted_words(entry: Mapping[str, Any]) -> str:
    """ " · 2 halted", or nothing: halted stocks stand in no list."""
    halted = len(entry["tops"].get("halted", []))
    return f" · {halted} halted" if halted else ""


def _row(row: Mapping[str, Any], seen: Mapping[str, str], now: dt.datetime) -> TopRow:
    change = float(row["gap_pct"])
    volume = row.get("relative_volume")
    return TopRow(
        symbol=str(row["symbol"]),
        change=figures.percent(change),
        sign=figures.sign_class(change),
        volume=figures.times(volume),
        spike=is_spike(volume),
        cause=cause_of(row),
        flags=_flags(row, seen, now),
    )


def cause_of(row: Mapping[str, Any]) -> CauseTag | None:
    """The stored cause of a ranked stock, None without one."""
    cause = row.get("cause")
    return cause_tag(cause) if cause else None


def cause_tag(cause: Mapping[str, Any] | LineageEvent) -> CauseTag:
    """A stored event as the card shows it; only an address of the web is linked."""
    at = figures.day_and_clock(dt.datetime.fromisoformat(cause["at"]).astimezone(ET))
    url = str(cause["url"])
    return CauseTag(
        tag=str(cause["tag"]),
        url=url if url.startswith(("https://", "http://")) else "",
        title=f"{cause['title']} ({', '.join(part for part in (cause['publisher'], at) if part)})",
    )


def _flags(row: Mapping[str, Any], seen: Mapping[str, str], now: dt.datetime) -> tuple[Flag, ...]:
    flags = []
    first = _new_until(seen.get(str(row["symbol"]), ""))
    if first and now < first:
        flags.append(Flag("NEW", "First time in a top 3 today", "new", until=ages.milliseconds(first)))
    return (*flags, *standing_flags(row))


def standing_flags(row: Mapping[str, Any]) -> tuple[Flag, ...]:
    """What a stored ranked stock says about itself."""
    raised = ((SSR, "restricted"), (SQZ, "squeeze"), (UNCONFIRMED, "unconfirmed"), (HALT, "halted"))
    flags = [flag for flag, name in raised if row.get(name)]
    if row.get("dilution"):
        flags.append(Flag("DIL", f"New shares may come: {', '.join(row['dilution'])}", "caution"))
    return tuple(flags)


def is_spike(relative_volume: float | None) -> bool:
    """Whether the volume, as it is printed, stands out."""
    return relative_volume is not None and round(float(relative_volume), 1) >= SPIKE


def _new_until(first_seen: str) -> dt.datetime | None:
    if not first_seen:
        return None
    return dt.datetime.fromisoformat(first_seen) + dt.timedelta(seconds=NEW_SECONDS)
