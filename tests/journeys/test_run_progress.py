"""The freshness bar while a run works: what the socket tells and what the page asks for, in either order."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from analysis.models import AnalysisRun
from sectors.broadcast import announce_progress
from tests.journeys.conftest import Aside
from tests.sectors.cast import NOW

#: What a page asks for once it is connected has been answered.
SETTLED = """() => new Promise((settled) => {
  const wanted = new Set(["/analysis/progress/", "/alerts/rail/"]);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) wanted.delete(new URL(entry.name).pathname);
    if (!wanted.size) setTimeout(settled);
  }).observe({ type: "resource", buffered: true });
})"""
#: Asks for the bar; done when the server has answered, before the page has heard it.
HOLD_AN_ANSWER = """() => new Promise((answered) => {
  const fetch = window.fetch, held = new Promise((go) => { window.letGo = go; });
  window.fetch = async (...asked) => {
    const answer = await fetch(...asked), text = await answer.text();
    answered();
    await held;
    answer.text = async () => (setTimeout(window.heard, 100), text);
    return answer;
  };
  dispatchEvent(new CustomEvent("sectorlight:aged"));
  window.fetch = fetch;
})"""
LET_IT_GO = """() => new Promise((heard) => {
  window.heard = heard;
  window.letGo();
})"""

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def run_at(percent: int, stage: str) -> None:
    """The run as a worker leaves it: its row first, then the word to the open boards."""
    state = {"status": "running", "percent": percent, "stage": stage}
    fields = {"world": "simulated", "kind": "on_demand", "scheduled_for": NOW}
    run, _ = AnalysisRun.objects.update_or_create(**fields, defaults=state)
    announce_progress({"id": run.pk, "kind": "on_demand"} | state)


def test_a_run_is_told_with_its_percent(board: Page, aside: Aside) -> None:
    bar = board.locator("#freshness")
    aside(lambda: run_at(10, "reading"))
    expect(bar).to_contain_text("RUNNING 10%")
    aside(lambda: run_at(64, "scoring"))
    expect(bar).to_contain_text("RUNNING 64%")
    expect(bar).to_contain_text("Scoring.")
    expect(bar.locator("progress")).to_have_attribute("value", "64")


def test_an_answer_that_a_later_word_overtook_does_not_turn_the_bar_back(board: Page, aside: Aside) -> None:
    bar = board.locator("#freshness")
    board.evaluate(SETTLED)
    aside(lambda: run_at(10, "reading"))
    expect(bar).to_contain_text("RUNNING 10%")
    board.evaluate(HOLD_AN_ANSWER)
    aside(lambda: run_at(64, "scoring"))
    expect(bar).to_contain_text("RUNNING 64%")
    board.evaluate(LET_IT_GO)
    expect(bar).to_contain_text("RUNNING 64%")
    expect(bar.locator("progress")).to_have_attribute("value", "64")


def test_an_answer_from_before_the_button_does_not_take_its_run_away(board: Page) -> None:
    bar = board.locator("#freshness")
    board.evaluate(SETTLED)
    board.evaluate(HOLD_AN_ANSWER)
    board.keyboard.press("r")
    expect(bar).to_have_attribute("data-state", "running")
    board.evaluate(LET_IT_GO)
    expect(bar).to_have_attribute("data-state", "running")
    expect(board.get_by_role("button", name="Run fresh analysis")).to_be_disabled()
