"""The momentum pattern in words."""

from __future__ import annotations

import pytest

from analysis.engine.patterns import divergences, momentum, pattern
from analysis.types import ScoringParameters, Timeframe


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((-0.9, -2.1, -1.7, -1.1), "all frames down"),
        ((0.6, 1.2, 2.1, 3.5), "all frames up"),
        ((0.0, 0.0, 0.0, 0.0), "all frames flat"),
        ((-0.8, -2.4, -5.1, 1.2), "1w up, rest down"),
        ((0.8, -2.4, 5.1, 1.2), "1d down, rest up"),
        ((0.2, -0.4, -0.8, 1.1), "30m and 1w up, rest down"),
        ((-0.2, 0.4, 0.8, -1.1), "1d and 3d up, rest down"),
        ((0.04, 0.4, 0.8, 1.1), "30m flat, rest up"),
        ((0.1, 0.0, -0.2, -0.5), "30m up, 1d flat, 3d and 1w down"),
        ((None, -2.4, -5.1, -1.2), "1d, 3d and 1w down"),
        ((None, 2.4, -5.1, None), "1d up, 3d down"),
        ((None, None, None, None), "no frames yet"),
    ],
)
def test_a_pattern_names_what_stands_out(values: tuple[float | None, ...], words: str) -> None:
    assert pattern(dict(zip(Timeframe, values, strict=True))) == words


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ((-0.6, -1.4, 0.8, 4.1), "fading"),
        ((0.6, 1.4, -0.8, -4.1), "bouncing"),
        # In scales of 0.8, 2.5, 4.5 and 6: 1, 0.8, 0.6, 0.4 and the reverse.
        ((0.8, 2.0, 2.7, 2.4), "accelerating"),
        ((-0.8, -2.0, -2.7, -2.4), "accelerating"),
        ((0.32, 1.5, 3.6, 6.0), "slowing"),
        ((-0.32, -1.5, -3.6, -6.0), "slowing"),
        ((0.8, 2.5, 4.5, 6.0), ""),
        ((0.8, 1.0, 4.5, 1.0), ""),
        ((-0.01, -0.01, 4.0, 4.0), ""),
        ((None, 2.0, 2.7, 2.4), ""),
        ((None, None, None, None), ""),
    ],
)
def test_one_word_says_where_the_short_frames_lead(values: tuple[float | None, ...], word: str) -> None:
    assert momentum(dict(zip(Timeframe, values, strict=True)), ScoringParameters()) == word


@pytest.mark.parametrize(
    ("day", "up", "down", "ratio", "said"),
    [
        (1.2, 39, 61, None, ["up on few names: 39% of members move that way"]),
        (-1.2, 61, 39, None, ["down on few names: 39% of members move that way"]),
        (1.2, 40, 60, None, []),
        (1.2, 61, 39, 0.74, ["up on thin volume: movers trade 0.74 times what is usual for movers"]),
        (1.2, 61, 39, 0.75, []),
        (0.04, 10, 90, 0.1, []),
        (None, 10, 90, 0.1, []),
    ],
)
def test_what_contradicts_the_move_is_named(
    day: float | None, up: int, down: int, ratio: float | None, said: list[str]
) -> None:
    assert list(divergences(day, advancing=up, declining=down, valid=100, volume_ratio=ratio)) == said


def test_nothing_contradicts_a_move_that_nobody_made() -> None:
    assert divergences(1.0, advancing=0, declining=0, valid=0, volume_ratio=None) == ()
