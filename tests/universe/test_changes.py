"""What changed between two universes: pure, every case written out by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from universe.changes import (
    Change,
    Judged,
    alarm_words,
    change_of,
    change_pct,
    funnel_alarms,
    new_reasons,
    reasons_gone,
)
from universe.types import FunnelStage

MONDAY = dt.date(2026, 3, 30)
OUT = Judged("", ("price_below",))
BREADTH = Judged("breadth", ("volume_below",))
CORE = Judged("core")


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (OUT, CORE, Change.INTO_CORE),
        (OUT, BREADTH, Change.INTO_BREADTH),
        (BREADTH, CORE, Change.UP),
        (CORE, BREADTH, Change.DOWN),
        (CORE, OUT, Change.LEFT),
        (BREADTH, OUT, Change.LEFT),
        (None, CORE, Change.LISTED),
        (None, OUT, Change.LISTED),
        (CORE, None, Change.UNLISTED),
        (OUT, None, Change.UNLISTED),
    ],
)
def test_every_move_between_two_verdicts_has_its_name(
    before: Judged | None, now: Judged | None, change: Change
) -> None:
    assert change_of(before, now) == change


@pytest.mark.parametrize(
    ("before", "now"),
    [(CORE, CORE), (OUT, Judged("", ("float_below",))), (None, None)],
    ids=["same verdict", "out for another reason", "never listed"],
)
def test_a_tier_that_stays_is_no_change(before: Judged | None, now: Judged | None) -> None:
    assert change_of(before, now) is None


def test_only_the_reasons_that_were_not_there_before_are_new() -> None:
    assert new_reasons(BREADTH, Judged("", ("price_below", "volume_below"))) == ("price_below",)
    assert new_reasons(None, OUT) == ("price_below",)
    assert new_reasons(OUT, None) == ()
    assert new_reasons(BREADTH, CORE) == ()


def test_a_breadth_member_that_trades_too_little_leaves_by_the_reason_that_it_had() -> None:
    assert new_reasons(BREADTH, Judged("", ("volume_below",))) == ("volume_below",)


def test_the_reasons_that_fell_away_are_those_of_before_alone() -> None:
    both = Judged("", ("price_below", "volume_below"))
    assert reasons_gone(both, BREADTH) == ("price_below",)
    assert reasons_gone(Judged("", ("volume_below",)), BREADTH) == ("volume_below",)
    assert reasons_gone(None, CORE) == reasons_gone(OUT, None) == ()


def stages(**counts: int) -> list[FunnelStage]:
    return [FunnelStage(name, count) for name, count in counts.items()]


@pytest.mark.parametrize(
    ("now", "raised"), [(81, False), (80, True), (119, False), (120, True), (100, False)]
)
def test_a_stage_that_moves_by_a_fifth_either_way_raises_an_alarm(now: int, raised: bool) -> None:
    alarms = funnel_alarms(stages(price=100), stages(price=now), against=MONDAY)
    assert [alarm["stage"] for alarm in alarms] == (["price"] if raised else [])


def test_a_stage_out_of_nothing_is_an_alarm_and_nothing_out_of_nothing_is_none() -> None:
    alarms = funnel_alarms(stages(price=0, float=0), stages(price=3, float=0), against=MONDAY)
    assert [(alarm["stage"], alarm["change_pct"]) for alarm in alarms] == [("price", None)]
    assert alarm_words(alarms[0]) == "Funnel: 'price' kept 3 listings, 0 on 30 Mar (from none)"


def test_a_stage_that_only_one_of_the_two_has_is_passed_over() -> None:
    assert funnel_alarms(stages(price=100), stages(moon=1), against=MONDAY) == []


def test_an_alarm_says_stage_both_counts_session_and_change() -> None:
    (alarm,) = funnel_alarms(stages(cap=3010), stages(cap=1204), against=MONDAY)
    assert alarm == {
        "stage": "cap",
        "before": 3010,
        "count": 1204,
        "change_pct": -60.0,
        "against": "2026-03-30",
    }
    assert alarm_words(alarm) == "Funnel: 'cap' kept 1,204 listings, 3,010 on 30 Mar (−60%)"


def test_a_change_in_percent_is_none_only_from_nothing_to_something() -> None:
    assert (change_pct(3, 4), change_pct(0, 0), change_pct(0, 4)) == (33.3, 0.0, None)
