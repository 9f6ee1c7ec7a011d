"""What a score is called, and when the reader is warned."""

from __future__ import annotations

from decimal import Decimal

import pytest

from analysis.engine.colours import (
    cautions,
    colour_for,
    frames_disagree,
    state_for,
    strength_label,
)
from analysis.types import ScoringParameters, Timeframe

PARAMETERS = ScoringParameters()
SURE = Decimal("0.80")


def returns(*values: float | None) -> dict[Timeframe, float | None]:
    return dict(zip(Timeframe, values, strict=True))


@pytest.mark.parametrize("score", [1.001, -1.5, float("nan"), Decimal("Infinity"), Decimal("NaN")])
def test_a_score_out_of_range_is_refused_by_name(score: Decimal | float) -> None:
    with pytest.raises(ValueError, match="outside -1 to \\+1"):
        colour_for(score)


@pytest.mark.parametrize(
    ("score", "words"),
    [
        ("0.150", ("close to +0.20",)),
        ("0.250", ("close to +0.20",)),
        ("0.149", ()),
        ("0.251", ()),
        ("-0.551", ("close to \N{MINUS SIGN}0.60",)),
        ("-0.549", ()),
        ("0.999", ()),
    ],
)
def test_caution_names_the_edge_within_five_hundredths(score: str, words: tuple[str, ...]) -> None:
    assert cautions(Decimal(score), SURE, returns(None, None, None, None), parameters=PARAMETERS) == words


@pytest.mark.parametrize(("confidence", "warned"), [("0.24", True), ("0.25", False)])
def test_caution_at_low_confidence(confidence: str, warned: bool) -> None:
    reasons = cautions(
        Decimal("0.4"), Decimal(confidence), returns(None, None, None, None), parameters=PARAMETERS
    )
    assert ("confidence below 0.25" in reasons) is warned


@pytest.mark.parametrize(
    ("values", "disagree"),
    [
        ((0.5, 1.0, -3.0, -2.0), True),
        ((-0.5, -1.0, 3.0, 2.0), True),
        ((0.5, 1.0, 3.0, 2.0), False),
        ((0.0, 0.31, -3.0, -2.0), False),
        ((0.0, 0.32, -3.0, -2.0), True),
        ((0.5, 1.0, -0.9, 0.0), False),
        ((0.5, 1.0, -0.94, 0.0), True),
        ((None, 1.0, -3.0, None), True),
        ((0.5, 1.0, None, None), False),
    ],
)
def test_short_and_long_frames_disagree_only_when_both_are_clear(
    values: tuple[float | None, ...], disagree: bool
) -> None:
    # A tenth of the weighted scales: 0.095 for 30min and 1d, 0.2325 for 3d and 1w.
    assert frames_disagree(returns(*values), PARAMETERS) is disagree


def test_disagreement_and_a_release_are_cautions() -> None:
    reasons = cautions(
        Decimal("0.4"), SURE, returns(0.5, 1.0, -3.0, -2.0), parameters=PARAMETERS, release="CPI at 8:30"
    )
    assert reasons == ("short and long frames disagree", "CPI at 8:30")


@pytest.mark.parametrize(
    ("valid", "mean", "error", "state"),
    [
        (4, 3.0, 0.1, "insufficient"),
        (5, 3.0, 0.1, "normal"),
        (5, -0.2, 0.1, "noise"),
        (5, -0.21, 0.1, "normal"),
        (0, None, None, "insufficient"),
        (9, 1.0, None, "insufficient"),
    ],
)
def test_the_state_of_a_light(valid: int, mean: float | None, error: float | None, state: str) -> None:
    assert state_for(valid, mean, error, 5) == state


@pytest.mark.parametrize(
    ("alpha", "words"),
    [
        (None, None),
        (2.01, "strong outperformance"),
        (2.0, "outperformance"),
        (0.51, "outperformance"),
        (0.5, "in line"),
        (-0.5, "in line"),
        (-0.51, "underperformance"),
        (-2.1, "strong underperformance"),
    ],
)
def test_strength_in_words(alpha: float | None, words: str | None) -> None:
    assert strength_label(alpha) == words


def test_a_float_is_read_as_it_prints() -> None:
    assert colour_for(0.1 + 0.1) == "light_green"
