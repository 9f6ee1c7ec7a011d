"""A board that stays open: its calendar follows the day and the runs."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from sectors.services import readings_record
from tests.journeys.conftest import Aside
from tests.sectors.cast import NOW, full_board, run_stamp
from tests.sectors.market import at
from universe import clock
from universe.models import EconomicEvent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
#: A frame of the clock comes every few seconds.
CLOCK_MS = 15_000


def release(event: str, moment: dt.datetime) -> None:
    EconomicEvent.objects.create(at=moment, country="US", event=event, impact="High", source="fmp")


def test_an_open_board_turns_its_calendar_with_the_day(board: Page) -> None:
    calendar = board.locator("#calendar")
    expect(calendar).to_contain_text("Job openings")
    board.evaluate("window.stayed = true")
    with clock.override(at(4, 0, day=11)):
        expect(calendar).to_have_attribute("data-day", "2026-03-11", timeout=CLOCK_MS)
        expect(calendar).not_to_contain_text("Job openings")
        expect(calendar).to_contain_text("Consumer prices")
        expect(calendar).not_to_contain_text("Tomorrow")
    assert board.evaluate("window.stayed")


def test_a_run_that_is_published_brings_the_calendar_along(board: Page, aside: Aside) -> None:
    calendar = board.locator("#calendar")
    expect(calendar).not_to_contain_text("Factory orders")
    aside(lambda: release("Factory orders", at(14)))
    aside(lambda: readings_record(full_board(), run_stamp(2, NOW)))
    expect(calendar).to_contain_text("Factory orders")
