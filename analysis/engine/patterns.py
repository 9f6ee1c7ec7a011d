"""The momentum pattern of the four timeframes in words, such as "1w up, rest down: fading", and what
contradicts the move."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.types import ScoringParameters, Timeframe

WORDS = {Timeframe.MIN30: "30m", Timeframe.DAY1: "1d", Timeframe.DAY3: "3d", Timeframe.WEEK1: "1w"}
#: A return that the screen shows as 0.0 % points nowhere.
FLAT_PCT = 0.05
#: Short and long frames must both be clear of zero, by a tenth of their scales, to disagree.
CLEAR_OF_ZERO = 0.1
SHORT_FRAMES = (Timeframe.MIN30, Timeframe.DAY1)
LONG_FRAMES = (Timeframe.DAY3, Timeframe.WEEK1)
#: A move that fewer of the members share than this is carried by a few names.
FEW_SHARE = 0.4
#: Movers that trade less than this part of what is usual for movers.
THIN_VOLUME = 0.75


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


def momentum(returns: Mapping[Timeframe, float | None], parameters: ScoringParameters) -> str:
    """Where the short frames lead the long ones, in one word; "" where they say nothing of it.

    ``fading``: 3d and 1w up, 30min and 1d down; ``bouncing``: the reverse. ``accelerating`` and
    ``slowing``: all four on one side, and each shorter frame further along its scale than the next longer
    one, or less far.

    >>> momentum({"30min": -0.6, "1d": -1.4, "3d": 0.8, "1w": 4.1}, ScoringParameters())
    'fading'
    """
    short, long = (pull(returns, frames, parameters) for frames in (SHORT_FRAMES, LONG_FRAMES))
    if short * long < 0:
        return "fading" if long > 0 else "bouncing"
    paces = [(returns[frame] or 0.0) / parameters.scales[frame] for frame in Timeframe]
    if not all(pace > 0 for pace in paces) and not all(pace < 0 for pace in paces):
        return ""
    sizes = [abs(pace) for pace in paces]
    if sizes == sorted(sizes):
        return "slowing" if sizes[0] < sizes[-1] else ""
    return "accelerating" if sizes == sorted(sizes, reverse=True) else ""


def pull(
    returns: Mapping[Timeframe, float | None], frames: tuple[Timeframe, ...], parameters: ScoringParameters
) -> float:
    """The weighted sum of R over ``frames``; 0 when it lies within a tenth of their weighted scales."""
    total = sum(parameters.weights[frame] * (returns[frame] or 0.0) for frame in frames)
    scale = sum(parameters.weights[frame] * parameters.scales[frame] for frame in frames)
    return total if abs(total) > CLEAR_OF_ZERO * scale else 0.0


def divergences(
    day: float | None, *, advancing: int, declining: int, valid: int, volume_ratio: float | None
) -> tuple[str, ...]:
    """What contradicts the day's move, each in words.

    ``day`` is the sector's 1d R in percent, ``advancing``, ``declining`` and ``valid`` count members,
    ``volume_ratio`` is what the movers trade against what is usual for movers. None: not known.
    """
    if day is None or _way(day) == "flat" or not valid:
        return ()
    way = _way(day)
    with_it = (advancing if way == "up" else declining) / valid
    found = []
    if with_it < FEW_SHARE:
        found.append(f"{way} on few names: {with_it:.0%} of members move that way")
    if volume_ratio is not None and volume_ratio < THIN_VOLUME:
        found.append(f"{way} on thin volume: movers trade {volume_ratio:.2f} times what is usual for movers")
    return tuple(found)


def _way(value: float) -> str:
    if abs(value) < FLAT_PCT:
        return "flat"
    return "up" if value > 0 else "down"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
