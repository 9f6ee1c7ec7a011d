"""Several windows of one user: what is saved in one holds in all at once, and in nobody else's."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from analysis.models import AnalysisRun, RunKind, RunStatus
from analysis.services import preference_set
from sectors.services import readings_record
from sectors.types import ReadingInput
from tests.analysis.page_cast import run_store
from tests.journeys.conftest import PASSWORD, Aside, Restartable
from tests.journeys.test_board import WIDTHS, no_sideways_scroll, turn
from tests.sectors.cast import NOW, full_board, run_stamp
from tests.sectors.market import at
from universe import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def prefer(aside: Aside, **values: Any) -> None:
    aside(lambda: preference_set(get_user_model().objects.get(username="mara"), **values))


def window(board: Page, address: str) -> Page:
    """Another window of the same user, connected."""
    other = board.context.new_page()
    other.goto(address)
    other.locator('[data-slot="connection"]', has_text="Connected").wait_for()
    other.evaluate("window.stayed = true")
    return other


def log_in(page: Page, server: Restartable, name: str) -> None:
    page.goto(f"{server.url}/login/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_what_is_saved_in_one_window_holds_in_all_of_the_users_and_in_no_other(
    board: Page, server: Restartable, aside: Aside, browser: Browser
) -> None:
    aside(lambda: get_user_model().objects.create_user("noor", password=PASSWORD))
    strangers = browser.new_context()
    stranger = strangers.new_page()
    log_in(stranger, server, "noor")
    stranger.locator('[data-slot="connection"]', has_text="Connected").wait_for()
    board.evaluate("window.stayed = true")
    sector = window(board, f"{server.url}/sectors/technology/")

    form = window(board, f"{server.url}/analysis/preferences/")
    form.get_by_role("textbox", name="Fresh until").fill("0.05")
    form.get_by_role("textbox", name="Stale from").fill("0.1")
    form.get_by_label("Second clock").select_option("Europe/Paris")
    form.get_by_text("light", exact=True).click()
    form.get_by_role("radio", name="Colour-blind: orange to blue").check()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Saved.")).to_be_visible()

    for page, light in ((board, "#card-technology"), (sector, ".hero")):
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        expect(page.locator("html")).to_have_attribute("data-palette", "safe")
        expect(page.locator('[data-slot="own-clock"]')).to_contain_text("15:42")
        expect(page.locator('[data-slot="own-clock"]')).to_contain_text("in Paris")
        expect(page.locator(light)).to_have_attribute("data-state", "stale")
        expect(page.locator(light)).to_contain_text("Past your limit of 6 min; data of 10:30")
        assert page.evaluate("window.stayed"), "without a reload"
    expect(board.locator("#announce")).to_contain_text("8 sectors: past your limit of 6 min")

    expect(stranger.locator("html")).to_have_attribute("data-theme", "dark")
    expect(stranger.locator('[data-slot="own-clock"]')).to_have_text("New York time")
    expect(stranger.locator("#card-technology")).to_have_attribute("data-state", "normal")
    strangers.close()


def test_a_limit_that_grows_lights_the_lights_again(board: Page, server: Restartable, aside: Aside) -> None:
    prefer(aside, fresh_minutes=5, stale_minutes=10)
    sector = window(board, f"{server.url}/sectors/utilities/")
    expect(sector.locator(".hero")).to_have_attribute("data-state", "stale")
    prefer(aside, fresh_minutes=120, stale_minutes=240)
    expect(sector.locator(".hero")).to_have_attribute("data-state", "noise")
    expect(sector.locator(".hero")).to_contain_text("Within noise: not a signal")
    expect(board.locator("#card-technology")).to_have_attribute("data-state", "normal")


def test_a_stale_board_starts_one_run_for_all_windows_and_reloads(
    board: Page, server: Restartable, aside: Aside
) -> None:
    aside(lambda: run_store(at(4), kind=RunKind.OVERNIGHT))
    prefer(aside, on_open="run")
    board.reload()
    expect(board.locator("#freshness")).to_have_attribute("data-state", "running")
    expect(board.locator("#freshness")).to_contain_text("Started by mara")
    other = window(board, server.url + "/")
    other.reload()
    expect(other.locator("#freshness")).to_have_attribute("data-state", "running")
    runs = AnalysisRun.objects.filter(kind=RunKind.ON_DEMAND)
    assert aside(runs.count) == 1
    ended = {"status": RunStatus.FAILED, "percent": 12, "finished_wall": dt.datetime.now(dt.UTC)}
    aside(lambda: runs.update(message="the vendor did not answer.", **ended))
    for page in (board, other):
        page.reload()
        expect(page.locator("#freshness")).to_contain_text("Stopped at 12%: the vendor did not answer.")
    assert aside(runs.count) == 1


def test_the_log_in_lands_where_the_user_wants_to_begin_and_the_menu_leads_on(
    page: Page, server: Restartable, aside: Aside, complaints: list[str]
) -> None:
    prefer(aside, default_view="compact")
    log_in(page, server, "mara")
    expect(page).to_have_url(f"{server.url}/?view=compact")
    expect(page.locator("article.line")).to_have_count(8)
    page.get_by_role("navigation", name="View").get_by_role("link", name="Cards").click()
    expect(page).to_have_url(f"{server.url}/?view=board")
    expect(page.locator("article.line")).to_have_count(0)
    prefer(aside, default_view="alerts")
    page.get_by_role("link", name="SectorLight").click()
    expect(page).to_have_url(f"{server.url}/alerts/")
    page.keyboard.press("b")
    expect(page).to_have_url(f"{server.url}/?view=board")
    assert complaints == []


def test_a_push_repaints_the_lines_of_the_compact_board(
    board: Page, server: Restartable, aside: Aside
) -> None:
    board.goto(f"{server.url}/?view=compact")
    board.locator('[data-slot="connection"]', has_text="Connected").wait_for()
    board.evaluate("window.stayed = true")
    line = board.locator("#card-technology")
    line.locator(".age summary").click()
    aside(turn)
    expect(line.locator(".score")).to_have_text("−0.41")
    expect(line).to_have_class("card line")
    expect(line).to_have_attribute("data-band", "light_red")
    expect(line.locator(".clocks")).to_contain_text("10:42:20 ET")
    expect(board.locator("#announce")).to_contain_text("Technology turned Good shorting −0.41")
    assert board.evaluate("window.stayed")
    board.keyboard.press("3")
    expect(board).to_have_url(re.compile("/sectors/energy/$"))


CUT = "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"


@pytest.mark.parametrize("limit", [240, 10])
def test_the_compact_board_scrolls_sideways_at_no_width_and_cuts_nothing_off(
    board: Page, server: Restartable, aside: Aside, limit: int
) -> None:
    """With its lights lit, and with all of them out."""
    prefer(aside, fresh_minutes=5, stale_minutes=limit)
    board.goto(f"{server.url}/?view=compact")
    for width in (320, *WIDTHS):
        board.set_viewport_size({"width": width, "height": 900})
        assert no_sideways_scroll(board), f"{width} px"
        parts = board.locator(".line .verdict b, .line .score, .line .frames dd, .line h2")
        assert parts.evaluate_all(CUT) == [], f"{width} px"


def test_a_line_within_noise_says_so_at_every_width(board: Page, server: Restartable, aside: Aside) -> None:
    noisy = [replace(one, state="noise") for one in full_board()]
    aside(lambda: readings_record(noisy, run_stamp(2, NOW)))
    board.goto(f"{server.url}/?view=compact")
    light = board.locator("#card-technology .light")
    expect(light.locator(".now-line")).to_have_text("Within noise: not a signal")
    for width in (320, *WIDTHS):
        board.set_viewport_size({"width": width, "height": 900})
        assert no_sideways_scroll(board), f"{width} px"
        assert board.locator(".line .verdict b, .line .score").evaluate_all(CUT) == [], f"{width} px"
        expect(light.locator(".noise-word")).to_be_visible(visible=width < 1100)
        shown = light.locator(".now-line").evaluate("e => getComputedStyle(e).display")
        assert shown != "none", f"a screen reader is told at {width} px"


def test_a_compact_board_without_a_rail_fills_a_wide_window(board: Page, server: Restartable) -> None:
    board.set_viewport_size({"width": 1920, "height": 900})
    board.goto(f"{server.url}/?view=compact")
    box = board.locator("#board").bounding_box()
    assert box is not None
    assert box["width"] > 1920 - 40


def test_the_compact_board_is_one_low_line_a_sector(board: Page, server: Restartable) -> None:
    board.goto(f"{server.url}/?view=compact")
    board.set_viewport_size({"width": 820, "height": 600})
    heights = board.locator(".line").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert len(heights) == 8
    assert max(heights) < 40


def test_three_clocks_open_under_the_age_by_keyboard_and_stay_through_a_push(
    board: Page, aside: Aside
) -> None:
    prefer(aside, time_zone="Europe/Paris")
    card = board.locator("#card-technology")
    card.locator(".age summary").focus()
    board.keyboard.press("Enter")
    clocks = card.locator(".clocks")
    expect(clocks).to_be_visible()
    for label, words in (
        ("Data as of", "10:30:00 ET"),
        ("Computed", "10:30:02 ET"),
        ("Last confirmed", "10:42:16 ET"),
    ):
        row = clocks.locator("div", has=board.get_by_text(label, exact=True))
        expect(row).to_contain_text(words)
    expect(clocks).to_contain_text("15:30:00 in Paris")
    aside(turn)
    expect(clocks).to_contain_text("10:42:18 ET")
    expect(clocks).to_contain_text("15:42:18 in Paris")
    expect(card.locator(".age summary")).to_be_focused()
    board.keyboard.press("Escape")
    expect(clocks).to_be_hidden()


def test_the_page_of_a_sector_says_when_a_newer_reading_has_come(
    board: Page, server: Restartable, aside: Aside
) -> None:
    sector = window(board, f"{server.url}/sectors/technology/")
    aside(turn)
    expect(sector.get_by_role("status").filter(has_text="A newer reading")).to_be_visible()
    expect(sector.locator(".hero output")).to_have_text("−0.77")
    sector.get_by_role("link", name="Show the newest").click()
    expect(sector.locator(".hero output")).to_have_text("−0.41")


def test_a_board_left_open_over_many_days_goes_on_counting(board: Page, aside: Aside) -> None:
    card = board.locator("#card-technology")
    with clock.override(at(15, 10, day=20)):
        expect(board.locator('[data-slot="clock"]')).to_contain_text("15:10")
        expect(board.locator('[data-slot="phase-next"]')).to_contain_text("closes in")
        expect(card).to_have_attribute("data-age", "stale")
        aside(lambda: readings_record(fresh_board(), run_stamp(2, at(15, day=20))))
        expect(card.locator('[data-slot="age"]')).to_have_text("10 m")
        expect(card).to_have_attribute("data-age", "fresh")


def fresh_board() -> list[ReadingInput]:
    return [replace(one, oldest_input_at=None) for one in full_board()]
