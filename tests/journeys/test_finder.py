"""The search over everything, by the keyboard alone, and while the server is away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.analysis.page_cast import classified, listing, universe_build
from tests.journeys.axe import violations, violations_of_looks
from tests.journeys.conftest import Aside, Restartable
from tests.journeys.test_pages import leave, opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def market(aside: Aside, server: Restartable) -> None:
    def build() -> None:
        snapshot = universe_build()
        for symbol in ("SOUN", "SOUX"):
            listing(symbol, snapshot)
            classified(symbol)

    aside(build)


def test_a_stock_is_opened_from_the_board_without_the_mouse(
    market: None, board: Page, server: Restartable
) -> None:
    search = board.get_by_role("combobox", name="Stock, sector or page")
    board.get_by_role("button", name="Search").focus()
    board.keyboard.press("Control+k")
    expect(search).to_be_focused()
    expect(board.get_by_role("option", name="Technology")).to_be_visible()
    board.keyboard.press("End")
    expect(board.get_by_role("option", name="Log out")).to_have_attribute("aria-selected", "true")
    board.keyboard.type("sou")
    expect(board.get_by_role("option")).to_have_count(2)
    expect(board.locator("#finder [role=status]")).to_have_text("2 listings.")
    assert violations_of_looks(board) == {}
    board.keyboard.press("Escape")
    expect(board.get_by_role("button", name="Search")).to_be_focused()
    board.keyboard.press("/")
    # Typed and entered faster than any answer.
    board.keyboard.type("soun")
    board.keyboard.press("Enter")
    expect(board.get_by_role("heading", level=1)).to_have_text("SOUN")
    board.keyboard.press("Control+k")
    expect(board.get_by_role("option").first).to_contain_text("SOUN")
    board.keyboard.type("sou")
    expect(board.get_by_role("option")).to_have_count(2)
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        board.keyboard.press(key)
    chosen = board.locator("#finder [aria-selected=true]")
    expect(chosen).to_contain_text("SOUX")
    expect(search).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "none")
    board.keyboard.press("Enter")
    expect(board.get_by_role("heading", level=1)).to_have_text("SOUX")
    board.wait_for_load_state("networkidle")


def test_a_search_without_a_match_and_without_a_server_says_so(
    market: None, browser: Browser, server: Restartable
) -> None:
    page = opened(browser, server)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{server.url}/stocks/")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzq")
    dialog = page.get_by_role("dialog", name="Search")
    expect(dialog.get_by_text("Nothing listed is called “zzzq”").first).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.route("**/find/*", lambda route: route.abort())
    page.keyboard.press("Backspace")
    expect(dialog.get_by_text("The server does not answer").first).to_be_visible()
    page.unroute("**/find/*")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Nothing listed is called “zzz”").first).to_be_visible()
    leave(page)


def test_without_script_the_button_leads_to_the_page_that_looks_up(
    market: None, browser: Browser, server: Restartable
) -> None:
    page = opened(browser, server, script=False)
    page.goto(f"{server.url}/alerts/")
    page.get_by_role("link", name="Search").click()
    expect(page).to_have_url(re.compile("/stocks/$"))
    page.get_by_label("Symbol or name").fill("soux")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("SOUX")
    leave(page)
