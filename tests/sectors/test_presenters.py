from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sectors.places import PLACES
from sectors.presenters import board_payload, cards_from_payload
from sectors.presenters.payload import frame_band
from sectors.presenters.spark import spark_of
from sectors.types import CardData, HistoryPoint, PreviousLight, ViewLimits
from tests.sectors.cast import NOW, PASS, STAMP, full_board, payload, rows, run_stamp, stock
from tests.sectors.market import at

LIMITS = ViewLimits()


def card(
    slug: str = "technology", now: dt.datetime = NOW, limits: ViewLimits = LIMITS, **more: Any
) -> CardData:
    return {c.slug: c for c in cards_from_payload(payload(**more), now, limits)}[slug]


def technology(**changes: Any) -> CardData:
    return card(readings=[replace(full_board()[0], **changes)])


def test_the_eight_cards_stand_in_their_fixed_places_whatever_was_read() -> None:
    only_last = cards_from_payload(payload(full_board()[-1:]), NOW, LIMITS)
    assert [c.key for c in only_last] == list(range(1, 9))
    assert [c.slug for c in only_last] == [place.slug for place in PLACES]


def test_the_payload_survives_json_unchanged() -> None:
    made = payload()
    assert json.loads(json.dumps(made)) == made


def test_the_version_is_the_publish_time_in_milliseconds() -> None:
    made = payload()
    assert made["version"] == int(STAMP.published_at.timestamp() * 1000)
    assert {entry["version"] for entry in made["sectors"].values()} == {made["version"]}


@pytest.mark.parametrize(
    ("score", "colour", "text"),
    [
        ("-0.770", "dark_red", "−0.77"),
        ("-0.204", "light_red", "−0.204"),
        ("-0.196", "blue_neutral", "−0.20"),
        ("0.198", "blue_neutral", "+0.198"),
        ("0.000", "blue_neutral", "0.00"),
        ("-0.004", "blue_neutral", "0.00"),
        ("0.599", "light_green", "+0.599"),
        ("1.000", "dark_green", "+1.00"),
    ],
)
def test_a_score_on_screen_never_names_another_band(score: str, colour: str, text: str) -> None:
    assert technology(score=Decimal(score), colour=colour).score == text


@pytest.mark.parametrize(
    ("slug", "verdict", "glyph"),
    [
        ("technology", "Prime shorting", "g-dd"),
        ("energy", "Good shorting", "g-d"),
        ("financial", "Neutral, cautious", "g-bar"),
        ("materials", "Avoid shorts", "g-u"),
        ("healthcare", "Do not short", "g-uu"),
    ],
)
def test_each_colour_has_its_verdict_and_glyph(slug: str, verdict: str, glyph: str) -> None:
    shown = card(slug)
    assert (shown.verdict, shown.lamp.glyph) == (verdict, glyph)


def test_the_second_line_says_label_and_pattern() -> None:
    assert card("technology").subline == "Bearish · all frames down"
    assert card("financial").subline == "30m and 1w up, rest down"


def test_a_near_edge_takes_the_place_of_the_pattern_and_wears_caution() -> None:
    shown = card("consumer_discretionary")
    assert (shown.subline, shown.caution) == ("Bullish · close to +0.20", "close to +0.20")


def test_a_neutral_second_line_begins_with_a_capital() -> None:
    shown = technology(score=Decimal("0.190"), colour="blue_neutral", cautions=("close to +0.20",))
    assert shown.subline == "Close to +0.20"


def test_low_confidence_is_a_caution_that_leaves_the_pattern() -> None:
    shown = technology(cautions=("confidence below 0.25",))
    assert (shown.subline, shown.caution) == ("Bearish · all frames down", "confidence below 0.25")


def test_a_reading_within_the_noise_is_hatched_and_says_so() -> None:
    shown = card("utilities")
    assert (shown.state, shown.subline) == ("noise", "Within noise: not a signal")


def test_frames_carry_sign_percent_and_the_colour_of_their_own_scale() -> None:
    cells = card("technology").frames
    assert [(cell.label, cell.value) for cell in cells] == [
        ("30m", "−0.9%"),
        ("1d", "−2.1%"),
        ("3d", "−1.7%"),
        ("1w", "−1.1%"),
    ]
    assert [cell.lamp.band for cell in cells] == ["dark_red", "dark_red", "light_red", "blue_neutral"]


