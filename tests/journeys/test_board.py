from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from analysis.models import FreshnessPreference
from analysis.services import preference_set
from sectors.services import readings_record
from tests.analysis.page_cast import colour_change
from tests.journeys.conftest import Aside, Restartable, is_logged_in, log_in
from tests.journeys.test_open_board import release
from tests.sectors.cast import NOW, PASS, full_board, run_stamp, stock
from tests.sectors.market import at
from universe import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (360, 390, 599, 600, 768, 1024, 1199, 1200, 1280, 1440, 1759, 1760, 1920, 2200, 2560)


def turn(run_id: int = 2, moment: dt.datetime = NOW, score: str = "-0.410", **changes: Any) -> None:
    """Technology turns to light red, the others stay."""
    first, *others = full_board()
    first = replace(first, score=Decimal(score), colour="light_red", **changes)
    readings_record([first, *others], run_stamp(run_id, moment))


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_trader_logs_in_and_sees_eight_lights(
    page: Page, server: Restartable, complaints: list[str]
) -> None:
    log_in(page, server)
    page.locator('[data-slot="connection"]', has_text="Connected").wait_for()
    expect(page.locator("article.card")).to_have_count(8)
    expect(page.locator("#card-technology .light")).to_contain_text("Prime shorting")
    expect(page.locator("#card-technology .score")).to_have_text("−0.77")
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 of 8 sectors favour shorts")
    assert complaints == []


def test_a_wrong_password_says_what_to_do(page: Page, server: Restartable) -> None:
    page.goto(server.url + "/")
    page.get_by_label("User name").fill("mara")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("That did not match.")
    expect(page.get_by_label("User name")).to_have_value("mara")


def test_a_new_reading_repaints_its_card_without_a_reload(board: Page, aside: Aside) -> None:
    board.evaluate("window.stayed = true")
    card = board.locator("#card-technology")
    card.get_by_role("link", name="KLYX", exact=True).focus()
    aside(turn)
    expect(card.locator(".score")).to_have_text("−0.41")
    expect(card).to_have_attribute("data-band", "light_red")
    expect(card.locator(".facts")).to_contain_text("was Prime shorting")
    expect(board.locator("#announce")).to_contain_text("Technology turned Good shorting −0.41")
    expect(card.get_by_role("link", name="KLYX", exact=True)).to_be_focused()
    assert board.evaluate("window.stayed")


def test_what_is_said_of_a_board_comes_and_goes_with_it(board: Page, aside: Aside) -> None:
    night = {"prints": 0, "sectors": 8, "carried": 8, "catalysts": 3, "indices": [], "shift": 0.0}
    told = board.get_by_role("status", name="Board")
    expect(told).to_have_count(0)
    aside(lambda: readings_record(full_board(), run_stamp(2, NOW, context={"night": night})))
    expect(told).to_contain_text("NO PRE-MARKET PRINTS YET")
    expect(told).to_contain_text("with 3 catalysts since its close")
    aside(lambda: turn(3, NOW + dt.timedelta(seconds=5)))
    expect(board.locator("#card-technology .score")).to_have_text("−0.41")
    expect(told).to_have_count(0)


def test_a_price_that_moves_flashes_its_way(board: Page, aside: Aside) -> None:
    board.evaluate(
        """() => {
          window.flashes = [];
          new MutationObserver((all) => all.forEach((one) => {
            if (/flash-/.test(one.target.className)) window.flashes.push(one.target.className);
          })).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["class"] });
        }"""
    )
    rows = [stock(("KLYX", -13.4, 3.2, "Offering", "ssr")), stock(("SOUN", -7.9, 2.4, "Earnings", ""))]
    aside(lambda: turn(tops={"bearish": rows, "bullish": []}))
    expect(board.locator("#row-technology-bearish-KLYX")).to_contain_text("−13.4%")
    assert {name.split()[-1] for name in board.evaluate("window.flashes")} == {"flash-dn", "flash-up"}


def test_a_withheld_list_opens_and_stays_open_through_a_push(board: Page, aside: Aside) -> None:
    card = board.locator("#card-healthcare")
    expect(card.get_by_text("BRTX")).to_be_hidden()
    card.get_by_text("Show").click()
    expect(card.get_by_text("BRTX")).to_be_visible()
    aside(turn)
    expect(board.locator("#card-technology .score")).to_have_text("−0.41")
    expect(card.get_by_text("BRTX")).to_be_visible()


def test_the_page_comes_back_by_itself_after_the_server_did(
    board: Page, server: Restartable, aside: Aside
) -> None:
    dot = board.locator('[data-slot="connection"]')
    server.stop()
    expect(dot).to_have_text("Reconnecting")
    expect(board.locator('[data-slot="connection-note"]')).to_contain_text("retry")
    expect(board.locator("#card-technology .score")).to_have_text("−0.77")
    aside(turn)
    server.start()
    expect(dot).to_have_text("Connected")
    expect(board.locator("#card-technology .score")).to_have_text("−0.41")


