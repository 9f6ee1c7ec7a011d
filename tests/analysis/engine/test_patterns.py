"""The momentum pattern in words."""

from __future__ import annotations

import pytest

from analysis.engine.patterns import pattern
from analysis.types import Timeframe


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