def test_an_absent_frame_says_no_data_and_is_unlit() -> None:
    shown = technology(returns={"30min": None, "1d": -2.1, "3d": 0.0, "1w": 1.0})
    assert (shown.frames[0].value, shown.frames[0].lamp.band) == ("no data", "none")
    assert shown.frames[2].value == "0.0%"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_a_return_that_is_no_number_has_no_colour(value: float | None) -> None:
    assert frame_band(value, 2.5) == "none"


def test_a_frame_is_coloured_by_the_scale_of_its_run() -> None:
    assert frame_band(-1.0, 0.8) == "dark_red"
    assert frame_band(-1.0, 8.0) == "blue_neutral"


def test_volume_is_bold_from_what_reads_as_two_times() -> None:
    tops = {"bearish": [stock(("A", -1.0, 1.94, None, "")), stock(("B", -1.0, 1.96, None, ""))]}
    first, second = technology(tops=tops).tops[0].rows
    assert (first.volume, first.spike) == ("1.9×", False)
    assert (second.volume, second.spike) == ("2.0×", True)


def test_a_volume_that_is_not_known_is_a_dash() -> None:
    row = stock(("A", -1.0, 1.0, None, "")) | {"relative_volume": None}
    shown = technology(tops={"bearish": [row]}).tops[0].rows[0]
    assert (shown.volume, shown.spike) == ("–", False)


def test_at_most_three_rows_a_side_and_never_padded() -> None:
    many = [stock((f"S{i}", -9.0 + i, 1.0, None, "")) for i in range(5)]
    bearish, bullish = technology(tops={"bearish": many, "bullish": []}).tops
    assert [row.symbol for row in bearish.rows] == ["S0", "S1", "S2"]
    assert (bullish.rows, bullish.empty) == ((), "No core stock is up today.")


def test_the_list_against_a_strong_sector_stands_behind_its_reason() -> None:
    assert card("technology").tops[1].withheld == "None in a bearish sector: wait for a reversal."
    assert card("healthcare").tops[0].withheld == "None: avoid shorts in a bullish sector."
    assert card("technology").tops[1].rows[0].symbol == "RVSN"


@pytest.mark.parametrize(("score", "withheld"), [("-0.500", True), ("-0.499", False)])
def test_a_list_is_withheld_from_exactly_one_half(score: str, withheld: bool) -> None:
    shown = technology(score=Decimal(score), colour="light_red")
    assert (shown.tops[1].withheld is not None) == withheld


def test_flags_say_restriction_and_squeeze() -> None:
    assert [flag.text for flag in card("technology").tops[0].rows[0].flags] == ["SSR"]
    assert [flag.text for flag in card("healthcare").tops[1].rows[2].flags] == ["SQZ"]


def test_a_move_that_no_second_source_tells_is_labelled_in_words() -> None:
    row = stock(("JUMP", 46.0, 9.0, None, "")) | {"unconfirmed": True}
    flag = technology(tops={"bullish": [row]}).tops[1].rows[0].flags[-1]
    assert (flag.text, flag.title[:20]) == ("unconfirmed", "Moved over 30% from ")


def test_halted_stocks_are_counted_apart() -> None:
    tops = full_board()[0].tops | {"halted": [stock(("HLT", -3.0, 1.0, None, "halt"))]}
    assert technology(tops=tops).source_left == "61 core · 238 breadth · 1 halted"


def test_a_name_is_new_for_ninety_seconds_after_its_first_top_three_of_the_session() -> None:
    before = payload(stamp=run_stamp(6, at(10)))
    joined = [replace(full_board()[0], tops={"bearish": [stock(("JOIN", -9.0, 3.0, None, ""))]})]
    made = payload(joined, standing=before)

    def flags(now: dt.datetime) -> list[str]:
        shown = cards_from_payload(made, now, LIMITS)[0]
        return [flag.text for flag in shown.tops[0].rows[0].flags]

    assert flags(STAMP.published_at + dt.timedelta(seconds=89)) == ["NEW"]
    assert flags(STAMP.published_at + dt.timedelta(seconds=90)) == []


def test_nothing_is_new_on_the_first_board_of_a_session() -> None:
    yesterday = payload(stamp=run_stamp(6, at(19, 30, day=9)))
    shown = cards_from_payload(payload(standing=yesterday), STAMP.published_at, LIMITS)
    texts = [flag.text for one in shown for side in one.tops for row in side.rows for flag in row.flags]
    assert "NEW" not in texts


def test_a_name_that_comes_back_is_not_new_again() -> None:
    first = payload(stamp=run_stamp(5, at(9, 30)))
    gone = payload([replace(full_board()[0], tops={})], stamp=run_stamp(6, at(10)), standing=first)
    back = cards_from_payload(payload(standing=gone), STAMP.published_at, LIMITS)[0]
    assert [flag.text for flag in back.tops[0].rows[1].flags] == []