def test_ages_tick_and_a_light_goes_stale_by_itself_at_the_users_limit(
    page: Page, server: Restartable, aside: Aside
) -> None:
    user = aside(lambda: get_user_model().objects.get(username="mara"))
    aside(lambda: FreshnessPreference.objects.create(user=user, fresh_minutes=5, stale_minutes=13))
    is_logged_in(page.context, server)
    page.goto(server.url + "/")
    card = page.locator("#card-technology")
    expect(card).to_have_attribute("data-state", "normal")
    with clock.override(NOW + dt.timedelta(minutes=2)):
        expect(card).to_have_attribute("data-state", "stale")
        expect(card.locator(".verdict")).to_contain_text("Past your limit of 13 min; data of 10:30")
        expect(card.locator('[data-slot="age"]')).to_have_text("14 m old")
        expect(card.locator(".score")).to_have_text("−0.77")


def test_preferences_reach_all_of_the_users_windows_at_once(board: Page, aside: Aside) -> None:
    user = aside(lambda: get_user_model().objects.get(username="mara"))
    aside(lambda: preference_set(user, fresh_minutes=5, stale_minutes=10, theme="light", palette="safe"))
    expect(board.locator("html")).to_have_attribute("data-theme", "light")
    expect(board.locator("html")).to_have_attribute("data-palette", "safe")
    expect(board.locator("#card-technology")).to_have_attribute("data-state", "stale")


def test_a_preference_is_saved_with_the_form_and_obeyed(board: Page) -> None:
    board.get_by_role("link", name="Preferences").first.click()
    board.get_by_role("textbox", name="Stale from").fill("0.1")
    board.get_by_role("textbox", name="Fresh until").fill("0.05")
    board.get_by_role("button", name="Save").click()
    expect(board.get_by_text("Saved.")).to_be_visible()
    board.get_by_role("link", name="Board").first.click()
    expect(board.locator("#card-energy")).to_have_attribute("data-state", "stale")


def test_the_theme_button_turns_the_theme_and_a_reload_keeps_it(board: Page) -> None:
    board.get_by_role("button", name="Theme").click()
    expect(board.locator("html")).to_have_attribute("data-theme", "light")
    board.reload()
    expect(board.locator("html")).to_have_attribute("data-theme", "light")


def test_keys_open_a_sector_find_a_stock_list_the_keys_and_pause(board: Page, aside: Aside) -> None:
    board.keyboard.press("/")
    search = board.get_by_label("Stock, sector or page")
    expect(search).to_be_focused()
    board.keyboard.press("3")
    expect(search).to_have_value("3")
    board.keyboard.press("Escape")
    expect(search).to_be_hidden()
    board.keyboard.press("?")
    expect(board.get_by_role("dialog")).to_be_visible()
    board.keyboard.press("Escape")
    expect(board.get_by_role("dialog")).to_be_hidden()
    board.keyboard.press("Space")
    expect(board.locator('[data-slot="connection"]')).to_have_text("Paused")
    aside(turn)
    board.keyboard.press("Space")
    expect(board.locator("#card-technology .score")).to_have_text("−0.41")
    board.keyboard.press("3")
    expect(board).to_have_url(re.compile("/sectors/energy/$"))


def test_a_key_right_behind_the_closed_search_is_heard(board: Page) -> None:
    board.keyboard.press("/")
    expect(board.get_by_label("Stock, sector or page")).to_be_focused()
    board.evaluate(
        """() => {
          document.getElementById("finder").close();
          const question = new KeyboardEvent("keydown", { key: "?", bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(question);
        }"""
    )
    expect(board.get_by_role("dialog", name="Keys")).to_be_visible()


def test_a_key_right_behind_the_closed_list_of_keys_is_heard(board: Page) -> None:
    board.keyboard.press("?")
    expect(board.get_by_role("button", name="Close the list of keys")).to_be_focused()
    board.evaluate(
        """() => {
          document.getElementById("keys-help").close();
          const space = new KeyboardEvent("keydown", { key: " ", bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(space);
        }"""
    )
    expect(board.locator('[data-slot="connection"]')).to_have_text("Paused")


def test_the_key_r_asks_for_a_run_and_the_bar_tells_of_it(board: Page) -> None:
    expect(board.locator("#freshness")).to_have_attribute("data-state", "none")
    board.keyboard.press("r")
    expect(board.locator("#freshness")).to_have_attribute("data-state", "running")
    expect(board.locator("#freshness")).to_contain_text("Started by mara")
    expect(board.get_by_role("button", name="Run fresh analysis")).to_be_disabled()


