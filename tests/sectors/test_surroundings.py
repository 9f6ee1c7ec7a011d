"""Trend, ages, top bar, strip and calendar: what stands on a card or around the cards."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from sectors.presenters import ages, cards_from_payload
from sectors.presenters.market import market_status, oldest_input, phase_words, world_banner
from sectors.presenters.rail import calendar_rows
from sectors.presenters.strip import strip_of
from sectors.types import ViewLimits
from tests.sectors.cast import NOW, full_board, payload, sector
from tests.sectors.market import at
from universe.models import EconomicEvent, MarketContext


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 s"), (0.64, "38 s"), (12.9, "12 m"), (60, "1 h 0 m"), (252, "4 h 12 m"), (1992, "33 h 12 m")],
)
def test_an_age_is_short(minutes: float, words: str) -> None:
    assert ages.short_age(minutes) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(4), ("Pre-market", "opens in 5 h 30 m")),
        (NOW, ("Regular session", "closes in 5 h 17 m")),
        (at(19, 59), ("After hours", "ends in 1 m")),
        (at(20), ("Market closed", "opens tomorrow 4:00")),
        (at(3), ("Market closed", "opens 4:00")),
        (at(12, day=14), ("Market closed", "opens Mon 4:00")),
    ],
)
def test_the_phase_says_what_comes_next(moment: dt.datetime, words: tuple[str, str]) -> None:
    assert phase_words(moment) == words


def test_the_top_bar_tells_the_oldest_input_and_the_users_own_clock() -> None:
    status = market_status(NOW, oldest_input(payload()), zone="Europe/Paris")
    assert (status.clock, status.own_clock) == ("10:42:18", "15:42:18 in Paris")
    assert (status.data_age, status.oldest_words) == ("Data 38 s old", "oldest input: 10:41:40")
    assert not status.is_old


def test_an_unknown_zone_falls_back_to_new_york() -> None:
    assert market_status(NOW, None, zone="Mars/Base").own_clock == "New York time"


def test_a_market_that_is_not_live_says_so() -> None:
    assert world_banner("live", "", 1.0, ended=False) is None
    simulated = world_banner("simulated", "SIMULATED MARKET", 10.0, ended=False)
    assert simulated is not None
    assert (simulated.kind, simulated.text[-10:]) == ("simulated", "10× speed.")


def test_the_strip_counts_favours_neutrals_and_the_late() -> None:
    cards = cards_from_payload(payload(), NOW, ViewLimits())
    prices = [MarketContext(symbol="IWM", price=206.41, previous_close=207.74)]
    strip = strip_of(cards, prices, [], NOW)
    assert strip.headline == "3 of 8 sectors favour shorts"
    assert strip.rest == "2 neutral · 3 to leave alone"
    assert (strip.items[0].value, strip.items[0].change, strip.items[0].sign) == ("206.41", "−0.64%", "neg")
    assert (strip.items[1].value, strip.items[1].small) == ("47%", "711 of 1,504")


def test_a_light_past_the_limit_is_counted_for_nothing() -> None:
    late = [replace(one, oldest_input_at=at(9)) for one in full_board()[:3]]
    cards = cards_from_payload(payload([*late, *full_board()[3:]]), NOW, ViewLimits(30, 60))
    strip = strip_of(cards, [], [], NOW)
    assert strip.headline == "1 of 8 sectors favours shorts"
    assert strip.rest == "2 neutral · 2 to leave alone · 3 past your limit"


def test_a_light_within_noise_or_not_read_again_favours_nothing() -> None:
    cards = cards_from_payload(payload(), NOW, ViewLimits())
    drawn = {card.slug: card for card in cards}
    reds = [card.slug for card in cards if card.lamp.band in ("dark_red", "light_red")]
    drawn[reds[0]] = replace(drawn[reds[0]], state="noise", lit="noise")
    drawn[reds[1]] = replace(drawn[reds[1]], state="stale", lit="stale")
    strip = strip_of(list(drawn.values()), [], [], NOW)
    assert strip.headline == "1 of 8 sectors favours shorts"
    assert strip.rest == "1 leans, within noise · 2 neutral · 3 to leave alone · 1 late"
    greens = [card.slug for card in cards if card.lamp.band in ("light_green", "dark_green")]
    drawn[greens[0]] = replace(drawn[greens[0]], state="noise", lit="noise")
    rest = strip_of(list(drawn.values()), [], [], NOW).rest
    assert rest == "2 lean, within noise · 2 neutral · 2 to leave alone · 1 late"


def test_when_every_light_is_out_the_strip_says_that() -> None:
    strip = strip_of(cards_from_payload(payload(), NOW, ViewLimits(5, 10)), [], [], NOW)
    assert (strip.headline, strip.rest) == ("No light is within your limit", "8 past your limit")


def test_one_sector_favours_shorts_in_the_singular() -> None:
    cards = cards_from_payload(
        payload([sector("energy", -0.3, (-0.1,) * 4, "all frames down")]), NOW, ViewLimits()
    )
    strip = strip_of(cards, [], [], NOW)
    assert (strip.headline, strip.rest) == ("1 of 8 sectors favours shorts", "7 without a verdict")


def test_a_full_calendar_keeps_the_last_three_that_are_out() -> None:
    releases = [EconomicEvent(at=at(4, minute), event=f"E{minute}", impact="Low") for minute in range(9)]
    coming = EconomicEvent(at=at(13), event="3-year auction", impact="Medium", unit="")
    assert [row.event for row in calendar_rows([*releases, coming], NOW)] == [
        "E6",
        "E7",
        "E8",
        "3-year auction",
    ]


def test_the_calendar_marks_past_next_and_tomorrow() -> None:
    releases = [
        EconomicEvent(at=at(10), event="Job openings", impact="High", actual=7.74, unit="M"),
        EconomicEvent(at=at(13), event="3-year auction", impact="Medium", unit=""),
        EconomicEvent(at=at(8, 30, day=11), event="Consumer prices", impact="High", unit="%"),
    ]
    past, coming, tomorrow = calendar_rows(releases, NOW)
    assert (past.look, past.figure, past.impact) == ("past", "7.74M", 3)
    assert (coming.look, coming.figure) == ("next", "2 h 17 m")
    assert (tomorrow.day, tomorrow.caution) == ("Tomorrow, Wed 11 March", True)
