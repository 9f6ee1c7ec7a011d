"""Cancelling a run and asking for one again in an open browser: by the keyboard, with a question where others
are concerned, and seen on every open board."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from analysis.models import AnalysisRun, RunKind, RunStatus
from analysis.services import run_ask
from tests.analysis.page_cast import AS_OF, run_store
from tests.journeys.conftest import PASSWORD, Aside, Restartable
from tests.journeys.test_pages import leave, opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def make_admin() -> None:
    get_user_model().objects.filter(username="mara").update(is_staff=True)


def queued(**values: object) -> int:
    """A run that waits: of the schedule, or of mara."""
    fields = {"status": RunStatus.QUEUED, "started_wall": None, "finished_wall": None, "percent": 0}
    return run_store(AS_OF.replace(minute=5), **(fields | values)).pk


def of_mara() -> int:
    return queued(kind=RunKind.ON_DEMAND, requested_by=get_user_model().objects.get(username="mara"))


def status_of(run: int) -> str:
    return AnalysisRun.objects.get(pk=run).status


def test_the_own_run_is_cancelled_and_asked_for_again_by_the_keyboard(
    browser: Browser, server: Restartable, aside: Aside
) -> None:
    run = aside(of_mara)
    page = opened(browser, server)
    page.goto(f"{server.url}/analysis/")
    page.locator(f"#cancel-{run}").focus()
    page.keyboard.press("Enter")
    said = page.get_by_role("status").filter(has_text=f"Run {run} is cancelled.")
    expect(said).to_be_focused()
    expect(page.get_by_label("The run at work")).to_have_count(0)
    page.get_by_role("button", name=f"Run again after run {run}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="was asked for")).to_be_focused()
    expect(page.locator("tr").filter(has_text=f"retry of run {run}")).to_have_count(1)
    assert page.url == f"{server.url}/analysis/"
    leave(page)


def test_an_admin_is_asked_before_a_run_of_the_schedule_is_cancelled(
    browser: Browser, server: Restartable, aside: Aside
) -> None:
    aside(make_admin)
    run = aside(queued)
    page = opened(browser, server)
    page.goto(f"{server.url}/analysis/")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss() if len(asked) == 1 else dialog.accept()

    page.on("dialog", answer)
    page.locator(f"#cancel-{run}").click()
    assert aside(lambda: status_of(run)) == RunStatus.QUEUED
    page.locator(f"#cancel-{run}").click()
    expect(page.locator(f"#run-{run}")).to_contain_text("cancelled")
    words = (
        f"Cancel run {run} of the schedule? It is not tried again by itself; the next slot comes as planned."
    )
    assert asked == [words] * 2
    leave(page)


def test_every_open_board_sees_that_a_run_was_cancelled(board: Page, aside: Aside) -> None:
    bar = board.locator("#freshness")
    board.keyboard.press("r")
    expect(bar).to_have_attribute("data-state", "running")
    other = board.context.new_page()
    other.goto(board.url)
    expect(other.locator("#freshness")).to_have_attribute("data-state", "running")
    other.locator('[data-slot="connection"]', has_text="Connected").wait_for()
    board.get_by_role("button", name="Cancel run").click()
    for page in (board, other):
        expect(page.locator("#freshness")).to_contain_text("was cancelled by mara.")
        expect(page.get_by_role("button", name="Run fresh analysis")).to_be_enabled()
        expect(page.locator("#announce")).to_contain_text("Run ended.")
        expect(page.locator("#announce")).to_contain_text("was cancelled by mara.")
    other.wait_for_load_state("networkidle")
    other.close()


@pytest.mark.parametrize("status", [0, 503])
def test_a_server_that_does_not_answer_the_buttons_is_told_of_until_it_does(
    browser: Browser, server: Restartable, aside: Aside, status: int
) -> None:
    """Status 0: the network is away."""

    def away(route: Route) -> None:
        route.fulfill(status=status) if status else route.abort()

    aside(of_mara)
    page = opened(browser, server)
    page.route("**/analysis/run*/**", away)
    page.goto(f"{server.url}/?view=board")
    page.locator('[data-slot="connection"]', has_text="Connected").wait_for()
    bar, said = page.locator("#freshness"), page.locator("#announce")
    page.get_by_role("button", name="Cancel run").click()
    expect(bar).to_contain_text("NOT CANCELLED")
    expect(bar).to_contain_text("No answer from the server; nothing was asked for.")
    expect(said).to_contain_text("NOT CANCELLED. No answer from the server")
    page.evaluate("dispatchEvent(new CustomEvent('sectorlight:aged'))")
    expect(bar).to_have_attribute("data-state", "running")
    page.goto(f"{server.url}/analysis/")
    page.keyboard.press("r")
    expect(page.get_by_role("alert")).to_contain_text("NOT STARTED No answer from the server")
    page.unroute("**/analysis/run*/**")
    page.keyboard.press("r")
    expect(page.get_by_role("status").filter(has_text="waits already")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.close()


def test_the_pressed_button_keeps_the_keyboard_and_the_run_is_announced_once(board: Page) -> None:
    button, said = board.locator("#run-button"), board.locator("#announce")
    board.evaluate(
        """() => {
          window.started = 0;
          new MutationObserver((all) => {
            const added = all.flatMap((one) => [...one.addedNodes]);
            window.started += added.filter((node) => node.textContent.includes("Run started.")).length;
          }).observe(document.getElementById("announce"), { childList: true });
        }"""
    )
    button.focus()
    board.keyboard.press("Enter")
    expect(said).to_contain_text("Run started.")
    expect(said).to_contain_text("Started by mara")
    expect(button).to_be_disabled()
    expect(button).to_be_focused()
    asked: list[str] = []
    board.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    board.keyboard.press("Enter")
    expect(said).to_contain_text("QUEUED.")
    assert asked == []
    assert board.evaluate("window.started") == 1


def test_who_cancels_is_asked_about_those_who_joined_since_the_bar_was_drawn(
    board: Page, aside: Aside
) -> None:
    aside(make_admin)
    run = aside(of_mara)
    board.reload()
    board.locator('[data-slot="connection"]', has_text="Connected").wait_for()
    board.wait_for_load_state("networkidle")
    form = board.locator("#freshness form", has=board.locator("#cancel-button"))
    noor = aside(lambda: get_user_model().objects.create_user("noor", password=PASSWORD))
    aside(lambda: run_ask(noor))
    board.on("dialog", lambda dialog: dialog.dismiss())
    assert form.get_attribute("data-hx-confirm") is None
    with board.expect_event("dialog") as asked:
        board.locator("#cancel-button").click()
    expect(form).to_have_attribute("data-hx-confirm", asked.value.message)
    board.wait_for_load_state("networkidle")
    assert aside(lambda: status_of(run)) == RunStatus.QUEUED


def test_a_run_that_is_no_longer_the_users_alone_is_said_not_to_be_cancelled(
    board: Page, aside: Aside
) -> None:
    run = aside(of_mara)
    board.reload()
    board.locator('[data-slot="connection"]', has_text="Connected").wait_for()
    noor = aside(lambda: get_user_model().objects.create_user("noor", password=PASSWORD))
    aside(lambda: run_ask(noor))
    board.locator("#cancel-button").click()
    expect(board.locator("#announce")).to_contain_text("Not cancelled.")
    expect(board.locator("#freshness")).to_contain_text("Started by mara, +1.")
    expect(board.locator("#run-button")).to_be_focused()
    board.wait_for_load_state("networkidle")
    assert aside(lambda: status_of(run)) == RunStatus.QUEUED