def test_without_script_the_board_and_its_forms_work(browser: Browser, server: Restartable) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, server)
    expect(page.locator("article.card")).to_have_count(8)
    page.locator("#card-healthcare").get_by_text("Show").click()
    expect(page.locator("#card-healthcare").get_by_text("BRTX")).to_be_visible()
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    context.close()


def test_no_page_scrolls_sideways_at_any_width(board: Page, server: Restartable) -> None:
    for path in ("/", "/analysis/preferences/"):
        board.goto(server.url + path)
        for width in WIDTHS:
            board.set_viewport_size({"width": width, "height": 900})
            assert no_sideways_scroll(board), f"{path} scrolls sideways at {width} px"


def test_every_page_of_the_menu_is_in_reach_at_any_width(board: Page) -> None:
    links = board.get_by_role("navigation", name="Main").get_by_role("link")
    for width in WIDTHS:
        board.set_viewport_size({"width": width, "height": 900})
        assert links.all_inner_texts() == ["Board", "Sectors", "Alerts", "Universe", "Runs", "Preferences"]
        for link in links.all():
            expect(link).to_be_in_viewport(ratio=1)


def test_one_two_and_four_cards_stand_in_a_row(board: Page) -> None:
    for width, columns in ((599, 1), (600, 2), (1199, 2), (1200, 4)):
        board.set_viewport_size({"width": width, "height": 900})
        tops = board.locator("article.card").evaluate_all("cards => cards.map(card => card.offsetTop)")
        assert tops.count(tops[0]) == columns, f"{width} px"


def test_eight_cards_fit_a_full_hd_screen(board: Page) -> None:
    bottoms = board.locator("article.card").evaluate_all(
        "all => all.map(c => c.getBoundingClientRect().bottom)"
    )
    assert max(bottoms) <= 1080


def test_many_alerts_scroll_inside_the_height_of_the_cards(board: Page, aside: Aside) -> None:
    def fill() -> None:
        for minute in range(10):
            colour_change(PASS + dt.timedelta(minutes=minute), sector="consumer_discretionary")
        for hour in range(5, 14):
            release("A release with a rather long name in two lines", at(hour))

    aside(fill)
    board.reload()
    expect(board.locator("#alerts-rail .alerts li")).to_have_count(10)
    bottom = "all => Math.max(...all.map(e => e.getBoundingClientRect().bottom))"
    cards = board.locator("article.card").evaluate_all(bottom)
    assert board.locator("#alerts-rail").evaluate_all(bottom) <= cards + 1 <= 1080


def test_on_a_phone_eight_small_lights_come_first(board: Page) -> None:
    board.set_viewport_size({"width": 390, "height": 844})
    lights = board.locator(".glance a")
    expect(lights).to_have_count(8)
    expect(lights.first).to_be_in_viewport()
    lights.last.click()
    expect(board.locator("#card-utilities")).to_be_in_viewport()


def test_with_reduced_motion_nothing_moves(board: Page) -> None:
    board.emulate_media(reduced_motion="reduce")
    moving = board.evaluate(
        """() => [...document.querySelectorAll("*")].filter((e) => {
          const style = getComputedStyle(e);
          return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none";
        }).length"""
    )
    assert moving == 0


def test_a_stored_board_is_marked_and_does_not_age(board: Page, server: Restartable) -> None:
    board.goto(server.url + "/?at=2026-03-10T10:31:00-04:00")
    expect(board.get_by_text("STORED BOARD")).to_be_visible()
    expect(board.locator("#card-technology")).to_have_attribute("data-state", "normal")
    expect(board.locator('#card-technology [data-slot="age"]')).to_have_text("1 m")
    with clock.override(at(17)):
        board.reload()
        expect(board.locator("#calendar .next")).to_contain_text("3-year note auction")
        expect(board.locator("[data-countdown]")).to_have_text(["2 h 29 m"])


def test_a_card_that_is_older_than_the_shown_one_is_dropped(board: Page, aside: Aside) -> None:
    aside(turn)
    expect(board.locator("#card-technology .score")).to_have_text("−0.41")
    news = {"sector": "technology", "version": 1, "html": "<article>old</article>"}
    board.evaluate(
        """(detail) => dispatchEvent(new CustomEvent("sectorlight:frame", { detail }))""",
        {"kind": "cards", "version": 1, "strip": "", "glance": "", "modes": "", "cards": [news]},
    )
    expect(board.locator("#announce")).to_contain_text("1 sector")
    expect(board.locator("#card-technology .score")).to_have_text("−0.41")


def test_the_clock_frame_moves_the_pages_clock(board: Page) -> None:
    with clock.override(at(15, 59, day=10)):
        expect(board.locator('[data-slot="clock"]')).to_contain_text("15:59")
        expect(board.locator('[data-slot="phase-next"]')).to_contain_text("closes in")
