from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sectors.pages.history import history_of
from sectors.types import Past
from tests.sectors.market import at

MONDAY, TUESDAY = dt.date(2026, 3, 9), dt.date(2026, 3, 10)


def past(moment: dt.datetime, score: float, band: str = "light_red", relative: float | None = None) -> Past:
    against = None if relative is None else Decimal(str(relative))
    return Past(moment, Decimal(str(score)), against, band, Decimal("0.5"), "pass")  # type: ignore[arg-type]


def drawn(*points: Past) -> Any:
    return history_of(points, [MONDAY, TUESDAY])


def test_without_a_reading_there_is_no_chart() -> None:
    assert drawn() is None


def test_every_session_takes_the_same_width_whatever_lies_between() -> None:
    found = drawn(past(at(4, day=9), 1.0), past(at(12, day=9), 0.0), past(at(4), -1.0), past(at(20), 0.5))
    assert found.lines == ("0.0,0.0 225.0,110.0 450.0,220.0 900.0,55.0",)


def test_the_marks_name_the_sessions_and_today() -> None:
    marks = drawn(past(at(10), 0.1)).marks
    assert [(mark.text, mark.x, mark.line) for mark in marks] == [
        ("Mon 9 Mar", "0.0", False),
        ("Today", "450.0", True),
    ]


def test_a_withheld_verdict_breaks_the_line_and_stays_in_the_ribbon() -> None:
    found = drawn(
        past(at(5), 0.1, "blue_neutral"),
        past(at(6), 0.1, "blue_neutral"),
        past(at(7), 0.0, "none"),
        past(at(8), 0.1, "blue_neutral"),
    )
    assert len(found.lines) == 2
    assert found.ribbon == ("blue_neutral", "blue_neutral", "none", "blue_neutral")


def test_a_single_reading_is_wide_enough_to_be_seen() -> None:
    assert drawn(past(at(12), 0.0)).lines == ("673.0,110.0 677.0,110.0",)


def test_readings_without_a_benchmark_draw_no_relative_line() -> None:
    assert drawn(past(at(5), 0.1), past(at(6), 0.2)).relatives == ()
    assert len(drawn(past(at(5), 0.1, relative=0.2), past(at(6), 0.2, relative=0.1)).relatives) == 1


def test_the_closing_line_says_when_the_light_turned() -> None:
    found = drawn(past(at(15, day=9), -0.3), past(at(10, 30), -0.7, "dark_red"))
    assert found.closing == "Dark red since 10:30, before that light red. 1 change shown."


def test_a_light_that_never_turned_says_so() -> None:
    assert drawn(past(at(10), -0.3)).closing == "Light red in every reading shown."


def test_the_label_tells_the_way_of_the_score_to_a_screen_reader() -> None:
    label = drawn(past(at(5), 0.3), past(at(6), -0.77)).label
    assert label == "Score from +0.30 to −0.77, between −0.77 and +0.30, in 2 readings"
