"""Counts of hand-made days, and the words that are made of them."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from analysis.evaluation import tables
from analysis.evaluation.report import month_rows, report
from analysis.evaluation.words import beyond_words, grid, percent
from analysis.types import Factor
from tests.analysis.evaluation.small import day, score


def test_the_shares_are_of_published_lights() -> None:
    scores = [score("-0.9"), score("0.1"), score("0.1"), score("0.3"), score("0.9", state="insufficient")]
    shares = tables.colour_shares(scores, tables.whole_colour)
    assert shares == {
        "dark_red": 0.25,
        "light_red": 0,
        "blue_neutral": 0.5,
        "light_green": 0.25,
        "dark_green": 0,
    }
    assert tables.largest(shares) == ("blue_neutral", 0.5)


def test_without_a_published_light_there_is_no_share() -> None:
    assert math.isnan(tables.colour_shares([], tables.whole_colour)["dark_red"])
    assert percent(math.nan) == "–"


def test_the_limit_is_of_each_sector_and_of_both_scores() -> None:
    # Eleven of twenty are exactly the limit; twelve are beyond it. Technology alone differs.
    held = [
        day(n, "0" if n < 11 else "0.3" if n < 16 else "-0.3", "0.3" if n % 2 else "-0.3") for n in range(20)
    ]
    assert tables.beyond_limit(held) == []
    broken = [day(n, "0" if n < 12 else "0.3", "0.3" if n % 2 else "-0.3") for n in range(20)]
    assert tables.beyond_limit(broken) == [
        ("technology", "with", "blue_neutral", 0.6),
        ("technology", "without", "blue_neutral", 0.6),
    ]
    assert beyond_words(tables.beyond_limit(broken)[:1]) == (
        "**Above 55 %: Technology, neutral, 60.0 % with the factors.**"
    )
    assert beyond_words([]) == "No share is above 55 %."


def test_a_change_is_counted_by_sector_from_one_close_to_the_next() -> None:
    changed = tables.changed([day(0, "0.1", "0.3"), day(1, "0.3", "0.3"), day(2, "0.3", "0.59", "-0.3")])
    assert [sum(row) for row in changed] == [1, 6]
    assert [row[:3] for row in changed] == [(True, False, False), (False, False, True)]


@pytest.mark.parametrize(
    ("scores", "together"),
    [((0.1, 0.2), True), ((-0.1, -0.2), True), ((0.1, -0.2), False), ((0.1, 0.0), False), ((0.0, 0.0), False),
     ((0.1, None), False)],
)  # fmt: skip
def test_one_sign_is_above_zero_or_below_it_for_all(scores: tuple[float | None, ...], together: bool) -> None:
    given = [None if value is None else Decimal(str(value)) for value in scores]
    assert tables.same_sign(given) is together


def test_quantiles_are_of_known_factors_alone() -> None:
    known = [score("0.1", factors=(Factor("volume", 0.9 + n / 10, True),)) for n in range(3)]
    unknown = score("0.1", factors=(Factor("volume", 1.0, False),))
    values = tables.factor_values([*known, unknown], "volume")
    assert values == pytest.approx([0.9, 1.0, 1.1])
    assert tables.quantiles(values) == pytest.approx((0.91, 1.0, 1.09))
    assert all(math.isnan(value) for value in tables.quantiles([]))


def test_a_morning_is_set_beside_the_close_that_it_shows() -> None:
    found = tables.mornings([day(0, "0.7"), day(1, "0.1", overnight="0.5")])["energy"]
    assert [(pair.close.score, pair.overnight.score) for pair in found] == [(Decimal("0.7"), Decimal("0.5"))]


def test_size_and_spread_by_hand() -> None:
    assert tables.mean_size([score("-0.4"), score("0.2")], lambda row: float(row.score)) == pytest.approx(0.3)
    assert tables.spread([score("0.1"), score("0.1")], 1) == 0.0
    assert math.isnan(tables.spread([score("0.1")], 1))


def test_months_are_counted_apart() -> None:
    # Sessions 20 and 21 of the small recording are the last of September and the first of October.
    rows = month_rows([day(20, "0.3"), day(21, "-0.7", state="noise")])
    assert [row[:2] + row[-1:] for row in rows] == [["2025-09", "1", "0.0 %"], ["2025-10", "1", "100.0 %"]]
    assert rows[1][2] == "100.0 %"


def test_the_page_tells_its_period_and_what_it_could_not_show() -> None:
    page = report([day(0, "0.1", "0.3"), day(1, "0.3")], [])
    assert "**2025-09-02 to 2025-09-03: 2 sessions, 16 sector-days.**" in page
    assert "Of eight colours 1.0 change a day" in page
    assert "so nothing can be shown" in page
    assert "| nan" not in page


def test_a_grid_is_markdown() -> None:
    assert grid(("a", "b"), [["x", "1"]]).splitlines() == ["| a | b |", "| --- | ---: |", "| x | 1 |"]
