"""The score of yesterday and today as two polylines in a box of 220 x 34; +1 is the upper edge."""

from __future__ import annotations

from collections.abc import Sequence

from sectors.types import Spark

WAS_END = 92.4
CUT = 94.4
NOW_START = 96.4
NOW_END = 216.0
MOST_POINTS = 66


def spark_of(yesterday: Sequence[float], today: Sequence[float], score_words: str) -> Spark | None:
    """None without a score today. Yesterday's line ends where today's begins, so that the eye can go on."""
    if not today:
        return None
    was, now = _thinned(yesterday), _thinned(today)
    now_points = _points(now, NOW_START, NOW_END)
    dot_x, _, dot_y = now_points[-1].partition(",")
    return Spark(
        was=" ".join(_points(was, 0.0, WAS_END)),
        now=" ".join(now_points),
        cut_x=f"{CUT:.1f}",
        dot_x=dot_x,
        dot_y=dot_y,
        label=f"Score yesterday and today in 30 minute passes, now {score_words}",
    )


def _thinned(scores: Sequence[float]) -> list[float]:
    """At most MOST_POINTS of them, the last one always."""
    if len(scores) <= MOST_POINTS:
        return list(scores)
    step = (len(scores) - 1) / (MOST_POINTS - 1)
    return [scores[round(i * step)] for i in range(MOST_POINTS)]


def _points(scores: Sequence[float], start: float, end: float) -> list[str]:
    if len(scores) == 1:
        return [f"{end:.1f},{_y(scores[0])}"]
    step = (end - start) / max(1, len(scores) - 1)
    return [f"{start + i * step:.1f},{_y(score)}" for i, score in enumerate(scores)]


def _y(score: float) -> str:
    return f"{17 - 16 * max(-1.0, min(1.0, score)):.1f}"
