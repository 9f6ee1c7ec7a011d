"""docs/numbers.md says what the code does."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path

from analysis.engine.factors import CATALYST_RANGE, TECHNICAL_RANGE, VOLATILITY_RANGE, VOLUME_RANGE
from analysis.engine.ranking import GRADES
from analysis.engine.volume import expected_share
from analysis.types import ScoringParameters
from sectors.lights import LIT
from tests.analysis.engine.test_volume import FULL, at

PAGE = (Path(__file__).parents[3] / "docs" / "numbers.md").read_text()
CELLS = {
    cells[0]: cells[1:]
    for line in PAGE.splitlines()
    if line.startswith("|") and (cells := [cell.strip() for cell in line.strip("|").split("|")])
}


def test_the_tunable_constants_have_their_defaults() -> None:
    parameters = ScoringParameters()
    for field in dataclasses.fields(parameters):
        if field.name not in ("weights", "scales"):
            assert CELLS[field.name] == [str(getattr(parameters, field.name))]


def test_the_timeframes_have_their_weights_and_scales() -> None:
    parameters = ScoringParameters()
    for name, weight in parameters.weights.items():
        assert [float(cell) for cell in CELLS[name][1:]] == [weight, parameters.scales[name]]


def test_the_factors_have_their_ranges() -> None:
    ranges = {
        "volatility": VOLATILITY_RANGE,
        "volume": VOLUME_RANGE,
        "catalyst": CATALYST_RANGE,
        "technical": TECHNICAL_RANGE,
    }
    for name, (low, high) in ranges.items():
        assert tuple(map(float, CELLS[name][0].split(" to "))) == (low, high)


def test_the_colours_have_their_signals_and_labels() -> None:
    for colour, light in LIT.items():
        assert CELLS[colour][1:] == [light.signal, light.label]
        assert CELLS[colour][0].startswith(str(light.low).replace("-", "\N{MINUS SIGN}"))


def test_the_grades_have_their_points_and_limits() -> None:
    for name, points, shares, dollars in GRADES:
        cells = CELLS[name]
        assert float(cells[0]) == points
        if shares:
            assert cells[1].startswith(f"{shares:,}")
            assert cells[2] == f"{dollars:,}"


def test_the_curve_of_the_day_is_the_one_in_use() -> None:
    told = re.findall(r"(\d+):(\d\d) \| ([\d.]+) %", PAGE)
    assert len(told) == 20
    for hour, minute, percent in told:
        share = expected_share(at(int(hour), int(minute)), FULL)
        assert round(100 * share, 1) == max(0.5, float(percent))
    assert at(4) == dt.datetime(2026, 3, 11, 8, tzinfo=dt.UTC)
