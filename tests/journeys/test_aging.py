"""A page that stays open with the server off: what it shows ages by itself, to the second, at the user's
limits.

The browser's clock is moved, nobody waits: ages are differences, and the page has the market's time from the
last frame that the server sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from analysis.models import RunKind
from analysis.services import preference_set
from sectors.services import readings_record
from tests.analysis.page_cast import run_store
from tests.journeys.axe import violations
from tests.journeys.conftest import PASSWORD, Aside, Restartable
from tests.sectors.cast import NOW, PASS, full_board, run_stamp
from tests.sectors.market import at
from universe import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Says the market's time as a frame of the clock does, at the standing clock of the browser.
SET = """(now) => {
  const detail = { world: document.getElementById("market-status").dataset.world, now, speed: 1 };
  dispatchEvent(new CustomEvent("sectorlight:clock", { detail }));
}"""
#: How far a text stands out from what is behind it, by WCAG 2.
CONTRAST = """(element) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb(colour).map((c) => linear(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = element;
  while (rgb(getComputedStyle(behind).backgroundColor)[3] < 255) behind = behind.parentElement;
  const pair = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(light);
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""
COUNTED = """() => {
  window.announced = 0;
  const region = document.getElementById("announce");
  new MutationObserver((all) => { window.announced += all.length; }).observe(region, { childList: true });
}"""
Until = Callable[[dt.datetime], None]


@pytest.fixture
def left_open(page: Page, server: Restartable) -> Iterator[Callable[..., Until]]:
    """Open a page at a market moment and take the server away. What it returns lets the browser's clock jump
    to another moment; the page ticks there."""

    def open_at(moment: dt.datetime, path: str = "/") -> Until:
        page.clock.install(time=moment)
        page.emulate_media(reduced_motion="reduce")
        with clock.override(moment):
            page.goto(f"{server.url}{path}")
            page.get_by_label("User name").fill("mara")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Log in").click()
            page.locator('[data-slot="connection"]', has_text="Connected").wait_for()
            server.stop()
        page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 5)
        page.evaluate(SET, moment.timestamp() * 1000)
        return until

    def until(moment: dt.datetime) -> None:
        page.clock.fast_forward(round(moment.timestamp() * 1000 - page.evaluate("sectorlight.now()")))
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    yield open_at
    page.clock.resume()


def prefer(aside: Aside, **values: Any) -> None:
    aside(lambda: preference_set(get_user_model().objects.get(username="mara"), **values))


def seconds(moment: dt.datetime, count: int) -> dt.datetime:
    return moment + dt.timedelta(seconds=count)


def test_a_card_ages_from_fresh_to_aging_to_stale_with_the_server_off(
    page: Page, left_open: Callable[..., Until]
) -> None:
    until = left_open(NOW)
    page.evaluate(COUNTED)
    card, badge = page.locator("#card-technology"), page.locator('#card-technology [data-slot="age"]')
    announced = page.locator("#announce")
    aging, stale = at(12, 30), at(14, 30)

    until(seconds(aging, -1))
    expect(card).to_have_attribute("data-age", "fresh")
    expect(badge).to_have_text("1 h 59 m old")
    until(aging)
    expect(card).to_have_attribute("data-age", "aging")
    expect(badge).to_have_text("2 h 0 m aging")
    expect(announced).to_have_text("8 sectors: aging, 2 h old or more.")
    until(stale)
    expect(card).to_have_attribute("data-age", "aging")
    expect(card).to_have_attribute("data-state", "normal")
    expect(card.locator(".stale-line")).to_be_hidden()
    until(seconds(stale, 1))
    expect(page.locator('.card[data-age="stale"][data-state="stale"]')).to_have_count(8)
    expect(card.locator(".stale-line")).to_have_text("Past your limit of 4 h; data of 10:30")
    expect(card.locator(".now-line")).to_be_hidden()
    expect(announced).to_have_text("8 sectors: past your limit of 4 h, the light is out.")
    expect(card.locator(".score")).to_have_text("−0.77")
    assert page.evaluate("window.announced") == 2, "once for all that turn"


def test_a_light_that_is_out_has_no_hue_and_its_figures_can_be_read(
    page: Page, left_open: Callable[..., Until]
) -> None:
    until = left_open(NOW)
    until(at(18))
    fills = "all => new Set(all.map(e => getComputedStyle(e).backgroundColor)).size"
    assert page.locator(".card .light").evaluate_all(fills) == 1
    assert page.locator(".card .frames > div").evaluate_all(fills) == 1
    expect(page.get_by_role("heading", level=1)).to_contain_text("No light is within your limit")
    expect(page.get_by_role("heading", level=1)).to_contain_text("8 past your limit")
    for theme in ("dark", "light", "contrast"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        for part in (".score", ".verdict b", ".stale-line", ".frames dd", ".facts b", "[data-price]"):
            contrast = page.locator(f"#card-materials {part}").first.evaluate(CONTRAST)
            assert contrast >= 4.5, f"{part} in {theme}: {contrast:.2f}"
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator(".glance a").evaluate_all(fills) == 1
    expect(page.locator(".glance a").first).to_contain_text("past your limit")


def test_a_page_counts_lights_within_noise_apart(page: Page, left_open: Callable[..., Until]) -> None:
    until = left_open(NOW)
    page.evaluate("document.querySelector('#card-technology').dataset.lit = 'noise'")
    until(seconds(NOW, 30))
    expect(page.locator('.strip [data-slot="favour"]')).to_have_text("2 of 8 sectors favour shorts")
    rest = page.locator('.strip [data-slot="rest"]')
    expect(rest).to_have_text("1 leans, within noise · 2 neutral · 3 to leave alone")


def test_a_users_own_limits_hold_in_the_browser_as_well(
    page: Page, left_open: Callable[..., Until], aside: Aside
) -> None:
    prefer(aside, fresh_minutes=30, stale_minutes=60)
    until = left_open(NOW, "/?view=compact")
    line = page.locator("#card-energy")
    for moment, state in (
        (seconds(at(11), -1), "fresh"),
        (at(11), "aging"),
        (at(11, 30), "aging"),
        (seconds(at(11, 30), 1), "stale"),
    ):
        until(moment)
        expect(line).to_have_attribute("data-age", state)
    expect(line.locator(".stale-line")).to_have_text("Past your limit of 1 h; data of 10:30")


def test_a_weekend_and_a_change_of_the_clocks_add_nothing_to_an_age(
    page: Page, left_open: Callable[..., Until], aside: Aside
) -> None:
    friday = at(19, 30, day=6)
    aside(lambda: readings_record(full_board(), run_stamp(2, friday)))
    until = left_open(friday + dt.timedelta(minutes=12))
    card = page.locator("#card-technology")
    until(at(12, 0, day=7))
    expect(card.locator('[data-slot="age"]')).to_have_text("30 m")
    for moment, state in (
        (seconds(at(5, 30, day=9), -1), "fresh"),
        (at(5, 30, day=9), "aging"),
        (at(7, 30, day=9), "aging"),
        (seconds(at(7, 30, day=9), 1), "stale"),
    ):
        until(moment)
        expect(card).to_have_attribute("data-age", state)
    expect(card.locator(".stale-line")).to_have_text("Past your limit of 4 h; data of Fri 19:30")
    card.locator(".age summary").click()
    expect(card.locator('[data-slot="both-ages"]')).to_have_text("4 h of session time, 59 h by the clock")


def test_the_bar_goes_by_itself_at_the_limits_of_the_analysis(
    page: Page, left_open: Callable[..., Until], aside: Aside
) -> None:
    """A pass at 12:20 keeps the board from being overdue while the analysis of 10:30 ages."""
    aside(lambda: run_store(PASS, kind=RunKind.ON_DEMAND))
    aside(lambda: run_store(at(12, 20)))
    until = left_open(at(12, 25))
    bar = page.locator("#freshness")
    until(seconds(at(12, 30), -1))
    expect(bar).to_have_attribute("data-state", "fresh")
    until(at(12, 30))
    expect(bar).to_have_attribute("data-state", "aging")
    expect(bar).to_contain_text("Full analysis as of 10:30, 2 h old.")
    advice = bar.locator('[data-slot="advice"]')
    expect(advice).to_have_text("")
    expect(bar.get_by_role("button", name="Run fresh analysis")).to_have_class("btn primary")
    until(at(13, 10))
    expect(bar.locator('[data-slot="word"]')).to_have_text("OVERDUE")
    expect(bar).to_contain_text(
        "Pass overdue, 49 min since the last; full analysis as of 10:30, 2 h 40 min old."
    )
    expect(advice).to_have_text("It goes on by itself.")
    until(at(14, 30))
    expect(bar).to_have_attribute("data-state", "overdue")
    until(seconds(at(14, 30), 1))
    expect(bar).to_have_attribute("data-state", "stale")
    expect(bar).to_contain_text("full analysis as of 10:30: 4 h old.")
    expect(bar).to_contain_text("A fresh run is recommended.")
    until(at(4, 30, day=11))
    expect(bar).to_contain_text("full analysis as of Tuesday 10:30: 10 h of session time, 18 h by the clock.")


def test_the_page_of_a_sector_ages_like_its_card(
    page: Page, left_open: Callable[..., Until], aside: Aside
) -> None:
    until = left_open(NOW, "/sectors/technology/")
    hero, crumb = page.locator(".hero"), page.locator(".crumbs a").first
    until(at(14, 30))
    expect(hero).to_have_attribute("data-age", "aging")
    expect(page.get_by_text("4 h 0 m old in session time")).to_be_visible()
    until(seconds(at(14, 30), 1))
    expect(hero).to_have_attribute("data-state", "stale")
    expect(hero).to_contain_text("Past your limit of 4 h; data of 10:30")
    expect(crumb).to_have_attribute("data-age", "stale")


def test_a_market_that_has_closed_says_when_it_opens(page: Page, left_open: Callable[..., Until]) -> None:
    """13 March 2026 is a Friday."""
    until = left_open(at(19, 50, day=12))
    phase, after = (page.locator(f'[data-slot="{name}"]') for name in ("phase", "phase-next"))
    expect(after).to_contain_text("ends in")
    for moment, words in (
        (at(20, 1, day=12), "opens tomorrow 4:00"),
        (at(3, 59, day=13), "opens 4:00"),
        (at(21, day=13), "opens Mon 4:00"),
    ):
        until(moment)
        expect(phase).to_have_text("Market closed")
        expect(after).to_have_text(words)


def test_age_and_connection_are_told_apart(page: Page, left_open: Callable[..., Until]) -> None:
    until = left_open(NOW)
    until(seconds(NOW, 90))
    expect(page.locator('[data-slot="data-age"]')).to_have_text("Data 2 m 8 s old")
    expect(page.locator('[data-slot="connection"]')).to_have_text("Offline")


def test_axe_finds_nothing_where_the_lights_are_out(board: Page, server: Restartable, aside: Aside) -> None:
    prefer(aside, fresh_minutes=5, stale_minutes=10)
    board.emulate_media(reduced_motion="reduce")
    for path, width, theme in (
        ("/", 1440, "dark"),
        ("/", 390, "light"),
        ("/?view=compact", 390, "dark"),
        ("/?view=compact", 1440, "light"),
        ("/sectors/energy/", 1440, "dark"),
    ):
        board.set_viewport_size({"width": width, "height": 900})
        board.goto(server.url + path)
        expect(board.locator('[data-state="stale"]').first).to_be_visible()
        board.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        assert violations(board) == [], f"{path} at {width} px, {theme}"
