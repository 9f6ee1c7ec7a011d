"""The momentum pattern of the four timeframes in words, such as "1w up, rest down"."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.types import Timeframe

WORDS = {Timeframe.MIN30: "30m", Timeframe.DAY1: "1d", Timeframe.DAY3: "3d", Timeframe.WEEK1: "1w"}
#: A return that the screen shows as 0.0 % points nowhere.
FLAT_PCT = 0.05


def pattern(returns: Mapping[Timeframe, float | None]) -> str:
    """Names the frames that stand out; with an absent frame every present one is named.

    ``returns`` are sector R in percent, None where absent.

    >>> pattern({"30min": 0.6, "1d": -0.4, "3d": -0.8, "1w": 1.1})
    '30m and 1w up, rest down'
    """
    present = {frame: value for frame in Timeframe if (value := returns[frame]) is not None}
    if not present:
        return "no frames yet"
    groups = [
        (way, [WORDS[frame] for frame, value in present.items() if _way(value) == way])
        for way in ("up", "flat", "down")
    ]
    groups = [(way, names) for way, names in groups if names]
    whole = len(present) == len(WORDS)
    if whole and len(groups) == 1:
        return f"all frames {groups[0][0]}"
    if whole and len(groups) == 2:
        few, many = sorted(groups, key=lambda group: len(group[1]))
        return f"{_listed(few[1])} {few[0]}, rest {many[0]}"
    return ", ".join(f"{_listed(names)} {way}" for way, names in groups)


def _way(value: float) -> str:
    if abs(value) < FLAT_PCT:
        return "flat"
    return "up" if value > 0 else "down"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
