"""What an open page asks for while the server is in trouble holds nothing up and turns nothing back."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from sectors.broadcast import announce_progress
from sectors.services import readings_record
from tests.journeys.conftest import Aside
from tests.sectors.cast import NOW, run_stamp
from tests.sectors.test_consumer import turned

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: The bar's answers break off behind their first bytes.
CUT_OFF = """() => {
  const fetch = window.fetch;
  window.fetch = (url, ...more) => {
    if (!String(url).includes("/progress/")) return fetch(url, ...more);
    window.wasAsked = true;
    const body = new ReadableStream({ start: (bytes) => bytes.error(new TypeError("network error")) });
    return Promise.resolve(new Response(body, { status: 200 }));
  };
}"""
#: The bar is never answered; the page's patience ends when the test says so.
HANG = """() => {
  const fetch = window.fetch, stop = new AbortController();
  window.giveUp = () => stop.abort();
  AbortSignal.timeout = () => stop.signal;
  window.fetch = (url, how) => {
    if (!String(url).includes("/progress/")) return fetch(url, how);
    window.wasAsked = true;
    return new Promise((_, no) => how.signal?.addEventListener("abort", () => no(how.signal.reason)));
  };
}"""
#: Asks for the board as in a long outage; the server's answer is held until the next cards have come.
HOLD_THE_POLL = """() => new Promise((answered) => {
  const fetch = window.fetch;
  const cards = new Promise((come) => window.addEventListener(
    "sectorlight:frame", ({ detail }) => detail.kind === "cards" && setTimeout(come, 500)));
  window.fetch = async (...asked) => {
    const answer = await fetch(...asked), text = await answer.text();
    answered();
    await cards;
    answer.text = async () => (setTimeout(() => { window.isHeard = true; }, 500), text);
    return answer;
  };
  dispatchEvent(new CustomEvent("sectorlight:poll"));
  setTimeout(() => { window.fetch = fetch; });
})"""

#: A page that waits for the database; its first question is never answered, the next one well.
WAIT_FOR_THE_DATABASE = """() => {
  const fetch = window.fetch;
  let asked = 0;
  window.fetch = (url, how) => {
    if (url !== "/health/database") return fetch(url, how);
    if (asked++) return Promise.resolve(new Response('{"status": "ok"}'));
    return new Promise((_, no) => how.signal?.addEventListener("abort", () => no(how.signal.reason)));
  };
  AbortSignal.timeout = () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort());
    return stop.signal;
  };
  document.head.append(Object.assign(document.createElement("script"), { src: "/static/js/healing.js" }));
}"""


def publish() -> int:
    """Technology has turned; the version of its board."""
    return int(readings_record(turned(), run_stamp(2, NOW)).board["version"])


def progress() -> None:
    announce_progress({"id": 7, "kind": "on_demand", "status": "running", "percent": 10, "stage": "reading"})


def is_true(board: Page, name: str) -> None:
    """The page's own word for it has become true."""
    board.evaluate(
        f"""() => new Promise((come) => {{
          const look = () => (window.{name} ? come() : setTimeout(look, 20));
          look();
        }})"""
    )


@pytest.mark.parametrize("trouble", [CUT_OFF, HANG], ids=["cut off", "hangs"])
def test_an_answer_that_never_comes_whole_holds_up_no_cards(board: Page, aside: Aside, trouble: str) -> None:
    board.evaluate(trouble)
    aside(progress)
    is_true(board, "wasAsked")
    version = aside(publish)
    board.evaluate("window.giveUp?.()")
    expect(board.locator("#card-technology")).to_have_attribute("data-version", str(version))


def test_a_board_that_was_asked_for_earlier_takes_no_newer_cards_away(board: Page, aside: Aside) -> None:
    board.evaluate(HOLD_THE_POLL)
    version = aside(publish)
    is_true(board, "isHeard")
    expect(board.locator("#card-technology")).to_have_attribute("data-version", str(version))
    expect(board.locator("#board")).to_have_attribute("data-version", str(version))


def test_a_board_that_is_paused_shows_nothing_of_a_long_outage_s_polls(board: Page, aside: Aside) -> None:
    technology = board.locator("#card-technology")
    shown = technology.get_attribute("data-version")
    board.keyboard.press("Space")
    version = aside(publish)
    with board.expect_response(lambda answer: urlsplit(answer.url).path == "/"):
        board.evaluate("void dispatchEvent(new CustomEvent('sectorlight:poll'))")
    board.evaluate("() => new Promise((shown) => setTimeout(shown, 300))")
    assert technology.get_attribute("data-version") == shown
    board.keyboard.press("Space")
    expect(technology).to_have_attribute("data-version", str(version))


def test_a_page_that_waits_for_the_database_asks_again_when_an_answer_hangs(board: Page) -> None:
    with board.expect_navigation(timeout=20_000):
        board.evaluate(WAIT_FOR_THE_DATABASE)