def test_a_light_that_turned_today_says_what_it_was_and_until_when() -> None:
    was = {"technology": PreviousLight("light_red", Decimal("-0.58"), PASS)}
    shown = card(previous=was)
    assert shown.was is not None
    assert (shown.was.words, shown.was_until, shown.since) == ("was Good shorting", "10:30", "")


def test_a_light_that_turned_before_today_says_since_when() -> None:
    was = {"technology": PreviousLight("light_red", Decimal("-0.58"), at(15, 30, day=9))}
    shown = card(previous=was)
    assert (shown.was, shown.since) == (None, "Mon 15:30")


def test_without_another_light_it_holds_since_the_first_known_reading() -> None:
    history = {"technology": [HistoryPoint(at(4, 30), Decimal("-0.7"), "dark_red", "normal")]}
    assert card(history=history).since == "4:30"


def test_the_age_is_session_time_and_the_clocks_stand_under_it() -> None:
    shown = card()
    assert (shown.as_of_text, shown.age, shown.age_look, shown.age_state) == ("10:30", "12 m", "", "fresh")
    assert [(clock.label, clock.text) for clock in shown.clocks] == [
        ("Data as of", "10:30:00"),
        ("Computed", "10:30:02"),
        ("Last confirmed", "10:42:16"),
        ("Oldest price", "10:41:40"),
    ]
    assert shown.both_ages == "12 min"


def test_a_clock_of_another_day_says_its_day_and_the_age_by_the_clock_stands_beside() -> None:
    shown = card(stamp=run_stamp(7, at(19, 30, day=9)), now=at(4, 10))
    assert shown.clocks[0].text == "Mon 19:30:00"
    assert shown.both_ages == "40 min of session time, 8 h 40 min by the clock"


@pytest.mark.parametrize(
    ("oldest", "age"),
    [(at(9, 40), "1 h 2 m old"), (at(10, 28), "14 m"), (at(10, 29), "12 m"), (None, "12 m")],
)
def test_a_price_feed_that_ended_earlier_rules_the_age(oldest: dt.datetime | None, age: str) -> None:
    shown = technology(oldest_input_at=oldest)
    assert shown.age == age


def test_a_feed_that_stands_still_puts_the_light_out_although_runs_go_on() -> None:
    shown = card(readings=[replace(full_board()[0], oldest_input_at=at(5))], stamp=run_stamp(7, at(10)))
    assert (shown.state, shown.age_state) == ("stale", "stale")
    assert shown.stale_line == "Past your limit of 4 h; data of 5:00"


@pytest.mark.parametrize(
    ("hour", "minute", "second", "state", "age"),
    [
        (12, 29, 59, "fresh", "1 h 59 m old"),
        (12, 30, 0, "aging", "2 h 0 m aging"),
        (14, 30, 0, "aging", "4 h 0 m aging"),
        (14, 30, 1, "stale", "4 h 0 m old"),
    ],
)
def test_a_card_passes_from_fresh_to_aging_to_stale_at_the_limits(
    hour: int, minute: int, second: int, state: str, age: str
) -> None:
    shown = card(now=at(hour, minute).replace(second=second))
    assert (shown.age_state, shown.age) == (state, age)
    assert (shown.state == "stale") == (state == "stale")
    assert shown.lit == "normal"


def test_a_night_adds_nothing_to_an_age() -> None:
    late = run_stamp(7, at(19, 30, day=9))
    shown = card(stamp=late, now=at(4, 10))
    assert (shown.as_of_text, shown.age) == ("Mon 19:30", "40 m")


def test_a_card_is_late_after_one_and_a_half_intervals() -> None:
    assert card(now=at(11, 15)).age_look == ""
    assert card(now=at(11, 16)).age_look == "late"


@pytest.mark.parametrize(("minutes", "state"), [(12, "stale"), (13, "normal")])
def test_past_the_users_own_limit_the_light_is_out_and_says_why(minutes: int, state: str) -> None:
    shown = card(limits=ViewLimits(1, minutes))
    assert shown.state == state
    assert shown.stale_line == f"Past your limit of {minutes} min; data of 10:30"
    assert (shown.verdict, shown.score) == ("Prime shorting", "−0.77")


