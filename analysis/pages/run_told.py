"""What a kind of run has read beside the prices, in the list of runs: the night, the day's releases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sectors import figures
from universe.benchmarks import WORLD_INDICES

#: The counts that are told here in words of their own.
TOLD = ("overnight_catalysts", "indices", "indices_in_plan", "releases_today", "high_impact")


def told_words(counts: Mapping[str, Any]) -> tuple[str, ...]:
    """One line each: "12 overnight catalysts", "World indices: ...", "9 releases today, of high impact: ...".
    A calendar that could not be read is told by the run's message."""
    return tuple(_told(counts))


def _told(counts: Mapping[str, Any]) -> Iterator[str]:
    if "overnight_catalysts" in counts:
        yield figures.number_of(counts["overnight_catalysts"], "overnight catalyst")
    moves = counts.get("indices", {})
    # Stored JSON keeps no order.
    known = [f"{name} {figures.percent(moves[name], 2)}" for name in WORLD_INDICES.values() if name in moves]
    if counts.get("indices_in_plan") == 0:
        yield "No world indices in the plan"
    elif "indices" in counts:
        yield f"World indices: {', '.join(known) or 'none known'}"
    read = counts.get("releases", {})
    if isinstance(read, Mapping) and read.get("not_entitled"):
        yield "No economic calendar in the plan"
    elif "releases_today" in counts and (read or counts["releases_today"]):
        named = "; ".join(counts.get("high_impact", ()))
        releases = f"{figures.number_of(counts['releases_today'], 'release')} today"
        yield f"{releases}, of high impact: {named}" if named else f"{releases}, none of high impact"