def test_a_full_run_carries_a_sector_forward_that_it_could_not_read() -> None:
    old = rows([full_board()[2]], run_stamp(6, at(10)))
    stamp = replace(STAMP, context={"failed": {"energy": "61% of prices did not arrive"}})
    made = board_payload([*rows(full_board()[:2]), *old], {}, {}, stamp)
    shown = cards_from_payload(made, NOW, LIMITS)[2]
    assert (shown.state, shown.stale_line) == ("stale", "Last known, from 10:00")
    assert (shown.age, shown.age_look, shown.age_state, shown.lit) == ("42 m old", "late", "fresh", "stale")
    assert shown.source_left == "Energy input failed at 10:30: 61% of prices did not arrive"
    assert shown.version == made["version"]


def test_a_sector_carried_forward_goes_out_at_the_limit_like_any_other() -> None:
    old = rows([full_board()[2]], run_stamp(6, at(10)))
    stamp = replace(STAMP, context={"failed": {"energy": "61% of prices did not arrive"}})
    made = board_payload([*rows(full_board()[:2]), *old], {}, {}, stamp)
    shown = cards_from_payload(made, NOW, ViewLimits(10, 40))[2]
    assert (shown.age_state, shown.stale_line) == ("stale", "Past your limit of 40 min; data of 10:00")


def test_a_movers_run_leaves_the_other_sectors_as_they_are() -> None:
    stamp = run_stamp(8, at(10, 41), kind="mover")
    made = board_payload([*rows(full_board()[:1], stamp), *rows(full_board()[1:])], {}, {}, stamp)
    cards = cards_from_payload(made, NOW, LIMITS)
    assert [c.state for c in cards[:3]] == ["normal", "normal", "normal"]
    assert cards[0].version == made["version"] > cards[1].version


def test_too_few_members_give_no_verdict_but_the_last_one_is_told() -> None:
    history = {"technology": [HistoryPoint(at(19, 30, day=9), Decimal("-0.06"), "blue_neutral", "normal")]}
    thin = replace(full_board()[0], state="insufficient", valid=4, advancing=1)
    shown = card(readings=[thin], history=history)
    assert (shown.state, shown.lamp.band, shown.score) == ("unlit", "none", "")
    assert shown.subline == "4 members trade, 5 are needed"
    assert ("Last verdict", "Neutral, cautious, −0.06, Mon 19:30") in shown.note_facts


def test_before_the_first_run_every_card_says_what_comes_next() -> None:
    cards = cards_from_payload(None, NOW, LIMITS)
    assert {c.state for c in cards} == {"empty"}
    assert cards[0].subline == "The first run makes one"


def test_while_the_first_run_works_every_card_is_loading() -> None:
    cards = cards_from_payload(None, NOW, LIMITS, loading=True)
    assert {c.state for c in cards} == {"loading"}


def test_a_sector_that_never_had_a_reading_and_failed_says_cause_effect_and_next() -> None:
    stamp = replace(STAMP, context={"failed": {"energy": "the price vendor did not answer"}})
    shown = card("energy", readings=full_board()[:2], stamp=stamp)
    assert (shown.state, shown.age) == ("failed", "FAILED")
    assert [lead for lead, _ in shown.note] == ["What happened:", "Effect:", "Next:"]


def test_a_missing_benchmark_hides_the_relative_light() -> None:
    assert technology(relative_score=None, relative_colour=None).relative is None


def test_interpolated_prices_say_so_beside_their_source() -> None:
    assert card(stamp=replace(STAMP, interpolated=True)).source_name == "polygon, interpolated"


def test_an_input_that_something_else_stood_in_for_is_named_with_the_source() -> None:
    assert technology(flags=("prices from the minute stream",)).source_name == (
        "polygon, prices from the minute stream"
    )


def test_the_trend_ends_at_this_reading() -> None:
    history = {
        "technology": [
            HistoryPoint(at(15, 30, day=9), Decimal("0.100"), "blue_neutral", "normal"),
            HistoryPoint(at(10), Decimal("-0.500"), "light_red", "normal"),
        ]
    }
    spark = card(history=history).spark
    assert spark is not None
    assert spark.was == "92.4,15.4"
    assert spark.now == "96.4,25.0 216.0,29.3"
    assert (spark.dot_x, spark.dot_y) == ("216.0", "29.3")


def test_a_trend_of_many_points_is_thinned_but_keeps_its_ends() -> None:
    spark = spark_of([], [0.5] + [0.0] * 300 + [-1.0], "−1.00")
    assert spark is not None
    points = spark.now.split()
    assert (len(points), points[0], points[-1]) == (66, "96.4,9.0", "216.0,33.0")
